/**
 * The files of docs/topologies/, as docs/topologies.md tells people to start them, between three real clusters: what arrives
 * is what the page says. Only addresses, replication and intervals are other ones, appended to the file.
 *
 * Seen red: hub-and-spoke with a flow off, active-active without group offsets, the others without their policy or exclusion.
 */
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import {
  Cluster,
  commitGroupOffsets,
  createTopics,
  deleteTopics,
  describeConfigs,
  fetchGroupOffsets,
  IdempotentProducer,
} from '../../shared/kafka/index.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import { Cli, LAUNCHER, ROOT } from '../bin/cli.ts';
import { keysAt } from '../support/kafkaPair.ts';

const POLL = { timeout: 60_000, interval: 200 };
const COUNT = 3;
vi.setConfig({ testTimeout: 180_000 });
let dir = '';
const kafkas: LocalKafka[] = [];
const clusters: Cluster[] = [];
const running: Cli[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tributary-topologies-'));
  for (let i = 0; i < COUNT; i += 1) kafkas.push(await startKafka({ dir: join(dir, `${i}`), properties: {} }));
  clusters.push(...kafkas.map(({ brokers }) => Cluster.open({ brokers })));
}, 300_000);
afterAll(async () => {
  for (const cluster of clusters) cluster.close();
  await Promise.all(kafkas.map((kafka) => kafka.kill9()));
  rmSync(dir, { recursive: true, force: true });
});
afterEach(async () => {
  for (const cli of running.splice(0)) {
    cli.kill('SIGTERM');
    const ended = await cli.ended;
    if (process.env.TRIBUTARY_TEST_LOG) console.error(ended.stderr);
    expect(ended).toMatchObject({ code: 0 });
  }
  for (const cluster of clusters) await deleteTopics(cluster, await topicsOf(cluster));
});

const topicsOf = async (cluster: Cluster): Promise<string[]> =>
  [...(await cluster.metadata(null)).topics.keys()].filter((name) => !name.startsWith('__')).sort();

/** A process with that file; aliases are given the clusters in their order. */
function start(name: string, aliases: readonly string[], args: readonly string[] = []): Cli {
  const file = join(dir, `${name}.properties`);
  copyFileSync(join(ROOT, 'docs/topologies', `${name}.properties`), file);
  const syncs = /^emit.offset-syncs.enabled = false/m.test(readFileSync(file, 'utf8')) ? [] : ['offset-syncs.topic.'];
  const replication = ['', 'checkpoints.topic.', 'heartbeats.topic.', ...syncs];
  const changes = [
    ...aliases.map((alias, i) => `${alias}.bootstrap.servers = ${kafkas[i]!.brokers.join(',')}`),
    ...replication.map((topic) => `${topic}replication.factor = 1`),
    ...['emit.checkpoints', 'sync.group.offsets', 'refresh.topics'].map((job) => `${job}.interval.seconds = 1`),
  ];
  appendFileSync(file, `\n${changes.join('\n')}\n`);
  const cli = new Cli([LAUNCHER, 'pull', file, '--name', `${name}${args.join('')}`, ...args]);
  running.push(cli);
  return cli;
}

async function make(cluster: Cluster, name: string, configs: Record<string, string> = {}): Promise<void> {
  const [made] = await createTopics(cluster, [{ name, partitions: 1, replicationFactor: 1, configs }]);
  expect(made?.errorCode).toBe(0);
}

async function write(cluster: Cluster, topic: string, ...keys: string[]): Promise<void> {
  const records = keys.map((key) => ({ key: Buffer.from(key), value: null, timestamp: Date.now(), headers: [] }));
  const batch = { topic, partition: 0, records: keys.length, blob: encodeBatch(records, { codec: 'zstd' }) };
  await expect
    .poll(async () => (await new IdempotentProducer(cluster, 'test').send([batch]))[0]?.kind, POLL)
    .toBe('landed');
}

/** Of a topic that is not there: nothing. */
async function arrived(cluster: Cluster, topic: string): Promise<string[]> {
  const { topics } = await cluster.metadata([topic]);
  return topics.get(topic)?.partitions[0]?.errorCode === 0 ? keysAt(cluster, topic, 0) : [];
}
const arrives = (cluster: Cluster, topic: string, ...keys: string[]) =>
  expect.poll(() => arrived(cluster, topic), { ...POLL, message: topic }).toEqual(keys);
const groupAt = async (cluster: Cluster, group: string, topic: string) =>
  (await fetchGroupOffsets(cluster, group)).find((at) => at.topic === topic)?.offset ?? null;
const own = async (cluster: Cluster) => (await topicsOf(cluster)).filter((name) => !/internal|^tributary/.test(name));

test('hub-and-spoke: all sites come together under their names, and nothing is written into a site', async () => {
  const [berlin, paris, central] = clusters as [Cluster, Cluster, Cluster];
  for (const site of [berlin, paris]) for (const topic of ['orders', 'private']) await make(site, topic);
  await write(berlin, 'orders', 'b1', 'b2');
  await write(paris, 'orders', 'p1');
  start('hub-and-spoke', ['berlin', 'paris', 'central']);
  await arrives(central, 'berlin.orders', 'b1', 'b2');
  await arrives(central, 'paris.orders', 'p1');
  await make(paris, 'stock');
  await write(paris, 'stock', 's1');
  await arrives(central, 'paris.stock', 's1');
  expect(await own(central)).toEqual(['berlin.orders', 'heartbeats', 'paris.orders', 'paris.stock']);
  expect(await topicsOf(berlin)).toEqual(['orders', 'private']);
  expect(await topicsOf(paris)).toEqual(['orders', 'private', 'stock']);
});

