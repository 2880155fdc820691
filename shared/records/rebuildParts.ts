/**
 * A batch of somebody else's log made into what a broker takes, with its own codec, in as many parts as a size limit needs.
 *
 * Keys, values and headers are copied as they are encoded; only timestamp and offset deltas are written anew. The parts
 * have contiguous offsets, create time (with log-append time the broker's time becomes the records' own), no delete
 * horizon, and only the records at or behind an offset.
 */

import { putMoved } from './concat.ts';
import { finishBatch } from './encode.ts';
import { RecordsError } from './error.ts';
import { AT, type BatchHeader, readHeader } from './header.ts';
import { isNarrow, timestampDelta } from './numbers.ts';
import { RawReader } from './rawReader.ts';
import { scratch } from './scratch.ts';
import type { Place, Stamper } from './stamp.ts';
import { rawRecords } from './walk.ts';

export interface RebuildPartsOptions {
  /** Records below this offset are left out. */
  readonly from: number;
  /** No part is larger, unless it is a single record. */
  readonly maxBytes: number;
  readonly maxRawBytes: number;
  /** Absent: records stay as they are. */
  readonly stamp?: Stamper | null;
}

export interface Rebuilt {
  readonly parts: RebuiltPart[];
  /** Records that the stamp has left out. */
  readonly dropped: number;
}

export interface RebuiltPart {
  readonly blob: Buffer;
  /** Offsets of its first and last record in the log that it comes from. */
  readonly first: number;
  readonly last: number;
  readonly records: number;
  readonly maxTimestamp: number;
  /** Each record's offset behind `first`; null where there are no holes. */
  readonly deltas: Int32Array | null;
}

interface Raw {
  readonly header: BatchHeader;
  readonly bytes: Buffer;
  /** Of each kept record: offset delta, timestamp, where key to headers lie. */
  readonly deltas: number[];
  readonly timestamps: number[];
  readonly starts: number[];
  readonly ends: number[];
  /** With a stamp: the same, and where the headers lie. */
  readonly places: Place[];
  readonly stamp: Stamper | null;
  dropped: number;
}

/**
 * Empty where no record is left.
 * @throws RecordsError; `tooLarge` beyond `maxRawBytes`, `badStructure` also for a control batch
 */
export const rebuildParts = (batch: Buffer, options: RebuildPartsOptions): RebuiltPart[] =>
  rebuildStamped(batch, options).parts;

/** The same, where records may be left out by their headers. */
export function rebuildStamped(batch: Buffer, options: RebuildPartsOptions): Rebuilt {
  const raw = readRaw(batch, options);
  const parts: RebuiltPart[] = [];
  const pending: [from: number, to: number][] = [];
  if (raw.deltas.length > 0) pending.push([0, raw.deltas.length]);
  for (let range = pending.pop(); range; range = pending.pop()) {
    const [from, to] = range;
    const part = encodePart(raw, from, to);
    if (part.blob.length <= options.maxBytes || to - from === 1) {
      parts.push(part);
      continue;
    }
    const middle = from + Math.ceil((to - from) / 2);
    pending.push([middle, to], [from, middle]);
  }
  return { parts, dropped: raw.dropped };
}

function readRaw(batch: Buffer, { from, maxRawBytes, stamp = null }: RebuildPartsOptions): Raw {
  const header = readHeader(batch);
  if (header.control) throw new RecordsError('badStructure', 'a control batch cannot be rebuilt');
  const bytes = rawRecords(batch, header, { maxRawBytes });
  const wideBase = isNarrow(header.baseTimestamp) ? null : batch.readBigInt64BE(AT.baseTimestamp);
  const lists = { deltas: [], timestamps: [], starts: [], ends: [], places: [] };
  const raw: Raw = { header, bytes, ...lists, stamp, dropped: 0 };
  const reader = new RawReader(bytes, 0);
  const firstDelta = from - header.baseOffset;
  let before = -1;
  for (let i = 0; i < header.count; i++) {
    const end = reader.recordEnd();
    reader.at++;
    const timestamp = reader.timestamp(header.baseTimestamp, wideBase);
    const delta = reader.varint();
    if (delta <= before || delta > header.lastOffsetDelta || reader.at > end) {
      throw new RecordsError('badStructure', `record ${i} is broken`);
    }
    before = delta;
    if (delta >= firstDelta) keep(raw, reader, delta, header.logAppendTime ? header.maxTimestamp : timestamp, end);
    reader.at = end;
  }
  if (reader.at !== bytes.length)
    throw new RecordsError('badCount', `bytes behind the last of ${header.count} records`);
  return raw;
}

function keep(raw: Raw, reader: RawReader, delta: number, timestamp: number, end: number): void {
  const start = reader.at;
  if (raw.stamp) {
    const place = raw.stamp.read(reader, end);
    if (!place) {
      raw.dropped += 1;
      return;
    }
    raw.places.push(place);
  }
  raw.deltas.push(delta);
  raw.timestamps.push(timestamp);
  raw.starts.push(start);
  raw.ends.push(end);
}

function encodePart(raw: Raw, from: number, to: number): RebuiltPart {
  const base = raw.timestamps[from]!;
  let max = base;
  const out = scratch.reset();
  try {
    for (let i = from; i < to; i++) {
      const timestamp = raw.timestamps[i]!;
      if (timestamp > max) max = timestamp;
      const delta = timestampDelta(timestamp, base);
      if (raw.stamp) raw.stamp.put(out, i - from, delta, raw.bytes, raw.places[i]!);
      else putMoved(out, i - from, delta, raw.bytes, raw.starts[i]!, raw.ends[i]!);
    }
    const blob = finishBatch(out, to - from, { base, max }, { codec: raw.header.codec });
    const [first, last] = [raw.deltas[from]!, raw.deltas[to - 1]!];
    const contiguous = last - first + 1 === to - from;
    const deltas = contiguous ? null : Int32Array.from(raw.deltas.slice(from, to), (delta) => delta - first);
    const { baseOffset } = raw.header;
    return { blob, first: baseOffset + first, last: baseOffset + last, records: to - from, maxTimestamp: max, deltas };
  } finally {
    out.release();
  }
}
