/**
 * Exact offset maps through a real Kafka: every offset translates to its record's place, over transactions on both sides, owners
 * that come and go, and another copier in between.
 *
 * Seen red: with `addRun` that joins whatever the gap, with a map that goes on over `elsewhere`, and with an owner that goes on
 * in the segment of the one before.
 */
import { expect, test } from 'vitest';
import { deleteRecords, IdempotentProducer } from '../../shared/kafka/index.ts';
import { expectExact, mapOf } from '../support/exactMap.ts';
import { cluster, endOffsets } from '../support/kafka.ts';
import { batchOf, copyOf, type PullProcess, PullRig, transactional, untilCopied } from '../support/pullRig.ts';

const text = (value: string): Buffer => Buffer.from(value);
const records = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: text(`${name}.${i}`) }));
const sendTo = (topic: string, name: string, count: number) =>
  new IdempotentProducer(cluster(), 'map test').send([batchOf(topic, records(name, count))]);
const all = async (process: PullProcess, topic: string) =>
  untilCopied(process, topic, await endOffsets(topic, 'read_uncommitted'));

test.each(['exactlyOnce', 'atLeastOnce'] as const)(
  '%s: transactions of the source, aborted ones, owners that change',
  async (delivery) => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-map');
    const producer = await transactional();
    const start = () => rig.start({ topics: [topic], settings: { delivery }, shards: { instance: 'map' } });
    let process = await start();
    for (let i = 0; i < 24; i += 1) {
      if (i % 3 === 0) await sendTo(topic, `${i}`, 1 + (i % 5));
      else {
        await producer.send([batchOf(topic, records(`${i}`, 1 + (i % 7)))]);
        await (i % 4 === 0 ? producer.abort() : producer.commit());
      }
      // A transaction of its own in the target for each step.
      await all(process, topic);
      if (i % 8 === 7) {
        await process.close();
        process = await start();
      }
    }
    await expectExact(rig, topic);
  },
);

test('another copier in between: what it copied is not taken for a hole', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-map-joined');
  await sendTo(topic, 'ours', 10);
  const first = await rig.start({ topics: [topic], shards: { instance: 'map' } });
  await all(first, topic);
  await first.close();
  await sendTo(topic, 'theirs', 10);
  await sendTo(copyOf(topic), 'theirs', 10);
  const elsewhere = () => ({ next: 20, atMs: Date.now() });
  const second = await rig.start({ topics: [topic], shards: { instance: 'map' }, copier: { elsewhere } });
  await sendTo(topic, 'ours again', 10);
  await all(second, topic);
  const map = await mapOf(rig);
  expect(map.translate(topic, 0, 15), 'offset syncs say it').toBeNull();
  expect(map.translate(topic, 0, 25)).toMatchObject({ kind: 'exact' });
  expect(second.state(topic).gapCount).toBe(0);
});

test('retention was faster: what is gone is a hole, and the map goes on', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-map-gap');
  await sendTo(topic, 'a', 10);
  const start = () => rig.start({ topics: [topic], shards: { instance: 'map' } });
  const before = await start();
  await all(before, topic);
  await before.close();
  await sendTo(topic, 'b', 10);
  await deleteRecords(cluster(), [{ topic, partition: 0, before: 15 }]);
  const process = await start();
  await sendTo(topic, 'c', 10);
  await all(process, topic);
  const map = await mapOf(rig);
  const place = (upstream: number) => map.translate(topic, 0, upstream)?.offset;
  expect(process.state(topic).gapCount).toBe(1);
  expect(place(9)).toBe(9);
  expect(place(12)).toBe(place(15));
  expect(place(16)).toBe(place(15)! + 1);
});

test('maps that can not be written do not hold up the copying', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-map-refused');
  // Markers fit, segments do not.
  const taken = await rig.topic('pull-map-taken', { configs: { 'max.message.bytes': '100' } });
  await sendTo(topic, 'a', 10);
  const process = await rig.start({ topics: [topic], shards: { shards: 1, mapsTopic: taken } });
  await all(process, topic);
  await sendTo(topic, 'b', 10);
  await all(process, topic);
  expect(process.state(topic)).toMatchObject({ records: 20, state: { kind: 'copying' } });
  expect(process.lines.filter(({ event }) => event === 'pull_maps_refused')).toHaveLength(1);
});
