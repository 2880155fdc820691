/** The rows with records in them: parcels and their contents, tail, quarantine. Statements and checksums. */
import { crc32c } from '@node-rs/crc32';
import type { Database } from 'better-sqlite3';
import type { Tip } from '../../shared/identity.ts';
import type { GapReason } from '../stages.ts';
import type { StreamState } from './catalog.ts';
import type { Checks, Field } from './checks.ts';

export const KIND_SEALED = 0;
export const KIND_GAP = 1;
export const STAMP_SOURCE = 0;
export const STAMP_AGENT = 1;

/** When a row's records were captured. */
export interface Moment {
  /** Row of the table `boot`. */
  readonly boot: number;
  readonly monotonicMs: number;
  readonly createdMs: number;
}

export interface ParcelRow extends Moment {
  readonly id: number;
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly kind: number;
  /** Of the blob; 0 for a gap. */
  readonly bytes: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  readonly formerTip: Tip | null;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly stamp: number;
  readonly reason: GapReason | null;
  readonly detail: string | null;
  readonly position: Buffer | null;
  readonly contentCrc: number;
  readonly crc: number;
  /** Its place's (shared/queues.ts). */
  readonly queue: number;
}
export type NewParcel = Omit<ParcelRow, 'id' | 'crc' | 'formerTip' | 'queue'> & { readonly formerTip?: Tip | null };

export interface TailRow extends Moment {
  readonly id: number;
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly rawBytes: number;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly stamp: number;
  readonly position: Buffer | null;
  readonly crc: number;
  readonly blob: Buffer;
}

/** What deciding about a row needs. */
export interface RowEnds {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly kind: number;
  readonly bytes: number;
  readonly tip: Tip;
  readonly formerTip: Tip | null;
  readonly reason: GapReason | null;
}

const MOMENT = ['boot', 'monotonicMs', 'createdMs'];
/** Each in its table's order, without `crc`. */
export const PARCEL_COLUMNS = [
  ...['id', 'stream', 'first', 'last', 'kind', 'bytes', 'previousTip', 'tip', 'formerTip'],
  ...['minTimestamp', 'maxTimestamp', 'stamp', ...MOMENT, 'reason', 'detail', 'position', 'contentCrc', 'queue'],
];
const TAIL_COLUMNS = [
  ...['id', 'stream', 'first', 'last', 'rawBytes', 'minTimestamp', 'maxTimestamp', 'stamp', ...MOMENT],
  ...['position', 'blob'],
];
const QUARANTINE_COLUMNS = [
  ...['id', 'epoch', 'topic', 'partition', 'lane', 'first', 'last', 'previousTip', 'tip'],
  ...['minTimestamp', 'maxTimestamp', 'reason', 'createdMs', 'contentCrc', 'bytes', 'blob'],
];

