/**
 * A stopped agent's buffer, looked at from outside: opened read-only, nothing is written, nothing checkpointed; what lies in
 * the write-ahead log is seen. SQLite may put an empty log and its index (`-wal`, `-shm`) beside the file, with the file's
 * owner. A running agent holds the file's lock alone: `bufferLocked`.
 */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { reasonOf } from '../../shared/errors.ts';
import { Catalog } from '../buffer/catalog.ts';
import { Checks, DamagedRow } from '../buffer/checks.ts';
import { canonical, checkIds, checkNotHeld, holderPid, locked, notABuffer, unusable } from '../buffer/claim.ts';
import { readHeader } from '../buffer/header.ts';
import { saltOf } from '../buffer/migrate.ts';
import { Notes } from '../buffer/notes.ts';
import { FORMAT_VERSION } from '../buffer/schema.ts';

export interface BufferView {
  readonly path: string;
  readonly db: Database.Database;
  readonly checks: Checks;
  readonly catalog: Catalog;
  readonly notes: Notes;
  readonly format: number;
}

const MENDS = 'The agent mends it when it starts: what can be read stays, the rest becomes gaps.';

/** @throws TributaryError `bufferLocked`, `bufferTooNew`, `bufferUnusable` */
export async function withView<T>(file: string, look: (view: BufferView) => T | Promise<T>): Promise<T> {
  const path = canonical(file);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw unusable(path, 'there is no such file', 'Name the file of buffer.path.');
  }
  checkNotHeld(path);
  checkHeader(path);
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
    const format = db.pragma('user_version', { simple: true }) as number;
    if (format < FORMAT_VERSION) {
      throw unusable(path, `its format is ${format}`, 'First bring it to this version: tributary buffer migrate.');
    }
    const checks = new Checks(saltOf(db) ?? 0);
    const [catalog, notes] = [new Catalog(db, checks), new Notes(db, checks)];
    return await look({ path, db, checks, format, catalog, notes });
  } catch (error) {
    throw readError(path, error);
  } finally {
    db?.close();
  }
}

function readError(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError) && !(error instanceof DamagedRow)) return error;
  const code = error instanceof Database.SqliteError ? error.code : '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return locked(path, holderPid(path), error);
  return unusable(path, code === '' ? reasonOf(error) : `${code}: ${reasonOf(error)}`, MENDS, error);
}

/** Is it a buffer, of a format that is known here? */
function checkHeader(path: string): void {
  const { isSqlite, applicationId, userVersion } = readHeader(path);
  if (!isSqlite)
    throw notABuffer(
      path,
      'is not a SQLite file, or its header is broken; the agent mends it when it starts if it was a buffer',
    );
  checkIds(path, applicationId, userVersion);
}
