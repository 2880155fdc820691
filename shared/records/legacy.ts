/**
 * Records from before RecordBatch v2: message sets of magic 0 and 1, which brokers of 3.x and later still hand out where
 * a log has them. They can't be produced any more, so they are decoded and encoded anew.
 *
 *     message = offset i64, size i32, crc u32 (CRC-32 of what follows), magic i8, attributes i8 (bits 0-2 codec, 3 log-append
 *               time), timestamp i64 (magic 1 only), key, value; key, value = length i32 (-1: null), bytes
 *
 * Compressed, `value` is a message set. Of magic 1 the inner offsets count from 0 and the outer one is the last one's; of
 * magic 0 they are the log's own. Magic 0 has no timestamps: -1 is what Kafka calls "none".
 */
import { crc32 } from '@node-rs/crc32';
import { type Codec, codecOf, decompress } from './codec.ts';
import { encodeBatch, type PlainRecord } from './encode.ts';
import { RecordsError } from './error.ts';
import { CODEC_BITS, LOG_APPEND_TIME } from './header.ts';
import { readInt64 } from './numbers.ts';
import type { RebuildPartsOptions, RebuiltPart } from './rebuildParts.ts';

/** Offset and size: not counted by size. */
const OVERHEAD = 12;
const MAGIC_AT = 16;
const MIN_SIZE = { 0: 14, 1: 22 } as const;

interface LegacyRecord extends PlainRecord {
  readonly offset: number;
}

export interface LegacyRun {
  readonly parts: readonly RebuiltPart[];
  /** Bytes of whole messages at the beginning. */
  readonly sizeInBytes: number;
  /** Behind the last message. */
  readonly next: number;
}

export const isLegacy = (bytes: Buffer, at = 0): boolean => bytes.length - at > MAGIC_AT && bytes[at + MAGIC_AT]! < 2;

/**
 * The whole messages that `bytes` begins with, as batches; with the codec of the first that has one.
 * @throws RecordsError
 */
export function rebuildLegacy(bytes: Buffer, options: RebuildPartsOptions): LegacyRun {
  const records: LegacyRecord[] = [];
  const headers = options.stamp ? [options.stamp.header] : [];
  let codec: Codec = 'none';
  let at = 0;
  let next = options.from;
  while (isLegacy(bytes, at)) {
    const size = bytes.readInt32BE(at + 8) + OVERHEAD;
    if (size > bytes.length - at) break;
    const message = readMessage(bytes.subarray(at, at + size));
    if (codec === 'none') codec = message.codec;
    for (const record of unpack(message, options.maxRawBytes)) {
      if (record.offset >= options.from) records.push({ ...record, headers });
    }
    next = Math.max(next, message.offset + 1);
    at += size;
  }
  return { parts: partsOf(records, codec, options.maxBytes), sizeInBytes: at, next };
}

interface Message extends LegacyRecord {
  readonly magic: 0 | 1;
  readonly codec: Codec;
  readonly logAppendTime: boolean;
}

function readMessage(bytes: Buffer): Message {
  const magic = bytes[MAGIC_AT];
  if (magic !== 0 && magic !== 1) throw new RecordsError('badMagic', `magic ${magic} within a message set`);
  if (bytes.length - OVERHEAD < MIN_SIZE[magic]) throw new RecordsError('truncated', 'a message of too few bytes');
  if (crc32(bytes.subarray(MAGIC_AT)) !== bytes.readUInt32BE(OVERHEAD)) {
    throw new RecordsError('badCrc', 'the CRC of a message of the old format is wrong');
  }
  const attributes = bytes[MAGIC_AT + 1]!;
  const keyAt = magic === 0 ? MAGIC_AT + 2 : MAGIC_AT + 10;
  const key = readBytes(bytes, keyAt);
  const value = readBytes(bytes, key.end);
  return {
    magic,
    offset: readInt64(bytes, 0),
    codec: codecOf(attributes & CODEC_BITS),
    logAppendTime: (attributes & LOG_APPEND_TIME) !== 0,
    timestamp: magic === 0 ? -1 : readInt64(bytes, MAGIC_AT + 2),
    key: key.bytes,
    value: value.bytes,
    headers: [],
  };
}

function readBytes(bytes: Buffer, at: number): { bytes: Buffer | null; end: number } {
  if (bytes.length - at < 4) throw new RecordsError('truncated', 'a message without its key or value');
  const length = bytes.readInt32BE(at);
  if (length < -1 || length > bytes.length - at - 4) throw new RecordsError('badStructure', `a length of ${length}`);
  const end = at + 4 + Math.max(length, 0);
  return { bytes: length < 0 ? null : bytes.subarray(at + 4, end), end };
}

function unpack(message: Message, maxRawBytes: number): LegacyRecord[] {
  if (message.codec === 'none') return [message];
  if (message.value === null) throw new RecordsError('badStructure', 'a compressed message without a value');
  const raw = decompress(message.value, message.codec, maxRawBytes);
  const inner: Message[] = [];
  for (let at = 0; at < raw.length; ) {
    if (raw.length - at < OVERHEAD) throw new RecordsError('truncated', 'an inner message is cut off');
    const size = raw.readInt32BE(at + 8) + OVERHEAD;
    if (size < OVERHEAD || size > raw.length - at) throw new RecordsError('truncated', 'an inner message is cut off');
    const one = readMessage(raw.subarray(at, at + size));
    if (one.codec !== 'none') throw new RecordsError('badStructure', 'a compressed message within another');
    inner.push(one);
    at += size;
  }
  const shift = message.magic === 0 ? 0 : message.offset - (inner.at(-1)?.offset ?? 0);
  const timestamp = message.logAppendTime ? message.timestamp : null;
  return inner.map((one) => ({ ...one, offset: one.offset + shift, timestamp: timestamp ?? one.timestamp }));
}

function partsOf(records: readonly LegacyRecord[], codec: Codec, maxBytes: number): RebuiltPart[] {
  const parts: RebuiltPart[] = [];
  const pending: (readonly LegacyRecord[])[] = records.length > 0 ? [records] : [];
  for (let members = pending.pop(); members; members = pending.pop()) {
    const blob = encodeBatch(members, { codec });
    if (blob.length > maxBytes && members.length > 1) {
      const middle = Math.ceil(members.length / 2);
      pending.push(members.slice(middle), members.slice(0, middle));
      continue;
    }
    const [first, last] = [members[0]!.offset, members.at(-1)!.offset];
    const contiguous = last - first + 1 === members.length;
    const deltas = contiguous ? null : Int32Array.from(members, ({ offset }) => offset - first);
    const maxTimestamp = members.reduce((max, { timestamp }) => Math.max(max, timestamp), -1);
    parts.push({ blob, first, last, records: members.length, maxTimestamp, deltas });
  }
  return parts;
}
