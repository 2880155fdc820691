/** Quotas of the brokers (KIP-219): obeyed, counted, and nothing is lost or written twice for them. */
import { expect, test } from 'vitest';
import { Cluster, IdempotentProducer } from '../../shared/kafka/index.ts';
import { fetchV12 } from '../../shared/kafka/wire/fetch.ts';
import { brokers, cluster, createTopic, endOffsets, uniqueTopic } from '../support/kafka.ts';
import { batchOf, copied, PullRig } from '../support/pullRig.ts';
import { throttleClient } from '../support/quotas.ts';
import { metricOf } from '../support/rigTelemetry.ts';

const KB = 1_000;
const value = (n: number, bytes: number) => Buffer.from(`${n}`.padEnd(bytes, '.'));

/** So many batches of one record. */
async function filled(topic: string, batches: number, bytes: number): Promise<void> {
  const producer = new IdempotentProducer(cluster(), `fill ${topic}`);
  const all = Array.from({ length: batches }, (_, n) => batchOf(topic, [{ value: value(n, bytes) }]));
  await producer.send(all);
  producer.close();
}

test('a throttled fetch: the connection is silent for as long as the broker said, then goes on', async () => {
  const clientId = uniqueTopic('quota-fetch');
  await throttleClient(clientId, 'consumer_byte_rate', 50 * KB);
  const topic = await createTopic('quota-fetch');
  await filled(topic, 4, 100 * KB);
  const own = Cluster.open({ brokers: brokers(), clientId });
  const leader = (await own.leader(topic, 0))!;
  const connection = await own.connection(leader.nodeId, 'fetch');
  const request = {
    isolation: 'read_uncommitted',
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 10_000 * KB,
    partitions: [{ topic, partition: 0, offset: 0, currentLeaderEpoch: -1, maxBytes: 10_000 * KB }],
  } as const;
  let answer = await connection.send(fetchV12, request);
  for (let n = 0; n < 10 && answer.throttleMs === 0; n += 1) answer = await connection.send(fetchV12, request);
  expect(answer.throttleMs).toBeGreaterThan(0);
  expect(connection.silentForMs).toBeGreaterThan(answer.throttleMs / 2);
  const until = performance.now() + connection.silentForMs;
  await connection.send(fetchV12, { ...request, partitions: [] });
  expect(performance.now()).toBeGreaterThanOrEqual(until);
  own.close();
});

test.each([
  ['source', 'consumer_byte_rate', 'Fetch'],
  ['target', 'producer_byte_rate', 'Produce'],
] as const)('a pull that its %s throttles: seen in the metric, everything arrives once and in order', async (...of) => {
  const [side, key, api] = of;
  const rig = PullRig.open();
  const topic = await rig.topic('quota-pull');
  await filled(topic, 40, 60 * KB);
  const clientIds = { source: uniqueTopic('quota-source'), target: uniqueTopic('quota-target') };
  await throttleClient(clientIds[side], key, 170 * KB);
  const process = await rig.start({ topics: [topic], clientIds });
  const { source, target } = await copied(process, topic, await endOffsets(topic, 'read_uncommitted'));
  expect(target).toHaveLength(40);
  expect(target).toEqual(source);
  expect(await metricOf(process.telemetry, 'tributary_kafka_throttled_seconds_total')).toBeGreaterThan(0);
  expect(process.lines.filter(({ event }) => event === 'kafka_throttled')).toMatchObject([{ level: 'warn', api }]);
  expect(process.shards.status().map(({ lastError }) => lastError)).toEqual([null, null]);
});
