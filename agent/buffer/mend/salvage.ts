/** A new file with everything of a damaged one that can be proved to be right. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database, { type Database as Connection } from 'better-sqlite3';
import type { EdgeId } from '../../../shared/identity.ts';
import { Checks } from '../checks.ts';
import { unusable } from '../claim.ts';
import { create } from '../create.ts';
import { FORMAT_NOTE, SALT_NOTE } from '../migrate.ts';
import { Notes } from '../notes.ts';
import { FORMAT_VERSION, TABLES } from '../schema.ts';
import { moveAside, putInPlace, salvagedPath, salvagingPath, syncFile } from './aside.ts';
import { type Carved, type CheckedTable, carve, commonSalt, tablesOf } from './carve.ts';
import { Image } from './image.ts';

export interface Salvaged {
  /** What the damaged file is called now; null: there was none. */
  readonly aside: string | null;
  /** Nothing could be read: the buffer begins anew. */
  readonly empty: boolean;
}

/** Tables as this version has them. */
export function currentTables(): CheckedTable[] {
  const db = new Database(':memory:');
  try {
    db.exec(TABLES);
    return tablesOf(db);
  } finally {
    db.close();
  }
}

export function salvage(path: string, edge: EdgeId | undefined, nowMs: number): Salvaged {
  const tables = currentTables();
  const image = Image.open(path, `${path}-wal`);
  try {
    const salt = commonSalt(image, tables);
    if (salt !== null) copy(path, edge, image, tables, salt);
  } finally {
    image.close();
  }
  if (!existsSync(salvagedPath(path))) return { aside: moveAside(path, nowMs), empty: true };
  return { aside: putInPlace(path), empty: false };
}

const ROWS_A_TRANSACTION = 2_000;

function copy(path: string, edge: EdgeId | undefined, image: Image, tables: readonly CheckedTable[], salt: number) {
  const to = salvagingPath(path);
  rmSync(to, { force: true });
  const db = new Database(to);
  try {
    create(db, edge ?? ('' as EdgeId));
    // Only what is complete is ever used.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.exec('DELETE FROM meta; BEGIN');
    const insert = inserter(db, tables);
    let rows = 0;
    for (const row of carve(image, tables, salt)) {
      insert(row);
      rows += 1;
      if (rows % ROWS_A_TRANSACTION === 0) db.exec('COMMIT; BEGIN');
    }
    writeNotes(db, path, edge, salt);
    db.exec('COMMIT');
  } catch (error) {
    db.close();
    rmSync(to, { force: true });
    throw error instanceof Database.SqliteError && error.code === 'SQLITE_FULL' ? noRoom(path, error) : error;
  }
  db.close();
  syncFile(to);
  renameSync(to, salvagedPath(path));
  syncFile(dirname(path));
}

const noRoom = (path: string, cause: unknown) =>
  unusable(
    path,
    'it is damaged, and the disk has no room for a copy of what can be saved',
    'Free as many bytes as the file has, then start the agent again: it mends the file.',
    cause,
  );

function inserter(db: Connection, tables: readonly CheckedTable[]): (row: Carved) => void {
  const statements = new Map(
    tables.map(({ name, columns }) => {
      const marks = columns.map(() => '?').join(', ');
      return [name, db.prepare(`INSERT OR IGNORE INTO ${name} (${columns.join(', ')}) VALUES (${marks})`)] as const;
    }),
  );
  const content = db.prepare('INSERT OR IGNORE INTO content VALUES (?, ?)');
  return (row) => {
    if ('blob' in row) content.run(row.id, row.blob);
    else statements.get(row.table.name)!.run(...row.fields);
  };
}

/** What a file needs to be opened, whatever was lost of it. */
function writeNotes(db: Connection, path: string, edge: EdgeId | undefined, salt: number): void {
  const notes = new Notes(db, new Checks(salt));
  const owner = notes.note('edge') ?? edge;
  if (owner === undefined) throw unusable(path, 'it is damaged and does not say whose it is', 'Name its edge.');
  notes.setNote('edge', owner);
  notes.setNote(SALT_NOTE, `${salt}`);
  notes.setNote(FORMAT_NOTE, `${FORMAT_VERSION}`);
  if (notes.note('created') === null) notes.setNote('created', new Date().toISOString());
}
