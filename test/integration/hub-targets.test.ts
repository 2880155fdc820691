/** Which target topics are made, and what becomes of those that Kafka loses. */
import { expect, onTestFinished, test } from 'vitest';
import { runVerify } from '../../hub/prove/run.ts';
import { edgeView } from '../../hub/sequence/index.ts';
import { compareTargets } from '../../hub/write/divergence.ts';
import type { ShardOwner } from '../../hub/write/index.ts';
import type { EdgeId, Place } from '../../shared/identity.ts';
import { createTopics, deleteTopics } from '../../shared/kafka/index.ts';
import {
  ids,
  kafkaAgent,
  openOwner,
  openSession,
  shipAll,
  shipOnce,
  type TestHub,
  testHub,
  until,
} from '../hub/write/support.ts';
import { brokers, cluster, consumeAll, kafkaJs } from '../support/kafka.ts';

const place = (topic: string): Place => ({ topic, partition: 0, lane: 'main' });
const ORDERS = place('orders');

async function topicIdOf(name: string): Promise<string | undefined> {
  const topic = (await cluster().metadata([name])).topics.get(name);
  return topic?.errorCode === 0 ? topic.topicId : undefined;
}

async function deleteNow(name: string): Promise<void> {
  await deleteTopics(cluster(), [name]);
  await until(async () => (await topicIdOf(name)) === undefined, `${name} is gone`);
}

async function makeAgain(name: string): Promise<void> {
  await deleteNow(name);
  const [made] = await createTopics(cluster(), [{ name, partitions: 1, replicationFactor: 1 }]);
  expect(made?.errorCode).toBe(0);
  await until(async () => (await topicIdOf(name)) !== undefined, `${name} is there again`);
}

const incidentsOf = (owner: ShardOwner, edge: string) =>
  (edgeView(owner.ledger, edge as EdgeId)?.places ?? []).flatMap(({ streams, ancestors }) =>
    [...ancestors, ...streams].flatMap(({ incident }) => incident ?? []),
  );

const verify = (hub: TestHub) =>
  runVerify({
    kafka: { brokers: brokers() },
    ledgerTopic: hub.topics.ledger,
    deadLetterTopic: hub.topics.deadLetter,
    edges: [],
    topics: [],
    ignoreExpired: true,
  });

const keysIn = async (topic: string): Promise<string[]> => (await consumeAll(topic)).map(({ key }) => String(key));

/** As if a session had let its epochs in, of which the hub knows nothing. */
const sendsUnasked = (agent: ReturnType<typeof kafkaAgent>): void =>
  agent.told(agent.lineage().map(({ epoch }) => ({ epoch, state: 'open', reason: '' })));

test('no topic is made for an epoch that nobody has named, or that waits for the operator', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(place('orders'), ids('a', 2));
  sendsUnasked(agent);
  expect(await shipOnce(owner, agent)).toEqual(['EPOCH_UNKNOWN']);
  await shipAll(owner, agent);
  const blank = kafkaAgent('store-1');
  blank.capture(place('secrets'), ids('b', 2));
  await openSession(owner, blank);
  expect(await shipOnce(owner, blank)).toEqual(['EPOCH_HELD']);
  const unnamed = kafkaAgent('store-2');
  unnamed.capture(place('guesses'), ids('c', 2));
  sendsUnasked(unnamed);
  expect(await shipOnce(owner, unnamed)).toEqual(['EPOCH_UNKNOWN']);
  const { topics } = await cluster().metadata(null);
  const made = [...topics.keys()].filter((name) => name.startsWith(`${hub.prefix}.`));
  expect(made).toEqual([hub.targetOf('store-1', 'orders')]);

  await owner.decide(blank.edge, blank.lineage()[0]!.epoch, 'accept');
  await shipAll(owner, blank);
  expect(await consumeAll(hub.targetOf('store-1', 'secrets'))).toHaveLength(2);
});

