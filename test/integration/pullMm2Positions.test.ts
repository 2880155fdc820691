/** Keeping MirrorMaker 2's positions: what moved, and nothing while its workers are there. */
import { expect, test } from 'vitest';
import type { CopiedTo } from '../../hub/pull/copy/index.ts';
import { encodeMm2 } from '../../hub/pull/run/mm2Entry.ts';
import { readMm2Offsets } from '../../hub/pull/run/mm2Offsets.ts';
import { Mm2Positions } from '../../hub/pull/run/mm2Positions.ts';
import { systemClock } from '../../shared/clock.ts';
import { partitionOfKey } from '../../shared/kafka/murmur2.ts';
import { cluster, consumeAll, createTopic, kafkaJs, produce, uniqueTopic } from '../support/kafka.ts';
import { HeardTelemetry } from './pullSupport.ts';

async function rig() {
  const source = uniqueTopic('mm2');
  const name = await createTopic('', { name: `mm2-offsets.${source}.internal`, partitions: 25 });
  const { key, value } = encodeMm2(source, { topic: 't', partition: 0, next: 5 });
  await produce(name, [{ key, value, partition: partitionOfKey(key, 25) }]);
  const telemetry = new HeardTelemetry();
  const copied: CopiedTo[] = [];
  const topic = { cluster: cluster(), name, source };
  const rest = { flow: 'a->b', mode: 'auto' as const, telemetry, clock: systemClock, everyMs: 600_000 };
  const open = () => Mm2Positions.open({ ...topic, ...rest, positions: () => copied, quiet: () => Promise.resolve() });
  const found = async () => Object.fromEntries([...(await readMm2Offsets(topic))].map(([at, p]) => [at, p.next]));
  return { source, name, telemetry, copied, open, found };
}

test('each time what moved is written, once; what has not begun has no position', async () => {
  const { name, telemetry, copied, open, found } = await rig();
  copied.push({ topic: 't', partition: 0, next: 5 }, { topic: 't', partition: 1, next: 7 });
  copied.push({ topic: 'u', partition: 0, next: 0 });
  const positions = await open();
  expect(positions.before.get('t/0')).toMatchObject({ next: 5, atMs: expect.any(Number) });
  await positions.runNow();
  await positions.runNow();
  copied[0] = { topic: 't', partition: 0, next: 9 };
  await positions.runNow();
  expect(await found()).toEqual({ 't/0': 9, 't/1': 7 });
  expect(telemetry.of('pull_mm2_positions_kept').map(({ count }) => count)).toEqual([1, 1]);
  // A process that had the partition before comes late with what it knew.
  const late = encodeMm2(name.split('.')[1]!, { topic: 't', partition: 0, next: 6 });
  await produce(name, [{ ...late, partition: partitionOfKey(late.key, 25) }]);
  await positions.close();
  expect(await found()).toEqual({ 't/0': 9, 't/1': 7 });
});

test('a MirrorMaker 2 that runs keeps its positions, and they do not count beside ours', async () => {
  const { source, name, telemetry, copied, open, found } = await rig();
  const worker = kafkaJs().consumer({ groupId: `${source}-mm2` });
  await worker.connect();
  await worker.subscribe({ topic: name });
  const joined = new Promise((resolve) => worker.on('consumer.group_join', resolve));
  await worker.run({ autoCommit: false, eachMessage: async () => {} });
  await joined;
  copied.push({ topic: 't', partition: 0, next: 9 });
  const positions = await open();
  expect(positions.before.get('t/0')).toEqual({ next: 5, atMs: Number.NEGATIVE_INFINITY });
  await positions.runNow();
  expect(await found()).toEqual({ 't/0': 5 });
  await worker.disconnect();
  await positions.close();
  expect(await found()).toEqual({ 't/0': 9 });
  expect(telemetry.of('pull_mm2_runs')).toHaveLength(1);
  expect(await consumeAll(name)).toHaveLength(2);
});
