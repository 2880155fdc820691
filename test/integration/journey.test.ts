/** A record's whole journey: from a local Kafka and from an HTTP call, over agent and hub, into central Kafka. */
import { expect, test } from 'vitest';
import type { EdgeStatus } from '../../hub/fleet/schemas.ts';
import { describeConfigs } from '../../shared/kafka/index.ts';
import { PROVENANCE } from '../../shared/records/index.ts';
import { type Consumed, cluster, consumeAll, createTopic, produce } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

/** Recent: what is older than a topic's retention Kafka deletes within minutes. */
const FIRST_TIMESTAMP = Date.now() - 3_600_000;
const OWN = [
  ['trace', 'abc'],
  ['trace', ''],
] as const;

/** What a client puts into a local topic: order is kept in each partition. */
async function produceLocally(rig: Rig, edge: string, topic: string, from: number, count: number): Promise<void> {
  const messages = [0, 1, 2].flatMap((partition) => {
    const values = valuesOf(`local-${partition}`, count, from);
    rig.truth.accepted(edge, topic, `local-${partition}`, values);
    return values.map((value, i) => {
      const timestamp = String(FIRST_TIMESTAMP + from + i);
      return { partition, key: `key-${partition}`, value, timestamp, headers: { trace: ['abc', ''] } };
    });
  });
  await produce(topic, messages);
}

const pairsOf = ({ headers }: Consumed): [string, string][] =>
  Object.entries(headers ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
  );

const headerOf = (record: Consumed, name: string): string => String(record.headers?.[name]);

/** Polls until the hub was told of everything: an agent reports once a second. */
function reported(hub: RigHub, edge: string, captured: number): Promise<EdgeStatus> {
  return eventually(
    `the hub was told of ${captured} captured records`,
    async () => {
      const status = await hub.edge(edge);
      return status.captured === captured && status.buffered === 0 ? status : null;
    },
    () => hub.edge(edge),
  );
}

test('records of a local Kafka and of HTTP calls arrive once, in order, with their provenance, over restarts', async () => {
  const rig = Rig.open({ route: '{edge}.{topic}' });
  const edge = `${rig.prefix}-store`;
  const orders = await createTopic(`${rig.prefix}-orders`, { partitions: 3 });
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge, hubUrl: hub.url, kafkaTopics: [orders], partitions: 2 });
  await agent.start();

  await produceLocally(rig, edge, orders, 0, 20);
  await agent.post('metrics', 'http-0', valuesOf('http-0', 10), 0);
  await agent.post('metrics', 'http-1', valuesOf('http-1', 10), 1);
  await agent.drained();

  await hub.stop();
  await produceLocally(rig, edge, orders, 20, 20);
  await agent.post('metrics', 'http-0', valuesOf('http-0', 10, 10), 0);
  await agent.stop();
  await agent.start();
  await agent.post('metrics', 'http-1', valuesOf('http-1', 10, 10), 1);
  await hub.start();
  await agent.until('all of it is captured', ({ captured }) => captured === 160);
  await agent.drained();

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [], recordsRead: 160 });
  await checkRecords(edge, orders, rig.target(edge, orders));
  await checkTopics({ [rig.target(edge, orders)]: 3, [rig.target(edge, 'metrics')]: 2 });
  await checkNumbers(hub, agent, edge, orders);
});

async function checkRecords(edge: string, orders: string, target: string): Promise<void> {
  const records = await consumeAll(target);
  const next = new Map<string, number>();
  for (const record of records) {
    expect(String(record.key)).toBe(`key-${record.partition}`);
    const n = Number(/-(\d+)"$/.exec(String(record.value))?.[1]);
    // A record's own timestamp is kept, and the source offset is its place in the local topic.
    expect(Number(record.timestamp)).toBe(FIRST_TIMESTAMP + n);
    expect(headerOf(record, PROVENANCE.source)).toBe(`kafka:${orders}/${record.partition}/${n}`);
    const pairs = pairsOf(record);
    expect(pairs.slice(0, 2)).toEqual(OWN);
    expect(pairs.slice(2).map(([name]) => name)).toEqual([
      PROVENANCE.edge,
      PROVENANCE.epoch,
      PROVENANCE.sequence,
      PROVENANCE.source,
    ]);
    expect(headerOf(record, PROVENANCE.edge)).toBe(edge);
    const stream = `${record.partition}/${headerOf(record, PROVENANCE.epoch)}`;
    expect(headerOf(record, PROVENANCE.sequence)).toBe(String(next.get(stream) ?? 0));
    next.set(stream, (next.get(stream) ?? 0) + 1);
  }
  const http = await consumeAll(target.replace(orders, 'metrics'));
  for (const record of http) expect(headerOf(record, PROVENANCE.source)).toMatch(/^http:[0-9a-f]{8}-\w+\/\d+$/);
  expect(new Set(http.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
}

async function checkTopics(targets: Readonly<Record<string, number>>): Promise<void> {
  const names = Object.keys(targets);
  const { topics } = await cluster().metadata(names);
  const asked = names.map((name) => ({ kind: 'topic' as const, name }));
  const configs = await describeConfigs(cluster(), asked, ['compression.type']);
  for (const [at, name] of names.entries()) {
    expect(topics.get(name)?.partitions.length).toBe(targets[name]);
    expect(configs[at]?.configs.get('compression.type')).toBe('producer');
  }
}

async function checkNumbers(hub: RigHub, agent: RigAgent, edge: string, orders: string): Promise<void> {
  const { captured, delivered, buffered, gaps } = await agent.status();
  expect({ captured, delivered, buffered, gaps }).toEqual({ captured: 160, delivered: 160, buffered: 0, gaps: 0 });
  const status = await reported(hub, edge, 160);
  expect(status).toMatchObject({ state: 'online', delivered: 160, agentDelivered: 160, unaccounted: 0, hubGaps: 0 });
  expect(status.forks).toEqual([]);
  expect(status.epochs.map(({ state }) => state).filter((state) => state === 'held')).toEqual([]);
  const places = status.places.map(({ topic, partition, delivered: there }) => [topic, partition, there]);
  const expected = [
    ['metrics', 0, 20],
    ['metrics', 1, 20],
    [orders, 0, 40],
    [orders, 1, 40],
    [orders, 2, 40],
  ];
  expect(places).toEqual(expected);
  const { edges } = await hub.get<{ edges: { edge: string; delivered: number }[] }>('/v1/edges');
  expect(edges.find((one) => one.edge === edge)).toMatchObject({ delivered: 160, forks: 0, heldEpochs: 0 });
}
