/** The copy path between real topics: what arrives is what was there, record by record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CopiedBatch, Copier } from '../../hub/pull/copy/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { Cluster, IdempotentProducer, incrementalAlterConfigs } from '../../shared/kafka/index.ts';
import { expectExact } from '../support/exactMap.ts';
import { brokers, cluster, consumeAll, endOffsets, produce } from '../support/kafka.ts';
import {
  batchOf,
  copied,
  copyOf,
  headersOf,
  PullRig,
  plainOf,
  specsOf,
  transactional,
  untilCopied,
} from '../support/pullRig.ts';
import { until } from './pullSupport.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');
const text = (value: string): Buffer => Buffer.from(value);
const send = (batches: Parameters<IdempotentProducer['send']>[0]) =>
  new IdempotentProducer(cluster(), 'pull test').send(batches);

describe.each(['exactlyOnce', 'atLeastOnce'] as const)('%s', (delivery) => {
  test('MirrorSourceTaskTest.testSerde, testPoll: all codecs, null keys and values, headers, old timestamps, order per partition', async () => {
    const rig = PullRig.open();
    const forever = { 'retention.ms': '-1' };
    const topic = await rig.topic('pull-copy', { partitions: 3, configs: forever, target: forever });
    const batches = CODECS.flatMap((codec, at) =>
      [0, 1, 2].map((partition) => ({
        ...batchOf(
          topic,
          Array.from({ length: 50 }, (_, i) => ({
            key: i % 3 === 0 ? null : text(`k${i % 7}`),
            value: i % 5 === 0 ? null : text(`${codec} ${partition} ${i} ${'x'.repeat(i)}`),
            timestamp: 1_000_000_000_000 + at * 1_000 - i,
            headers: i % 2 === 0 ? [] : [[text('h'), text(`${i}`)] as const, [text('n'), text('')] as const],
          })),
          codec,
        ),
        partition,
      })),
    );
    const outcomes = await send(batches);
    expect(outcomes.every(({ kind }) => kind === 'landed')).toBe(true);
    const map: CopiedBatch[] = [];
    const listener = { copied: (batch: CopiedBatch) => void map.push(batch) };
    const process = await rig.start({ topics: [topic], settings: { delivery }, copier: { listener } });
    const { source, target } = await copied(process, topic, await ends(topic));
    expect(source).toHaveLength(750);
    expect(target).toEqual(source);
    const { partitions } = process.copier.snapshot();
    const facts = partitions.map((p) => [p.records, p.batches, p.lagOffsets, p.rebuiltBatches]);
    expect(facts).toEqual(Array(3).fill([250, 5, 0, {}]));
    // Bytes untouched: each batch has its codec and its size.
    const sizes = async (name: string) => (await headersOf(name)).map(({ codec, sizeInBytes }) => [codec, sizeInBytes]);
    expect(await sizes(copyOf(topic))).toEqual(await sizes(topic));
    // The offset map says where each batch is now.
    const offsets = new Map((await consumeAll(copyOf(topic))).map((r) => [`${r.partition}/${r.offset}`, plainOf(r)]));
    expect(map.reduce((sum, { records }) => sum + records, 0)).toBe(750);
    for (const { partition, first, targetOffset } of map) {
      expect(offsets.get(`${partition}/${targetOffset}`)).toEqual(source[partition * 250 + first]);
    }
    // No markers where nobody wants them.
    const [end] = (await endOffsets(copyOf(topic), 'read_uncommitted')).values();
    expect(end === 250).toBe(delivery === 'atLeastOnce');
  });

  test('goes on where it was, after a restart', async () => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-again');
    await produce(topic, [{ value: 'a' }, { value: 'b' }]);
    const first = await rig.start({ topics: [topic], settings: { delivery } });
    await copied(first, topic, await ends(topic));
    await first.close();
    await produce(topic, [{ value: 'c' }]);
    const second = await rig.start({ topics: [topic], settings: { delivery } });
    const { target } = await copied(second, topic, await ends(topic));
    expect(target.map(({ value }) => value)).toEqual(['a', 'b', 'c']);
    expect(second.state(topic).records).toBe(1);
  });
});

test('a trickle is committed at once, a stream once in the time of a transaction', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-trickle', { partitions: 2 });
  // Longer than the test has.
  const process = await rig.start({ topics: [topic], shards: { shards: 1, transactionMs: 600_000 } });
  const owned = async () => process.copier.snapshot().partitions.every(({ state }) => state.kind === 'copying');
  await until('copying', owned);
  // Of both partitions; a marker counts.
  const written = async () => [...(await ends(copyOf(topic))).values()];
  const committed = async () => [...(await endOffsets(copyOf(topic), 'read_committed')).values()];
  const are = (offsets: () => Promise<number[]>, wanted: number[]) =>
    until(`${wanted}`, async () => String(await offsets()) === String(wanted));
  await send([batchOf(topic, [{ value: text('a') }])]);
  await are(committed, [2, 0]);
  await send([{ ...batchOf(topic, [{ value: text('b') }]), partition: 1 }]);
  await are(committed, [2, 2]);
  await send([batchOf(topic, [{ value: text('c') }])]);
  await are(written, [3, 2]);
  await send([batchOf(topic, [{ value: text('d') }])]);
  await are(written, [4, 2]);
  expect(await committed()).toEqual([2, 2]);
});

test('a flow that ends and begins again at once waits for the transaction that it has left behind', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-at-once');
  const process = await rig.start({ topics: [topic], shards: { transactionMs: 1_000 } });
  const written = async () => (await ends(copyOf(topic))).get(0) ?? 0;
  await produce(topic, [{ value: 'a' }]);
  await untilCopied(process, topic, await ends(topic));
  const before = await written();
  await produce(topic, [{ value: 'b' }, { value: 'c' }]);
  await until('written, not committed', async () => (await written()) > before);
  await process.copier.close();
  const source = Cluster.open({ brokers: brokers(), clientId: 'again' }, process.telemetry);
  const again = Copier.open({
    name: { source: 'a', target: 'b' },
    source,
    shards: process.shards,
    partitions: await specsOf([topic]),
    telemetry: process.telemetry,
    clock: systemClock,
  });
  onTestFinished(async () => {
    await again.close();
    source.close();
  });
  await produce(topic, [{ value: 'd' }]);
  const [end] = (await ends(topic)).values();
  await until('copied', async () => again.snapshot().partitions[0]!.position === end);
  expect((await consumeAll(copyOf(topic))).map(({ value }) => String(value))).toEqual(['a', 'b', 'c', 'd']);
});

test('MirrorConnectorsIntegrationTransactionsTest: committed records come, aborted and markers do not, and the position passes both', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-transactions');
  const [one, two] = [await transactional(), await transactional()];
  const values = (batch: string) => [0, 1, 2].map((i) => ({ value: text(`${batch} ${i}`) }));
  await one.send([batchOf(topic, values('one good'))]);
  await two.send([batchOf(topic, values('two bad'))]);
  await one.commit();
  await one.send([batchOf(topic, values('one bad'))]);
  await produce(topic, [{ value: 'plain' }]);
  await two.abort();
  await two.send([batchOf(topic, values('two good'))]);
  await one.abort();
  await two.commit();
  const process = await rig.start({ topics: [topic] });
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(target).toEqual(source);
  expect(target).toHaveLength(7);
  expect(process.state(topic)).toMatchObject({ abortedRecords: 6, records: 7, lagOffsets: 0 });
});

test('with read_uncommitted aborted records come, too', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-uncommitted');
  const producer = await transactional();
  await producer.send([batchOf(topic, [{ value: text('aborted') }])]);
  await producer.abort();
  const process = await rig.start({ topics: [topic], settings: { isolation: 'read_uncommitted' } });
  const { target } = await copied(process, topic, await ends(topic));
  expect(target.map(({ value }) => value)).toEqual(['aborted']);
});

test('log-append time becomes the records own time', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-append-time', { configs: { 'message.timestamp.type': 'LogAppendTime' } });
  await send([batchOf(topic, [{ value: text('a'), timestamp: 1 }, { value: text('b') }], 'lz4')]);
  const process = await rig.start({ topics: [topic] });
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(target).toEqual(source);
  expect(target[0]!.timestamp).toBeGreaterThan(1);
  expect(process.state(topic).rebuiltBatches).toEqual({ logAppendTime: 1 });
  const [header] = await headersOf(copyOf(topic));
  expect(header).toMatchObject({ codec: 'lz4', logAppendTime: false });
});

test('what compaction has left: holes, tombstones with a delete horizon', { timeout: 150_000 }, async () => {
  const rig = PullRig.open();
  const configs = {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.01',
    'delete.retention.ms': '86400000',
  };
  const topic = await rig.topic('pull-compacted', { configs });
  for (const codec of CODECS) {
    const record = (i: number) => ({
      key: text(`${codec} ${i % 4}`),
      value: i % 4 === 3 && i > 8 ? null : text(`${codec} value ${i}`),
      headers: [[text('i'), text(`${i}`)] as const],
    });
    await send([
      batchOf(
        topic,
        Array.from({ length: 12 }, (_, i) => record(i)),
        codec,
      ),
    ]);
  }
  // Segments are closed when something is written after their time.
  await sleep(200);
  await send([batchOf(topic, [{ key: text('last'), value: text('last') }])]);
  const cleaned = async () => (await headersOf(topic)).filter((h) => h.count < h.lastOffsetDelta + 1).length;
  await expect.poll(cleaned, { timeout: 120_000, interval: 500 }).toBe(5);
  const process = await rig.start({ topics: [topic] });
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(source).toHaveLength(21);
  expect(target).toEqual(source);
  expect(target.filter(({ value }) => value === null)).toHaveLength(5);
  expect(process.state(topic).rebuiltBatches).toEqual({ holes: 5 });
  await expectExact(rig, topic);
  expect((await headersOf(copyOf(topic))).map(({ codec }) => codec)).toEqual([...CODECS, 'none']);
});

test('a target with a smaller limit gets batches in parts; a limit that is lowered meanwhile, too', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-split', { target: { 'max.message.bytes': '2000' } });
  const many = (name: string) =>
    Array.from({ length: 40 }, (_, i) => ({ value: text(`${name} ${i} ${'.'.repeat(100)}`) }));
  await send([batchOf(topic, many('first'))]);
  const process = await rig.start({ topics: [topic] });
  await copied(process, topic, await ends(topic));
  const change = { kind: 'topic' as const, name: copyOf(topic), set: { 'max.message.bytes': '900' } };
  await incrementalAlterConfigs(cluster(), [change]);
  await send([batchOf(topic, many('second'))]);
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(target).toEqual(source);
  expect(target).toHaveLength(80);
  expect(process.state(topic).rebuiltBatches.tooLarge).toBeGreaterThanOrEqual(2);
});

test('a record that is too large: held, and others go on; it goes on once the limit is raised', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-held', { target: { 'max.message.bytes': '1000' } });
  const other = await rig.topic('pull-other');
  const records = ['a', 'x'.repeat(3_000), 'b'].map((value) => ({ value: text(value) }));
  await send([batchOf(topic, records)]);
  const process = await rig.start({ topics: [topic, other] });
  await expect.poll(() => process.state(topic).state, { timeout: 20_000 }).toMatchObject({ reason: 'recordTooLarge' });
  expect(process.state(topic).position).toBe(1);
  await produce(other, [{ value: 'goes on' }]);
  expect((await copied(process, other, await ends(other))).target).toHaveLength(1);
  expect((await consumeAll(copyOf(topic))).map(({ value }) => String(value))).toEqual(['a']);
  const change = { kind: 'topic' as const, name: copyOf(topic), set: { 'max.message.bytes': '100000' } };
  await incrementalAlterConfigs(cluster(), [change]);
  process.copier.resume(topic);
  const { source, target } = await copied(process, topic, await ends(topic));
  expect(target).toEqual(source);
  expect(process.lines.map(({ event }) => event)).toContain('pull_partition_recovered');
});

test('a record that is too large goes to the dead letter topic where that is wanted', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-dead', { target: { 'max.message.bytes': '1000' } });
  const records = ['a', 'x'.repeat(3_000), 'b'].map((value) => ({ value: text(value) }));
  await send([batchOf(topic, records)]);
  const process = await rig.start({ topics: [topic], settings: { onRefused: 'deadLetter' } });
  const { target } = await copied(process, topic, await ends(topic));
  expect(target.map(({ value }) => value)).toEqual(['a', 'b']);
  expect(process.state(topic)).toMatchObject({ deadLetteredRecords: 1, records: 2 });
  const [letter, ...more] = await consumeAll(`${rig.ledger}.dead`);
  expect(more).toEqual([]);
  const headers = Object.fromEntries(Object.entries(letter!.headers!).map(([name, value]) => [name, String(value)]));
  expect(headers).toMatchObject({
    'tributary.deadletter.reason': 'MESSAGE_TOO_LARGE',
    'tributary.deadletter.source': `${topic}/0`,
    'tributary.deadletter.first': '1',
    'tributary.deadletter.last': '1',
  });
});

test.each(['hold', 'deadLetter'] as const)(
  'a batch that the target refuses, %s: nothing behind it passes, others lose nothing',
  async (onRefused) => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-refused', { target: { 'message.timestamp.before.max.ms': '3600000' } });
    const other = await rig.topic('pull-other');
    const old = Date.now() - 7_200_000;
    const value = (name: string, timestamp = Date.now()) => batchOf(topic, [{ value: text(name), timestamp }]);
    await send([value('good 1'), value('old', old), value('good 2'), value('good 3')]);
    const process = await rig.start({ topics: [topic, other], settings: { onRefused }, shards: { shards: 1 } });
    const load = Array.from({ length: 200 }, (_, i) => batchOf(other, [{ value: text(`${i}`) }]));
    for (const batch of load) await send([batch]);
    if (onRefused === 'hold') {
      await expect
        .poll(() => process.state(topic).state, { timeout: 20_000 })
        .toMatchObject({ reason: 'targetRefused' });
      await expect.poll(() => process.state(topic).position, { timeout: 20_000 }).toBe(1);
      expect((await consumeAll(copyOf(topic))).map((record) => String(record.value))).toEqual(['good 1']);
      const set = { 'message.timestamp.before.max.ms': '9223372036854775807' };
      await incrementalAlterConfigs(cluster(), [{ kind: 'topic', name: copyOf(topic), set }]);
    }
    const beside = await copied(process, other, await ends(other));
    expect(beside.source).toHaveLength(200);
    expect(beside.target).toEqual(beside.source);
    const { target } = await copied(process, topic, await ends(topic));
    const expected = onRefused === 'hold' ? ['good 1', 'old', 'good 2', 'good 3'] : ['good 1', 'good 2', 'good 3'];
    expect(target.map((record) => record.value)).toEqual(expected);
    const letters = onRefused === 'hold' ? [] : await consumeAll(`${rig.ledger}.dead`);
    expect(letters.map(({ headers }) => String(headers?.['tributary.deadletter.reason']))).toEqual(
      onRefused === 'hold' ? [] : ['INVALID_TIMESTAMP'],
    );
  },
);
