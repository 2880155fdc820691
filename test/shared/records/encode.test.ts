import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import {
  checkCrc,
  encodeBatch,
  patchBatch,
  type RecordsErrorCode,
  readHeader,
  readRecords,
  walkRecords,
} from '../../../shared/records/index.ts';
import { anyRecords, expectCode, plain, READ, record, utf8 } from './support.ts';

const codec = fc.constantFrom('none' as const, 'zstd' as const);

describe('round trip', () => {
  test('any records come back as they were', () => {
    fc.assert(
      fc.property(anyRecords, codec, (records, codec) => {
        const batch = encodeBatch(records, { codec });
        const read = readRecords(batch, READ);
        expect(read.map(plain)).toEqual(records.map(plain));
        expect(read.map(({ offsetDelta }) => offsetDelta)).toEqual(records.map((_, i) => i));
      }),
      { numRuns: 200 },
    );
  });

  test('the header is what a broker takes', () => {
    fc.assert(
      fc.property(anyRecords, codec, (records, codec) => {
        const batch = encodeBatch(records, { codec });
        const header = readHeader(batch);
        checkCrc(batch, header);
        expect(header).toMatchObject({
          baseOffset: 0,
          sizeInBytes: batch.length,
          magic: 2,
          attributes: codec === 'zstd' ? 4 : 0,
          lastOffsetDelta: records.length - 1,
          count: records.length,
          baseTimestamp: records[0]!.timestamp,
          maxTimestamp: Math.max(...records.map(({ timestamp }) => timestamp)),
          producerId: -1n,
          producerEpoch: -1,
          baseSequence: -1,
        });
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['the largest 64-bit time', 2 ** 63],
    ['the smallest', -(2 ** 63)],
    ['the time that means none', -1],
    ['2^53', 2 ** 53],
  ])('%s stays itself, first and later in a batch', (_, timestamp) => {
    for (const times of [
      [timestamp, 1_750_000_000_000],
      [1_750_000_000_000, timestamp],
      [timestamp, timestamp],
    ]) {
      const batch = encodeBatch(
        times.map((time) => record({ timestamp: time })),
        { codec: 'none' },
      );
      expect(readRecords(batch, READ).map((read) => read.timestamp)).toEqual(times);
    }
  });

  test('the largest time is stored as Java knows it', () => {
    const batch = encodeBatch([record({ timestamp: 2 ** 63 })], { codec: 'none' });
    expect(batch.readBigInt64BE(35)).toBe(2n ** 63n - 1n);
  });

  test('null and empty are not the same', () => {
    const empty = Buffer.alloc(0);
    const name = Buffer.from([0xff, 0xfe]); // no UTF-8
    const records = [
      record({ key: null, value: empty, headers: [[name, null]] }),
      record({ key: empty, value: null, headers: [[empty, empty]] }),
    ];
    expect(readRecords(encodeBatch(records, { codec: 'zstd' }), READ).map(plain)).toEqual(records);
  });

  test('varint lengths around each boundary', () => {
    const lengths = [0, 1, 24, 25, 63, 64, 8191, 8192, 1_048_575, 1_048_576];
    const records = lengths.map((length) => record({ value: Buffer.alloc(length, 7) }));
    const read = readRecords(encodeBatch(records, { codec: 'zstd' }), READ);
    expect(read.map(({ value }) => value?.length)).toEqual(lengths);
  });

  test('an encoder does not keep what it wrote before', () => {
    const first = encodeBatch([record({ value: utf8('a'.repeat(5000)) })], { codec: 'none' });
    const copy = Buffer.from(first);
    encodeBatch([record({ value: utf8('b'.repeat(9000)) })], { codec: 'none' });
    expect(first.equals(copy)).toBe(true);
  });
});

describe('walk', () => {
  test('views give the encoded headers too, and stay true after the visit', () => {
    const records = [record({ key: utf8('k'), headers: [[utf8('h'), utf8('1')]] }), record({ value: utf8('other') })];
    const kept: unknown[] = [];
    walkRecords(encodeBatch(records, { codec: 'zstd' }), READ, (view) => {
      kept.push([view.key, view.value, view.headerCount, view.headerBytes]);
    });
    expect(kept).toEqual([
      [utf8('k'), utf8('value'), 1, Buffer.from([2, 0x68, 2, 0x31])],
      [null, utf8('other'), 0, Buffer.alloc(0)],
    ]);
  });

  test('what the visitor throws comes through', () => {
    const own = new Error('enough');
    expect(() =>
      walkRecords(encodeBatch([record()], { codec: 'none' }), READ, () => {
        throw own;
      }),
    ).toThrow(own);
  });

  test('a visitor may encode and walk other batches', () => {
    const batch = encodeBatch([record(), record(), record()], { codec: 'zstd' });
    let seen = 0;
    walkRecords(batch, READ, () => {
      walkRecords(encodeBatch([record(), record()], { codec: 'zstd' }), READ, () => void seen++);
    });
    expect(seen).toBe(6);
  });
});

describe('walk refuses', () => {
  /** A batch of these raw bytes, its CRC right. */
  const batchOf = (raw: readonly number[], count: number, offsets = count): Buffer => {
    const header = encodeBatch([record()], { codec: 'none' }).subarray(0, 61);
    const batch = Buffer.concat([header, Buffer.from(raw)]);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt32BE(offsets - 1, 23);
    batch.writeInt32BE(count, 57);
    patchBatch(batch, {});
    return batch;
  };
  const read = (batch: Buffer): number[] => readRecords(batch, READ).map(({ offsetDelta }) => offsetDelta);
  /** length 6: attributes, time, offset, key null, value null, no headers; all varints below 64, doubled. */
  const tiny = (offset: number): number[] => [12, 0, 0, offset * 2, 1, 1, 0];

  test('nothing of what is well-formed, with holes too', () => {
    expect(read(batchOf([...tiny(0), ...tiny(1)], 2))).toEqual([0, 1]);
    expect(read(batchOf([...tiny(2), ...tiny(5)], 2, 9))).toEqual([2, 5]);
    expect(read(batchOf([], 0, 4))).toEqual([]);
  });

  test.each<[RecordsErrorCode, string, Buffer]>([
    ['badCount', 'a record more than the count', batchOf([...tiny(0), ...tiny(1)], 1, 2)],
    ['badCount', 'fewer bytes than the count needs', batchOf(tiny(0), 2)],
    ['badStructure', 'an offset twice', batchOf([...tiny(1), ...tiny(1)], 2, 5)],
    ['badStructure', 'offsets that fall', batchOf([...tiny(2), ...tiny(1)], 2, 5)],
    ['badStructure', 'an offset beyond the last', batchOf([...tiny(0), ...tiny(2)], 2)],
    ['truncated', 'a record longer than the batch', batchOf([14, 0, 0, 0, 1, 1, 0], 1)],
    ['badStructure', 'a record of negative length', batchOf([1, 0, 0, 0, 1, 1, 0], 1)],
    ['badStructure', 'a record longer than its fields', batchOf([14, 0, 0, 0, 1, 1, 0, 0], 1)],
    ['badStructure', 'a record shorter than its fields', batchOf([10, 0, 0, 0, 1, 1, 0], 1)],
    ['badStructure', 'a key of length -2', batchOf([12, 0, 0, 0, 3, 1, 0], 1)],
    ['badStructure', 'a value longer than its record', batchOf([...[12, 0, 0, 0, 1, 6, 0], ...tiny(1)], 2)],
    ['badStructure', 'a header count below 0', batchOf([12, 0, 0, 0, 1, 1, 1], 1)],
    ['badStructure', 'a header without a name', batchOf([16, 0, 0, 0, 1, 1, 2, 1, 1], 1)],
    ['badStructure', 'more headers than bytes', batchOf([12, 0, 0, 0, 1, 1, 6], 1)],
    ['badStructure', 'a varint of 6 bytes', batchOf([22, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 1, 0], 1)],
    ['badStructure', 'a time of 11 bytes', batchOf([32, 0, ...Array<number>(10).fill(0x80), 0, 0, 1, 1, 0], 1)],
  ])('%s: %s', (code, _, batch) => expectCode(code, () => read(batch)));
});

describe('refused', () => {
  test('no records', () => expectCode('badCount', () => encodeBatch([], { codec: 'none' })));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1.5])('the time %s', (timestamp) =>
    expectCode('badStructure', () => encodeBatch([record(), record({ timestamp })], { codec: 'none' })),
  );

  test('more raw bytes than anybody reads; the encoder works afterwards', () => {
    const half = Buffer.alloc(limits.maxBatchRawBytes / 2);
    expectCode('tooLarge', () => encodeBatch([record({ value: half }), record({ value: half })], { codec: 'none' }));
    expect(readRecords(encodeBatch([record()], { codec: 'none' }), READ)).toHaveLength(1);
  });
});
