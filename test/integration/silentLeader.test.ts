/** A broker that takes connections and never answers: what it agents waits, everything else goes on. */
import { expect, test } from 'vitest';
import { type Cluster, LATEST, listOffsets } from '../../shared/kafka/index.ts';
import {
  ids,
  kafkaAgent,
  openOwner,
  openSession,
  routesByEdge,
  shipAll,
  shipOnce,
  testHub,
  until,
} from '../hub/write/support.ts';
import { KafkaPair, keysAt, SECOND } from '../support/kafkaPair.ts';

const PARTITIONS = 4;

/** All markers of ended transactions are written. */
function settled(own: Cluster, topic: string): Promise<void> {
  const questions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, timestamp: LATEST }));
  return until(async () => {
    const high = await listOffsets(own, questions);
    const stable = await listOffsets(own, questions, 'read_committed');
    return high.every(({ offset }, at) => stable[at]!.offset === offset);
  }, `${topic} is settled`);
}

test('streams to the other broker go on; those of the silent one wait, and come when it answers', async () => {
  const pair = await KafkaPair.open();
  // What ends the wait is the transaction's own time, not the request's.
  const own = pair.cluster({ requestTimeoutMs: 1_000_000 });
  const hub = testHub();
  const routing = routesByEdge(hub.prefix, { partitions: PARTITIONS });
  // Ledger and coordinator are on the first broker: made before there is a second.
  const { owner } = await openOwner(await hub.parts({ cluster: own, routing }));
  await pair.addSecond();
  const agent = kafkaAgent('store-1');
  const captureAll = (name: string): void => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      agent.capture({ topic: 'orders', partition, lane: 'main' }, ids(`${name}${partition}-`, 2));
    }
  };
  captureAll('a');
  const another = kafkaAgent('store-2');
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    another.capture({ topic: 'orders', partition, lane: 'main' }, ids('first', 1));
  }
  await shipAll(owner, another);
  await shipAll(owner, agent);
  const topic = hub.targetOf('store-1', 'orders');
  const leaders = (await own.metadata([topic])).topics.get(topic)!.partitions;
  const ledBySecond = leaders.filter(({ leader }) => leader === SECOND).map(({ partition }) => partition);
  const ledByFirst = leaders.filter(({ leader }) => leader !== SECOND).map(({ partition }) => partition);
  expect(ledBySecond.length).toBeGreaterThan(1);
  expect(ledByFirst.length).toBeGreaterThan(1);
  // A silent broker that still owes a transaction its markers holds up the transactional id itself.
  for (const edge of ['store-1', 'store-2']) await settled(own, hub.targetOf(edge, 'orders'));

  pair.stall();
  captureAll('b');
  await openSession(owner, agent);
  await expect(shipOnce(owner, agent)).rejects.toMatchObject({ code: 'outcomeUnknown', retry: 'retryable' });
  const codes = await shipOnce(owner, agent);
  expect(codes.filter((code) => code === 'PARKED')).toHaveLength(ledBySecond.length);
  for (const partition of ledByFirst) {
    expect(await keysAt(own, topic, partition)).toEqual([...ids(`a${partition}-`, 2), ...ids(`b${partition}-`, 2)]);
  }
  expect(agent.rows.map(({ stream }) => stream.partition).sort()).toEqual(ledBySecond);
  const said = hub.emitted.filter(({ name }) => name === 'hub_leader_silent');
  expect(said).toHaveLength(1);
  expect(said[0]!.facts).toMatchObject({
    node: SECOND,
    reason: expect.stringContaining(`broker ${SECOND} does not answer: nothing came back for`),
  });

  // Not one attempt more is lost to it, however often its streams are tried.
  const begun = hub.emitted.length;
  const theirs = (await own.metadata([hub.targetOf('store-2', 'orders')])).topics.values().next().value!.partitions;
  const { partition } = theirs.find(({ leader }) => leader !== SECOND)!;
  for (let round = 0; round < 20; round += 1) {
    another.capture({ topic: 'orders', partition, lane: 'main' }, ids(`${round}-`, 1));
    await openSession(owner, another);
    await Promise.all([shipOnce(owner, another), shipOnce(owner, agent)]);
  }
  const since = hub.emitted.slice(begun);
  expect(since.filter(({ name }) => name === 'hub_transaction_failed')).toEqual([]);
  const committed = since.filter(({ name }) => name === 'hub_transaction_committed');
  expect(committed.length).toBeGreaterThanOrEqual(20);
  expect(committed.filter(({ facts }) => facts.attempts !== 1)).toEqual([]);

  pair.goOn();
  await shipAll(owner, agent);
  for (const { partition } of leaders) {
    expect(await keysAt(own, topic, partition)).toEqual([...ids(`a${partition}-`, 2), ...ids(`b${partition}-`, 2)]);
  }
  expect(hub.emitted.filter(({ name }) => name === 'hub_leader_answers')).toHaveLength(1);
}, 240_000);
