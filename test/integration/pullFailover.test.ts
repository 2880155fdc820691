/**
 * A group fails over: half is read in the source, the rest in the target, nothing twice and nothing skipped. And going back to
 * MirrorMaker 2: its positions are kept where ours are (the real one is asked in `npm run faults -- migrate`).
 *
 * Seen red: with offset syncs instead of the map, and without the last positions at the end.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RunningPull, runPull } from '../../hub/assemblePull.ts';
import { readMm2 } from '../../hub/pull/config/index.ts';
import { decodeOffsetSync, OffsetSyncStore } from '../../hub/pull/offsets/index.ts';
import { decodeMm2, encodeMm2 } from '../../hub/pull/run/mm2Entry.ts';
import { commitGroupOffsets, fetchGroupOffsets } from '../../shared/kafka/index.ts';
import { partitionOfKey } from '../../shared/kafka/murmur2.ts';
import { brokers, cluster, consumeAll, createTopic, produce, uniqueTopic } from '../support/kafka.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../support/mirror/oracle.ts';
import { rigTelemetry } from '../support/rigTelemetry.ts';

const POLL = { timeout: 60_000, interval: 50 };
let oracle: MirrorOracle | NoOracle | undefined;
const running: RunningPull[] = [];

beforeAll(async () => {
  oracle = await mirrorOracle('ClientOracle');
});
afterEach(async () => {
  for (const pull of running.splice(0)) await pull.close();
});
afterAll(() => {
  if (oracle && 'close' in oracle) oracle.close();
});

/** Source and target are one cluster; aliases are part of topics' names, so each test has its own. */
async function start(topic: string, ...lines: string[]): Promise<RunningPull> {
  const [source, target] = [`s${topic}`, `t${topic}`];
  const text = `
clusters = ${source}, ${target}
bootstrap.servers = ${brokers().join(',')}
${source}->${target}.enabled = true
${source}->${target}.topics = ${topic}
${source}->${target}.groups = ${topic}-group
emit.checkpoints.interval.seconds = 1
sync.group.offsets.enabled = true
sync.group.offsets.interval.seconds = 1
emit.heartbeats.enabled = false
heartbeats.replication.enabled = false
replication.factor = 1
offset-syncs.topic.replication.factor = 1
checkpoints.topic.replication.factor = 1
${lines.join('\n')}
`;
  const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
  const pull = await runPull({ settings, name: 'failover', listen: null }, rigTelemetry('pull'));
  running.push(pull);
  return pull;
}

const valuesOf = async (topic: string) => (await consumeAll(topic).catch(() => [])).map(({ value }) => String(value));
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: `${from + i}`, partition: 0 }));

test('a group reads half in the source and exactly the rest in the target', { timeout: 120_000 }, async ({ skip }) => {
  const topic = uniqueTopic('failover');
  const [copy, group] = [`s${topic}.${topic}`, `${topic}-group`];
  await createTopic('', { name: topic });
  await produce(topic, numbered(0, 100));
  await start(topic);
  // Each part in transactions of its own, so that the target has markers in between.
  for (let part = 1; part <= 5; part += 1) {
    await expect.poll(() => valuesOf(copy), POLL).toHaveLength(100 * part);
    if (part < 5) await produce(topic, numbered(100 * part, 100));
  }
  const half = 267;
  await commitGroupOffsets(cluster(), group, [{ topic, partition: 0, offset: half, metadata: 'page 3' }]);
  const committed = async () => (await fetchGroupOffsets(cluster(), group, [{ topic: copy, partition: 0 }]))[0]?.offset;
  await expect.poll(committed, POLL).toBeGreaterThanOrEqual(0);
  const goesOnAt = (await committed()) ?? -1;
  const target = await consumeAll(copy);
  const rest = target.filter(({ offset }) => Number(offset) >= goesOnAt).map(({ value }) => String(value));
  expect(rest).toEqual(numbered(half, 500 - half).map(({ value }) => value));
  // What MirrorMaker 2 would have made of the same offset syncs.
  const syncs = new OffsetSyncStore({ newestOnlyWhileLoading: false, maxPartitions: 1 });
  for (const { key, value } of await consumeAll(`mm2-offset-syncs.t${topic}.internal`)) {
    const sync = decodeOffsetSync({ key: key!, value: value! });
    if (sync?.topic === topic) syncs.apply(sync);
  }
  syncs.markLoaded();
  const roughly = syncs.translate(topic, 0, half) ?? -1;
  const repeated = target.filter(({ offset }) => Number(offset) >= roughly && Number(offset) < goesOnAt);
  expect(repeated.length).toBeGreaterThan(10);
  if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
  const [translated] = await oracle.ask([`translate\ts${topic}\t${group}`], [brokers().join(',')]);
  expect(translated).toBe(`{${copy}-0=${goesOnAt}/page 3}`);
});

const offsetsOf = async (topic: string) =>
  (await consumeAll(`mm2-offsets.s${topic}.internal`).catch(() => [])).map(({ key, value, partition }) => ({
    partition,
    entry: decodeMm2(key, value, `s${topic}`),
  }));

test("MirrorMaker 2's positions are kept, in its own form, where it has some", { timeout: 60_000 }, async () => {
  const topic = uniqueTopic('handover');
  const source = `s${topic}`;
  await createTopic('', { name: topic, partitions: 2 });
  await produce(topic, numbered(0, 20));
  const name = `mm2-offsets.${source}.internal`;
  await createTopic('', { name, partitions: 25, configs: { 'cleanup.policy': 'compact' } });
  const at = (next: number) => encodeMm2(source, { topic, partition: 0, next });
  const partition = partitionOfKey(at(12).key, 25);
  await produce(name, [{ ...at(12), partition }]);
  const pull = await start(topic);
  await expect.poll(() => valuesOf(`${source}.${topic}`), POLL).toHaveLength(8);
  await pull.close();
  const kept = { partition, entry: { topic, partition: 0, next: 20 } };
  expect(await offsetsOf(topic)).toEqual([{ ...kept, entry: { ...kept.entry, next: 12 } }, kept]);
  // MirrorMaker 2 goes on, and ours after it.
  await produce(topic, numbered(20, 10));
  await produce(name, [{ ...at(25), partition }]);
  await start(topic);
  await expect.poll(() => valuesOf(`${source}.${topic}`), POLL).toHaveLength(13);
  expect((await valuesOf(`${source}.${topic}`)).slice(8)).toEqual(['25', '26', '27', '28', '29']);
});

test.each([
  ['auto', 0],
  ['always', 1],
  ['never', 0],
])('without positions of MirrorMaker 2, %s writes %i', { timeout: 60_000 }, async (mode, count) => {
  const topic = uniqueTopic('handover');
  await createTopic('', { name: topic });
  await produce(topic, numbered(0, 5));
  const pull = await start(topic, `tributary.mm2.positions = ${mode}`);
  await expect.poll(() => valuesOf(`s${topic}.${topic}`), POLL).toHaveLength(5);
  await pull.close();
  expect(await offsetsOf(topic)).toHaveLength(count);
});
