/** One shard's owner over a real Kafka: what a shipment becomes, and what is answered. */
import { expect, test } from 'vitest';
import { emptyState } from '../../hub/sequence/index.ts';
import { DEAD_LETTER, Targets } from '../../hub/write/index.ts';
import { readShard } from '../../hub/write/memory.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Place } from '../../shared/identity.ts';
import { encodeSealed, PROVENANCE, readProvenance, readRecords } from '../../shared/records/index.ts';
import { answerOf, type Seal } from '../hub/sequence/modelAgent.ts';
import {
  ids,
  kafkaAgent,
  openOwner,
  openSession,
  recordingTelemetry,
  routesByEdge,
  shipAll,
  shipOnce,
  testHub,
} from '../hub/write/support.ts';
import { cluster, consumeAll, createTopic } from '../support/kafka.ts';

const ORDERS: Place = { topic: 'orders', partition: 1, lane: 'main' };

/** Records called `bad` are of tomorrow, which Kafka never takes. */
const sealWithWrongClock: Seal = (stream, first, records) =>
  encodeSealed({
    edge: stream.edge,
    epoch: stream.epoch,
    firstSequence: first,
    codec: 'zstd',
    records: records.map((id) => ({
      key: Buffer.from(id),
      value: null,
      timestamp: Date.now() + (id.startsWith('bad') ? 86_400_000 : 0),
      headers: [],
      source: 'test',
    })),
  });

const sealUncompressed: Seal = (stream, first, records) =>
  encodeSealed({
    edge: stream.edge,
    epoch: stream.epoch,
    firstSequence: first,
    codec: 'none',
    records: records.map((id) => ({
      key: Buffer.from(id),
      value: null,
      timestamp: Date.now(),
      headers: [],
      source: 'test',
    })),
  });

const keysOf = (records: { key: Buffer | null }[]): string[] => records.map((record) => String(record.key));

test('a shipment is in the target topic with its headers, and its receipt says so', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 3));
  agent.capture(ORDERS, ids('b', 2));
  await openSession(owner, agent);
  expect(await shipOnce(owner, agent)).toEqual([null]);
  expect(agent.rows).toEqual([]);
  const records = await consumeAll(hub.targetOf('store-1', 'orders'));
  expect(keysOf(records)).toEqual([...ids('a', 3), ...ids('b', 2)]);
  expect(records.every((record) => record.partition === 1)).toBe(true);
  const { headers } = records[4]!;
  expect(String(headers?.[PROVENANCE.edge])).toBe('store-1');
  expect(String(headers?.[PROVENANCE.sequence])).toBe('4');
  expect(String(headers?.own)).toBe('header');
});

test('a repeat is answered with the same end and written once', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 3));
  await openSession(owner, agent);
  const [first, second] = [agent.ship(0, 9), agent.ship(0, 9)];
  const answers = await Promise.all([owner.submit(first), owner.submit(second), owner.submit(agent.ship(0, 9))]);
  for (const { streams } of answers) expect(answerOf(streams[0]!).points.at(-1)?.next).toBe(3);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual(ids('a', 3));
});

test('what is ahead is refused with the expected sequence', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 3));
  agent.capture(ORDERS, ids('b', 3));
  await openSession(owner, agent);
  const ahead = answerOf((await owner.submit(agent.ship(1, 1))).streams[0]!);
  expect(ahead.refusal).toMatchObject({ code: 'AHEAD', expected: 0 });
  await shipAll(owner, agent);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual([...ids('a', 3), ...ids('b', 3)]);
});

test('a second machine with the same epoch is not taken for a repeat: both are written, the fork is shown', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 3));
  await openSession(owner, agent);
  const twin = agent.copy();
  agent.capture(ORDERS, ids('b', 2));
  twin.capture(ORDERS, ids('c', 2));
  expect(await shipOnce(owner, agent)).toEqual([null]);
  expect(await shipOnce(owner, twin)).toEqual(['FORK']);
  await shipAll(owner, twin);
  const written = [...ids('a', 3), ...ids('b', 2), ...ids('c', 2)];
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual(written);
  expect(owner.ledger.edges.get(agent.edge)?.forks.map((fork) => fork.cause)).toEqual(['chain', 'behind']);
  expect(hub.emitted.map((event) => event.name)).toContain('hub_fork_seen');
});

