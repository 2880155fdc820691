/**
 * What brokers do to a log by themselves while a flow reads it: retention that deletes segments, and the log cleaner over
 * transactions and tombstones. On a broker of its own, which does both every few hundred milliseconds.
 *
 * Seen red: with `nextOf` that takes the log's start without a gap, and without `deleteHorizon` among the reasons to rebuild.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import {
  deleteRecords,
  EARLIEST,
  IdempotentProducer,
  incrementalAlterConfigs,
  listOffsets,
} from '../../shared/kafka/index.ts';
import { metricOf } from '../support/rigTelemetry.ts';

const dir = mkdtempSync(join(tmpdir(), 'tributary-logs-'));
const own = await startKafka({
  dir,
  properties: {
    'log.retention.check.interval.ms': '300',
    'log.initial.task.delay.ms': '300',
    'log.cleaner.backoff.ms': '200',
  },
});
// Before what deletes the topics at the end: the last hook runs first.
afterAll(async () => {
  await own.stop();
  rmSync(dir, { recursive: true, force: true });
});
process.env.TRIBUTARY_TEST_BROKERS = own.brokers.join(',');
const { cluster, consumeAll, endOffsets } = await import('../support/kafka.ts');
const { batchOf, copied, copyOf, headersOf, PullRig, transactional, untilCopied } = await import(
  '../support/pullRig.ts'
);

const POLL = { timeout: 60_000, interval: 50 };
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');
const text = (value: string): Buffer => Buffer.from(value);
const numbersOf = async (topic: string) => (await consumeAll(topic)).map(({ value }) => Number(value));
const startOf = async (topic: string): Promise<number> =>
  (await listOffsets(cluster(), [{ topic, partition: 0, timestamp: EARLIEST }]))[0]!.offset;

/** Writes batches of ten; a record's value is its offset. */
class Numbers {
  readonly #producer = new IdempotentProducer(cluster(), 'pull test');
  readonly #topic: string;
  written = 0;

  constructor(topic: string) {
    this.#topic = topic;
  }

  async write(batches: number): Promise<void> {
    for (let i = 0; i < batches; i += 1) {
      const records = Array.from({ length: 10 }, (_, at) => ({ value: text(`${this.written + at}`) }));
      const [outcome] = await this.#producer.send([batchOf(this.#topic, records)]);
      expect(outcome).toMatchObject({ kind: 'landed', offset: this.written });
      this.written += 10;
    }
  }
}

test('retention deletes segments under a flow that is behind: a gap that is recorded, counted and alerted', async () => {
  const rig = PullRig.open();
  const forever = { 'retention.ms': '-1' };
  const topic = await rig.topic('pull-expired', { configs: { ...forever, 'segment.ms': '100' }, target: forever });
  const keepFor = (retention: string) =>
    incrementalAlterConfigs(cluster(), [{ kind: 'topic', name: topic, set: { 'retention.ms': retention } }]);
  const numbers = new Numbers(topic);
  const process = await rig.start({ topics: [topic] });
  await numbers.write(1);
  await untilCopied(process, topic, await ends(topic));
  process.copier.pause(topic);
  await keepFor('1000');
  // A fetch that was under way is still written; everything behind it stays where it is.
  await expect
    .poll(async () => {
      await numbers.write(1);
      return (await startOf(topic)) > process.state(topic).position!;
    }, POLL)
    .toBe(true);
  await keepFor('-1');
  // A round of the broker's deletion that was under way is over when the start stays where it is.
  let start = -1;
  await expect
    .poll(async () => {
      const before = start;
      start = await startOf(topic);
      await sleep(700);
      return start - before;
    }, POLL)
    .toBe(0);
  await numbers.write(1);
  const behind = process.state(topic).position!;
  process.copier.resume(topic);
  await untilCopied(process, topic, await ends(topic));
  const gap = { cause: 'retention', from: behind, to: start };
  expect(process.state(topic)).toMatchObject({ gaps: [gap], gapCount: 1, lostOffsets: start - behind });
  expect(process.lines.filter(({ event }) => event === 'pull_gap')).toMatchObject([{ level: 'error', ...gap }]);
  expect(await metricOf(process.telemetry, 'tributary_pull_gaps_total')).toBe(1);
  expect(await metricOf(process.telemetry, 'tributary_pull_lost_offsets_total')).toBe(start - behind);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  expect(await numbersOf(copyOf(topic))).toEqual([...range(0, behind), ...range(start, numbers.written)]);
});

