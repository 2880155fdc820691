import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BufferFile } from '../../../../agent/buffer/index.ts';
import { SealingIntake } from '../../../../agent/seal/index.ts';
import { Waiter } from '../../../../agent/source/backoff.ts';
import type { Delivered } from '../../../../agent/source/kafka/delivered.ts';
import { Handover } from '../../../../agent/source/kafka/handover.ts';
import { Partition } from '../../../../agent/source/kafka/partition.ts';
import type { Parts } from '../../../../agent/source/kafka/shared.ts';
import { Slice } from '../../../../agent/source/kafka/slice.ts';
import { TopicLabels } from '../../../../agent/source/topicLabels.ts';
import type { Intake } from '../../../../agent/stages.ts';
import { systemClock } from '../../../../shared/clock.ts';
import type { EdgeId } from '../../../../shared/identity.ts';
import { MIB } from '../../../../shared/limits.ts';
import { readHeader, unsealRecords } from '../../../../shared/records/index.ts';
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

function handover<I extends Intake>(intake: I) {
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

/** A real buffer of the least size: a capture of more than 1 MiB, counted with what each record costs, is too large. */
function smallBuffer(): SealingIntake {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-handover-'));
  const file = BufferFile.open({ path: join(folder, 'buffer.db'), maxBytes: 4 * MIB, edge: 'store-1' as EdgeId });
  const intake = SealingIntake.open(file, { telemetry: new Recorder() });
  onTestFinished(async () => {
    await intake.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return intake;
}
const valuesIn = (intake: SealingIntake, partition: number): string[] =>
  intake
    .take({ after: 0, maxBytes: 64 * MIB, maxParcels: 10_000 })
    .filter(({ stream }) => stream.partition === partition)
    .flatMap((parcel) => (parcel.kind === 'gap' ? [] : unsealRecords(parcel.blob, { maxRawBytes: 32 * MIB })))
    .map(({ value }) => String(value));
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => prefix + i);

test('behind a slice that was not taken nothing of its partition is, and no position passes over it', async () => {
  const { intake, handover: handing } = handover(new MemoryIntake());
  const [partition, other] = [partitionAt(0), partitionAt(0, 4)];
  const first = sliceOf(partition, 0, ['a', 'b']);
  // Filled while the first one is under way: records of both, and the position of the one whose records it has not.
  const second = sliceOf(other, 0, ['x'], sliceOf(partition, 2, ['c']));
  const third = sliceOf(other, 1, ['y']);
  third.pass(partition, partition.handed, 0);
  intake.failNext(intakeError('badRequest'));
  await Promise.all([first, second, third].map((slice) => handing.hand(slice)));
  expect(intake.captured.map(({ source }) => source)).toEqual(['kafka:t/4/0', 'kafka:t/4/1']);
  expect([...intake.stored.keys()]).toEqual(['kafka:kafka:t:4']);
  expect([partition.handed, partition.stored]).toEqual([0, 0]);
  // Read again, all of it is captured.
  await handing.hand(sliceOf(partition, 0, ['a', 'b', 'c']));
  expect(partition.stored).toBe(3);
});

test('a slice that is larger than a capture may be is captured in parts, each with its own position', async () => {
  const { intake, handover: handing } = handover(smallBuffer());
  const [partition, other] = [partitionAt(0), partitionAt(0, 4)];
  const [many, few] = [numbered('m', 10_000), numbered('f', 5_000)];
  const slice = sliceOf(other, 0, few, sliceOf(partition, 0, many));
  await expect(intake.capture({ records: slice.records })).rejects.toMatchObject({ code: 'tooLarge' });
  const capture = vi.spyOn(intake, 'capture');
  await handing.hand(slice);
  await intake.sealTail(Number.NEGATIVE_INFINITY);
  expect([valuesIn(intake, 3), valuesIn(intake, 4)]).toEqual([many, few]);
  const stored = intake.positions('kafka:').map(({ key, position }) => [key, Number(position.nextOffset)]);
  expect(stored).toEqual([
    ['kafka:kafka:t:3', 10_000],
    ['kafka:kafka:t:4', 5_000],
  ]);
  expect([partition.stored, other.stored]).toEqual([10_000, 5_000]);
  // Whatever was durable when, its position was right behind it.
  const behind = new Map<number, number>();
  const outcomes = await Promise.allSettled(capture.mock.results.map(({ value }) => value));
  capture.mock.calls.forEach(([{ records, positions }], i) => {
    if (outcomes[i]?.status !== 'fulfilled') return;
    for (const { partition: number, source } of records) behind.set(number, Number(source.split('/')[2]) + 1);
    for (const { position } of positions ?? []) {
      expect(Number(position.nextOffset)).toBe(behind.get(position.partition!));
    }
  });
  expect(behind.size).toBe(2);
});

test('one record that the intake does not take stops its partition there, and nothing else', async () => {
  const { intake, handover: handing } = handover(smallBuffer());
  const [partition, other] = [partitionAt(0), partitionAt(0, 4)];
  const slice = sliceOf(other, 0, ['x', 'y'], sliceOf(partition, 0, ['a', 'b', 'c'.repeat(3 * MIB), 'd']));
  await handing.hand(slice);
  await intake.sealTail(Number.NEGATIVE_INFINITY);
  expect([valuesIn(intake, 3), valuesIn(intake, 4)]).toEqual([
    ['a', 'b'],
    ['x', 'y'],
  ]);
  expect([partition.handed, partition.stored, other.stored]).toEqual([2, 2, 2]);
  expect(partition.problem).toContain('too much for a buffer');
});

test('a buffer that is nearly full takes what it has room for', async () => {
  const { intake, handover: handing } = handover(new MemoryIntake());
  const partition = partitionAt(0);
  intake.failNext(intakeError('bufferFull'), 2);
  await handing.hand(sliceOf(partition, 0, numbered('v', 8)));
  expect(intake.captures.map(({ records }) => records.length)).toEqual([2, 2, 4]);
  expect(intake.captured.map(({ value }) => String(value))).toEqual(numbered('v', 8));
  expect(partition.stored).toBe(8);
});