test('many edges share one transaction', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agents = ['store-1', 'store-2', 'store-3'].map((edge) => kafkaAgent(edge));
  for (const agent of agents) {
    agent.capture(ORDERS, ids(agent.edge, 2));
    await openSession(owner, agent);
    await shipOnce(owner, agent);
    agent.capture(ORDERS, ids(`${agent.edge}-second`, 2));
  }
  const before = hub.emitted.length;
  await Promise.all(agents.map((agent) => shipOnce(owner, agent)));
  const transactions = hub.emitted.slice(before).filter((event) => event.name === 'hub_transaction_committed');
  expect(transactions.map(({ facts }) => facts.submissions)).toContain(3);
  for (const { edge } of agents) {
    expect(await consumeAll(hub.targetOf(edge, 'orders'))).toHaveLength(4);
  }
});

test('a batch that its target never takes is a dead letter in the same transaction; all others are written', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1', sealWithWrongClock);
  agent.capture(ORDERS, ids('good', 2));
  agent.capture(ORDERS, ids('bad', 3));
  agent.capture(ORDERS, ids('fine', 2));
  await openSession(owner, agent);
  const shipment = agent.ship(0, 9);
  const sealed = Buffer.from((shipment.parcels[1] as { blob: Buffer }).blob);
  const { streams } = await owner.submit(shipment);
  expect(streams[0]?.deadLettered).toEqual([{ first: 2, last: 4, reason: 'INVALID_TIMESTAMP' }]);
  agent.settle(shipment.streams[0]!, answerOf(streams[0]!));
  expect(agent.rows).toEqual([]);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual([...ids('good', 2), ...ids('fine', 2)]);
  const [letter, ...more] = await consumeAll(hub.topics.deadLetter);
  expect(more).toEqual([]);
  expect(Buffer.compare(letter!.value!, sealed)).toBe(0);
  expect(String(letter!.headers?.[DEAD_LETTER.first])).toBe('2');
  const inside = readRecords(letter!.value!, { maxRawBytes: 1e6 });
  expect(inside.map((record) => readProvenance(record.headers)?.sequence)).toEqual([2, 3, 4]);
  const [stream] = [...owner.ledger.streams.values()];
  expect(stream?.counts).toEqual({ records: 4, deadLettered: 3, gapped: 0 });
});

test('a route that says so has the edge keep refused batches: nothing behind them is written', async () => {
  const hub = testHub();
  const routing = routesByEdge(hub.prefix, { onRefused: 'quarantine' });
  const { owner } = await openOwner(await hub.parts({ routing }));
  const agent = kafkaAgent('store-1', sealWithWrongClock);
  for (const name of ['good', 'bad', 'fine']) agent.capture(ORDERS, ids(name, 2));
  await openSession(owner, agent);
  const shipment = agent.ship(0, 9);
  const answer = (await owner.submit(shipment)).streams[0]!;
  expect(answer.refusal?.range).toMatchObject({ first: 2, last: 3 });
  expect(agent.settle(shipment.streams[0]!, answerOf(answer))).toBe('REJECTED');
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual(ids('good', 2));
  agent.evict(0);
  await shipAll(owner, agent);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual([...ids('good', 2), ...ids('fine', 2)]);
});

test("batches over the target's limit are split, in order; a single record over it is a dead letter", async () => {
  const hub = testHub();
  const topic = await createTopic('hubcore-small', { configs: { 'max.message.bytes': '2000' } });
  const routing = routesByEdge(hub.prefix, { topic, partition: 0, partitions: 1 });
  const { owner } = await openOwner(await hub.parts({ routing }));
  const agent = kafkaAgent('store-1', sealUncompressed);
  agent.capture(ORDERS, ids('a', 30));
  agent.capture(ORDERS, ['x'.repeat(3000)]);
  agent.capture(ORDERS, ids('b', 3));
  await openSession(owner, agent);
  const shipment = agent.ship(0, 9);
  const { streams } = await owner.submit(shipment);
  expect(streams[0]?.deadLettered).toEqual([{ first: 30, last: 30, reason: 'MESSAGE_TOO_LARGE' }]);
  expect(keysOf(await consumeAll(topic))).toEqual([...ids('a', 30), ...ids('b', 3)]);
  expect(hub.emitted.filter((event) => event.name === 'hub_batch_split')).toHaveLength(1);
});

