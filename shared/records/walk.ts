/** Reading a batch's records one after the other. */

import { decompress } from './codec.ts';
import type { PlainRecord, RecordHeader } from './encode.ts';
import { RecordsError } from './error.ts';
import { AT, type BatchHeader, checkCrc, HEADER_BYTES, readHeader } from './header.ts';
import { isNarrow } from './numbers.ts';
import { RawReader } from './rawReader.ts';

/** A record of no key, no value, no headers takes this many bytes: what a count can be checked against. */
const MIN_RECORD_BYTES = 7;

export interface ReadOptions {
  /** Decompressed bytes that are allowed; more is `tooLarge`. */
  readonly maxRawBytes: number;
}

/**
 * One record during a walk. The view itself is used again for the next record: valid during `visit` only. What its
 * properties return are views into the raw bytes, and stay as they are for as long as they are held.
 */
export interface RecordView {
  /** Position behind the batch's base offset; rises, with holes where compaction took records away. */
  readonly offsetDelta: number;
  /** Milliseconds; the broker's where the batch is in log-append time. */
  readonly timestamp: number;
  /** Made anew at each access, as `value` is. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headerCount: number;
  /** The headers as they are encoded, without their number in front. */
  readonly headerBytes: Buffer;
  /** Names as bytes: they need not be UTF-8. Decoded anew at each call. */
  headers(): RecordHeader[];
}

export type ReadRecord = PlainRecord & { readonly offsetDelta: number };

class View implements RecordView {
  offsetDelta = -1;
  timestamp = 0;
  headerCount = 0;
  keyAt = 0;
  keyLength = -1;
  valueAt = 0;
  valueLength = -1;
  headersAt = 0;
  end = 0;
  readonly #raw: Buffer;

  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  get key(): Buffer | null {
    return this.keyLength < 0 ? null : this.#raw.subarray(this.keyAt, this.keyAt + this.keyLength);
  }

  get value(): Buffer | null {
    return this.valueLength < 0 ? null : this.#raw.subarray(this.valueAt, this.valueAt + this.valueLength);
  }

  get headerBytes(): Buffer {
    return this.#raw.subarray(this.headersAt, this.end);
  }

  headers(): RecordHeader[] {
    if (this.headerCount === 0) return [];
    const reader = new RawReader(this.#raw, this.headersAt);
    const headers: RecordHeader[] = [];
    for (let i = 0; i < this.headerCount; i++) headers.push([reader.bytesOf()!, reader.bytesOf()]);
    return headers;
  }
}

/**
 * Checks the CRC, decompresses, checks that the count can be true.
 * @throws RecordsError `badCrc`, `badCodec`, `tooLarge`, `badCount`
 */
export function rawRecords(batch: Buffer, header: BatchHeader, { maxRawBytes }: ReadOptions): Buffer {
  checkCrc(batch, header);
  const raw = decompress(batch.subarray(HEADER_BYTES, header.sizeInBytes), header.codec, maxRawBytes);
  if (header.count * MIN_RECORD_BYTES > raw.length) {
    throw new RecordsError('badCount', `${header.count} records in ${raw.length} bytes`);
  }
  return raw;
}

/**
 * Visits each record of one whole batch, after checking its CRC. Structure is checked as the walk goes: a visitor may
 * have seen records in front of a broken one.
 * @throws RecordsError; what `visit` throws passes through
 */
export function walkRecords(batch: Buffer, options: ReadOptions, visit: (record: RecordView) => void): void {
  const header = readHeader(batch);
  const raw = rawRecords(batch, header, options);
  const reader = new RawReader(raw, 0);
  const view = new View(raw);
  const base = header.baseTimestamp;
  const wideBase = isNarrow(base) ? null : batch.readBigInt64BE(AT.baseTimestamp);
  for (let i = 0; i < header.count; i++) {
    const end = reader.recordEnd();
    reader.at++; // attributes: none are defined
    const timestamp = reader.timestamp(base, wideBase);
    view.timestamp = header.logAppendTime ? header.maxTimestamp : timestamp;
    const offsetDelta = reader.varint();
    if (offsetDelta <= view.offsetDelta || offsetDelta > header.lastOffsetDelta) {
      throw new RecordsError('badStructure', `offset delta ${offsetDelta} of ${header.lastOffsetDelta}`);
    }
    view.offsetDelta = offsetDelta;
    view.keyLength = reader.length(end);
    view.keyAt = reader.skip(view.keyLength);
    view.valueLength = reader.length(end);
    view.valueAt = reader.skip(view.valueLength);
    view.headerCount = reader.varint();
    view.headersAt = reader.at;
    view.end = end;
    checkHeaders(reader, view.headerCount, end);
    visit(view);
    // The visitor may have walked another batch, never this reader.
  }
  if (reader.at !== raw.length) throw new RecordsError('badCount', `bytes behind the last of ${header.count} records`);
}

/** Leaves the reader at the record's end, or throws. */
function checkHeaders(reader: RawReader, count: number, end: number): void {
  if (count < 0) throw new RecordsError('badStructure', `${count} headers`);
  for (let i = 0; i < count; i++) {
    const nameLength = reader.length(end);
    if (nameLength < 0) throw new RecordsError('badStructure', 'a header without a name');
    reader.skip(nameLength);
    reader.skip(reader.length(end));
  }
  if (reader.at !== end) throw new RecordsError('badStructure', 'a record longer or shorter than it says');
}

/**
 * All records of one whole batch.
 * @throws RecordsError
 */
export function readRecords(batch: Buffer, options: ReadOptions): ReadRecord[] {
  const records: ReadRecord[] = [];
  walkRecords(batch, options, (view) => {
    const { key, value, timestamp, offsetDelta } = view;
    records.push({ key, value, timestamp, offsetDelta, headers: view.headers() });
  });
  return records;
}
