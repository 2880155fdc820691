/** An agent that is started again and again without a link: all of it arrives afterwards, in order, with nobody's help. */
import { expect, test } from 'vitest';
import { BufferFile } from '../../agent/buffer/index.ts';
import { SealingIntake } from '../../agent/seal/index.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits, MIB } from '../../shared/limits.ts';
import { consumeAll } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import { rigTelemetry } from '../support/rigTelemetry.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

const EDGE = 'gateway';
/** Far more than the hub registers of one edge. */
const RUNS = 10 * limits.epochsPerEdge;
const MAX_TOPIC_CHARS = 249;

/** A run of an agent without a link: it opens the buffer, captures a record for each topic, and is stopped. */
async function runOffline({ path }: RigAgent, run: number, topics: readonly string[]): Promise<void> {
  const file = BufferFile.open({ path, maxBytes: 256 * MIB, edge: EDGE as EdgeId });
  const intake = SealingIntake.open(file, { telemetry: rigTelemetry('offline'), bootId: 'boot' });
  const records = topics.map((topic) => ({
    ...{ topic, partition: 0, key: null, headers: [], timestamp: Date.now(), stamp: 'source' as const },
    ...{ source: `test:${run}`, value: Buffer.from(valuesOf(topic.slice(0, 20), 1, run)[0]!) },
  }));
  await intake.capture({ records });
  await intake.close();
}

test('hundreds of runs without a link drain by themselves, past a place that the hub can not take', async () => {
  const rig = Rig.open();
  const hub = await rig.stoppedHub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  // Its target's name is one character too long for Kafka.
  const unfit = 'u'.repeat(MAX_TOPIC_CHARS + 1 - rig.target(EDGE, '').length);
  for (let run = 0; run < RUNS; run += 1) {
    const topics = run < RUNS - 5 ? [unfit, 'orders'] : [unfit, 'orders', 'late'];
    await runOffline(agent, run, topics);
  }
  rig.truth.accepted(EDGE, 'orders', 'orders', valuesOf('orders', RUNS));
  rig.truth.accepted(EDGE, 'late', 'late', valuesOf('late', 5, RUNS - 5));

  await hub.start();
  await agent.start();
  await agent.until('all but the unfit one is delivered', ({ buffered }) => buffered === RUNS);
  expect(await rig.truth.judge()).toEqual(SOUND);
  await eventually('the hub says why the unfit one waits', async () => {
    const { places } = await hub.edge(EDGE);
    return places.find(({ topic, agentState }) => topic === unfit && agentState?.startsWith('parked: ')) ?? null;
  });
  await agent.stop();
  await hub.stop();

  // The operator gives it a name that fits; the agent is started once more.
  const shorter = { route: `${rig.prefix}.{topic}`, partitions: 1 };
  const other = await rig.stoppedHub({ ledger: hub.ledger, port: hub.port, ...shorter });
  await other.start();
  await agent.start();
  await agent.drained();
  const unfitValues = (await consumeAll(`${rig.prefix}.${unfit}`)).map(({ value }) => String(value));
  expect(unfitValues).toEqual(valuesOf(unfit.slice(0, 20), RUNS));
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await other.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });

  const { epochs, forksTotal, places } = await other.edge(EDGE);
  expect(forksTotal).toBe(0);
  expect(epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
  expect(epochs.filter(({ state }) => state === 'held' || state === 'rejected')).toEqual([]);
  expect(places.map(({ maybeDuplicate }) => maybeDuplicate)).toEqual([0, 0, 0]);
  expect([...hub.named('hub_epoch_held'), ...other.named('hub_epoch_held')]).toEqual([]);
});
