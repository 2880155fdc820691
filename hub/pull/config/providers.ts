/**
 * Config providers as Kafka has them: `${name:path:key}` or `${name:key}`, with FileConfigProvider (a key of a properties
 * file), EnvVarConfigProvider and DirectoryConfigProvider (a file in a folder). Kafka leaves what it can't fill in as it
 * stands and goes on with that text as a password; here it is a mistake.
 */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parseProperties } from '../../../shared/config/javaProperties.ts';
import type { Wrong } from '../../../shared/config/option.ts';
import { reasonOf } from '../../../shared/errors.ts';
import { listOf } from './property.ts';

const PACKAGE = 'org.apache.kafka.common.config.provider.';
const KINDS = {
  FileConfigProvider: 'file',
  EnvVarConfigProvider: 'env',
  DirectoryConfigProvider: 'directory',
} as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

export const providerClass = (kind: Kind): string =>
  PACKAGE + Object.entries(KINDS).find(([, known]) => known === kind)![0];

export interface Provider {
  readonly kind: Kind;
  /** Of `file` and `directory`; null: everywhere. */
  readonly allowedPaths: readonly string[] | null;
  /** Of `env`; null: all variables. */
  readonly allowlist: RegExp | null;
}

export type Providers = ReadonlyMap<string, Provider>;
export type Env = Readonly<Record<string, string | undefined>>;

const MAX_FILE_BYTES = 1024 * 1024;

interface Raw {
  readonly value: string;
  readonly report: (wrong: Wrong) => void;
}

/** The providers that a file declares; `get` finds a property of it. */
export function readProviders(names: readonly string[], get: (key: string) => Raw | null, missing: Raw): Providers {
  const providers = new Map<string, Provider>();
  for (const name of names) {
    const own = get(`config.providers.${name}.class`);
    const kind = own ? KINDS[own.value.trim().replace(PACKAGE, '') as keyof typeof KINDS] : undefined;
    if (kind === undefined) {
      const allowed = `write ${PACKAGE}FileConfigProvider, EnvVarConfigProvider or DirectoryConfigProvider`;
      if (own) own.report({ problem: 'can not be loaded: it is a Java class', allowed });
      else missing.report({ problem: `has "${name}", and there is no config.providers.${name}.class`, allowed });
      continue;
    }
    const paths = get(`config.providers.${name}.param.allowed.paths`);
    const list = get(`config.providers.${name}.param.allowlist.pattern`);
    const allowlist = list ? patternOf(list) : null;
    providers.set(name, { kind, allowedPaths: paths ? allowedPaths(paths) : null, allowlist });
  }
  return providers;
}

function allowedPaths(paths: Raw): string[] {
  const all = listOf(paths.value);
  const wrong = all.find((path) => !isAbsolute(path));
  if (wrong !== undefined) paths.report({ problem: `"${wrong}" is not absolute`, allowed: 'write absolute paths' });
  return all;
}

function patternOf({ value, report }: Raw): RegExp | null {
  try {
    return new RegExp(`^(?:${value})$`);
  } catch (error) {
    report({ problem: `is no regular expression (${reasonOf(error)})` });
    return /^(?!)/;
  }
}

export interface Filled {
  readonly value: string;
  /** The same in words of hub.yaml, where the text is nothing but references; null: it holds text of its own. */
  readonly reference: string | null;
  /** The whole text with references in words of hub.yaml; null where there are none. */
  readonly translated: string | null;
  readonly substituted: boolean;
}

const REFERENCE = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g;

/** Fills in a value. What can't be had is reported, and empty. */
export function fillIn(text: string, providers: Providers, env: Env, report: (wrong: Wrong) => void): Filled {
  let substituted = false;
  const references = new Map<string, string>();
  const value = text.replace(REFERENCE, (whole, name: string, path: string | undefined, key: string) => {
    const provider = providers.get(name);
    if (!provider) {
      if (!Object.values(KINDS).some((kind) => kind === name)) return whole;
      report({ problem: `has ${whole}, and no config provider is named "${name}"`, allowed: declare(name as Kind) });
      return '';
    }
    substituted = true;
    const found = lookUp(provider, path ?? '', key, env);
    if ('text' in found) {
      references.set(whole, found.reference);
      return found.text;
    }
    report({ ...found, problem: `${whole} can't be filled in: ${found.problem}` });
    return '';
  });
  const swap = (other: (reference: string) => string): string =>
    text.replace(REFERENCE, (whole) => other(references.get(whole) ?? whole));
  const bare = swap(() => '') === '';
  return {
    value,
    substituted,
    reference: substituted && bare ? swap((reference) => reference) : null,
    translated: substituted ? swap((reference) => reference) : null,
  };
}

const declare = (kind: Kind): string =>
  `write config.providers=${kind} and config.providers.${kind}.class=${providerClass(kind)}`;

type Found = { readonly text: string; readonly reference: string } | Wrong;

function lookUp({ kind, allowedPaths: allowed, allowlist }: Provider, path: string, key: string, env: Env): Found {
  if (kind === 'env') {
    if (path !== '') return { problem: 'an environment variable has no path', allowed: `write \${env:${key}}` };
    if (allowlist && !allowlist.test(key)) return { problem: `${key} is not in its allowlist.pattern` };
    const text = env[key];
    if (text === undefined) return { problem: `the environment variable ${key} is not set`, allowed: 'set it' };
    return { text, reference: `\${env:${key}}` };
  }
  if (path === '' || key === '') return { problem: 'a path and a key are needed' };
  const absolute = resolve(path);
  const file = kind === 'directory' ? join(absolute, key) : absolute;
  if (kind === 'directory' && relative(absolute, file).includes('/')) return { problem: `${key} is not in ${path}` };
  if (allowed && !allowed.some((one) => isWithin(file, one))) return { problem: `${path} is not in its allowed.paths` };
  const read = readSmall(file);
  if ('problem' in read) return read;
  if (kind === 'directory') return { text: read.text.replace(/\r?\n$/, ''), reference: `\${file:${file}}` };
  const text = parseProperties(read.text).entries.findLast((entry) => entry.key === key)?.value;
  if (text === undefined) return { problem: `${file} has no "${key}"`, allowed: 'write it there' };
  return { text, reference: `\${property:${file}:${key}}` };
}

const isWithin = (file: string, folder: string): boolean => {
  const way = relative(resolve(folder), file);
  return way === '' || !(way.startsWith('..') || isAbsolute(way));
};

function readSmall(file: string): { readonly text: string } | Wrong {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return { problem: `${file} is larger than ${MAX_FILE_BYTES} bytes` };
    return { text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { problem: reasonOf(error), allowed: 'create it, readable for this user' };
  }
}
