/**
 * `tributary pull` as its user runs it: MirrorMaker 2's file in, topics, records, heartbeats and checkpoints out. Source and
 * target are one cluster here, so the file names its topics.
 *
 * Seen red: without `elsewhere` (positions of MirrorMaker 2), and with a copier that forgets its listener.
 */

import { afterEach, expect, test } from 'vitest';
import { planPull, type RunningPull, runPull } from '../../hub/assemblePull.ts';
import { readMm2 } from '../../hub/pull/config/index.ts';
import { decodeCheckpoint, decodeHeartbeat, decodeOffsetSync } from '../../hub/pull/offsets/index.ts';
import { commitGroupOffsets } from '../../shared/kafka/index.ts';
import { brokers, cluster, consumeAll, createTopic, produce, uniqueTopic } from '../support/kafka.ts';
import { rigTelemetry } from '../support/rigTelemetry.ts';

const POLL = { timeout: 30_000, interval: 50 };

const running: RunningPull[] = [];

afterEach(async () => {
  for (const pull of running.splice(0)) await pull.close();
});

/** Aliases are part of topics' names, so each test has its own. */
function settingsFor(source: string, target: string, topic: string) {
  const address = brokers().join(',');
  const text = `
clusters = ${source}, ${target}
${source}.bootstrap.servers = ${address}
${target}.bootstrap.servers = ${address}
${source}->${target}.enabled = true
${source}->${target}.topics = ${topic}
${source}->${target}.groups = ${topic}-group
${source}->${target}.emit.checkpoints.interval.seconds = 1
${source}->${target}.emit.heartbeats.interval.seconds = 1
${target}->${source}.emit.heartbeats.enabled = false
replication.factor = 1
offset-syncs.topic.replication.factor = 1
checkpoints.topic.replication.factor = 1
heartbeats.topic.replication.factor = 1
refresh.topics.interval.seconds = 1
heartbeats.replication.enabled = false
`;
  return readMm2(Buffer.from(text), { file: 'mm2.properties' }).settings;
}

const SOURCE = 'kafka_connect_mirror_mirrorsourceconnector_';
const LATENCY = 'kafka_connect_mirror_mirrorcheckpointconnector_checkpoint_latency_ms';
let telemetry = rigTelemetry('pull');

/** What the newest process says of a topic: by name and partition. */
async function measured(topic: string): Promise<Record<string, number>> {
  const lines = (await telemetry.registry.metrics()).split('\n').filter((line) => line.includes(`topic="${topic}"`));
  const found = lines.map((line) => /^(\w+)\{.*partition="(\d+)".*\} (\S+)$/.exec(line));
  return Object.fromEntries(found.map((parts) => [`${parts?.[1]}{${parts?.[2]}}`, Number(parts?.[3])]));
}

async function start(settings: ReturnType<typeof settingsFor>): Promise<RunningPull> {
  telemetry = rigTelemetry('pull');
  const pull = await runPull({ settings, name: uniqueTopic('pull'), listen: null }, telemetry);
  running.push(pull);
  return pull;
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: `v${from + i}`, partition: 0 }));
const valuesOf = async (topic: string): Promise<string[]> =>
  (await consumeAll(topic).catch(() => [])).map(({ value }) => String(value));
const expected = (count: number): string[] => numbered(0, count).map(({ value }) => value);

test('DedicatedMirrorIntegrationTest.testSingleNodeCluster: copies what the file names, goes on after a stop, and writes what MirrorMaker 2 writes', async () => {
  const topic = uniqueTopic('pulled');
  const [source, target] = [`s${topic}`, `t${topic}`];
  await createTopic('', { name: topic, partitions: 2 });
  await produce(topic, numbered(0, 100));
  await commitGroupOffsets(cluster(), `${topic}-group`, [{ topic, partition: 0, offset: 40, metadata: 'mine' }]);
  const settings = settingsFor(source, target, topic);
  expect(await planPull(settings)).toContain(`+ topic ${source}.${topic}: 2 partitions`);

  const first = await start(settings);
  const copy = `${source}.${topic}`;
  await expect.poll(() => valuesOf(copy), POLL).toEqual(expected(100));
  await first.close();
  await produce(topic, numbered(100, 50));
  // The first may have written the group's checkpoint already: this one is the second's to write.
  await commitGroupOffsets(cluster(), `${topic}-group`, [{ topic, partition: 0, offset: 45, metadata: 'mine' }]);
  await start(settings);
  await expect.poll(() => valuesOf(copy), POLL).toEqual(expected(150));
  expect(await planPull(settings)).toContain('nothing to change');

  const syncs = async () =>
    (await consumeAll(`mm2-offset-syncs.${target}.internal`)).map(({ key, value }) =>
      decodeOffsetSync({ key: key!, value: value! }),
    );
  expect(await syncs()).toContainEqual(expect.objectContaining({ topic, partition: 0, upstream: 0, downstream: 0 }));
  const checkpoints = async () =>
    (await consumeAll(`${source}.checkpoints.internal`).catch(() => [])).map(({ key, value }) =>
      decodeCheckpoint({ key: key!, value: value! }),
    );
  await expect
    .poll(checkpoints, POLL)
    .toContainEqual(expect.objectContaining({ group: `${topic}-group`, topic: copy, partition: 0, upstream: 45 }));
  await expect
    .poll(() => measured(copy), POLL)
    .toMatchObject({
      [`${SOURCE}record_count{0}`]: 50,
      [`${SOURCE}record_count{1}`]: 0,
      'tributary_pull_lag_offsets{0}': 0,
      'tributary_pull_lag_seconds{0}': 0,
      [`${SOURCE}replication_latency_ms{0}`]: expect.any(Number),
      [`${LATENCY}{0}`]: expect.any(Number),
    });
  const beats = (await consumeAll('heartbeats')).map(({ key, value }) => decodeHeartbeat({ key: key!, value: value! }));
  expect(beats).toContainEqual(expect.objectContaining({ source, target }));
});

test("MirrorSourceTaskTest.testSeekBehaviorDuringStart: begins behind MirrorMaker 2's own positions where it has none", async () => {
  const topic = uniqueTopic('moved');
  const [source, target] = [`s${topic}`, `t${topic}`];
  await createTopic('', { name: topic, partitions: 1 });
  await produce(topic, numbered(0, 20));
  const offsets = `mm2-offsets.${source}.internal`;
  await createTopic('', { name: offsets, partitions: 2, configs: { 'cleanup.policy': 'compact' } });
  const key = JSON.stringify(['MirrorSourceConnector', { cluster: source, partition: 0, topic }]);
  await produce(offsets, [
    { key, value: '{"offset":3}', partition: 1 },
    { key, value: '{"offset":11}', partition: 1 },
    { key: JSON.stringify(['MirrorHeartbeatConnector', {}]), value: '{"offset":0}', partition: 1 },
  ]);
  await start(settingsFor(source, target, topic));
  await expect.poll(() => valuesOf(`${source}.${topic}`), POLL).toEqual(expected(20).slice(12));
});