test('what the next owner reads is what this one had in memory, and it goes on from there', async () => {
  const hub = testHub();
  const first = await openOwner(await hub.parts());
  const agents = ['store-1', 'store-2'].map((edge) => kafkaAgent(edge));
  for (const agent of agents) {
    for (let run = 0; run < 3; run += 1) {
      agent.restart();
      for (let at = 0; at < 25; at += 1) agent.capture(ORDERS, ids(`${run}-${at}-`, 2));
      agent.evict(agent.rows.length - 1);
      await shipAll(first.owner, agent);
    }
  }
  const parts = await hub.parts();
  const where = { topic: hub.topics.ledger, topicId: parts.identity.ledgerTopicId, partition: 0 };
  const read = emptyState();
  await readShard(cluster(), where, null, read);
  expect(read).toEqual(first.owner.ledger);
  const second = await openOwner(parts);
  for (const agent of agents) agent.capture(ORDERS, ['after']);
  for (const agent of agents) await shipAll(second.owner, agent);
  expect(second.owner.term).toBeGreaterThan(first.owner.term);
  for (const { edge } of agents) {
    const records = await consumeAll(hub.targetOf(edge, 'orders'));
    expect(new Set(keysOf(records)).size).toBe(records.length);
    expect(records).toHaveLength(3 * 24 * 2 + 1);
  }
});

test('an owner that was fenced answers nothing more, and its records are not there', async () => {
  const hub = testHub();
  const zombie = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 2));
  await shipAll(zombie.owner, agent);
  const heir = await openOwner(await hub.parts());
  agent.capture(ORDERS, ids('b', 2));
  await expect(shipOnce(zombie.owner, agent)).rejects.toMatchObject({ code: 'outcomeUnknown', retry: 'retryable' });
  expect(zombie.lost).toEqual(['fenced']);
  await expect(shipOnce(zombie.owner, agent)).rejects.toMatchObject({ code: 'notOwner', retry: 'retryable' });
  await shipAll(heir.owner, agent);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual([...ids('a', 2), ...ids('b', 2)]);
});

test("a topic that can't be made parks its streams; the others of the shipment go on", async () => {
  const hub = testHub();
  const routes = routesByEdge(hub.prefix);
  const impossible = { topic: 'not a topic name', partition: 0, partitions: 1 };
  const routing = {
    target: (stream: Parameters<typeof routes.target>[0]) => ({
      ...routes.target(stream),
      ...(stream.topic === 'cursed' ? impossible : {}),
    }),
  };
  const { owner } = await openOwner(await hub.parts({ routing }));
  const agent = kafkaAgent('store-1');
  agent.capture({ ...ORDERS, topic: 'cursed' }, ids('c', 2));
  agent.capture(ORDERS, ids('a', 2));
  await openSession(owner, agent);
  expect(await shipOnce(owner, agent)).toEqual(['PARKED', null]);
  expect(keysOf(await consumeAll(hub.targetOf('store-1', 'orders')))).toEqual(ids('a', 2));
});

test('no stream is written into the ledger, whatever an edge is called', async () => {
  const hub = testHub();
  const routing = routesByEdge(hub.prefix, { topic: hub.topics.ledger, partition: 0, partitions: 1 });
  const reserved = Object.values(hub.topics);
  const { telemetry } = recordingTelemetry();
  const targets = new Targets({ cluster: cluster(), clock: systemClock, telemetry, reserved });
  const { owner } = await openOwner(await hub.parts({ routing, targets }));
  const agent = kafkaAgent('tributary');
  agent.capture(ORDERS, ids('a', 2));
  await openSession(owner, agent);
  expect(await shipOnce(owner, agent)).toEqual(['PARKED']);
});

test('marks and gaps are in the audit topic, the last mark in the ledger', async () => {
  const hub = testHub();
  const { owner } = await openOwner(await hub.parts());
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 2));
  agent.capture(ORDERS, ids('b', 2));
  agent.evict(0);
  await openSession(owner, agent);
  const marks = [{ capturedAtMs: 77, streams: [{ stream: 0, next: 4, withheld: 1, refused: 0 }] }];
  await owner.submit({ ...agent.ship(0, 9), marks });
  const audit = (await consumeAll(hub.topics.audit)).map((record) => JSON.parse(String(record.value)));
  expect(audit).toMatchObject([
    { kind: 'gap', first: 0, last: 1, reason: 'evicted' },
    { kind: 'mark', capturedAtMs: 77, streams: [{ next: 4, reached: 4 }] },
  ]);
  expect(owner.ledger.marks.get(agent.edge)).toMatchObject({ capturedAtMs: 77, streams: 1, behind: 0, withheld: 1 });
});
