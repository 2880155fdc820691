/** Message sets from before RecordBatch v2, made by hand after Kafka's documentation of them. */
import { gzipSync } from 'node:zlib';
import { crc32 } from '@node-rs/crc32';
import { describe, expect, test } from 'vitest';
import { type RebuiltPart, readHeader, readRecords, rebuildLegacy } from '../../../shared/records/index.ts';
import { expectCode, READ } from './support.ts';

interface Message {
  readonly offset: number;
  readonly magic: 0 | 1;
  readonly attributes?: number;
  readonly timestamp?: number;
  readonly key?: string | null;
  readonly value: Buffer | string | null;
}

const sized = (bytes: Buffer | string | null): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes === null ? -1 : Buffer.from(bytes).length, 0);
  return Buffer.concat([size, Buffer.from(bytes ?? '')]);
};

function message({ offset, magic, attributes = 0, timestamp = 0, key = null, value }: Message): Buffer {
  const time = Buffer.alloc(magic === 1 ? 8 : 0);
  if (magic === 1) time.writeBigInt64BE(BigInt(timestamp), 0);
  const body = Buffer.concat([Buffer.from([magic, attributes]), time, sized(key), sized(value)]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeInt32BE(body.length + 4, 8);
  head.writeUInt32BE(crc32(body), 12);
  return Buffer.concat([head, body]);
}

const options = { from: 0, maxBytes: 2 ** 20, ...READ };
const plain = ({ blob, first, deltas }: RebuiltPart) =>
  readRecords(blob, READ).map(({ key, value, timestamp }, i) => [
    first + (deltas ? deltas[i]! : i),
    key && String(key),
    value && String(value),
    timestamp,
  ]);
const GZIP = 1;
const LOG_APPEND_TIME = 8;

describe('rebuildLegacy', () => {
  test('plain messages of both versions, null keys and values, holes', () => {
    const log = Buffer.concat([
      message({ offset: 4, magic: 0, key: 'k', value: 'a' }),
      message({ offset: 5, magic: 0, value: null }),
      message({ offset: 9, magic: 1, timestamp: 77, value: 'b' }),
    ]);
    const { parts, next, sizeInBytes } = rebuildLegacy(log, options);
    expect([next, sizeInBytes]).toEqual([10, log.length]);
    expect(parts.flatMap(plain)).toEqual([
      [4, 'k', 'a', -1],
      [5, null, null, -1],
      [9, null, 'b', 77],
    ]);
    expect(parts[0]).toMatchObject({ first: 4, last: 9, records: 3, maxTimestamp: 77 });
    expect(readHeader(parts[0]!.blob)).toMatchObject({ count: 3, lastOffsetDelta: 2, codec: 'none' });
  });

  test('compressed: offsets count from 0 within magic 1, are the log s own within magic 0; the codec is kept', () => {
    const one = gzipSync(
      Buffer.concat([0, 1, 3].map((offset) => message({ offset, magic: 1, timestamp: offset, value: `v${offset}` }))),
    );
    const zero = gzipSync(Buffer.concat([8, 9].map((offset) => message({ offset, magic: 0, value: `v${offset}` }))));
    const log = Buffer.concat([
      message({ offset: 7, magic: 1, attributes: GZIP, value: one }),
      message({ offset: 9, magic: 0, attributes: GZIP, value: zero }),
    ]);
    const { parts, next } = rebuildLegacy(log, { ...options, from: 5 });
    expect(parts.flatMap(plain)).toEqual([
      [5, null, 'v1', 1],
      [7, null, 'v3', 3],
      [8, null, 'v8', -1],
      [9, null, 'v9', -1],
    ]);
    expect([next, readHeader(parts[0]!.blob).codec]).toEqual([10, 'gzip']);
  });

  test('log-append time is the outer message s', () => {
    const inner = gzipSync(message({ offset: 0, magic: 1, timestamp: 5, value: 'a' }));
    const log = message({ offset: 0, magic: 1, attributes: GZIP | LOG_APPEND_TIME, timestamp: 99, value: inner });
    expect(rebuildLegacy(log, options).parts.flatMap(plain)).toEqual([[0, null, 'a', 99]]);
  });

  test('splits over the limit; leaves out what was cut off; refuses what is damaged', () => {
    const many = Array.from({ length: 20 }, (_, offset) => message({ offset, magic: 1, value: 'x'.repeat(100) }));
    const split = rebuildLegacy(Buffer.concat(many), { ...options, maxBytes: 500 }).parts;
    expect(split.every(({ blob }) => blob.length <= 500)).toBe(true);
    expect(split.flatMap(plain).map(([offset]) => offset)).toEqual([...Array(20).keys()]);
    const cut = Buffer.concat([many[0]!, many[1]!.subarray(0, 60)]);
    expect(rebuildLegacy(cut, options)).toMatchObject({ next: 1, sizeInBytes: many[0]!.length });
    const damaged = Buffer.from(many[0]!);
    damaged[40]! ^= 1;
    expectCode('badCrc', () => rebuildLegacy(damaged, options));
  });
});
