/** The file of `tributary pull`: MirrorMaker 2's properties, or hub.yaml's flows; found out from its name and what is in it. */
import { readFileSync, statSync } from 'node:fs';
import { hubOptions } from '../hub/config.ts';
import { type Loaded, readMm2, readPullYaml } from '../hub/pull/config/index.ts';
import { ConfigError, topLevelKeys } from '../shared/config/index.ts';
import { reasonOf } from '../shared/errors.ts';

const MAX_FILE_BYTES = 1024 * 1024;

export type PullFormat = 'yaml' | 'properties';

export interface PullFile extends Loaded {
  readonly format: PullFormat;
}

/** @throws ConfigError with every mistake */
export function loadPull(file: string, targets: readonly string[] = []): PullFile {
  const bytes = readBytes(file);
  if (formatOf(file, bytes) === 'properties') return { ...readMm2(bytes, { file, targets }), format: 'properties' };
  const others = Object.keys(hubOptions.properties);
  return { ...readPullYaml(bytes.toString('utf8'), { file, targets, others }), format: 'yaml' };
}

/** Whether a file is about pulls. */
export function isPullFile(file: string): boolean {
  const bytes = readBytes(file);
  return formatOf(file, bytes) === 'properties' || topLevelKeys(bytes.toString('utf8')).includes('flows');
}

/** Whether a file with flows has a hub's own options as well: then it is the hub that runs them. */
export const isHubFile = (file: string): boolean => {
  const bytes = readBytes(file);
  const keys = formatOf(file, bytes) === 'yaml' ? topLevelKeys(bytes.toString('utf8')) : [];
  return keys.some((key) => Object.hasOwn(hubOptions.properties, key));
};

function formatOf(file: string, bytes: Buffer): PullFormat {
  if (/\.ya?ml$/i.test(file)) return 'yaml';
  if (/\.(properties|conf|cfg)$/i.test(file)) return 'properties';
  return topLevelKeys(bytes.toString('utf8')).length > 0 ? 'yaml' : 'properties';
}

function readBytes(file: string): Buffer {
  const refuse = (problem: string): ConfigError =>
    new ConfigError(file, [
      { path: '', line: 0, column: 0, problem, allowed: 'name a properties file or a YAML file' },
    ]);
  try {
    const found = statSync(file);
    if (!found.isFile()) throw refuse('is not a file');
    if (found.size > MAX_FILE_BYTES) throw refuse(`is larger than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(file);
  } catch (error) {
    throw error instanceof ConfigError ? error : refuse(`can't be read (${reasonOf(error)})`);
  }
}

/** One line a remark, `file:line:column` first, as mistakes are told. */
export const remarkLines = (file: string, { remarks }: Loaded): string[] =>
  remarks.map(({ path, line, column, says }) => `${file}:${line}:${column}: ${path ? `${path} ` : ''}${says}`);
