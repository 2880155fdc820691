import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AT, DELETE_HORIZON, LOG_APPEND_TIME, writeCrc } from '../../../shared/records/header.ts';
import { encodeBatch, patchBatch, readHeader, readRecords, rebuildParts } from '../../../shared/records/index.ts';
import { anyRecords, plain, READ, record, utf8 } from './support.ts';

const BASE = 1_000;
const whole = { from: 0, maxBytes: 2 ** 30, ...READ };

/** As a log has it: at an offset, with attribute bits. */
function logged(batch: Buffer, bits = 0): Buffer {
  patchBatch(batch, { baseOffset: BASE, partitionLeaderEpoch: 3 });
  batch.writeUInt16BE(batch.readUInt16BE(AT.attributes) | bits, AT.attributes);
  writeCrc(batch);
  return batch;
}

describe('rebuildParts', () => {
  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('keeps records and codec: %s', (codec) => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const batch = logged(encodeBatch(records, { codec }));
        const [part, ...others] = rebuildParts(batch, whole);
        expect(others).toEqual([]);
        const header = readHeader(part!.blob);
        expect(header).toMatchObject({ codec, baseOffset: 0, count: records.length, producerId: -1n });
        expect(readRecords(part!.blob, READ).map(plain)).toEqual(records.map(plain));
        expect([part!.first, part!.last, part!.deltas]).toEqual([BASE, BASE + records.length - 1, null]);
      }),
      { numRuns: 50 },
    );
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('compresses what repeats: %s', (codec) => {
    const records = Array.from({ length: 3_000 }, (_, i) => record({ value: utf8(`reading ${i % 50} of the line`) }));
    const [part] = rebuildParts(logged(encodeBatch(records, { codec })), whole);
    expect(part!.blob.length).toBeLessThan(encodeBatch(records, { codec: 'none' }).length / 3);
    expect(readRecords(part!.blob, READ).map(plain)).toEqual(records.map(plain));
  });

  test('leaves out what is below an offset', () => {
    const records = [0, 1, 2, 3].map((i) => record({ value: utf8(`${i}`) }));
    const batch = logged(encodeBatch(records, { codec: 'zstd' }));
    const [part] = rebuildParts(batch, { ...whole, from: BASE + 2 });
    expect(part).toMatchObject({ first: BASE + 2, last: BASE + 3, records: 2, deltas: null });
    expect(readRecords(part!.blob, READ).map(({ value }) => String(value))).toEqual(['2', '3']);
    expect(rebuildParts(batch, { ...whole, from: BASE + 4 })).toEqual([]);
  });

  test('the time of the log becomes the records own; a delete horizon goes', () => {
    const records = [record({ timestamp: 5 }), record({ timestamp: 9_000 }), record({ timestamp: 70 })];
    const [appended] = rebuildParts(logged(encodeBatch(records, { codec: 'none' }), LOG_APPEND_TIME), whole);
    expect(readHeader(appended!.blob)).toMatchObject({ attributes: 0, baseTimestamp: 9_000, maxTimestamp: 9_000 });
    expect(readRecords(appended!.blob, READ).map(({ timestamp }) => timestamp)).toEqual([9_000, 9_000, 9_000]);
    const [horizon] = rebuildParts(logged(encodeBatch(records, { codec: 'none' }), DELETE_HORIZON), whole);
    expect(readHeader(horizon!.blob)).toMatchObject({ attributes: 0, baseTimestamp: 5, maxTimestamp: 9_000 });
    expect(readRecords(horizon!.blob, READ).map(({ timestamp }) => timestamp)).toEqual([5, 9_000, 70]);
  });

  test('splits in order until every part fits; one record larger than the limit is a part of its own', () => {
    const sizes = [10, 400, 10, 5_000, 10, 700, 10];
    const records = sizes.map((size, i) => record({ value: Buffer.alloc(size, i) }));
    const parts = rebuildParts(logged(encodeBatch(records, { codec: 'none' })), { ...whole, maxBytes: 1_000 });
    const large = parts.filter(({ blob }) => blob.length > 1_000);
    expect(large.map(({ first, last, records: count }) => [first, last, count])).toEqual([[BASE + 3, BASE + 3, 1]]);
    expect(parts.flatMap(({ blob }) => readRecords(blob, READ).map(plain))).toEqual(records.map(plain));
    for (const [i, part] of parts.entries()) expect(part.first).toBe(i === 0 ? BASE : parts[i - 1]!.last + 1);
  });

  test('says where holes were', () => {
    const kept = encodeBatch([record(), record(), record()], { codec: 'none' });
    // The second record's offset delta becomes 4, the third's 9: what compaction leaves of ten.
    const withHoles = logged(kept);
    const size = (withHoles.length - 61) / 3;
    for (const [i, delta] of [0, 4, 9].entries()) withHoles[61 + i * size + 3] = delta * 2;
    withHoles.writeInt32BE(9, AT.lastOffsetDelta);
    writeCrc(withHoles);
    const [part] = rebuildParts(withHoles, whole);
    expect(part).toMatchObject({ first: BASE, last: BASE + 9, records: 3 });
    expect([...part!.deltas!]).toEqual([0, 4, 9]);
    expect(readHeader(part!.blob)).toMatchObject({ count: 3, lastOffsetDelta: 2 });
  });
});
