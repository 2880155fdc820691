/**
 * Fetching from a near replica (KIP-392), with two real brokers in racks of their own: the bytes come from the follower, and
 * when it is gone, from the leader.
 *
 * Seen red: with a rack that is never said, and without the way back.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Cluster, createTopics, IdempotentProducer } from '../../shared/kafka/index.ts';
import { consumeAll, createTopic, uniqueTopic } from '../support/kafka.ts';
import { KafkaPair } from '../support/kafkaPair.ts';
import { batchOf, copyOf, PullRig } from '../support/pullRig.ts';
import type { rigTelemetry } from '../support/rigTelemetry.ts';
import { until } from './pullSupport.ts';

const POLL = { timeout: 60_000, interval: 50 };
const BYTES = 10_000;
const rackOf = (node: number): string => `rack-${node}`;

/** Bytes that this process has read from a port, whoever opened the socket. */
function countReads(): (address: string) => number {
  const sockets: Socket[] = [];
  const heard = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('net.client.socket', heard);
  onTestFinished(() => {
    unsubscribe('net.client.socket', heard);
  });
  return (address) => {
    const port = Number(address.split(':').at(-1));
    return sockets.filter(({ remotePort }) => remotePort === port).reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  };
}

async function openPair(): Promise<KafkaPair> {
  const selector = 'org.apache.kafka.common.replica.RackAwareReplicaSelector';
  const pair = await KafkaPair.open((node) => ({ 'broker.rack': rackOf(node), 'replica.selector.class': selector }));
  await pair.addSecond();
  return pair;
}

/** One replica on each broker. Kafka chooses the leader: topics are made until the first broker leads one. */
async function ledByFirst(cluster: Cluster): Promise<string> {
  let found = '';
  await until('a topic that the first broker leads', async () => {
    const name = uniqueTopic('racked');
    const [made] = await createTopics(cluster, [{ name, partitions: 1, replicationFactor: 2 }]);
    if (made?.errorCode !== 0) return false;
    const partition = async () => (await cluster.metadata([name])).topics.get(name)?.partitions[0];
    await until('in-sync replicas', async () => (await partition())?.inSync.length === 2);
    found = name;
    return (await partition())?.leader === 1;
  });
  return found;
}

async function write(cluster: Cluster, topic: string, keys: readonly string[]): Promise<void> {
  const producer = new IdempotentProducer(cluster, 'racks');
  const batches = keys.map((key) => batchOf(topic, [{ key: Buffer.from(key), value: Buffer.alloc(BYTES, key) }]));
  expect(new Set((await producer.send(batches)).map(({ kind }) => kind))).toEqual(new Set(['landed']));
  producer.close();
}

test('the bytes come from the follower in the rack; when it dies the leader gives the rest, and nothing is lost', async () => {
  const pair = await openPair();
  const cluster = pair.cluster();
  const topic = await ledByFirst(cluster);
  const copy = await createTopic('', { name: copyOf(topic) });
  const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
  await write(cluster, topic, keys);

  const read = countReads();
  // Slow enough that there is something left when the follower dies.
  const limits = { flow: { maxBytesPerSecond: 200_000 } };
  const { copier, telemetry } = await PullRig.open().start({
    topics: [],
    settings: { rack: rackOf(2), limits },
    copier: {
      source: pair.cluster({ clientId: 'source' }),
      partitions: [{ topic, partition: 0, targetTopic: copy }],
    },
  });
  const state = () => copier.snapshot().partitions[0]!;
  await expect.poll(() => state().position, POLL).toBeGreaterThan(20);
  const [fromSecond, soFar] = [read(pair.secondAddress), state().position!];
  expect(soFar).toBeLessThan(keys.length);
  expect(fromSecond).toBeGreaterThan(soFar * BYTES);
  expect(await bytesFrom(telemetry, 'follower')).toBeGreaterThan(20 * BYTES);
  expect(await bytesFrom(telemetry, 'leader')).toBe(0);

  await pair.killSecond();
  copier.setLimits({ flow: {} });
  await expect.poll(() => state().position, POLL).toBe(keys.length);
  expect(await bytesFrom(telemetry, 'leader')).toBeGreaterThan(BYTES);
  expect((await consumeAll(copy)).map(({ key }) => String(key))).toEqual(keys);
  expect(state()).toMatchObject({ gapCount: 0, state: { kind: 'copying' } });
}, 240_000);

async function bytesFrom(telemetry: ReturnType<typeof rigTelemetry>, replica: string): Promise<number> {
  const metric = await telemetry.registry.getSingleMetric('tributary_pull_fetched_bytes_total')?.get();
  return metric?.values.find(({ labels }) => labels.replica === replica)?.value ?? 0;
}
