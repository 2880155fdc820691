/** A Kafka of its own that is away, at the start and in the middle: as the central one and as the edge's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';
import { eventually } from '../support/rigWait.ts';

const { Kafka, logLevel } = kafkajs;

/** What is said at every start of a trial, and the readiness that follows what was said. */
const USUAL = ['edges_without_tokens', 'ledger_risk', 'check_failed'];

/** Lines above info, by event: how often each was written. */
function loud({ lines }: RigAgent | RigHub): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { level, event } of lines) {
    if (level !== 'info' && !USUAL.includes(event)) counts[event] = (counts[event] ?? 0) + 1;
  }
  return counts;
}

test('brokers away: a line when it begins, a line when it is over, and everything arrives', {
  timeout: 240_000,
}, async () => {
  const rig = Rig.open({ shards: 3 });
  const dir = mkdtempSync(join(tmpdir(), 'tributary-misuse-broker-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const broker = await startKafka({ dir });
  onTestFinished(() => broker.stop());
  const client = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: 'local', numPartitions: 1, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  await admin.disconnect();

  // Away at the start.
  await broker.kill9();
  const hub = await rig.stoppedHub({ brokers: broker.brokers });
  const agent = await rig.agent('agent', {
    edge: 'store',
    hubUrl: hub.url,
    kafkaTopics: ['local'],
    brokers: broker.brokers,
  });
  await hub.begin();
  await agent.start();
  await agent.post('orders', 'client', valuesOf('early', 10));
  await agent.until('it waits for the hub', ({ link }) => link === 'down');
  await eventually('the source waits', () => agent.named('source_waiting')[0] ?? null);
  await eventually('the hub waits', () => hub.named('hub_ledger_trouble')[0] ?? null);
  expect(loud(hub)).toEqual({ hub_ledger_trouble: 1 });
  expect(loud(agent)).toEqual({ link_down: 1, source_waiting: 1 });
  expect(hub.named('hub_ledger_trouble')[0]?.message).toMatch(
    /^the ledger \S+ can't be opened: connect to Kafka failed for 127\.0\.0\.1:\d+: connect ECONNREFUSED 127\.0\.0\.1:\d+; nothing is taken, edges keep their records\. It is tried until it works$/,
  );
  expect(agent.named('link_down')[0]?.message).toMatch(
    /^no link to the hub: .*(starting|connect ECONNREFUSED).*; records are buffered, it is tried until it works$/,
  );
  expect(agent.named('source_waiting')[0]?.message).toMatch(
    /^source kafka: cluster: connect to Kafka failed for 127.*ECONNREFUSED.*; it is tried again until it works$/,
  );
  expect(await agent.status()).toMatchObject({ captured: 10, buffered: 10, delivered: 0, gaps: 0 });

  await broker.restart();
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic: 'local', messages: valuesOf('local', 10).map((value) => ({ value })) });
  await agent.until('all is delivered', ({ captured, delivered }) => captured === 20 && delivered === 20);
  expect(hub.named('hub_ledger_reached')).toHaveLength(1);
  expect(agent.named('link_recovered')).toHaveLength(1);
  expect(agent.named('source_recovered').map(({ what }) => what)).toContain('cluster');

  // Away in the middle: what is captured over HTTP is kept.
  hub.lines.length = 0;
  agent.lines.length = 0;
  await producer.disconnect();
  await broker.kill9();
  await agent.post('orders', 'client', valuesOf('late', 10));
  await agent.until('it waits for the hub', ({ link }) => link === 'down');
  await eventually('the source waits', () => agent.named('source_waiting')[0] ?? null);
  await eventually(
    'a shard waits',
    () => hub.named('hub_shard_trouble')[0] ?? hub.named('hub_assignment_trouble')[0] ?? null,
  );
  const attempts = async () => await hub.metric('tributary_hub_shard_trouble_total');
  const before = await attempts();
  await eventually('it was tried again', async () => ((await attempts()) > before + 1 ? true : null));
  const ofHub = loud(hub);
  for (const [event, count] of Object.entries(ofHub)) {
    expect([event, count]).toEqual([
      expect.stringMatching(/^hub_(assignment|shard)_trouble$|^hub_transaction_failed$/),
      1,
    ]);
  }
  // What the group shows to others may be behind, which is said once too.
  const { kafka_source_group_not_moved: behind = 0, ...others } = loud(agent);
  expect(behind).toBeLessThan(2);
  expect(others).toEqual({ link_down: 1, source_waiting: expect.any(Number) });
  const waiting = agent.named('source_waiting').map(({ what }) => what);
  expect(new Set(waiting).size).toBe(waiting.length);

  await broker.restart();
  expect(await agent.until('all is delivered', ({ delivered }) => delivered === 30)).toMatchObject({
    captured: 30,
    buffered: 0,
    gaps: 0,
  });
  await eventually('the source goes on', () =>
    agent.named('source_recovered').length === agent.named('source_waiting').length ? true : null,
  );
  expect(agent.named('link_recovered')).toHaveLength(1);
});
