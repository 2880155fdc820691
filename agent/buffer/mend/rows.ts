/** Is each row what was written, is the schema ours, are trees and indexes in order: looked at whenever the file is opened. */
import Database, { type Database as Connection } from 'better-sqlite3';
import { Checks, checkedColumns, checkedTables, DamagedRow, type Field } from '../checks.ts';
import { TABLES } from '../schema.ts';

/** So many broken rows are dropped where they are; with more, or all of a table's, the table itself may be another. */
const FEW = 8;

/** Why the file has to be salvaged; null: it is in order, but for these rows that were dropped. */
export interface Looked {
  readonly damage: string | null;
  /** By table. */
  readonly dropped: ReadonlyMap<string, number>;
}

const sound = (dropped: ReadonlyMap<string, number> = new Map()): Looked => ({ damage: null, dropped });
const damaged = (damage: string): Looked => ({ damage, dropped: new Map() });

/** Also for errors that SQLite throws for damage. */
export function damageOf(error: unknown): string | null {
  if (error instanceof DamagedRow) return error.message;
  if (!(error instanceof Database.SqliteError)) return null;
  const isDamage = /^SQLITE_(CORRUPT|NOTADB|IOERR_(READ|SHORT_READ|CORRUPTFS|DATA))/.test(error.code);
  return isDamage ? `${error.code}: ${error.message}` : null;
}

export function lookThrough(db: Connection, salt: number | null): Looked {
  db.pragma('cell_size_check = ON');
  const shape = shapeOf(db);
  if (salt === null || shape !== currentShape()) return damaged('its tables are not those that were made');
  const tables = checkedTables(db);
  for (const table of ['sqlite_schema', ...tables]) {
    const trouble = troubleIn(db, table);
    if (trouble !== null) return damaged(`${table}: ${trouble}`);
  }
  return dropBroken(db, new Checks(salt), tables);
}

function troubleIn(db: Connection, table: string): string | null {
  const check = (): string[] => (db.pragma(`integrity_check(${table})`) as { integrity_check: string }[]).map(textOf);
  const found = check();
  if (found[0] === 'ok') return null;
  // An index can be made again from its table.
  if (found.every((text) => /missing from index|wrong # of entries in index/.test(text))) {
    db.exec(`REINDEX ${table}`);
    if (check()[0] === 'ok') return null;
  }
  return found[0] ?? 'no answer';
}
const textOf = (row: { integrity_check: string }): string => row.integrity_check;

function shapeOf(db: Connection): string {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  return JSON.stringify(
    names.map((name) => {
      const columns = db.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
      const indexes = (db.pragma(`index_list(${name})`) as { name: string }[]).map((one) => one.name).sort();
      return [name, columns.map((column) => [column.name, column.type, column.pk]), indexes];
    }),
  );
}

let shape: string | null = null;
function currentShape(): string {
  if (shape !== null) return shape;
  const db = new Database(':memory:');
  db.exec(TABLES);
  shape = shapeOf(db);
  db.close();
  return shape;
}

type Row = Record<string, Field>;

function dropBroken(db: Connection, checks: Checks, tables: readonly string[]): Looked {
  const broken = new Map<string, Field[]>();
  for (const table of tables) {
    const columns = checkedColumns(db, table);
    const keys: Field[] = [];
    let rows = 0;
    for (const row of db.prepare(`SELECT * FROM ${table}`).iterate() as IterableIterator<Row>) {
      rows += 1;
      if (!checks.holds(table, columns, row)) keys.push(row[columns[0]!]!);
    }
    if (keys.length > FEW || (keys.length > 0 && keys.length === rows && rows > 1))
      return damaged(`${keys.length} of ${rows} rows of ${table} are not what was written (checksum)`);
    if (keys.length > 0) broken.set(table, keys);
  }
  if (broken.size === 0) return sound();
  const dropped = new Map<string, number>();
  db.transaction(() => {
    for (const [table, keys] of broken) {
      const [key = ''] = checkedColumns(db, table);
      for (const one of keys) db.prepare(`DELETE FROM ${table} WHERE ${key} = ?`).run(one);
      dropped.set(table, keys.length);
    }
  })();
  return sound(dropped);
}
