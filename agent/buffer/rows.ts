/** The rows with records in them: parcels and their contents, tail, quarantine. Statements and checksums. */
import { crc32c } from '@node-rs/crc32';
import type { Database } from 'better-sqlite3';
import { TIP_BYTES, type Tip } from '../../shared/identity.ts';
import type { GapReason } from '../stages.ts';
import type { StreamState } from './catalog.ts';

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
  /** Its place's: follows from that, so it is in no checksum. */
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
}

const scratch = Buffer.alloc(88);
/** CRC32C over the fields of a parcel that decide where it belongs, what it follows and what is said about it. */
export function rowCrc(row: Omit<NewParcel, 'formerTip'>): number {
  scratch.writeDoubleLE(row.stream, 0);
  scratch.writeDoubleLE(row.first, 8);
  scratch.writeDoubleLE(row.last, 16);
  scratch.writeDoubleLE(row.minTimestamp, 24);
  scratch.writeDoubleLE(row.maxTimestamp, 32);
  scratch.writeUInt32LE(row.kind * 2 + row.stamp, 40);
  scratch.writeUInt32LE(row.bytes, 44);
  scratch.writeUInt32LE(row.contentCrc, 48);
  row.previousTip.copy(scratch, 52, 0, TIP_BYTES);
  row.tip.copy(scratch, 68, 0, TIP_BYTES);
  scratch.writeUInt32LE(row.position === null ? 0 : 1, 84);
  const crc = crc32c(scratch);
  return row.position === null ? crc : crc32c(row.position, crc);
}

export function tailCrc(row: Omit<TailRow, 'id' | 'crc'>): number {
  scratch.fill(0);
  scratch.writeDoubleLE(row.stream, 0);
  scratch.writeDoubleLE(row.first, 8);
  scratch.writeDoubleLE(row.last, 16);
  scratch.writeDoubleLE(row.minTimestamp, 24);
  scratch.writeDoubleLE(row.maxTimestamp, 32);
  scratch.writeUInt32LE(row.stamp, 40);
  scratch.writeUInt32LE(row.blob.length, 44);
  return crc32c(row.blob, crc32c(scratch));
}

const PARCEL_COLUMNS =
  'id, stream, first, last, kind, bytes, previousTip, tip, formerTip, minTimestamp, maxTimestamp, ' +
  'stamp, boot, monotonicMs, createdMs, reason, detail, position, contentCrc, crc, queue';
const ENDS_COLUMNS = 'id, first, last, kind, bytes, tip, formerTip';
const TAIL_COLUMNS =
  'id, stream, first, last, rawBytes, minTimestamp, maxTimestamp, stamp, boot, monotonicMs, createdMs, position, crc, blob';

