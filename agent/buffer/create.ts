/** Making an empty buffer. */
import type { Database } from 'better-sqlite3';
import type { EdgeId } from '../../shared/identity.ts';
import { Checks } from './checks.ts';
import { saltOf, writeIdentity } from './migrate.ts';
import { Notes } from './notes.ts';
import { APPLICATION_ID, FORMAT_VERSION, PAGE_BYTES, TABLES } from './schema.ts';

/** In the rollback journal's mode, so that a crash leaves an empty file or a whole one, ids in its header included. */
export function create(db: Database, edge: EdgeId): void {
  db.pragma(`page_size = ${PAGE_BYTES}`);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma('synchronous = FULL');
  db.transaction(() => {
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${FORMAT_VERSION}`);
    db.exec(TABLES);
    writeIdentity(db);
    const notes = new Notes(db, new Checks(saltOf(db)!));
    notes.setNote('edge', edge);
    notes.setNote('created', new Date().toISOString());
  }).exclusive();
}
