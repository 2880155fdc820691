/** Answers that never come: connections cut inside transactions, and what the ledger says then. */
import { expect, onTestFinished, test } from 'vitest';
import { emptyState } from '../../hub/sequence/index.ts';
import { readShard } from '../../hub/write/memory.ts';
import type { Place } from '../../shared/identity.ts';
import type { Cluster, RawConnection } from '../../shared/kafka/index.ts';
import {
  ids,
  kafkaAgent,
  openOwner,
  openSession,
  openShards,
  ownCluster,
  shipAll,
  shipOnce,
  testHub,
  until,
} from '../hub/write/support.ts';
import { cluster, consumeAll } from '../support/kafka.ts';

const ORDERS: Place = { topic: 'orders', partition: 0, lane: 'main' };

/** `unsent`: cut in front of the request. `sent`: right behind it. `answered`: the broker did it, the answer is lost. */
type Cut = 'unsent' | 'sent' | 'answered';

/**
 * Lets a test cut the connection of one request: the broker is real, so is the loss. `next` names the message and is
 * used up by the first one.
 */
function cuttable(own: Cluster): { next: { message: string; cut: Cut } | null; cuts: number } {
  const control: { next: { message: string; cut: Cut } | null; cuts: number } = { next: null, cuts: 0 };
  const connect = own.connection.bind(own);
  own.connection = async (nodeId, purpose) => {
    const raw = await connect(nodeId, purpose);
    const send: RawConnection['send'] = async (api, request) => {
      const { next } = control;
      if (next?.message !== api.name || !purpose.startsWith('transaction')) return raw.send(api, request);
      control.next = null;
      control.cuts += 1;
      if (next.cut === 'unsent') raw.close();
      const answer = raw.send(api, request);
      if (next.cut === 'answered') await answer;
      raw.close();
      const given = await answer;
      if (next.cut === 'answered') throw new Error('the answer was lost');
      return given;
    };
    return new Proxy(raw, {
      get: (target, name) => {
        if (name === 'send') return send;
        const found: unknown = Reflect.get(target, name, target);
        return typeof found === 'function' ? found.bind(target) : found;
      },
    });
  };
  return control;
}

test('cut at every request of a transaction, everything is there once and in order', async () => {
  const hub = testHub();
  const own = ownCluster();
  const control = cuttable(own);
  const { owner, lost } = await openOwner(await hub.parts({ cluster: own }));
  const agents = ['store-1', 'store-2'].map((edge) => kafkaAgent(edge));
  const rounds = (['EndTxn', 'Produce'] as const).flatMap((message) =>
    (['unsent', 'sent', 'answered'] as const).map((cut) => ({ message, cut })),
  );
  for (const agent of agents) {
    agent.capture(ORDERS, ids(`${agent.edge}-start`, 1));
    await shipAll(owner, agent);
  }
  const written = new Map(agents.map((agent) => [agent.edge, ids(`${agent.edge}-start`, 1)]));
  for (const [round, next] of [...rounds, ...rounds].entries()) {
    for (const agent of agents) {
      agent.capture(ORDERS, ids(`${agent.edge}-${round}-`, 3));
      written.get(agent.edge)!.push(...ids(`${agent.edge}-${round}-`, 3));
    }
    control.next = next;
    const outcomes = await Promise.allSettled(agents.map((agent) => shipOnce(owner, agent)));
    expect(outcomes.map((outcome) => outcome.status)).toContain('rejected');
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'outcomeUnknown', retry: 'retryable' });
    }
    await until(() => owner.state === 'serving', 'the owner knows again what is true');
    for (const agent of agents) await shipAll(owner, agent);
  }
  expect(control.cuts).toBe(2 * rounds.length);
  expect(lost).toEqual([]);
  for (const [edge, expected] of written) {
    expect((await consumeAll(hub.targetOf(edge, 'orders'))).map((record) => String(record.key))).toEqual(expected);
  }
  const read = emptyState();
  const { identity } = await hub.parts();
  await readShard(cluster(), { topic: hub.topics.ledger, topicId: identity.ledgerTopicId, partition: 0 }, null, read);
  expect(read).toEqual(owner.ledger);
}, 120_000);

test('where the ledger itself gets no answer, it is said that the whole shard waits', async () => {
  const hub = testHub();
  const own = ownCluster();
  const control = cuttable(own);
  const { owner } = await openOwner(await hub.parts({ cluster: own }));
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 1));
  control.next = { message: 'Produce', cut: 'sent' };
  await expect(openSession(owner, agent)).rejects.toMatchObject({ code: 'outcomeUnknown' });
  const failed = hub.emitted.filter(({ name }) => name === 'hub_transaction_failed').map(({ facts }) => facts.reason);
  expect(failed).toEqual([
    expect.stringContaining(`every transaction of shard 0 needs ${hub.topics.ledger}/0, so all of its edges wait`),
  ]);
  expect(hub.emitted.filter(({ name }) => name === 'hub_target_parked')).toEqual([]);
});

