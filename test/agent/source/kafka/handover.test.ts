import { expect, test } from 'vitest';
import { Waiter } from '../../../../agent/source/backoff.ts';
import type { Delivered } from '../../../../agent/source/kafka/delivered.ts';
import { Handover } from '../../../../agent/source/kafka/handover.ts';
import { Partition } from '../../../../agent/source/kafka/partition.ts';
import type { Parts } from '../../../../agent/source/kafka/shared.ts';
import { Slice } from '../../../../agent/source/kafka/slice.ts';
import { TopicLabels } from '../../../../agent/source/topicLabels.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { readHeader } from '../../../../shared/records/index.ts';
import { intakeError, MemoryIntake } from '../memoryIntake.ts';
import { Recorder } from '../recorder.ts';
import { batchOf } from './batches.ts';

const topic = { name: 't', topicId: 'id-1', internal: false, errorCode: 0, partitions: [] };

function partitionAt(offset: number, number = 3): Partition {
  const partition = new Partition('kafka', topic, number);
  partition.settle(offset);
  partition.stored = offset;
  return partition;
}

function sliceOf(partition: Partition, offset: number, values: string[], slice = new Slice()): Slice {
  const batch = batchOf(offset, values);
  slice.take(partition, { header: readHeader(batch), batch });
  return slice;
}

function handover() {
  const intake = new MemoryIntake();
  const telemetry = new Recorder();
  const parts = {
    settings: { name: 'kafka' },
    cluster: { clusterId: 'c' },
    telemetry,
    clock: systemClock,
    troubles: { begin: () => undefined, end: () => undefined },
    labels: new TopicLabels(),
    signal: new AbortController().signal,
    fail: (error: unknown) => {
      throw error;
    },
  } as unknown as Parts;
  const delivered = { unasked: () => [], noted: () => undefined } as unknown as Delivered;
  const options = { waiter: new Waiter(), delivered, sourcePartitions: () => new Map() };
  return { intake, handover: new Handover(parts, intake, options) };
}

test('behind a slice that was not taken nothing of its partition is, and no position passes over it', async () => {
  const { intake, handover: handing } = handover();
  const [partition, other] = [partitionAt(0), partitionAt(0, 4)];
  const first = sliceOf(partition, 0, ['a', 'b']);
  // Filled while the first one is under way: records of both, and the position of the one whose records it has not.
  const second = sliceOf(other, 0, ['x'], sliceOf(partition, 2, ['c']));
  const third = sliceOf(other, 1, ['y']);
  third.pass(partition, partition.handed, 0);
  intake.failNext(intakeError('tooLarge'));
  await Promise.all([first, second, third].map((slice) => handing.hand(slice)));
  expect(intake.captured.map(({ source }) => source)).toEqual(['kafka:t/4/0', 'kafka:t/4/1']);
  expect([...intake.stored.keys()]).toEqual(['kafka:kafka:t:4']);
  expect([partition.handed, partition.stored]).toEqual([0, 0]);
  // Read again, all of it is captured.
  await handing.hand(sliceOf(partition, 0, ['a', 'b', 'c']));
  expect(partition.stored).toBe(3);
});