test('active-active; testReplication: records both ways, failover and failback', async () => {
  const [east, west] = clusters as [Cluster, Cluster];
  for (const side of [east, west]) await make(side, 'orders');
  await write(east, 'orders', 'e1', 'e2', 'e3');
  await write(west, 'orders', 'w1', 'w2');
  await commitGroupOffsets(east, 'billing', [{ topic: 'orders', partition: 0, offset: 3, metadata: '' }]);
  await commitGroupOffsets(west, 'billing', [{ topic: 'orders', partition: 0, offset: 2, metadata: '' }]);
  start('active-active', ['east', 'west'], ['--clusters', 'west']);
  start('active-active', ['east', 'west'], ['--clusters', 'east']);
  await arrives(west, 'east.orders', 'e1', 'e2', 'e3');
  await arrives(east, 'west.orders', 'w1', 'w2');
  // Failover: the group of east goes on in west, where its records are; failback: the other way round.
  await expect.poll(() => groupAt(west, 'billing', 'east.orders'), POLL).toBeGreaterThan(0);
  await expect.poll(() => groupAt(east, 'billing', 'west.orders'), POLL).toBeGreaterThan(0);
  expect(await groupAt(west, 'billing', 'east.orders')).toBeLessThanOrEqual(3);
  await write(east, 'orders', 'e4');
  await arrives(west, 'east.orders', 'e1', 'e2', 'e3', 'e4');
  const loops = [...(await own(east)), ...(await own(west))].filter((name) => name.endsWith('orders'));
  expect(loops.sort()).toEqual(['east.orders', 'orders', 'orders', 'west.orders']);
});

test('active-standby; IdentityReplicationIntegrationTest: everything under its own name, groups stand ready', async () => {
  const [primary, standby] = clusters as [Cluster, Cluster];
  for (const topic of ['orders', 'stock.levels']) await make(primary, topic);
  await write(primary, 'orders', '1', '2', '3');
  await write(primary, 'stock.levels', 's');
  await commitGroupOffsets(primary, 'billing', [{ topic: 'orders', partition: 0, offset: 3, metadata: 'page 3' }]);
  start('active-standby', ['primary', 'standby']);
  await arrives(standby, 'orders', '1', '2', '3');
  await arrives(standby, 'stock.levels', 's');
  await expect.poll(() => groupAt(standby, 'billing', 'orders'), POLL).toBeGreaterThan(0);
  await write(primary, 'orders', '4');
  await arrives(standby, 'orders', '1', '2', '3', '4');
  expect(await own(standby)).toEqual(['heartbeats', 'orders', 'stock.levels']);
});

test('fan-out: each target has what it needs, as it needs it', async () => {
  const [core, analytics, archive] = clusters as [Cluster, Cluster, Cluster];
  await make(core, 'orders', { 'retention.ms': '3600000' });
  await make(core, 'clicks');
  await write(core, 'orders', 'o1');
  await write(core, 'clicks', 'c1', 'c2');
  start('fan-out', ['core', 'analytics', 'archive']);
  await arrives(analytics, 'core.orders', 'o1');
  await arrives(analytics, 'core.clicks', 'c1', 'c2');
  await arrives(archive, 'core.orders', 'o1');
  expect(await own(archive)).toEqual(['core.orders']);
  expect(await topicsOf(core)).toEqual(['clicks', 'orders']);
  const retention = async (cluster: Cluster) => {
    const [described] = await describeConfigs(cluster, [{ kind: 'topic', name: 'core.orders' }]);
    return described?.configs.get('retention.ms');
  };
  expect([await retention(analytics), await retention(archive)]).toEqual(['3600000', '604800000']);
});

test('cloud-migration: topics, records and groups move under their names; the old cluster is only read', async () => {
  const [onprem, cloud] = clusters as [Cluster, Cluster];
  await make(onprem, 'orders', { 'max.message.bytes': '2000000' });
  await write(onprem, 'orders', '1', '2', '3');
  await commitGroupOffsets(onprem, 'billing', [{ topic: 'orders', partition: 0, offset: 2, metadata: '' }]);
  const before = await topicsOf(onprem);
  start('cloud-migration', ['onprem', 'cloud']);
  await arrives(cloud, 'orders', '1', '2', '3');
  await expect.poll(() => groupAt(cloud, 'billing', 'orders'), POLL).toBeGreaterThan(0);
  expect(await topicsOf(onprem)).toEqual(before);
  const [described] = await describeConfigs(cloud, [{ kind: 'topic', name: 'orders' }]);
  expect(described?.configs.get('max.message.bytes')).toBe('2000000');
  // By default there, and written out here.
  expect(described?.entries.find(({ name }) => name === 'retention.ms')?.source).toBe('topic');
});