test('records deleted while they are copied, over and over: each is in the copy or in a gap, never in both', {
  timeout: 120_000,
}, async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-race');
  const numbers = new Numbers(topic);
  // A batch a fetch, so that the flow is always behind somewhere.
  const settings = { fetchPartitionBytes: 200, fetchMaxWaitMs: 5 };
  const process = await rig.start({ topics: [topic], settings, shards: { transactionMs: 10 } });
  await expect.poll(() => process.state(topic).position, POLL).toBe(0);
  while (process.state(topic).gapCount < 3) {
    await numbers.write(20);
    await deleteRecords(cluster(), [{ topic, partition: 0, before: numbers.written - 5 }]);
  }
  await numbers.write(5);
  await untilCopied(process, topic, await ends(topic));
  const { gaps, gapCount, lostOffsets } = process.state(topic);
  expect(gaps).toHaveLength(gapCount);
  const missing = gaps.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  const arrived = await numbersOf(copyOf(topic));
  expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
  const all = [...arrived, ...missing].sort((a, b) => a - b);
  expect([all.length, all.findIndex((number, at) => number !== at)]).toEqual([numbers.written, -1]);
  expect(lostOffsets).toBe(missing.length);
  expect(gaps.every(({ cause }) => cause === 'retention')).toBe(true);
  const alerts = process.lines.filter(({ event }) => event === 'pull_gap');
  expect(alerts.map(({ from, to }) => [from, to])).toEqual(gaps.map(({ from, to }) => [from, to]));
});

test('the log cleaner over transactions: delete horizons, markers and batches that it emptied', {
  timeout: 120_000,
}, async () => {
  const rig = PullRig.open();
  const configs = {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.01',
    'delete.retention.ms': '86400000',
  };
  const topic = await rig.topic('pull-horizon', { configs });
  const [good, bad] = [await transactional(), await transactional()];
  const old = Date.now() - 3_600_000;
  // All keys once: the cleaner leaves no hole, and marks the batch as one whose tombstones go at a later time.
  const tombstones = ['a', 'b', 'c'].map((key, i) => ({ key: text(key), value: null, timestamp: old + i }));
  await good.send([batchOf(topic, tombstones, 'zstd')]);
  await good.commit();
  await bad.send([batchOf(topic, [{ key: text('d'), value: text('aborted') }])]);
  await bad.abort();
  // Superseded as a whole: the cleaner keeps the last batch of a producer, without records.
  const other = new IdempotentProducer(cluster(), 'pull test');
  const [landed] = await other.send([batchOf(topic, [{ key: text('e'), value: text('old') }])]);
  const superseded = landed?.kind === 'landed' ? landed.offset : -1;
  await good.send([batchOf(topic, [{ key: text('e'), value: text('new') }], 'lz4')]);
  await good.commit();
  await sleep(200);
  await good.send([batchOf(topic, [{ key: text('last'), value: text('last') }])]);
  await good.commit();
  const marked = async () => (await headersOf(topic)).filter(({ deleteHorizon }) => deleteHorizon);
  const emptied = async () =>
    (await headersOf(topic)).some(({ baseOffset, count }) => baseOffset === superseded && count === 0);
  await expect.poll(async () => (await marked()).length, POLL).toBeGreaterThan(0);
  await expect.poll(emptied, POLL).toBe(true);
  expect(await marked()).toMatchObject([{ count: 3, lastOffsetDelta: 2, codec: 'zstd' }]);
  const process = await rig.start({ topics: [topic] });
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(target).toEqual(source);
  const expected = ['a', 'b', 'c', 'e', 'last'];
  expect(target.map(({ key }) => key)).toEqual(expected);
  expect(target.map(({ timestamp }) => timestamp).slice(0, 3)).toEqual([old, old + 1, old + 2]);
  expect(process.state(topic).rebuiltBatches).toEqual({ deleteHorizon: 1 });
  expect((await headersOf(copyOf(topic)))[0]).toMatchObject({ codec: 'zstd', deleteHorizon: false });
});
