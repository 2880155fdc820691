/** The ledger's topics: made as the promises need them, refused where they are not. */
import { expect, test } from 'vitest';
import { openLedger, readGenesis } from '../../hub/ledger/topics.ts';
import type { Place } from '../../shared/identity.ts';
import { createTopics, describeConfigs, incrementalAlterConfigs } from '../../shared/kafka/index.ts';
import {
  ids,
  kafkaAgent,
  openOwner,
  openSession,
  routesByEdge,
  shipAll,
  shipOnce,
  testHub,
} from '../hub/write/support.ts';
import { cluster, consumeAll, createTopic } from '../support/kafka.ts';

const ORDERS: Place = { topic: 'orders', partition: 0, lane: 'main' };

test('a new ledger is compacted only, has its genesis, and says what is risky', async () => {
  const hub = testHub(3);
  const parts = await hub.parts();
  await openOwner(parts);
  const [config] = await describeConfigs(cluster(), [{ kind: 'topic', name: hub.topics.ledger }], ['cleanup.policy']);
  expect(config?.configs.get('cleanup.policy')).toBe('compact');
  const genesis = await readGenesis(cluster(), hub.topics.ledger, parts.identity.ledgerTopicId);
  expect(genesis).toMatchObject({ v: 1, ...parts.identity });
  const risks = hub.emitted.filter((event) => event.name === 'ledger_risk').map(({ facts }) => String(facts.risk));
  expect(risks.join()).toMatch(/one replica/);
});

test('another number of shards is refused, and the message says which one it has', async () => {
  const hub = testHub(2);
  await hub.parts();
  const other = { ...hub, ledger: { ...hub.ledger, shards: 3 } };
  await expect(openLedger(cluster(), other.ledger, hub.telemetry)).rejects.toMatchObject({
    code: 'configInvalid',
    hint: expect.stringContaining('set ledger.shards to 2'),
  });
});

test('a ledger that Kafka would delete from is refused', async () => {
  const hub = testHub();
  await createTopics(cluster(), [
    { name: hub.topics.ledger, partitions: 1, replicationFactor: 1, configs: { 'cleanup.policy': 'compact,delete' } },
  ]);
  await expect(hub.parts()).rejects.toMatchObject({ code: 'configInvalid', subject: hub.topics.ledger });
});

test('a limit that is lowered while streams run: their batches are split, nothing is lost or out of order', async () => {
  const hub = testHub();
  const topic = await createTopic('hubcore-lowered');
  const routing = routesByEdge(hub.prefix, { topic, partition: 0, partitions: 1 });
  const { owner } = await openOwner(await hub.parts({ routing }));
  const agent = kafkaAgent('store-1');
  agent.capture(ORDERS, ids('a', 40));
  await shipAll(owner, agent);
  await incrementalAlterConfigs(cluster(), [{ kind: 'topic', name: topic, set: { 'max.message.bytes': '600' } }]);
  agent.capture(ORDERS, ids('b', 40));
  agent.capture(ORDERS, ids('c', 40));
  await openSession(owner, agent);
  expect(await shipOnce(owner, agent)).toEqual([null]);
  const keys = (await consumeAll(topic)).map((record) => String(record.key));
  expect(keys).toEqual([...ids('a', 40), ...ids('b', 40), ...ids('c', 40)]);
  expect(hub.emitted.map((event) => event.name)).toContain('hub_batch_split');
  expect(hub.emitted.map((event) => event.name)).not.toContain('hub_dead_lettered');
});