function prepare(db: Database) {
  const insert = (table: string, columns: readonly string[]): string =>
    `INSERT INTO ${table} (${[...columns, 'crc'].join(', ')}) VALUES (${[...columns, ''].map(() => '?').join(', ')})`;
  return {
    addParcel: db.prepare(insert('parcel', PARCEL_COLUMNS)),
    addContent: db.prepare('INSERT INTO content VALUES (?, ?)'),
    content: db.prepare('SELECT blob FROM content WHERE id = ?').pluck(),
    removeParcel: db.prepare('DELETE FROM parcel WHERE id = ? RETURNING stream, bytes'),
    removeContent: db.prepare('DELETE FROM content WHERE id = ?'),
    after: db.prepare('SELECT id, stream, first, bytes FROM parcel WHERE id > ? ORDER BY id LIMIT ?').raw(),
    sealedAfter: db
      .prepare('SELECT id, stream, first, bytes FROM parcel WHERE id > ? AND kind = 0 ORDER BY id LIMIT ?')
      .raw(),
    giveUp: db.prepare(
      'UPDATE parcel SET kind = 1, bytes = 0, contentCrc = 0, reason = ?, detail = ?, crc = ? WHERE id = ?',
    ),
    extend: db.prepare('UPDATE parcel SET last = ?, tip = ?, minTimestamp = ?, maxTimestamp = ?, crc = ? WHERE id = ?'),
    afterIn: db
      .prepare('SELECT id, stream, first, bytes FROM parcel WHERE queue = ? AND id > ? ORDER BY id LIMIT ?')
      .raw(),
    strays: db
      .prepare('SELECT id, first FROM parcel WHERE stream = ? AND first >= ? AND queue <> ? ORDER BY first LIMIT ?')
      .raw(),
    setQueue: db.prepare('UPDATE parcel SET queue = ?, crc = ? WHERE id = ?'),
    parcel: db.prepare('SELECT * FROM parcel WHERE id = ?'),
    ofStream: db.prepare('SELECT * FROM parcel WHERE stream = ? AND first >= ? ORDER BY first LIMIT ?'),
    endsBelow: db.prepare('SELECT * FROM parcel WHERE stream = ? AND first < ? ORDER BY first LIMIT ?'),
    holding: db.prepare('SELECT * FROM parcel WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1'),
    gapRecords: db
      .prepare('SELECT sum(last - first + 1) FROM parcel WHERE stream = ? AND first >= ? AND kind = 1')
      .pluck(),
    setTips: db.prepare('UPDATE parcel SET previousTip = ?, tip = ?, formerTip = ?, crc = ? WHERE id = ?'),
    oldest: db.prepare('SELECT boot, monotonicMs, createdMs FROM parcel ORDER BY id LIMIT 1'),
    oldestOf: db.prepare('SELECT boot, monotonicMs, createdMs FROM parcel WHERE stream = ? ORDER BY first LIMIT 1'),
    lastId: db
      .prepare('SELECT max(id) FROM (SELECT max(id) AS id FROM parcel UNION ALL SELECT max(id) FROM retained)')
      .pluck(),
    firstId: db
      .prepare('SELECT min(id) FROM (SELECT min(id) AS id FROM parcel UNION ALL SELECT min(id) FROM retained)')
      .pluck(),
    addTail: db.prepare(insert('tail', TAIL_COLUMNS)),
    tail: db.prepare('SELECT * FROM tail WHERE stream = ? ORDER BY id LIMIT ?'),
    removeTail: db.prepare('DELETE FROM tail WHERE id = ?'),
    tailSums: db.prepare(
      'SELECT stream, count(*) AS rows, sum(last - first + 1) AS records, sum(rawBytes) AS bytes FROM tail GROUP BY stream',
    ),
    lastTailId: db.prepare('SELECT max(id) FROM tail').pluck(),
    addQuarantine: db.prepare(insert('quarantine', QUARANTINE_COLUMNS)),
    lastQuarantineId: db.prepare('SELECT max(id) FROM quarantine').pluck(),
    quarantineBytes: db.prepare('SELECT coalesce(sum(bytes), 0) FROM quarantine').pluck(),
    oldestQuarantine: db.prepare('SELECT id, bytes FROM quarantine ORDER BY id LIMIT 1'),
    removeQuarantine: db.prepare('DELETE FROM quarantine WHERE id = ?'),
  };
}

/** What is kept of a row that could not be sent. */
export interface Quarantined {
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip | null;
  readonly tip: Tip | null;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly reason: string;
  readonly createdMs: number;
  readonly contentCrc: number;
  readonly blob: Buffer | null;
}

/** What rows follow from, and what follows from them, in the catalog: changed inside the transaction that changes rows. */
export interface StreamsOfRows {
  /** Of the stream's place. */
  queue(stream: number): number;
  /** The stream has so many more bytes in sealed rows. */
  grown(stream: number, bytes: number): void;
}

export const fieldsOf = (columns: readonly string[], row: object): Field[] =>
  columns.map((name) => (row as Record<string, Field>)[name]!);

/** Fixed cost of a quarantined row towards the cap. */
const QUARANTINE_ROW_BYTES = 256;

export class Rows {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #checks: Checks;
  readonly #streams: StreamsOfRows;
  #nextId: number;
  #nextTailId: number;

