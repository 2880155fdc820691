import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Static, TObject } from 'typebox';
import { reasonOf } from '../errors.ts';
import { byPlace, ConfigError, type Mistake } from './mistake.ts';
import { readTree } from './read.ts';
import { substitute } from './substitute.ts';
import { type ConfigNode, parseTree } from './tree.ts';

export interface LoadOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Top-level options that belong to another reader of the same file: they are not looked at. */
  readonly others?: readonly string[];
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a configuration file.
 * @throws ConfigError with every mistake in the file; then nothing of it counts
 */
export function loadConfig<S extends TObject>(schema: S, file: string, options: LoadOptions = {}): Static<S> {
  return parseConfig(schema, readText(file), { ...options, file });
}

/** As {@link loadConfig}, for text that is at hand; relative paths are taken from the folder of `file`. */
export function parseConfig<S extends TObject>(
  schema: S,
  text: string,
  options: LoadOptions & { readonly file: string },
): Static<S> {
  const { tree: whole, mistakes } = parseTree(text);
  if (!whole) throw new ConfigError(options.file, mistakes);
  const tree = without(whole, options.others ?? []);
  const folder = dirname(resolve(options.file));
  const filled = substitute(tree, { folder, env: options.env ?? process.env }, mistakes);
  const reading = readTree(schema, filled, { folder }, mistakes);
  if (reading.mistakes.length > 0) throw new ConfigError(options.file, [...reading.mistakes].sort(byPlace));
  return reading.value;
}

function without(tree: ConfigNode, keys: readonly string[]): ConfigNode {
  if (tree.kind !== 'map' || keys.length === 0) return tree;
  return { ...tree, entries: tree.entries.filter(({ key }) => !keys.includes(key)) };
}

export function readText(file: string, allowed = 'name a YAML file with --config'): string {
  const refuse = (problem: string): ConfigError => {
    const mistake: Mistake = { path: '', line: 0, column: 0, problem, allowed };
    return new ConfigError(file, [mistake]);
  };
  try {
    const found = statSync(file);
    if (!found.isFile()) throw refuse('is not a file');
    if (found.size > MAX_FILE_BYTES) throw refuse(`is larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ConfigError ? error : refuse(`can't be read (${reasonOf(error)})`);
  }
}

/** Which options a text has, whatever is in them; none where it can't be read. */
export function topLevelKeys(text: string): string[] {
  const { tree } = parseTree(text);
  return tree?.kind === 'map' ? tree.entries.map(({ key }) => key) : [];
}
