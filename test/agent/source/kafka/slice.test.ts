import { expect, test } from 'vitest';
import { Partition } from '../../../../agent/source/kafka/partition.ts';
import { crcOfRecord } from '../../../../agent/source/kafka/recordCrc.ts';
import { RecordTooLarge, Slice } from '../../../../agent/source/kafka/slice.ts';
import { limits } from '../../../../shared/limits.ts';
import { readHeader } from '../../../../shared/records/index.ts';
import { batchOf } from './batches.ts';

const topic = { name: 't', topicId: 'id-1', internal: false, errorCode: 0, partitions: [] };
const planned = (batch: Buffer) => ({ header: readHeader(batch), batch });

function partitionAt(offset: number): Partition {
  const partition = new Partition('kafka', topic, 3);
  partition.settle(offset);
  return partition;
}

test('records from the wanted offset on, and the position behind the batch', () => {
  const [slice, partition] = [new Slice(), partitionAt(11)];
  slice.take(partition, planned(batchOf(10, ['a', 'b', 'c'], { lastOffsetDelta: 9, epoch: 4 })));
  expect(slice.records.map(({ value, source }) => [value?.toString(), source])).toEqual([
    ['b', 'kafka:t/3/11'],
    ['c', 'kafka:t/3/12'],
  ]);
  expect(partition.handed).toBe(20);
  expect(partition.position('c', slice.ends.get(partition)!).position).toMatchObject({
    topicId: 'id-1',
    nextOffset: 20,
    leaderEpoch: 4,
    lastRecordCrc: crcOfRecord(null, Buffer.from('c')),
    lastTimestamp: 1_012,
  });
});

test('keys and values are views, not copies', () => {
  const [slice, partition] = [new Slice(), partitionAt(0)];
  const batch = batchOf(0, ['abc']);
  slice.take(partition, planned(batch));
  batch.fill('z', batch.indexOf('abc'), batch.indexOf('abc') + 3);
  expect(slice.records[0]?.value?.toString()).toBe('zzz');
});

test('a damaged batch leaves the slice and the position as they were', () => {
  const [slice, partition] = [new Slice(), partitionAt(0)];
  slice.take(partition, planned(batchOf(0, ['a'])));
  const damaged = batchOf(1, ['b', 'c']);
  damaged[damaged.length - 2]! ^= 1;
  expect(() => slice.take(partition, planned(damaged))).toThrow(/CRC/);
  expect(slice.records).toHaveLength(1);
  expect(partition.handed).toBe(1);
});

test('a record that nobody takes: what lies before it is taken, the position stops in front of it', () => {
  const [slice, partition] = [new Slice(), partitionAt(0)];
  const batch = batchOf(0, ['a', 'x'.repeat(limits.maxRecordBytes + 1), 'c']);
  expect(() => slice.take(partition, planned(batch))).toThrow(RecordTooLarge);
  expect(slice.records.map(({ source }) => source)).toEqual(['kafka:t/3/0']);
  expect(partition.handed).toBe(1);
  expect(slice.ends.get(partition)?.next).toBe(1);
});
