/**
 * Deliveries that are kept after their receipt: the parcel's row moves from `parcel` to `retained` and back, its blob stays
 * where it is in `content`. Ids are the parcels' own, so that what is sent again stands where it stood.
 */
import type { Database } from 'better-sqlite3';
import type { Checks } from './checks.ts';
import { fieldsOf, KIND_GAP, KIND_SEALED, PARCEL_COLUMNS, type ParcelRow, type Rows } from './rows.ts';

/** What one more row costs beside its blob, roughly. */
export const RETAINED_ROW_BYTES = 300;

export interface Sums {
  readonly rows: number;
  /** Of sealed rows. */
  readonly records: number;
  readonly bytes: number;
}
export const NO_SUMS: Sums = { rows: 0, records: 0, bytes: 0 };

export interface RetainedRow extends ParcelRow {
  /** Running time of all agents on this file when it was delivered. */
  readonly runMs: number;
}

export const sumsOf = ({ first, last, kind, bytes }: Pick<RetainedRow, 'first' | 'last' | 'kind' | 'bytes'>): Sums => ({
  rows: 1,
  records: kind === KIND_SEALED ? last - first + 1 : 0,
  bytes: bytes + RETAINED_ROW_BYTES,
});

/** In the table's order, without `crc`. */
const COLUMNS = [...PARCEL_COLUMNS, 'runMs'];

function prepare(db: Database) {
  const columns = [...COLUMNS, 'crc'];
  return {
    add: db.prepare(`INSERT INTO retained (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`),
    remove: db.prepare('DELETE FROM retained WHERE id = ?'),
    oldest: db.prepare('SELECT * FROM retained ORDER BY runMs, id LIMIT ?'),
    below: db.prepare('SELECT * FROM retained WHERE stream = ? AND first < ? ORDER BY first DESC LIMIT ?'),
    after: db.prepare('SELECT * FROM retained WHERE id > ? ORDER BY id LIMIT ?'),
    lastRunMs: db.prepare('SELECT max(runMs) FROM retained').pluck(),
  };
}

export class Retained {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #checks: Checks;
  readonly #rows: Rows;

  constructor(db: Database, checks: Checks, rows: Rows) {
    this.#sql = prepare(db);
    this.#checks = checks;
    this.#rows = rows;
  }

  /** A parcel that was delivered. */
  keep(row: ParcelRow, runMs: number): void {
    const fields = fieldsOf(COLUMNS, { ...row, formerTip: null, runMs });
    this.#sql.add.run(...fields, this.#checks.of('retained', fields));
    this.#rows.removeParcel(row.id, KIND_GAP);
  }
  /** A parcel that is sent once more. */
  restore(row: RetainedRow): void {
    this.#sql.remove.run(row.id);
    this.#rows.addParcel(row, null, row.id);
  }
  drop(id: number, kind: number): void {
    this.#sql.remove.run(id);
    if (kind === KIND_SEALED) this.#rows.removeContent(id);
  }
  /** Whether a row is what was written. */
  holds(row: RetainedRow): boolean {
    return this.#checks.holds('retained', COLUMNS, row as unknown as Record<string, unknown>);
  }
  /** Those that were delivered first. */
  oldest(count: number): RetainedRow[] {
    return this.#sql.oldest.all(count) as RetainedRow[];
  }
  /** Rows of a stream that begin below `next`, the last one first. */
  below(stream: number, next: number, count: number): RetainedRow[] {
    return this.#sql.below.all(stream, next, count) as RetainedRow[];
  }
  /** In the order of ids. */
  after(id: number, count: number): RetainedRow[] {
    return this.#sql.after.all(id, count) as RetainedRow[];
  }
  lastRunMs(): number {
    return (this.#sql.lastRunMs.get() as number | null) ?? 0;
  }
}
