/**
 * The checksum of a row: CRC32C over its table's name and all its fields, mixed with the file's own salt. So a row that
 * was read with other bytes than it was written with, that sits under another id, or that belongs to another buffer
 * (a foreign write-ahead log) is seen for what it is.
 */
import { crc32c } from '@node-rs/crc32';
import type { Database } from 'better-sqlite3';

export type Field = number | string | Uint8Array | null;
type Fields = readonly Field[];

/** Longer ones are not copied. */
const COPIED_BYTES = 512;
const scratch = Buffer.alloc(4096);
const [NULL, NUMBER, TEXT, BLOB] = [0, 1, 2, 3];

/** Without the salt. */
export function fieldsCrc(table: string, fields: Fields): number {
  let crc = 0;
  let at = scratch.write(table, 0, 'utf8');
  const flush = (): void => {
    crc = crc32c(scratch.subarray(0, at), crc);
    at = 0;
  };
  const head = (kind: number, length: number): void => {
    if (at > scratch.length - COPIED_BYTES - 9) flush();
    scratch[at] = kind;
    scratch.writeDoubleLE(length, at + 1);
    at += 9;
  };
  for (const field of fields) {
    if (field === null) head(NULL, 0);
    else if (typeof field === 'number') head(NUMBER, field);
    else {
      const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
      head(typeof field === 'string' ? TEXT : BLOB, bytes.length);
      if (bytes.length <= COPIED_BYTES) {
        scratch.set(bytes, at);
        at += bytes.length;
      } else {
        flush();
        crc = crc32c(bytes, crc);
      }
    }
  }
  flush();
  return crc;
}

/** A row is not what was written. */
export class DamagedRow extends Error {
  constructor(table: string) {
    super(`a row of the table ${table} is not what was written (checksum)`);
  }
}

export class Checks {
  readonly salt: number;

  constructor(salt: number) {
    this.salt = salt;
  }

  of(table: string, fields: Fields): number {
    return (fieldsCrc(table, fields) ^ this.salt) >>> 0;
  }
  /** `columns`: in the table's order, without `crc`. */
  holds(table: string, columns: readonly string[], row: Readonly<Record<string, unknown>>): boolean {
    const fields = columns.map((name) => row[name] as Field);
    return this.of(table, fields) === row.crc;
  }
  /** @throws DamagedRow */
  assert<T>(table: string, columns: readonly string[], row: T): T {
    if (this.holds(table, columns, row as Record<string, unknown>)) return row;
    throw new DamagedRow(table);
  }
}

/** The columns of a table that its checksum is over, in their order. */
export function checkedColumns(db: Database, table: string): string[] {
  const columns = db.pragma(`table_info(${table})`) as { name: string }[];
  return columns.map(({ name }) => name).filter((name) => name !== 'crc');
}
/** Tables whose rows have a checksum of their own; `content` has its rows' in `parcel`. */
export function checkedTables(db: Database): string[] {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .pluck()
    .all() as string[];
  return tables.filter((table) =>
    (db.pragma(`table_info(${table})`) as { name: string }[]).some(({ name }) => name === 'crc'),
  );
}
