/**
 * A hub that is not the one that an agent's buffer knows, or whose ledger was put back: nothing is sent or deleted before the
 * operator's word; after it what is buffered arrives once, and the rest is a gap in the hub's ledger.
 */
import { expect, test } from 'vitest';
import type { LinkAnswer } from '../../agent/control/operator.ts';
import type { EdgeStatus } from '../../hub/fleet/schemas.ts';
import { Cli, LAUNCHER, tributary } from '../bin/cli.ts';
import { consumeAll, kafkaJs } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

const EDGE = 'store';

const link = (what: string, agent: RigAgent, ...more: string[]) =>
  tributary(['link', what, '--config', agent.configPath, ...more]);

/** Waits until the agent can say what there is to decide. */
function asked(agent: RigAgent): Promise<LinkAnswer & { readonly question: NonNullable<LinkAnswer['question']> }> {
  return eventually('the operator is asked', async () => {
    const { code, stdout } = await link('show', agent, '--json');
    const answer = JSON.parse(stdout || '{}') as LinkAnswer;
    return code === 3 && answer.question?.stakes ? { ...answer, question: answer.question } : null;
  });
}

const gapReasons = ({ places }: EdgeStatus): unknown[] =>
  places.flatMap(({ streams }) => streams.flatMap(({ gaps }) => gaps.map(({ reasons }) => reasons)));

/** An agent of three runs: 10 and 5 records delivered and their epochs gone, 4 delivered in this one. */
async function veteran(rig: Rig, hub: RigHub): Promise<RigAgent> {
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  for (const [count, from] of [
    [10, 0],
    [5, 10],
    [4, 15],
  ] as const) {
    await agent.stop();
    await agent.start();
    await agent.post('orders', 'client', valuesOf('orders', count, from));
    await agent.drained();
  }
  return agent;
}

test('another ledger: nothing before the word; then what is buffered arrives once, and the rest is a gap, lost', async () => {
  const rig = Rig.open();
  const first = await rig.hub();
  const agent = await veteran(rig, first);
  await first.stop();
  await agent.post('orders', 'client', valuesOf('orders', 6, 19));
  await agent.post('sensors', 'client', valuesOf('sensors', 3));
  const second = await rig.hub({ ledger: `${rig.prefix}-ledger-2`, port: first.port });

  const { question } = await asked(agent);
  expect(question).toMatchObject({ kind: 'wrongHub', lost: 19, kept: 9 });
  expect(question.known?.ledgerTopicId).not.toBe(question.met.ledgerTopicId);
  const shown = await link('show', agent);
  for (const text of [question.known!.ledgerTopicId, question.met.ledgerTopicId, question.met.clusterId, 'orders/0']) {
    expect(shown.stdout).toContain(text);
  }
  expect((await agent.readiness())?.reason).toContain('it waits for your word: tributary link show');
  await eventually('the hub has heard of it', async () =>
    (await second.edge(EDGE)).agent?.link.state === 'wrongHub' ? true : null,
  );
  const status = await tributary(['status', '--hub', second.url]);
  expect(status.stdout).toContain('tributary link show');
  expect(status.code).toBe(3);
  expect(await agent.status()).toMatchObject({ captured: 28, delivered: 19, buffered: 9, gaps: 0, link: 'wrongHub' });
  expect((await second.edge(EDGE)).places.flatMap(({ streams }) => streams)).toEqual([]);
  expect(await consumeAll(rig.target(EDGE, 'orders'))).toHaveLength(19);

  const unsure = await link('accept-hub', agent);
  expect(unsure).toMatchObject({ code: 3, stdout: 'Nothing was changed.\n' });
  expect((await asked(agent)).question.lost).toBe(19);
  const accepted = await link('accept-hub', agent, '--yes');
  expect(accepted).toMatchObject({ code: 0, stdout: expect.stringContaining('9 records go to hub') });
  await agent.post('orders', 'client', valuesOf('orders', 2, 25));
  expect(await agent.drained()).toMatchObject({ captured: 30, delivered: 11, gaps: 19, buffered: 0 });
  await eventually('the report is new', async () => ((await second.edge(EDGE)).captured === 30 ? true : null));

  const edge = await second.edge(EDGE);
  expect(edge).toMatchObject({ captured: 30, delivered: 11, hubGaps: 19, gaps: 19, unaccounted: 0, forksTotal: 0 });
  expect(gapReasons(edge)).toEqual([{ lost: 15 }, { lost: 4 }]);
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await second.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  expect(agent.named('hub_accepted')).toHaveLength(1);
  expect((await link('show', agent)).code).toBe(0);
  expect((await link('accept-hub', agent, '--yes')).code).toBe(1);
});

