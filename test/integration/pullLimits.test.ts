/** Rates of flows and topics, changed while they run. */
import { expect, test } from 'vitest';
import { IdempotentProducer } from '../../shared/kafka/index.ts';
import { cluster, endOffsets } from '../support/kafka.ts';
import { batchOf, copied, PullRig, untilCopied } from '../support/pullRig.ts';
import { metricOf } from '../support/rigTelemetry.ts';

const POLL = { timeout: 30_000, interval: 20 };
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');

/** In three of them all would be copied, were there no limit. */
const LIMITED_SECONDS = 'tributary_pull_limited_seconds_total';

/** A hundred batches of one record each. */
async function fill(topic: string, bytes: number): Promise<void> {
  const producer = new IdempotentProducer(cluster(), `fill ${topic}`);
  await producer.send(Array.from({ length: 100 }, () => batchOf(topic, [{ value: Buffer.alloc(bytes, 'x') }])));
  producer.close();
}

test('a topic that is limited falls behind, the others go on; lifted, everything arrives', async () => {
  const rig = PullRig.open();
  const slow = await rig.topic('pull-limited');
  const fast = await rig.topic('pull-unlimited');
  for (const topic of [slow, fast]) await fill(topic, 10_000);
  const limits = { topics: { [slow]: { maxBytesPerSecond: 1_000 } } };
  const process = await rig.start({ topics: [slow, fast], settings: { limits } });
  await untilCopied(process, fast, await ends(fast));
  // A batch is ten seconds' worth; the first one may come with the burst.
  await expect.poll(() => process.state(slow).position, POLL).toBeGreaterThan(0);
  await expect.poll(() => metricOf(process.telemetry, LIMITED_SECONDS), POLL).toBeGreaterThan(3);
  expect(process.state(slow).position).toBeLessThan(20);
  expect(process.state(slow).state.kind).toBe('copying');
  expect(process.copier.snapshot().limits).toEqual(limits);
  process.copier.setLimits({ topics: {} });
  const { source, target } = await copied(process, slow, await ends(slow));
  expect(target).toEqual(source);
});

test('a flow that gets a limit while it runs: all its topics together', async () => {
  const rig = PullRig.open();
  const topics = [await rig.topic('pull-flow-limit'), await rig.topic('pull-flow-limit')] as const;
  const process = await rig.start({ topics });
  await expect.poll(() => topics.map((topic) => process.state(topic).position), POLL).toEqual([0, 0]);
  process.copier.setLimits({ flow: { maxRecordsPerSecond: 0.1 } });
  for (const topic of topics) await fill(topic, 10_000);
  const copiedSoFar = () => topics.reduce((sum, topic) => sum + (process.state(topic).position ?? 0), 0);
  await expect.poll(copiedSoFar, POLL).toBeGreaterThan(0);
  await expect.poll(() => metricOf(process.telemetry, LIMITED_SECONDS), POLL).toBeGreaterThan(3);
  expect(copiedSoFar()).toBeLessThan(20);
  process.copier.setLimits({ flow: {} });
  for (const topic of topics) expect((await copied(process, topic, await ends(topic))).target).toHaveLength(100);
});
