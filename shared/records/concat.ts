/** Joining sealed batches of one stream without touching their records' contents. */

import { limits } from '../limits.ts';
import { isSealAttributes } from './check.ts';
import { type EncodeOptions, finishBatch } from './encode.ts';
import { RecordsError } from './error.ts';
import { AT, readHeader } from './header.ts';
import { isNarrow, putVarint, putVarlong, timestampDelta, varintSize, varlongSize } from './numbers.ts';
import { RawReader } from './rawReader.ts';
import { type Scratch, scratch } from './scratch.ts';
import { rawRecords } from './walk.ts';

/**
 * One batch of the records of several, in their order: the rows of a stream's tail become one sealed batch. Only
 * timestamp and offset deltas change; keys, values and headers are copied as they are. That the blobs' sequences follow
 * each other is the caller's business.
 * @throws RecordsError where a blob is broken; `badCount` for no records; `tooLarge` beyond `limits.maxBatchRawBytes`
 */
export function concatSealed(blobs: readonly Buffer[], options: EncodeOptions): Buffer {
  const out = scratch.reset();
  try {
    const joined = { count: 0, base: 0, max: Number.NEGATIVE_INFINITY };
    for (const blob of blobs) appendBatch(out, blob, joined);
    if (joined.count === 0) throw new RecordsError('badCount', 'a batch of no records');
    return finishBatch(out, joined.count, joined, options);
  } finally {
    out.release();
  }
}

function appendBatch(out: Scratch, blob: Buffer, joined: { count: number; base: number; max: number }): void {
  const header = readHeader(blob);
  if (!isSealAttributes(header.attributes)) throw new RecordsError('badStructure', `attributes ${header.attributes}`);
  const raw = rawRecords(blob, header, { maxRawBytes: limits.maxBatchRawBytes });
  const wideBase = isNarrow(header.baseTimestamp) ? null : blob.readBigInt64BE(AT.baseTimestamp);
  const reader = new RawReader(raw, 0);
  for (let i = 0; i < header.count; i++) {
    const end = reader.recordEnd();
    reader.at++;
    const timestamp = reader.timestamp(header.baseTimestamp, wideBase);
    if (reader.varint() !== i || reader.at > end) throw new RecordsError('badStructure', `record ${i} is broken`);
    if (joined.count === 0) joined.base = timestamp;
    if (timestamp > joined.max) joined.max = timestamp;
    putMoved(out, joined.count++, timestampDelta(timestamp, joined.base), raw, reader.at, end);
    reader.at = end;
  }
  if (reader.at !== raw.length) throw new RecordsError('badCount', `bytes behind the last of ${header.count} records`);
}

/** A record whose key, value and headers are the bytes from `start` to `end`. */
export function putMoved(
  out: Scratch,
  offsetDelta: number,
  delta: number | bigint,
  raw: Buffer,
  start: number,
  end: number,
): void {
  const length = 1 + varlongSize(delta) + varintSize(offsetDelta) + end - start;
  out.reserve(length + 5);
  const bytes = out.bytes;
  let at = putVarint(bytes, out.at, length);
  bytes[at++] = 0;
  at = putVarint(bytes, putVarlong(bytes, at, delta), offsetDelta);
  raw.copy(bytes, at, start, end);
  out.at = at + end - start;
}
