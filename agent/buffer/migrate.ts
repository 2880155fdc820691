/**
 * From an older format to this one, in one transaction: the file has either all of it or none. The format is in the
 * header (`user_version`) and, from 2 on, in the note `format`, which has a checksum: where they differ the note counts.
 */
import { randomBytes } from 'node:crypto';
import { crc32c } from '@node-rs/crc32';
import type { Database } from 'better-sqlite3';
import { TIP_BYTES } from '../../shared/identity.ts';
import { Checks, checkedColumns, checkedTables, type Field } from './checks.ts';
import type { ParcelRow, TailRow } from './rows.ts';
import { FORMAT_VERSION, TO_FORMAT_2 } from './schema.ts';

type Row = Record<string, Field>;

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

export const SALT_NOTE = 'salt';
export const FORMAT_NOTE = 'format';

/** What each file has from its making on. Inside a transaction. */
export function writeIdentity(db: Database): void {
  const salt = randomBytes(4).readUInt32BE();
  const put = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)');
  const checks = new Checks(salt);
  for (const [key, value] of [
    [SALT_NOTE, `${salt}`],
    [FORMAT_NOTE, `${FORMAT_VERSION}`],
  ] as const)
    put.run(key, value, checks.of('meta', [key, value]));
}

/** The salt as the file says it; null: it does not. Whether that is right, the rows' checksums say. */
export function saltOf(db: Database): number | null {
  const text = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(SALT_NOTE);
  const salt = typeof text === 'string' ? Number(text) : Number.NaN;
  return Number.isInteger(salt) && salt >= 0 && salt <= 0xffffffff ? salt : null;
}

/** @returns null where the file is of this format already */
export function migrate(db: Database, version: number): Migrated | null {
  if (version >= FORMAT_VERSION) return null;
  db.transaction(() => {
    addColumns(db);
    const broken = brokenRows(db);
    db.exec(TO_FORMAT_2);
    writeIdentity(db);
    writeOrigins(db);
    writeChecks(db, broken);
    db.pragma(`user_version = ${FORMAT_VERSION}`);
  }).exclusive();
  return { from: version, to: FORMAT_VERSION };
}

/** What format 1 got on its way; files of before may lack it. */
function addColumns(db: Database): void {
  const columns = db.pragma('table_info(stream)') as { name: string }[];
  if (columns.some(({ name }) => name === 'chainedNext')) return;
  db.exec('ALTER TABLE stream ADD chainedNext INTEGER; ALTER TABLE stream ADD chainedTip BLOB');
}

interface Broken {
  readonly parcel: ReadonlySet<number>;
  readonly tail: ReadonlySet<number>;
}

/** Rows that format 1's checksums find broken: they must not get good ones. */
function brokenRows(db: Database): Broken {
  const ids = <R extends { id: number; crc: number }>(table: string, crcOf: (row: R) => number): Set<number> => {
    const found = new Set<number>();
    for (const row of db.prepare(`SELECT * FROM ${table}`).iterate() as IterableIterator<R>) {
      if (crcOf(row) !== row.crc) found.add(row.id);
    }
    return found;
  };
  return { parcel: ids('parcel', parcelCrc1), tail: ids('tail', tailCrc1) };
}

function writeOrigins(db: Database): void {
  db.exec(
    'INSERT INTO origin SELECT s.id, e.id, e.epoch, e.predecessor, p.id, p.topic, p.partition, p.lane, ' +
      's.previousEpoch, s.previousNext, s.previousTip, 0 FROM stream s ' +
      'JOIN epoch e ON e.id = s.epoch JOIN place p ON p.id = s.place',
  );
}

const AT_ONCE = 500;

function writeChecks(db: Database, broken: Broken): void {
  const checks = new Checks(saltOf(db)!);
  for (const table of checkedTables(db)) {
    const columns = checkedColumns(db, table);
    const key = columns[0]!;
    const some = db.prepare(`SELECT * FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${AT_ONCE}`);
    const first = db.prepare(`SELECT * FROM ${table} ORDER BY ${key} LIMIT ${AT_ONCE}`);
    const set = db.prepare(`UPDATE ${table} SET crc = ? WHERE ${key} = ?`);
    const isBroken = (id: Field): boolean =>
      (table === 'parcel' || table === 'tail') && broken[table].has(id as number);
    for (let rows = first.all() as Row[]; rows.length > 0; rows = some.all(rows.at(-1)![key]) as Row[]) {
      for (const row of rows) {
        const crc = checks.of(
          table,
          columns.map((name) => row[name]!),
        );
        set.run(isBroken(row[key]!) ? ~crc >>> 0 : crc, row[key]);
      }
    }
  }
}

const scratch = Buffer.alloc(88);

function putEnds(row: Pick<ParcelRow, 'stream' | 'first' | 'last' | 'minTimestamp' | 'maxTimestamp'>): void {
  scratch.fill(0);
  scratch.writeDoubleLE(row.stream, 0);
  scratch.writeDoubleLE(row.first, 8);
  scratch.writeDoubleLE(row.last, 16);
  scratch.writeDoubleLE(row.minTimestamp, 24);
  scratch.writeDoubleLE(row.maxTimestamp, 32);
}

/** Format 1's. */
function parcelCrc1(row: ParcelRow): number {
  putEnds(row);
  scratch.writeUInt32LE((row.kind * 2 + row.stamp) >>> 0, 40);
  scratch.writeUInt32LE(row.bytes >>> 0, 44);
  scratch.writeUInt32LE(row.contentCrc >>> 0, 48);
  row.previousTip.copy(scratch, 52, 0, TIP_BYTES);
  row.tip.copy(scratch, 68, 0, TIP_BYTES);
  scratch.writeUInt32LE(row.position === null ? 0 : 1, 84);
  const crc = crc32c(scratch);
  return row.position === null ? crc : crc32c(row.position, crc);
}

/** Format 1's. */
function tailCrc1(row: TailRow): number {
  putEnds(row);
  scratch.writeUInt32LE(row.stamp >>> 0, 40);
  scratch.writeUInt32LE(row.blob.length, 44);
  return crc32c(row.blob, crc32c(scratch));
}
