/** Writing a batch's records. */
import { type Codec, compress } from './codec.ts';
import { RecordsError } from './error.ts';
import { assembleBatch } from './header.ts';
import { putVarint, putVarlong, timestampDelta, varintSize, varlongSize } from './numbers.ts';
import { type Scratch, scratch } from './scratch.ts';

/** A name is bytes: Kafka says UTF-8, nobody checks. */
export type RecordHeader = readonly [name: Buffer, value: Buffer | null];

export interface PlainRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds since 1970, an integer; may be negative. */
  readonly timestamp: number;
  readonly headers: readonly RecordHeader[];
}

export interface EncodeOptions {
  readonly codec: Codec;
  /** zstd's; default 1. */
  readonly level?: number;
}

/** Headers that are written behind a record's own ones. */
export interface Stamp {
  readonly headerCount: number;
  /** Bytes that {@link put} will write for this record. */
  readonly size: number;
  /** Writes at `at` and returns where it ended. */
  put(bytes: Buffer, at: number): number;
}

/** A record's length field, attributes, deltas, key and value lengths and header count, at their longest. */
const MAX_FIXED_BYTES = 64;

/**
 * One RecordBatch v2: base offset 0, contiguous offset deltas, create time, no producer.
 * @throws RecordsError `badCount` for no records, `tooLarge` beyond `limits.maxBatchRawBytes`
 */
export function encodeBatch(records: readonly PlainRecord[], options: EncodeOptions): Buffer {
  const span = timeSpan(records);
  const out = scratch.reset();
  try {
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      putRecord(out, record, i, timestampDelta(record.timestamp, span.base), null);
    }
    return finishBatch(out, records.length, span, options);
  } finally {
    out.release();
  }
}

export interface TimeSpan {
  /** The first record's timestamp. */
  readonly base: number;
  readonly max: number;
}

export function timeSpan(records: readonly PlainRecord[]): TimeSpan {
  if (records.length === 0) throw new RecordsError('badCount', 'a batch of no records');
  let max = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of records) {
    if (timestamp > max) max = timestamp;
    if (!Number.isInteger(timestamp)) throw new RecordsError('badStructure', `the timestamp ${timestamp}`);
  }
  return { base: records[0]!.timestamp, max };
}

/** Compresses what was written and puts the header in front. */
export function finishBatch(out: Scratch, count: number, span: TimeSpan, { codec, level }: EncodeOptions): Buffer {
  const records = compress(out.written(), codec, level);
  return assembleBatch({ codec, count, baseTimestamp: span.base, maxTimestamp: span.max, records });
}

/** Appends one record. */
export function putRecord(
  out: Scratch,
  record: PlainRecord,
  offsetDelta: number,
  delta: number | bigint,
  stamp: Stamp | null,
): void {
  const { key, value, headers } = record;
  const headerCount = headers.length + (stamp === null ? 0 : stamp.headerCount);
  let length = 1 + varlongSize(delta) + varintSize(offsetDelta) + sizeOf(key) + sizeOf(value) + varintSize(headerCount);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!;
    length += sizeOf(header[0]) + sizeOf(header[1]);
  }
  if (stamp !== null) length += stamp.size;
  out.reserve(length + MAX_FIXED_BYTES);
  const bytes = out.bytes;
  let at = putVarint(bytes, out.at, length);
  bytes[at++] = 0;
  at = putVarlong(bytes, at, delta);
  at = putVarint(bytes, at, offsetDelta);
  at = putBytes(bytes, at, key);
  at = putBytes(bytes, at, value);
  at = putVarint(bytes, at, headerCount);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!;
    at = putBytes(bytes, putBytes(bytes, at, header[0]), header[1]);
  }
  out.at = stamp === null ? at : stamp.put(bytes, at);
}

const sizeOf = (part: Buffer | null): number => (part === null ? 1 : varintSize(part.length) + part.length);

function putBytes(bytes: Buffer, at: number, part: Buffer | null): number {
  if (part === null) {
    bytes[at] = 1; // -1 in zigzag
    return at + 1;
  }
  const start = putVarint(bytes, at, part.length);
  if (part.length > 24) bytes.set(part, start);
  else for (let i = 0; i < part.length; i++) bytes[start + i] = part[i]!;
  return start + part.length;
}