  constructor(db: Database, checks: Checks, streams: StreamsOfRows) {
    this.#sql = prepare(db);
    this.#checks = checks;
    this.#streams = streams;
    this.#nextId = Math.max(0, (this.#sql.lastId.get() as number | null) ?? 0) + 1;
    this.#nextTailId = ((this.#sql.lastTailId.get() as number | null) ?? 0) + 1;
  }

  /** Adds a parcel at the end of all rows, or in the place of one that was removed. Returns its id. */
  addParcel(row: NewParcel, blob: Buffer | null, at?: number): number {
    const id = at ?? this.#nextId++;
    const more = { id, formerTip: row.formerTip ?? null, queue: this.#streams.queue(row.stream) };
    const fields = fieldsOf(PARCEL_COLUMNS, { ...row, ...more });
    this.#sql.addParcel.run(...fields, this.#checks.of('parcel', fields));
    this.#streams.grown(row.stream, row.bytes);
    if (blob !== null) this.#sql.addContent.run(id, blob);
    return id;
  }
  removeParcel(id: number, kind: number): void {
    const gone = this.#sql.removeParcel.get(id) as { stream: number; bytes: number } | undefined;
    if (gone !== undefined) this.#streams.grown(gone.stream, -gone.bytes);
    if (kind === KIND_SEALED) this.#sql.removeContent.run(id);
  }
  /** The blob alone. */
  removeContent(id: number): void {
    this.#sql.removeContent.run(id);
  }
  parcel(id: number): ParcelRow {
    return this.#checked(this.#sql.parcel.get(id) as ParcelRow);
  }
  #checked<R>(row: R): R {
    return this.#checks.assert('parcel', PARCEL_COLUMNS, row);
  }
  /** The blob, or null where it is not there or not what was written. */
  content(row: ParcelRow): Buffer | null {
    const blob = this.#sql.content.get(row.id) as Buffer | undefined;
    return blob !== undefined && crc32c(blob) === row.contentCrc ? blob : null;
  }
  /** The blob whatever its checksum. */
  rawContent(id: number): Buffer | null {
    return (this.#sql.content.get(id) as Buffer | undefined) ?? null;
  }
  /** `[id, stream, first, bytes]` of rows behind `id`. */
  after(id: number, count: number): [number, number, number, number][] {
    return this.#sql.after.all(id, count) as [number, number, number, number][];
  }
  /** `[id, stream, first, bytes]` of sealed rows behind `id`. */
  sealedAfter(id: number, count: number): [number, number, number, number][] {
    return this.#sql.sealedAfter.all(id, count) as [number, number, number, number][];
  }
  /** The row becomes a gap, with the tips that it had. */
  giveUp(row: ParcelRow, reason: GapReason, detail: string): ParcelRow {
    const gap = { ...row, kind: KIND_GAP, bytes: 0, contentCrc: 0, reason, detail };
    const crc = this.#checks.of('parcel', fieldsOf(PARCEL_COLUMNS, gap));
    this.#sql.giveUp.run(reason, detail, crc, row.id);
    this.#sql.removeContent.run(row.id);
    this.#streams.grown(row.stream, -row.bytes);
    return { ...gap, crc };
  }
  /** The gap `behind` becomes part of the one in front of it. */
  join(gap: ParcelRow, behind: ParcelRow): void {
    const { last, tip } = behind;
    const minTimestamp = Math.min(gap.minTimestamp, behind.minTimestamp);
    const maxTimestamp = Math.max(gap.maxTimestamp, behind.maxTimestamp);
    const crc = this.#checks.of('parcel', fieldsOf(PARCEL_COLUMNS, { ...gap, last, tip, minTimestamp, maxTimestamp }));
    this.removeParcel(behind.id, KIND_GAP);
    this.#sql.extend.run(last, tip, minTimestamp, maxTimestamp, crc, gap.id);
  }
  /** `[id, stream, first, bytes]` of one queue's rows behind `id`. */
  afterIn(queue: number, id: number, count: number): [number, number, number, number][] {
    return this.#sql.afterIn.all(queue, id, count) as [number, number, number, number][];
  }
  /** `[id, first]` of a stream's rows that are not in this queue, from `first` on. */
  strays(stream: number, first: number, queue: number, count: number): [number, number][] {
    return this.#sql.strays.all(stream, first, queue, count) as [number, number][];
  }
  setQueue(id: number, queue: number): void {
    const row = this.#sql.parcel.get(id) as ParcelRow;
    // A damaged one stays damaged.
    const isWhole = this.#checks.holds('parcel', PARCEL_COLUMNS, { ...row });
    const crc = isWhole ? this.#checks.of('parcel', fieldsOf(PARCEL_COLUMNS, { ...row, queue })) : row.crc;
    this.#sql.setQueue.run(queue, crc, id);
  }
  ofStream(stream: number, fromFirst: number, count: number): ParcelRow[] {
    return (this.#sql.ofStream.all(stream, fromFirst, count) as ParcelRow[]).map((row) => this.#checked(row));
  }
  /** Rows that begin below `next`, oldest first. */
  endsBelow(stream: number, next: number, count: number): ParcelRow[] {
    return (this.#sql.endsBelow.all(stream, next, count) as ParcelRow[]).map((row) => this.#checked(row));
  }
  /** The row that holds this sequence, or the last one below it. */
  holding(stream: number, sequence: number): RowEnds | undefined {
    const row = this.#sql.holding.get(stream, sequence) as ParcelRow | undefined;
    return row && this.#checked(row);
  }
  /** Records of a stream's gaps from `first` on. */
  gapRecords(stream: number, first: number): number {
    return (this.#sql.gapRecords.get(stream, first) as number | null) ?? 0;
  }
  /** Gives a row another place in the chain. Its bytes stay. `formerTip`: what may still prove it; null: nothing. */
  setTips(row: ParcelRow, previousTip: Tip, tip: Tip, formerTip: Tip | null): void {
    const crc = this.#checks.of('parcel', fieldsOf(PARCEL_COLUMNS, { ...row, previousTip, tip, formerTip }));
    this.#sql.setTips.run(previousTip, tip, formerTip, crc, row.id);
  }
  /** An id in front of all rows. It may be below zero. */
  idInFront(): number {
    return ((this.#sql.firstId.get() as number | null) ?? this.#nextId) - 1;
  }
  oldest(): Moment | undefined {
    return this.#sql.oldest.get() as Moment | undefined;
  }
  oldestOf(stream: number): Moment | undefined {
    return this.#sql.oldestOf.get(stream) as Moment | undefined;
  }

  addTail(row: Omit<TailRow, 'id' | 'crc'>): void {
    const fields = fieldsOf(TAIL_COLUMNS, { ...row, id: this.#nextTailId++ });
    this.#sql.addTail.run(...fields, this.#checks.of('tail', fields));
  }
  /** Whether a row of the tail is what was written. */
  tailHolds(row: TailRow): boolean {
    return this.#checks.holds('tail', TAIL_COLUMNS, row as unknown as Record<string, unknown>);
  }
  tail(stream: number, count: number): TailRow[] {
    return this.#sql.tail.all(stream, count) as TailRow[];
  }
  removeTail(id: number): void {
    this.#sql.removeTail.run(id);
  }
  tailSums(): { stream: number; rows: number; records: number; bytes: number }[] {
    return this.#sql.tailSums.all() as { stream: number; rows: number; records: number; bytes: number }[];
  }

  /** Keeps a row that could not be sent; drops the oldest ones beyond `maxBytes`. */
  quarantine(stream: StreamState, row: Quarantined, maxBytes: number): void {
    const { epoch, place } = stream;
    const bytes = (row.blob?.length ?? 0) + QUARANTINE_ROW_BYTES;
    const id = ((this.#sql.lastQuarantineId.get() as number | null) ?? 0) + 1;
    const { topic, partition, lane } = place;
    const fields = fieldsOf(QUARANTINE_COLUMNS, { ...row, id, epoch: epoch.epoch, topic, partition, lane, bytes });
    this.#sql.addQuarantine.run(...fields, this.#checks.of('quarantine', fields));
    let total = this.#sql.quarantineBytes.get() as number;
    while (total > maxBytes) {
      const oldest = this.#sql.oldestQuarantine.get() as { id: number; bytes: number };
      this.#sql.removeQuarantine.run(oldest.id);
      total -= oldest.bytes;
    }
  }
}