test('the word outlives kill -9', async () => {
  const rig = Rig.open();
  const first = await rig.hub();
  const agent = await veteran(rig, first);
  await first.stop();
  await agent.post('orders', 'client', valuesOf('orders', 6, 19));
  await agent.stop();
  const second = await rig.hub({ ledger: `${rig.prefix}-ledger-2`, port: first.port });
  const running = new Cli([LAUNCHER, 'agent', '--config', agent.configPath]);
  await asked(agent);
  await second.stop();
  expect((await link('accept-hub', agent, '--yes')).code).toBe(0);
  running.kill('SIGKILL');
  await running.ended;

  await second.start();
  await agent.start();
  expect(await agent.drained()).toMatchObject({ captured: 25, delivered: 6, gaps: 19 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await second.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
});

test('a ledger put back behind the receipts: nothing before the word; then the range that it lost is a gap', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('orders', 10));
  await agent.drained();
  const before = await ledgerOf(hub);
  await agent.post('orders', 'client', valuesOf('orders', 7, 10));
  await agent.drained();
  await hub.stop();
  await agent.post('orders', 'client', valuesOf('orders', 5, 17));
  await agent.post('sensors', 'client', valuesOf('sensors', 3));
  await putBack(hub, before);
  await hub.start();

  const { question } = await asked(agent);
  expect(question).toMatchObject({ kind: 'hubBehind', lost: 7, kept: 8, known: question.met });
  expect((await agent.readiness())?.reason).toContain('below 17 that it had confirmed; it waits for your word');
  expect(await agent.status()).toMatchObject({ captured: 25, delivered: 17, buffered: 8, gaps: 0, link: 'hubBehind' });
  const reached = (await hub.edge(EDGE)).places.filter(({ delivered }) => delivered > 0);
  expect(reached.map(({ topic, delivered }) => [topic, delivered])).toEqual([['orders', 10]]);
  expect(await consumeAll(rig.target(EDGE, 'orders'))).toHaveLength(17);

  expect((await link('accept-hub', agent, '--yes')).code).toBe(0);
  expect(await agent.drained()).toMatchObject({ captured: 25, delivered: 18, gaps: 7 });
  const edge = await hub.edge(EDGE);
  expect(edge).toMatchObject({ delivered: 18, hubGaps: 7, forksTotal: 0 });
  expect(gapReasons(edge)).toEqual([{ lost: 7 }]);
  expect(await rig.truth.judge()).toEqual(SOUND);
  const { report, text } = await hub.verify();
  expect(report).toMatchObject({ verdict: 'proven', findings: [] });
  expect(text).toContain('7 of its records that were given up as lost are there');
});

test('a ledger that is put right again needs no word', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('orders', 4));
  await agent.drained();
  const before = await ledgerOf(hub);
  await agent.post('orders', 'client', valuesOf('orders', 4, 4));
  await agent.drained();
  const whole = await ledgerOf(hub);
  await hub.stop();
  await agent.post('orders', 'client', valuesOf('orders', 4, 8));
  await putBack(hub, before);
  await hub.start();
  await asked(agent);
  await hub.stop();
  await putBack(hub, whole);
  await hub.start();
  expect((await link('retry', agent)).code).toBe(0);
  expect(await agent.drained()).toMatchObject({ captured: 12, delivered: 12, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
});

type Entries = ReadonlyMap<string, { readonly partition: number; readonly key: Buffer; readonly value: Buffer | null }>;

/** The newest entry of each key. */
async function ledgerOf({ ledger }: RigHub): Promise<Entries> {
  const records = await consumeAll(ledger);
  return new Map(records.map(({ partition, key, value }) => [`${partition}/${key}`, { partition, key: key!, value }]));
}

/** Writes the entries of then over those of now, as a restore does; what is newer is deleted. Claims stay. */
async function putBack(hub: RigHub, then: Entries): Promise<void> {
  const changed = [...(await ledgerOf(hub))].filter(([key]) => !/^\d+\/(claim|genesis)/.test(key));
  const producer = kafkaJs().producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = changed.map(([key, { partition, key: name }]) => ({
    partition,
    key: name,
    value: then.get(key)?.value ?? null,
  }));
  await producer.send({ topic: hub.ledger, messages });
  await producer.disconnect();
}
