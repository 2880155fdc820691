import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Partition } from '../../../../agent/source/kafka/partition.ts';
import { byPartition, halves, type Part } from '../../../../agent/source/kafka/parts.ts';
import { crcOfRecord } from '../../../../agent/source/kafka/recordCrc.ts';
import { Slice, type SliceEnd } from '../../../../agent/source/kafka/slice.ts';
import { readHeader } from '../../../../shared/records/index.ts';
import { batchOf } from './batches.ts';

const topic = { name: 't', topicId: 'id-1', internal: false, errorCode: 0, partitions: [] };

/** Batches of some partitions, with holes behind them; `passed` of the partitions have only moved. */
const slices = fc
  .record({
    batches: fc.array(fc.record({ partition: fc.nat(2), count: fc.integer({ min: 1, max: 5 }), hole: fc.nat(2) }), {
      minLength: 1,
      maxLength: 8,
    }),
    repeatsBelow: fc.nat(10),
    passes: fc.boolean(),
  })
  .map(({ batches, repeatsBelow, passes }) => {
    const slice = new Slice();
    const partitions = [0, 1, 2, 3].map((number) => {
      const partition = new Partition('kafka', topic, number);
      partition.settle(0);
      partition.repeatsBelow = repeatsBelow;
      return partition;
    });
    for (const [i, { partition: number, count, hole }] of batches.entries()) {
      const partition = partitions[number]!;
      const values = Array.from({ length: count }, (_, j) => `${i}-${j}`);
      const options = { lastOffsetDelta: count - 1 + hole, epoch: i };
      const batch = batchOf(partition.handed, values, options);
      slice.take(partition, { header: readHeader(batch), batch });
    }
    if (passes) slice.pass(partitions[3]!, 7, 0);
    return slice;
  });

/** What a part says of its records must be so; that of the last part of a partition is that of the whole. */
function checkEnds({ records, ends }: Part): void {
  for (const [partition, end] of ends) {
    const own = records.filter((record) => record.partition === partition.partition);
    const offsets = own.map((record) => partition.offsetOf(record));
    expect(end.records).toBe(own.length);
    expect(end.bytes).toBe(own.reduce((sum, { value }) => sum + value!.length, 0));
    expect(end.repeats).toBe(offsets.filter((offset) => offset < partition.repeatsBelow).length);
    expect(end.last).toBe(own.at(-1) ?? null);
    for (const offset of offsets) expect(offset >= end.first && offset < end.next).toBe(true);
  }
}
const all = (part: Part, depth = 0): Part[] =>
  part.records.length > 1 && depth < 6 ? halves(part).flatMap((half) => all(half, depth + 1)) : [part];

test('halves of halves are the slice: records in order, each end behind its own records', () => {
  fc.assert(
    fc.property(slices, (slice) => {
      const parts = all(slice);
      expect(parts.flatMap(({ records }) => records)).toEqual(slice.records);
      expect(parts.every(({ records }) => records.length <= 1)).toBe(true);
      for (const part of parts) checkEnds(part);
      for (const [partition, whole] of slice.ends) {
        const ends = parts.flatMap((part) => part.ends.get(partition) ?? ([] as SliceEnd[]));
        const of = (end: SliceEnd) => [end.topicId, end.line, end.next, end.leaderEpoch, end.last];
        expect(of(ends.at(-1)!)).toEqual(of(whole));
        expect(ends.map(({ first }) => first)).toEqual([whole.first, ...ends.slice(0, -1).map(({ next }) => next)]);
      }
    }),
  );
});

test('a position in the middle names the record in front of it', () => {
  const [slice, partition] = [new Slice(), new Partition('kafka', topic, 3)];
  partition.settle(10);
  const batch = batchOf(10, ['a', 'b', 'c', 'd'], { epoch: 4 });
  slice.take(partition, { header: readHeader(batch), batch });
  const [first] = halves(slice);
  expect(partition.position('c', first.ends.get(partition)!).position).toMatchObject({
    ...{ nextOffset: 12, leaderEpoch: 4, lastTimestamp: 1_011 },
    lastRecordCrc: crcOfRecord(null, Buffer.from('b')),
  });
});

test('by partition: each has its own records and its end', () => {
  fc.assert(
    fc.property(slices, (slice) => {
      const parts = byPartition(slice);
      expect(parts).toHaveLength(slice.ends.size);
      for (const part of parts) checkEnds(part);
      expect(parts.reduce((sum, { records }) => sum + records.length, 0)).toBe(slice.records.length);
    }),
  );
});