test('a broker that is away for a while: the owner takes its shard again and nothing is missing', async () => {
  const hub = testHub();
  const own = ownCluster();
  const { owner } = await openOwner(await hub.parts({ cluster: own }));
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 2));
  await shipAll(owner, agent);
  const connect = own.connection.bind(own);
  own.connection = () => Promise.reject(new Error('no way to any broker'));
  agent.capture(ORDERS, ids('b', 2));
  await expect(shipOnce(owner, agent)).rejects.toMatchObject({ retry: 'retryable' });
  own.connection = connect;
  await shipAll(owner, agent);
  const keys = (await consumeAll(hub.targetOf('store-1', 'orders'))).map((record) => String(record.key));
  expect(keys).toEqual([...ids('a', 2), ...ids('b', 2)]);
}, 120_000);

test('two hubs share the shards; one leaves and the other has them all', async () => {
  const hub = testHub(4);
  const edges = ['store-1', 'store-2', 'store-3', 'store-4', 'store-5', 'store-6'];
  const agents = edges.map((edge) => kafkaAgent(edge));
  const first = openShards(hub, 'hub-1', ownCluster());
  await first.started;
  await until(() => first.health.serving && first.snapshot().shards.length === 4, 'the first hub has all shards');
  for (const agent of agents) {
    agent.capture(ORDERS, ids(`${agent.edge}-a`, 2));
    await shipAll(first, agent);
  }
  const second = openShards(hub, 'hub-2', ownCluster());
  const shared = () => [first, second].every((one) => one.health.serving && one.snapshot().shards.length === 2);
  await until(shared, 'each has two shards', 60_000);
  const ownerOf = (edge: string) =>
    [first, second].find((one) =>
      one
        .snapshot()
        .edges()
        .includes(edge as never),
    )!;
  for (const agent of agents) {
    agent.capture(ORDERS, ids(`${agent.edge}-b`, 2));
    await shipAll(ownerOf(agent.edge), agent);
    const other = ownerOf(agent.edge) === first ? second : first;
    await expect(openSession(other, agent)).rejects.toMatchObject({ code: 'notOwner', retry: 'retryable' });
  }
  await first.close();
  await until(() => second.health.serving && second.snapshot().shards.length === 4, 'the second has all', 60_000);
  for (const agent of agents) {
    agent.capture(ORDERS, ids(`${agent.edge}-c`, 2));
    await shipAll(second, agent);
    const keys = (await consumeAll(hub.targetOf(agent.edge, 'orders'))).map((record) => String(record.key));
    expect(keys).toEqual(['a', 'b', 'c'].flatMap((run) => ids(`${agent.edge}-${run}`, 2)));
  }
}, 180_000);

test('a hub whose heartbeats do not get through is fenced, and takes nothing back by itself', async () => {
  const hub = testHub(1);
  const cut = ownCluster();
  const zombie = openShards(hub, 'hub-1', cut);
  await until(() => zombie.health.serving, 'the first hub serves');
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 2));
  await shipAll(zombie, agent);
  const connect = cut.connection.bind(cut);
  cut.connection = (nodeId, purpose) =>
    purpose.startsWith('group') ? Promise.reject(new Error('no heartbeat gets through')) : connect(nodeId, purpose);
  onTestFinished(() => {
    cut.connection = connect;
  });
  const heir = openShards(hub, 'hub-2', ownCluster());
  await until(() => heir.health.serving, 'the second hub has taken over', 60_000);
  agent.capture(ORDERS, ids('b', 2));
  await expect(shipOnce(zombie, agent)).rejects.toMatchObject({ code: 'outcomeUnknown', retry: 'retryable' });
  await expect(shipOnce(zombie, agent)).rejects.toMatchObject({ code: 'notOwner', retry: 'retryable' });
  await shipAll(heir, agent);
  const keys = (await consumeAll(hub.targetOf('store-1', 'orders'))).map((record) => String(record.key));
  expect(keys).toEqual([...ids('a', 2), ...ids('b', 2)]);
  expect(heir.snapshot().shards[0]!.term).toBeGreaterThan(0);
}, 180_000);

test('a hub that was killed has its shards back as soon as it starts under the same name', async () => {
  const hub = testHub(2);
  // Nobody waits for this session to end: the test would be over long before.
  const patient = { sessionTimeoutMs: 300_000 };
  const agent = kafkaAgent('store-1');
  const lines = ownCluster();
  const killed = openShards(hub, 'hub-1', lines, patient);
  await until(() => killed.health.serving, 'the hub serves');
  agent.capture(ORDERS, ids('a', 2));
  await shipAll(killed, agent);
  lines.close();
  const again = openShards(hub, 'hub-1', ownCluster(), patient);
  await until(() => again.health.serving && again.snapshot().shards.length === 2, 'it serves again');
  agent.capture(ORDERS, ids('b', 2));
  await shipAll(again, agent);
  const keys = (await consumeAll(hub.targetOf('store-1', 'orders'))).map((record) => String(record.key));
  expect(keys).toEqual([...ids('a', 2), ...ids('b', 2)]);
}, 180_000);