test('a target deleted and made again under a running hub: written down once, and new records go on', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  const target = hub.targetOf('store-1', 'orders');
  agent.capture(ORDERS, ids('a', 3));
  await shipAll(owner, agent);
  const before = await topicIdOf(target);
  await makeAgain(target);
  agent.capture(ORDERS, ids('b', 2));
  await shipAll(owner, agent);
  const now = await topicIdOf(target);
  expect(incidentsOf(owner, 'store-1')).toEqual([
    expect.objectContaining({
      ...{ cause: 'replaced', foundTopicId: now, lostFrom: 0, next: 3, total: 1 },
      target: expect.objectContaining({ topic: target, topicId: before, partition: 0, lastOffset: 2 }),
    }),
  ]);
  expect(await keysIn(target)).toEqual(ids('b', 2));
  expect([...owner.ledger.streams.values()].map((stream) => stream.target.topicId)).toEqual([now]);
  const said = hub.emitted.filter(({ name }) => name === 'hub_target_lost_records');
  expect(said.map(({ facts }) => facts)).toMatchObject([{ edge: 'store-1', cause: 'replaced', next: 3 }]);
  const { verdict, report } = await verify(hub);
  expect(verdict).toBe('notProven');
  expect(report.findings).toMatchObject([
    { kind: 'missing', ranges: [{ first: 0, last: 2 }] },
    { kind: 'incident', count: 1 },
  ]);

  // It stays one: neither a new owner nor more records find it again.
  await owner.close();
  const next = await openOwner(await hub.parts());
  agent.capture(ORDERS, ids('c', 2));
  await shipAll(next.owner, agent);
  expect(await keysIn(target)).toEqual([...ids('b', 2), ...ids('c', 2)]);
  expect(incidentsOf(next.owner, 'store-1')).toMatchObject([{ total: 1, next: 3 }]);
});

test('a target that is gone when the shard is taken over: written down before anything is sent there', async () => {
  const hub = testHub();
  const first = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  const target = hub.targetOf('store-1', 'orders');
  agent.capture(ORDERS, ids('a', 3));
  agent.capture(place('safe'), ids('s', 3));
  await shipAll(first.owner, agent);
  await first.owner.close();
  await deleteNow(target);
  const { owner } = await openOwner(await hub.parts());
  await until(() => incidentsOf(owner, 'store-1').length > 0, 'the loss is written down');
  expect(incidentsOf(owner, 'store-1')).toMatchObject([{ cause: 'deleted', foundTopicId: null, next: 3 }]);
  expect(await topicIdOf(target)).toBeUndefined();
  expect((await verify(hub)).report.findings.map(({ kind }) => kind).sort()).toEqual([
    'incident',
    'missing',
    'targetChanged',
  ]);
  agent.capture(ORDERS, ids('b', 2));
  await shipAll(owner, agent);
  expect(await keysIn(target)).toEqual(ids('b', 2));
  expect(incidentsOf(owner, 'store-1')).toHaveLength(1);
});

test('nothing is called lost of what is there, or what its topic has deleted by its own rules', async () => {
  const hub = testHub();
  const first = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 3));
  agent.capture(place('old'), ids('o', 3));
  await shipAll(first.owner, agent);
  await first.owner.close();
  const admin = kafkaJs().admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());
  await admin.fetchTopicOffsets(hub.targetOf('store-1', 'old'));
  await admin.deleteTopicRecords({
    topic: hub.targetOf('store-1', 'old'),
    partitions: [{ partition: 0, offset: '-1' }],
  });
  const streams = [...first.owner.ledger.streams].map(([stream, { target }]) => ({ stream, target }));
  // As a hub writes it whose knowledge of the leader is old: only a look at the records themselves can decide.
  const doubted = streams.map(({ stream, target }) => ({ stream, target: { ...target, leaderEpoch: -1 } }));
  for (const some of [streams, doubted]) {
    expect(await compareTargets(cluster(), some)).toEqual({ diverged: [], open: [], reason: null });
  }
});
