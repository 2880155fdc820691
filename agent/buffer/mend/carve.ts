/**
 * Everything in a damaged file that can still be proved to be what was written. Trees, indexes, free lists and the header
 * do not matter here: each page that holds rows is read by itself, and a row says by its checksum which table it is of
 * and that all of it is right. Only whether a page is in use has to be known, as freed ones hold rows of before: that say
 * the pointer map and the pages above it, and rows of pages of which only one of both says so come last.
 */
import type { Database } from 'better-sqlite3';
import { checkedColumns, checkedTables, type Field, fieldsCrc } from '../checks.ts';
import { type Cell, cellsOf, childrenOf } from './cells.ts';
import type { Image } from './image.ts';

export interface CheckedTable {
  readonly name: string;
  /** In the table's order, `crc` included. */
  readonly columns: readonly string[];
  readonly crcAt: number;
  /** The first column is the row id, and is not in the record. */
  readonly idFirst: boolean;
}

export function tablesOf(db: Database): CheckedTable[] {
  return checkedTables(db).map((name) => {
    const columns = (db.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name);
    const [key = ''] = checkedColumns(db, name);
    return { name, columns, crcAt: columns.indexOf('crc'), idFirst: key !== 'key' };
  });
}

export interface CheckedRow {
  readonly table: CheckedTable;
  readonly fields: readonly Field[];
  /** Its checksum without the salt, mixed with the one that is stored: the salt, where the row is right. */
  readonly salt: number;
}

function asRow(table: CheckedTable, { rowId, fields }: Cell): CheckedRow | null {
  if (fields.length !== table.columns.length || (rowId === null) === table.idFirst) return null;
  const all = table.idFirst ? [rowId, ...fields.slice(1)] : fields;
  const crc = all[table.crcAt];
  if (typeof crc !== 'number') return null;
  const checked = all.filter((_, i) => i !== table.crcAt);
  return { table, fields: all, salt: (fieldsCrc(table.name, checked) ^ crc) >>> 0 };
}

const ENOUGH_ROWS = 20_000;

function* allPages(image: Image): Generator<number> {
  for (let number = 1; number <= image.pageCount; number++) yield number;
}

/** What the rows agree on; null: there are none. */
export function commonSalt(
  image: Image,
  tables: readonly CheckedTable[],
  pages: Iterable<number> = allPages(image),
): number | null {
  const votes = new Map<number, number>();
  let rows = 0;
  for (const number of pages) {
    if (rows >= ENOUGH_ROWS) break;
    const page = image.page(number);
    if (page === null) continue;
    for (const cell of cellsOf(image, number, page)) {
      for (const table of tables) {
        const row = asRow(table, cell);
        if (row === null) continue;
        votes.set(row.salt, (votes.get(row.salt) ?? 0) + 1);
        rows += 1;
      }
    }
  }
  let best: number | null = null;
  for (const [salt, count] of votes) if (count >= 2 && count > (votes.get(best ?? -1) ?? 0)) best = salt;
  return best;
}

export type Carved = CheckedRow | { readonly id: number; readonly blob: Buffer };

/** Rows of `content` come as they are: `parcel` has their checksums. */
export function* carve(image: Image, tables: readonly CheckedTable[], salt: number): Generator<Carved> {
  const linked = linkedPages(image);
  for (const surely of [true, false]) {
    for (let number = 1; number <= image.pageCount; number++) {
      const word = image.word(number);
      const sure = word === 'root' || (word === 'tree' && linked[number] === 1);
      const likely = sure || word === 'tree' || linked[number] === 1;
      if (!likely || sure !== surely) continue;
      const page = image.page(number);
      if (page !== null) yield* rowsOf(image, number, page, tables, salt);
    }
  }
}

function* rowsOf(image: Image, number: number, page: Buffer, tables: readonly CheckedTable[], salt: number) {
  for (const cell of cellsOf(image, number, page)) {
    const { rowId, fields } = cell;
    const blob = fields[1];
    if (rowId !== null && fields.length === 2 && fields[0] === null && blob instanceof Uint8Array)
      yield { id: rowId, blob: blob as Buffer };
    for (const table of tables) {
      const row = asRow(table, cell);
      if (row !== null && row.salt === salt) yield row;
    }
  }
}

/** 1 for each page that a page above it leads to. */
function linkedPages(image: Image): Uint8Array {
  const linked = new Uint8Array(image.pageCount + 1);
  for (let number = 1; number <= image.pageCount; number++) {
    const word = image.word(number);
    if (word !== 'root' && word !== 'tree') continue;
    const page = image.page(number);
    if (page === null) continue;
    for (const child of childrenOf(number, page)) if (child <= image.pageCount) linked[child] = 1;
  }
  return linked;
}