function prepare(db: Database) {
  const marks = (columns: string): string => columns.replace(/\w+/g, '?');
  return {
    addParcel: db.prepare(`INSERT INTO parcel (${PARCEL_COLUMNS}) VALUES (${marks(PARCEL_COLUMNS)})`),
    addContent: db.prepare('INSERT INTO content VALUES (?, ?)'),
    content: db.prepare('SELECT blob FROM content WHERE id = ?').pluck(),
    removeParcel: db.prepare('DELETE FROM parcel WHERE id = ? RETURNING stream, bytes'),
    removeContent: db.prepare('DELETE FROM content WHERE id = ?'),
    after: db.prepare('SELECT id, stream, first, bytes FROM parcel WHERE id > ? ORDER BY id LIMIT ?').raw(),
    afterIn: db
      .prepare('SELECT id, stream, first, bytes FROM parcel WHERE queue = ? AND id > ? ORDER BY id LIMIT ?')
      .raw(),
    strays: db
      .prepare('SELECT id, first FROM parcel WHERE stream = ? AND first >= ? AND queue <> ? ORDER BY first LIMIT ?')
      .raw(),
    setQueue: db.prepare('UPDATE parcel SET queue = ? WHERE id = ?'),
    parcel: db.prepare('SELECT * FROM parcel WHERE id = ?'),
    ofStream: db.prepare('SELECT * FROM parcel WHERE stream = ? AND first >= ? ORDER BY first LIMIT ?'),
    endsBelow: db.prepare(`SELECT ${ENDS_COLUMNS} FROM parcel WHERE stream = ? AND first < ? ORDER BY first LIMIT ?`),
    holding: db.prepare(
      `SELECT ${ENDS_COLUMNS} FROM parcel WHERE stream = ? AND first <= ? ORDER BY first DESC LIMIT 1`,
    ),
    gapRecords: db
      .prepare('SELECT sum(last - first + 1) FROM parcel WHERE stream = ? AND first >= ? AND kind = 1')
      .pluck(),
    setTips: db.prepare('UPDATE parcel SET previousTip = ?, tip = ?, formerTip = ?, crc = ? WHERE id = ?'),
    oldest: db.prepare('SELECT boot, monotonicMs, createdMs FROM parcel ORDER BY id LIMIT 1'),
    oldestOf: db.prepare('SELECT boot, monotonicMs, createdMs FROM parcel WHERE stream = ? ORDER BY first LIMIT 1'),
    lastId: db.prepare('SELECT max(id) FROM parcel').pluck(),
    firstId: db.prepare('SELECT min(id) FROM parcel').pluck(),
    addTail: db.prepare(`INSERT INTO tail (${TAIL_COLUMNS}) VALUES (${marks(TAIL_COLUMNS)})`),
    tail: db.prepare('SELECT * FROM tail WHERE stream = ? ORDER BY id LIMIT ?'),
    removeTail: db.prepare('DELETE FROM tail WHERE id = ?'),
    tailSums: db.prepare(
      'SELECT stream, count(*) AS rows, sum(last - first + 1) AS records, sum(rawBytes) AS bytes FROM tail GROUP BY stream',
    ),
    lastTailId: db.prepare('SELECT max(id) FROM tail').pluck(),
    addQuarantine: db.prepare(
      'INSERT INTO quarantine (epoch, topic, partition, lane, first, last, previousTip, tip, minTimestamp, maxTimestamp, ' +
        'reason, createdMs, contentCrc, bytes, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
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

/** Fixed cost of a quarantined row towards the cap. */
const QUARANTINE_ROW_BYTES = 256;

export class Rows {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #streams: StreamsOfRows;
  #nextId: number;
  #nextTailId: number;

  constructor(db: Database, streams: StreamsOfRows) {
    this.#sql = prepare(db);
    this.#streams = streams;
    this.#nextId = Math.max(0, (this.#sql.lastId.get() as number | null) ?? 0) + 1;
    this.#nextTailId = ((this.#sql.lastTailId.get() as number | null) ?? 0) + 1;
  }

  /** Adds a parcel at the end of all rows, or in the place of one that was removed. Returns its id. */
  addParcel(row: NewParcel, blob: Buffer | null, at?: number): number {
    const id = at ?? this.#nextId++;
    this.#sql.addParcel.run(
      ...[id, row.stream, row.first, row.last, row.kind, row.bytes, row.previousTip, row.tip, row.formerTip ?? null],
      ...[row.minTimestamp, row.maxTimestamp, row.stamp, row.boot, row.monotonicMs, row.createdMs],
      ...[row.reason, row.detail, row.position, row.contentCrc, rowCrc(row)],
      this.#streams.queue(row.stream),
    );
    this.#streams.grown(row.stream, row.bytes);
    if (blob !== null) this.#sql.addContent.run(id, blob);
    return id;
  }
  removeParcel(id: number, kind: number): void {
    const gone = this.#sql.removeParcel.get(id) as { stream: number; bytes: number } | undefined;
    if (gone !== undefined) this.#streams.grown(gone.stream, -gone.bytes);
    if (kind === KIND_SEALED) this.#sql.removeContent.run(id);
  }
  parcel(id: number): ParcelRow {
    return this.#sql.parcel.get(id) as ParcelRow;
  }
  /** The blob, or null where it is not there or not what was written. */
  content(row: ParcelRow): Buffer | null {
    const blob = this.#sql.content.get(row.id) as Buffer | undefined;
    if (blob === undefined || rowCrc(row) !== row.crc || crc32c(blob) !== row.contentCrc) return null;
    return blob;
  }
  /** The blob whatever its checksum. */
  rawContent(id: number): Buffer | null {
    return (this.#sql.content.get(id) as Buffer | undefined) ?? null;
  }
  /** `[id, stream, first, bytes]` of rows behind `id`. */
  after(id: number, count: number): [number, number, number, number][] {
    return this.#sql.after.all(id, count) as [number, number, number, number][];
  }
  /** The same of one queue. */
  afterIn(queue: number, id: number, count: number): [number, number, number, number][] {
    return this.#sql.afterIn.all(queue, id, count) as [number, number, number, number][];
  }
  /** `[id, first]` of a stream's rows that are not in this queue, from `first` on. */
  strays(stream: number, first: number, queue: number, count: number): [number, number][] {
    return this.#sql.strays.all(stream, first, queue, count) as [number, number][];
  }
  setQueue(id: number, queue: number): void {
    this.#sql.setQueue.run(queue, id);
  }
  ofStream(stream: number, fromFirst: number, count: number): ParcelRow[] {
    return this.#sql.ofStream.all(stream, fromFirst, count) as ParcelRow[];
  }
  /** Rows that begin below `next`, oldest first. */
  endsBelow(stream: number, next: number, count: number): RowEnds[] {
    return this.#sql.endsBelow.all(stream, next, count) as RowEnds[];
  }
  /** The row that holds this sequence, or the last one below it. */
  holding(stream: number, sequence: number): RowEnds | undefined {
    return this.#sql.holding.get(stream, sequence) as RowEnds | undefined;
  }
  /** Records of a stream's gaps from `first` on. */
  gapRecords(stream: number, first: number): number {
    return (this.#sql.gapRecords.get(stream, first) as number | null) ?? 0;
  }
  /** Gives a row another place in the chain. Its bytes stay. `formerTip`: what may still prove it; null: nothing. */
  setTips(row: ParcelRow, previousTip: Tip, tip: Tip, formerTip: Tip | null): void {
    const crc = rowCrc({ ...row, previousTip, tip });
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
    this.#sql.addTail.run(
      ...[this.#nextTailId++, row.stream, row.first, row.last, row.rawBytes, row.minTimestamp, row.maxTimestamp],
      ...[row.stamp, row.boot, row.monotonicMs, row.createdMs, row.position, tailCrc(row), row.blob],
    );
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
    this.#sql.addQuarantine.run(
      ...[epoch.epoch, place.topic, place.partition, place.lane, row.first, row.last, row.previousTip, row.tip],
      ...[row.minTimestamp, row.maxTimestamp, row.reason, row.createdMs, row.contentCrc, bytes, row.blob],
    );
    let total = this.#sql.quarantineBytes.get() as number;
    while (total > maxBytes) {
      const oldest = this.#sql.oldestQuarantine.get() as { id: number; bytes: number };
      this.#sql.removeQuarantine.run(oldest.id);
      total -= oldest.bytes;
    }
  }
}
