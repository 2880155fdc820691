import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../errors.ts';
import { parseProperties } from './javaProperties.ts';
import type { Mistake } from './mistake.ts';
import type { ConfigNode, ScalarNode } from './tree.ts';

/** Where `${env:...}`, `${file:...}` and `${property:...}` come from. */
export interface Surroundings {
  /** Relative paths are taken from here: the folder of the configuration file. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}?/g;
const MAX_FILE_BYTES = 64 * 1024;

/**
 * Fills in `${env:NAME}`, `${file:/path}` and `${property:/path:key}` (a key of a Java properties file), as a whole value
 * or inside one; `$${` stands for a literal `${`. A file's last line end is left out. What can't be had becomes a mistake at its setting.
 */
export function substitute(tree: ConfigNode, surroundings: Surroundings, mistakes: Mistake[]): ConfigNode {
  const visit = (node: ConfigNode, path: string): ConfigNode => {
    if (node.kind === 'map') {
      const entries = node.entries.map((entry) => ({
        ...entry,
        node: visit(entry.node, path ? `${path}.${entry.key}` : entry.key),
      }));
      return { ...node, entries };
    }
    if (node.kind === 'list') return { ...node, items: node.items.map((item, i) => visit(item, `${path}[${i}]`)) };
    return fillIn(node, path, surroundings, mistakes);
  };
  return visit(tree, '');
}

function fillIn(node: ScalarNode, path: string, surroundings: Surroundings, mistakes: Mistake[]): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node;
  let substituted = false;
  const value = node.value.replace(REFERENCE, (whole, inner: string | undefined) => {
    if (inner === undefined) return '${';
    substituted = true;
    const found = whole.endsWith('}')
      ? lookUp(inner, surroundings)
      : { problem: `"${whole}" is not closed`, allowed: '' };
    if ('text' in found) return found.text;
    const { line, column } = node;
    mistakes.push({ path, line, column, problem: found.problem, ...(found.allowed ? { allowed: found.allowed } : {}) });
    return '';
  });
  return { ...node, value, substituted };
}

type Found = { readonly text: string } | { readonly problem: string; readonly allowed: string };

function lookUp(inner: string, { folder, env }: Surroundings): Found {
  const colon = inner.indexOf(':');
  const [kind, name] = colon < 0 ? [inner, ''] : [inner.slice(0, colon), inner.slice(colon + 1)];
  if (kind === 'env' && name !== '') {
    const text = env[name];
    if (text !== undefined && text !== '') return { text };
    return { problem: `the environment variable ${name} is ${text === '' ? 'empty' : 'not set'}`, allowed: 'set it' };
  }
  if (kind === 'file' && name !== '') return readSecretFile(resolve(folder, name));
  if (kind === 'property' && /.:./.test(name)) return readProperty(name, folder);
  const allowed = 'use ${env:NAME}, ${file:/path} or ${property:/path:key}, or $${ for a literal ${';
  return { problem: `"\${${inner}}" is unknown`, allowed };
}

/** The text, if it is nothing but references, with absolute paths; else null. */
export function onlyReferences(written: string, folder: string): string | null {
  if (!/^(\$\{(env|file|property):[^}]+\})+$/.test(written)) return null;
  return written.replace(/\$\{(file|property):([^}]+)\}/g, (_, kind: string, name: string) => {
    return `\${${kind}:${resolve(folder, name)}}`;
  });
}

/** As Kafka's FileConfigProvider reads it: UTF-8. */
function readProperty(name: string, folder: string): Found {
  const colon = name.lastIndexOf(':');
  const [file, key] = [resolve(folder, name.slice(0, colon)), name.slice(colon + 1)];
  const found = readSecretFile(file);
  if (!('text' in found)) return found;
  const value = parseProperties(found.text).entries.findLast((entry) => entry.key === key)?.value;
  if (value) return { text: value };
  return { problem: `${file} has ${value === '' ? `nothing for "${key}"` : `no "${key}"`}`, allowed: 'write it there' };
}

function readSecretFile(file: string): Found {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) {
      return {
        problem: `${file} is larger than ${MAX_FILE_BYTES} bytes`,
        allowed: 'name a file that holds only this value',
      };
    }
    const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: `${file} is empty`, allowed: 'write the value into it' } : { text };
  } catch (error) {
    return { problem: `can't read the file (${reasonOf(error)})`, allowed: 'create it, readable for this user' };
  }
}
