/**
 * Two other implementations of the format, both ways: what kafkajs and @platformatic/kafka write is read here, what is
 * written here is read by them. (Java, Go and librdkafka: golden.test.ts and test/integration/records.test.ts.)
 */
import { createRequire } from 'node:module';
import { zstdDecompressSync } from 'node:zlib';
import { type CreateRecordsBatchOptions, createRecordsBatch, Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCrc, encodeBatch, type PlainRecord, readHeader, readRecords } from '../../../shared/records/index.ts';
import { anyRecords, plain, READ, utf8 } from './support.ts';

const require = createRequire(import.meta.url);

/** kafkajs does not export its protocol; these are the parts that its producer and consumer use. */
interface KafkaJsProtocol {
  readonly Encoder: { new (): unknown };
  readonly Decoder: new (bytes: Buffer) => unknown;
  readonly RecordBatch: (facts: object) => Promise<{ readonly buffer: Buffer }>;
  readonly Record: (facts: object) => unknown;
  readonly decode: (decoder: unknown) => Promise<{ readonly records: readonly KafkaJsRecord[] }>;
  readonly Long: { fromValue(value: number): unknown };
  readonly Codecs: Record<number, () => { decompress(bytes: Buffer): Promise<Buffer> }>;
}
interface KafkaJsRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: string;
  readonly offset: string;
  readonly headers: Record<string, Buffer | null | (Buffer | null)[]>;
}
const kafkajs: KafkaJsProtocol = {
  Encoder: require('kafkajs/src/protocol/encoder'),
  Decoder: require('kafkajs/src/protocol/decoder'),
  RecordBatch: require('kafkajs/src/protocol/recordBatch/v0').RecordBatch,
  Record: require('kafkajs/src/protocol/recordBatch/record/v0'),
  decode: require('kafkajs/src/protocol/recordBatch/v0/decoder'),
  Long: require('kafkajs/src/utils/long'),
  Codecs: require('kafkajs/src/protocol/message/compression').Codecs,
};
kafkajs.Codecs[4] = () => ({ decompress: async (bytes) => zstdDecompressSync(bytes) });

const codec = fc.constantFrom('none' as const, 'zstd' as const);
const bytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
/** kafkajs knows header names as text and keeps them in an object; it cannot write a header without a value. */
const textHeaders: fc.Arbitrary<(readonly [Buffer, Buffer])[]> = fc
  .uniqueArray(fc.tuple(fc.string({ maxLength: 9, unit: 'binary' }), bytes), { selector: ([name]) => name })
  .map((all) => all.map(([name, value]) => [utf8(`x-${name}`), value] as const));
const textRecords: fc.Arbitrary<PlainRecord[]> = fc.array(
  fc.record({
    key: fc.option(bytes, { nil: null }),
    value: fc.option(bytes, { nil: null }),
    timestamp: fc.integer({ min: -1e12, max: 2e12 }),
    headers: textHeaders,
  }),
  { minLength: 1, maxLength: 12 },
);

describe('kafkajs', () => {
  test('what it writes is read', async () => {
    await fc.assert(
      fc.asyncProperty(textRecords, fc.constantFrom(0, 1), async (records, compression) => {
        const base = records[0]!.timestamp;
        const { buffer } = await kafkajs.RecordBatch({
          compression,
          firstTimestamp: base,
          maxTimestamp: Math.max(...records.map(({ timestamp }) => timestamp)),
          lastOffsetDelta: records.length - 1,
          records: records.map(({ key, value, timestamp, headers }, offsetDelta) =>
            kafkajs.Record({
              key,
              value,
              offsetDelta,
              timestampDelta: kafkajs.Long.fromValue(timestamp - base),
              headers: Object.fromEntries(headers.map(([name, content]) => [name.toString(), content])),
            }),
          ),
        });
        checkCrc(buffer);
        expect(readHeader(buffer).codec).toBe(compression === 1 ? 'gzip' : 'none');
        expect(readRecords(buffer, READ).map(plain)).toEqual(records.map(plain));
      }),
      { numRuns: 60 },
    );
  });

  test('it reads what is written here', async () => {
    await fc.assert(
      fc.asyncProperty(textRecords, codec, async (records, codec) => {
        const { records: read } = await kafkajs.decode(new kafkajs.Decoder(encodeBatch(records, { codec })));
        expect(read.map(({ offset }) => offset)).toEqual(records.map((_, i) => `${i}`));
        const mapped = read.map(({ key, value, timestamp, headers }) => ({
          key,
          value,
          timestamp: Number(timestamp),
          headers: Object.entries(headers).map(([name, content]) => [utf8(name), content as Buffer] as const),
        }));
        expect(mapped.map(plain)).toEqual(records.map(plain));
      }),
      { numRuns: 60 },
    );
  });
});

describe('@platformatic/kafka', () => {
  const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

  test('what it writes is read, in every codec', () => {
    fc.assert(
      fc.property(textRecords, fc.constantFrom(...compressions), (records, compression) => {
        // It writes no record without a value, and times further apart than 31 bits wrongly.
        const written = records.map((one) => ({
          ...one,
          value: one.value ?? utf8('v'),
          timestamp: 1_750_000_000_000 + (one.timestamp % 2 ** 29),
        }));
        const messages = written.map(({ key, value, timestamp, headers }) => ({
          topic: 't',
          ...(key === null ? {} : { key }),
          value,
          timestamp: BigInt(timestamp),
          headers: new Map(headers as [Buffer, Buffer][]),
        }));
        const options = { compression } satisfies Partial<CreateRecordsBatchOptions>;
        const batch = createRecordsBatch(messages, options).buffer;
        checkCrc(batch);
        expect(readHeader(batch).codec).toBe(compression);
        expect(readRecords(batch, READ).map(plain)).toEqual(written.map(plain));
      }),
      { numRuns: 100 },
    );
  });

  test('it reads what is written here, whatever bytes', () => {
    fc.assert(
      fc.property(anyRecords, codec, (records, codec) => {
        const batch = readRecordsBatch(Reader.from(encodeBatch(records, { codec })));
        const mapped = batch.records.map(({ key, value, timestampDelta, headers }) => ({
          key,
          value,
          timestamp: Number(batch.firstTimestamp + timestampDelta),
          headers: headers.map(([name, content]) => [name ?? Buffer.alloc(0), content] as const),
        }));
        expect(mapped.map(plain)).toEqual(records.map(plain));
        expect(Number(batch.maxTimestamp)).toBe(Math.max(...records.map(({ timestamp }) => timestamp)));
      }),
      { numRuns: 100 },
    );
  });
});
