/**
 * A lock that does not depend on the state of the file that it is for: SQLite's, on an empty file beside it. It dies with
 * its holder, as SQLite's lock on the buffer itself does, and is taken before anybody looks at that.
 */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { holderPid, locked } from '../claim.ts';

export interface Lock {
  release(): void;
}

/** @throws TributaryError `bufferLocked` */
export function takeLock(path: string): Lock {
  const at = `${path}.lock`;
  const db = new Database(at, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    const isHeld = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    throw isHeld ? locked(path, holderPid(path), error) : error;
  }
  return {
    release: () => {
      rmSync(at, { force: true });
      db.close();
    },
  };
}
