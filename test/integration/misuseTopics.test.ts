/** Target topics that can't be made: their edges keep what goes there, everything else goes on. */
import { expect, test } from 'vitest';
import { createTopics } from '../../shared/kafka/index.ts';
import { cluster } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

test('a name that is too long behind the prefix: said once by hub and agent, with what to do', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  await agent.start();
  // Kafka takes 249 characters; this is a name that the edge's own Kafka has.
  const long = 'x'.repeat(240);
  await agent.post('orders', 'client', valuesOf('before', 4));
  await agent.drained();
  expect((await agent.send(long, '"a"', 'application/x-ndjson')).ok).toBe(true);
  await agent.until('it waits', ({ places }) => places.some(({ topic, buffered }) => topic === long && buffered === 1));
  await eventually('the agent has said it', () => agent.named('stream_refused')[0] ?? null);
  await agent.post('orders', 'client', valuesOf('after', 4));
  await agent.until('the others arrive', ({ delivered }) => delivered === 8);
  expect(await agent.status()).toMatchObject({ captured: 9, delivered: 8, buffered: 1, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);

  const target = rig.target('store', long);
  const said = hub.named('hub_route_missing');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ level: 'warn', edge: 'store', topic: long });
  expect(said[0]?.message).toBe(
    `name target topic failed for store, topic ${long}: ${target} has ${target.length} characters, Kafka takes 249. ` +
      'Change the route, or leave this topic out at the edge. The edge keeps its records; its other topics go on. ' +
      'It is tried every minute',
  );
  const told = agent.named('stream_refused');
  expect(told).toHaveLength(1);
  expect(told[0]?.message).toContain('Kafka takes 249. Change the route, or leave this topic out at the edge');
  expect(told[0]?.message).toContain('sent again in 60.0 s');

  // Another attempt is no news for the hub.
  await agent.stop();
  await agent.start();
  await eventually('it was tried again', () => agent.named('stream_refused')[1] ?? null);
  expect(hub.named('hub_route_missing')).toHaveLength(1);
  const { places } = await agent.status();
  expect(places.find(({ topic }) => topic === long)).toMatchObject({ captured: 1, delivered: 0, buffered: 1, gaps: 0 });
});

test('a topic that Kafka refuses to make: once it is made by hand the records arrive, without a restart', async () => {
  const rig = Rig.open();
  const hub = await rig.hub({ routeOptions: 'replicationFactor: 99' });
  const [made, missing] = [rig.target('store', 'made'), rig.target('store', 'missing')];
  const makeByHand = (name: string) => createTopics(cluster(), [{ name, partitions: 1, replicationFactor: 1 }]);
  await makeByHand(made);
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  await agent.start();
  await agent.post('missing', 'client', valuesOf('missing', 4));
  await eventually('the hub has said it', () => hub.named('hub_target_parked')[0] ?? null);
  await agent.post('made', 'client', valuesOf('made', 4));
  await agent.until('the others arrive', ({ delivered }) => delivered === 4);
  // Longer than several attempts take: each doubles the pause from half a second.
  await eventually('it was tried again', async () =>
    (await hub.metric('tributary_hub_targets_parked_total')) >= 3 ? true : null,
  );
  expect(await agent.status()).toMatchObject({ captured: 8, delivered: 4, buffered: 4, gaps: 0 });
  const said = hub.named('hub_target_parked');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ level: 'warn', target: missing });
  expect(said[0]?.message).toMatch(
    /Kafka does not make it: .*replication factor.* \(INVALID_REPLICATION_FACTOR\); edges keep/i,
  );
  expect(agent.named('stream_refused')).toHaveLength(1);
  expect(agent.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);

  await makeByHand(missing);
  expect(await agent.drained()).toMatchObject({ captured: 8, delivered: 8, buffered: 0, gaps: 0 });
  expect(hub.named('hub_target_recovered')).toHaveLength(1);
  expect(await rig.truth.judge()).toEqual(SOUND);
});
