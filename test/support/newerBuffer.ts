import Database from 'better-sqlite3';
import { Checks } from '../../agent/buffer/checks.ts';

/** Makes a buffer that nobody has open one of a later format: in its header and, with its checksum, in its notes. */
export function makeNewer(path: string, version: number): void {
  const db = new Database(path);
  const salt = Number(db.prepare("SELECT value FROM meta WHERE key = 'salt'").pluck().get());
  const fields = ['format', `${version}`];
  db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)').run(...fields, new Checks(salt).of('meta', fields));
  db.pragma(`user_version = ${version}`);
  db.close();
}
