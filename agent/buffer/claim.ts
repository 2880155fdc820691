/** Before SQLite opens a file: is it ours to open, and who has it. */
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import { APPLICATION_ID, FORMAT_VERSION } from './schema.ts';

const OPERATION = 'open buffer';

/** Files that this process holds. SQLite's lock is between processes: a second open here would get through. */
const held = new Set<string>();

export const unusable = (path: string, reason: string, hint: string, cause?: unknown): TributaryError =>
  new TributaryError({
    code: 'bufferUnusable',
    operation: OPERATION,
    subject: path,
    reason,
    hint,
    retry: 'final',
    cause,
  });

export function tooNew(path: string, version: number): TributaryError {
  return new TributaryError({
    ...{ code: 'bufferTooNew', operation: OPERATION, subject: path, retry: 'final' },
    reason: `its format is ${version} and this version of tributary knows formats up to ${FORMAT_VERSION}`,
    hint: 'Start the newer version of tributary that wrote it, or name another file in buffer.path.',
  });
}

export function locked(path: string, pid: number | null, cause?: unknown): TributaryError {
  return new TributaryError({
    ...{ code: 'bufferLocked', operation: OPERATION, subject: path, retry: 'final', cause },
    reason: `the file is held by ${pid === null ? 'another process' : `process ${pid}`}`,
    hint: 'One agent at a time uses a buffer: stop that one, or name another file in buffer.path.',
  });
}

/** The path without symbolic links, so that two names of one file are one. */
export function canonical(path: string): string {
  const absolute = resolve(path);
  try {
    return existsSync(absolute) ? realpathSync(absolute) : join(realpathSync(dirname(absolute)), basename(absolute));
  } catch (error) {
    throw unusable(path, reasonOf(error), 'Make its folder, or name another file in buffer.path.', error);
  }
}

/** Opening a file that this process holds would drop its lock. */
export function checkNotHeld(path: string): void {
  if (held.has(path)) throw locked(path, process.pid);
}

export function claim(path: string): void {
  checkNotHeld(path);
  checkAccess(path);
  held.add(path);
}
export function unclaim(path: string): void {
  held.delete(path);
}

function checkAccess(path: string): void {
  const hint = 'The agent needs to read and write the file and its folder (the write-ahead log is beside it).';
  try {
    if (!statSync(dirname(path)).isDirectory()) throw new Error(`${dirname(path)} is not a folder`);
    accessSync(dirname(path), constants.R_OK | constants.W_OK | constants.X_OK);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isFile()) throw new Error('it is not a regular file');
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw unusable(path, reasonOf(error), hint, error);
  }
}

export function checkIds(path: string, applicationId: number, version: number): void {
  if (applicationId !== APPLICATION_ID) throw notABuffer(path, 'belongs to another program');
  if (version > FORMAT_VERSION) throw tooNew(path, version);
}

export const notABuffer = (path: string, what: string): TributaryError =>
  unusable(path, `the file ${what}`, 'It is left as it is; name another file in buffer.path.');

/** Who holds the file, for the message only. */
export function holderPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(`${path}.pid`, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
export function writePid(path: string): void {
  writeFileSync(`${path}.pid`, `${process.pid}\n`);
}
export function removePid(path: string): void {
  rmSync(`${path}.pid`, { force: true });
}
