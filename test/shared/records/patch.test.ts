import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkCrc,
  encodeBatch,
  patchBatch,
  readHeader,
  readRecords,
  rebuildBatch,
} from '../../../shared/records/index.ts';
import { anyRecords, expectCode, plain, READ, record, utf8 } from './support.ts';

describe('patchBatch', () => {
  test('changes what it is told and nothing else', () => {
    const batch = encodeBatch([record(), record()], { codec: 'zstd' });
    const before = readHeader(batch);
    patchBatch(batch, {
      baseOffset: 2 ** 40 + 5,
      partitionLeaderEpoch: 7,
      producerId: 2n ** 62n,
      producerEpoch: 3,
      baseSequence: 99,
      transactional: true,
    });
    const after = readHeader(batch);
    checkCrc(batch, after);
    expect(after).toEqual({
      ...before,
      crc: after.crc,
      attributes: 4 | 16,
      transactional: true,
      baseOffset: 2 ** 40 + 5,
      partitionLeaderEpoch: 7,
      producerId: 2n ** 62n,
      producerEpoch: 3,
      baseSequence: 99,
    });
    expect(readRecords(batch, READ)).toHaveLength(2);
  });

  test('a long batch: its CRC is right where it was right, and stays wrong where its records were damaged', () => {
    const long = (bytes: number) => encodeBatch([record({ value: Buffer.alloc(bytes, 'x') })], { codec: 'none' });
    for (const bytes of [8_000, 8_123, 8_192, 100_000, 1_000_001]) {
      const batch = long(bytes);
      const before = Buffer.from(batch);
      patchBatch(batch, { producerId: 7n, producerEpoch: 1, baseSequence: 12, transactional: true, shiftMs: 5 });
      checkCrc(batch);
      patchBatch(batch, { producerId: -1n, producerEpoch: -1, baseSequence: -1, transactional: false, shiftMs: -5 });
      expect(batch.equals(before)).toBe(true);
    }
    const damaged = long(100_000);
    damaged[60_000]! ^= 1;
    patchBatch(damaged, { producerId: 7n, producerEpoch: 1, baseSequence: 12, transactional: true });
    expectCode('badCrc', () => checkCrc(damaged));
  });

  test('back to what it was, byte by byte', () => {
    const batch = encodeBatch([record()], { codec: 'zstd' });
    const before = Buffer.from(batch);
    patchBatch(batch, { producerId: 5n, producerEpoch: 1, baseSequence: 0, transactional: true, shiftMs: 77 });
    expect(batch.equals(before)).toBe(false);
    patchBatch(batch, { producerId: -1n, producerEpoch: -1, baseSequence: -1, transactional: false, shiftMs: -77 });
    expect(batch.equals(before)).toBe(true);
  });

  test('a shift moves every record, and touches none', () => {
    fc.assert(
      fc.property(anyRecords, fc.integer({ min: -1e12, max: 1e12 }), (records, shiftMs) => {
        fc.pre(records.every(({ timestamp }) => Math.abs(timestamp) < 2 ** 51));
        const batch = encodeBatch(records, { codec: 'none' });
        const contents = Buffer.from(batch.subarray(61));
        const { maxTimestamp } = readHeader(batch);
        patchBatch(batch, { shiftMs });
        expect(batch.subarray(61).equals(contents)).toBe(true);
        expect(readHeader(batch).maxTimestamp).toBe(maxTimestamp + shiftMs);
        expect(readRecords(batch, READ).map(plain)).toEqual(
          records.map((one) => plain({ ...one, timestamp: one.timestamp + shiftMs })),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('patches a view in place, without touching its neighbours', () => {
    const one = encodeBatch([record()], { codec: 'none' });
    const bytes = Buffer.concat([one, one, one]);
    patchBatch(bytes.subarray(one.length, one.length * 2), { baseOffset: 12 });
    expect([0, 1, 2].map((i) => readHeader(bytes, one.length * i).baseOffset)).toEqual([0, 12, 0]);
    patchBatch(bytes, { producerEpoch: 4 }); // the first of several
    checkCrc(bytes);
    expect([0, 1, 2].map((i) => readHeader(bytes, one.length * i).producerEpoch)).toEqual([4, -1, -1]);
  });

  test('what is no batch', () => expectCode('truncated', () => patchBatch(Buffer.alloc(3), { baseOffset: 1 })));
});

describe('rebuildBatch', () => {
  const batch = encodeBatch(
    ['a', 'b', 'c'].map((text) => record({ value: utf8(text) })),
    { codec: 'zstd' },
  );

  test('maps and drops records; offsets stay contiguous', () => {
    const rebuilt = rebuildBatch(batch, {
      codec: 'none',
      map: (one) => (one.offsetDelta === 1 ? null : { ...one, key: utf8(`${one.offsetDelta}`) }),
    });
    const records = readRecords(rebuilt!, READ);
    expect(records.map(({ key, value, offsetDelta }) => `${key}${value}@${offsetDelta}`)).toEqual(['0a@0', '2c@1']);
  });

  test('nothing left is null', () => expect(rebuildBatch(batch, { codec: 'none', map: () => null })).toBeNull());

  test('its own bound', () => expectCode('tooLarge', () => rebuildBatch(batch, { codec: 'none', maxRawBytes: 10 })));

  test('a control batch', () => {
    const control = Buffer.from(batch);
    control.writeInt16BE(4 | 32, 21);
    patchBatch(control, {});
    expectCode('badStructure', () => rebuildBatch(control, { codec: 'none' }));
  });
});
