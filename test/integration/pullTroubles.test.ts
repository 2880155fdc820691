/** What a source loses, what a target does, and who owns a shard: each a state of one partition, and nothing twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { shardOfPosition } from '../../hub/pull/copy/ledger.ts';
import {
  createTopics,
  deleteRecords,
  deleteTopics,
  IdempotentProducer,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { cluster, consumeAll, createTopic, endOffsets, produce, uniqueTopic } from '../support/kafka.ts';
import { batchOf, copied, copyOf, type PullProcess, PullRig, specsOf, untilCopied } from '../support/pullRig.ts';

const POLL = { timeout: 30_000, interval: 20 };
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');
const valuesOf = async (topic: string) => (await consumeAll(topic)).map(({ value }) => String(value));
const stateOf = (process: PullProcess, topic: string) => () => process.state(topic).state;
const eventsOf = ({ lines }: PullProcess) => lines.map(({ event }) => event);

async function replace(topic: string): Promise<void> {
  await deleteTopics(cluster(), [topic]);
  await expect.poll(async () => (await cluster().metadata([topic])).topics.get(topic)?.errorCode, POLL).toBe(3);
  await expect
    .poll(async () => {
      const configs = { 'compression.type': 'producer' };
      return (await createTopics(cluster(), [{ name: topic, partitions: 1, replicationFactor: 1, configs }]))[0];
    }, POLL)
    .toMatchObject({ errorCode: 0 });
}

test('retention overtakes: the gap is written down, and the copy goes on at the log start', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-retention');
  const first = await rig.start({ topics: [topic] });
  first.copier.pause(topic);
  await expect.poll(() => first.state(topic).position, POLL).toBe(0);
  await produce(topic, [{ value: 'a' }, { value: 'b' }]);
  const producer = new IdempotentProducer(cluster(), 'pull test');
  await producer.send([
    batchOf(
      topic,
      ['c', 'd', 'e', 'f'].map((value) => ({ value: Buffer.from(value) })),
    ),
  ]);
  // Into the middle of a batch: what lies below is no record any more.
  await deleteRecords(cluster(), [{ topic, partition: 0, before: 4 }]);
  first.copier.resume(topic);
  const { source, target } = await copied(first, topic, await ends(topic));
  expect(target.map(({ value }) => value)).toEqual(['e', 'f']);
  expect(target).toEqual(source);
  const gap = { cause: 'retention', from: 0, to: 4 };
  expect(first.state(topic)).toMatchObject({
    gaps: [gap],
    gapCount: 1,
    lostOffsets: 4,
    rebuiltBatches: { position: 1 },
  });
  expect(first.lines.filter(({ event }) => event === 'pull_gap')).toMatchObject([{ level: 'error', ...gap }]);
  await first.close();
  // The ledger knows it, too.
  const second = await rig.start({ topics: [topic] });
  await untilCopied(second, topic, await ends(topic));
  expect(second.state(topic)).toMatchObject({ gaps: [gap], lostOffsets: 4, records: 0 });
});

test.each(['stop', 'follow'] as const)('a topic that was made again: %s', async (onRecreated) => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-recreated');
  const other = await rig.topic('pull-beside');
  await produce(topic, [{ value: 'old' }]);
  const process = await rig.start({ topics: [topic, other], settings: { onRecreated } });
  await untilCopied(process, topic, await ends(topic));
  await replace(topic);
  await produce(topic, [{ value: 'new 1' }, { value: 'new 2' }]);
  if (onRecreated !== 'follow') {
    await expect.poll(stateOf(process, topic), POLL).toMatchObject({ kind: 'stopped', reason: 'recreated' });
    await produce(other, [{ value: 'goes on' }]);
    expect((await copied(process, other, await ends(other))).target).toHaveLength(1);
    expect(await valuesOf(copyOf(topic))).toEqual(['old']);
  }
  if (onRecreated === 'stop') process.copier.resume(topic);
  await expect.poll(() => process.state(topic).position, POLL).toBe(2);
  expect(await valuesOf(copyOf(topic))).toEqual(['old', 'new 1', 'new 2']);
  expect(process.state(topic).gaps).toMatchObject([{ cause: 'recreated', from: 1, to: 0 }]);
});

test('a target that is missing is waited for; one that was made again stops the partition until it is resumed', async () => {
  const rig = PullRig.open();
  const topic = await createTopic('pull-missing');
  await produce(topic, [{ value: 'a' }]);
  const process = await rig.start({ topics: [topic] });
  await expect.poll(stateOf(process, topic), POLL).toMatchObject({ kind: 'waiting', reason: 'targetMissing' });
  // Said once it has lasted: a copy that was just made is missing for a moment, too.
  await expect.poll(() => eventsOf(process), POLL).toContain('pull_partition_waits');
  await createTopic('', { name: copyOf(topic) });
  await untilCopied(process, topic, await ends(topic));
  expect(eventsOf(process)).toContain('pull_partition_recovered');
  await replace(copyOf(topic));
  await produce(topic, [{ value: 'b' }]);
  await expect.poll(stateOf(process, topic), POLL).toMatchObject({ kind: 'stopped' });
  expect(await valuesOf(copyOf(topic))).toEqual([]);
  process.copier.resume(topic);
  await untilCopied(process, topic, await ends(topic));
  expect(await valuesOf(copyOf(topic))).toEqual(['b']);
});

test('a source topic that is gone is waited for, and the others go on', async () => {
  const rig = PullRig.open();
  const topic = await createTopic('pull-gone');
  const other = await rig.topic('pull-beside');
  await produce(topic, [{ value: 'a' }]);
  await createTopic('', { name: copyOf(topic) });
  const process = await rig.start({ topics: [topic, other] });
  await untilCopied(process, topic, await ends(topic));
  await deleteTopics(cluster(), [topic]);
  await expect.poll(stateOf(process, topic), POLL).toMatchObject({ kind: 'waiting', reason: 'sourceMissing' });
  await produce(other, [{ value: 'goes on' }]);
  expect((await copied(process, other, await ends(other))).target).toHaveLength(1);
});

test('where a partition begins: latest is written down at once; an offset from elsewhere', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-latest');
  const given = await rig.topic('pull-given');
  for (const name of [topic, given]) await produce(name, [{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  const elsewhere = (name: string) => (name === given ? { next: 1, atMs: 0 } : null);
  const start = { topics: [topic, given], settings: { startAt: 'latest' as const }, copier: { elsewhere } };
  const first = await rig.start(start);
  await untilCopied(first, topic, await ends(topic));
  await untilCopied(first, given, await ends(given));
  await first.close();
  await produce(topic, [{ value: 'd' }]);
  const second = await rig.start(start);
  await untilCopied(second, topic, await ends(topic));
  expect(await valuesOf(copyOf(topic))).toEqual(['d']);
  expect(await valuesOf(copyOf(given))).toEqual(['b', 'c']);
});

test('partitions come and go while others are copied; a paused topic stands still', async () => {
  const rig = PullRig.open();
  const [one, two] = [await rig.topic('pull-one'), await rig.topic('pull-two', { partitions: 4 })];
  const process = await rig.start({ topics: [one] });
  await produce(one, [{ value: 'a' }]);
  await untilCopied(process, one, await ends(one));
  process.copier.pause(two);
  process.copier.setPartitions(await specsOf([one, two]));
  await produce(
    two,
    [0, 1, 2, 3].map((partition) => ({ partition, value: `${partition}` })),
  );
  await produce(one, [{ value: 'b' }]);
  await untilCopied(process, one, await ends(one));
  expect(await valuesOf(copyOf(two))).toEqual([]);
  process.copier.resume(two);
  await untilCopied(process, two, await ends(two));
  expect(await valuesOf(copyOf(two))).toEqual(['0', '1', '2', '3']);
  process.copier.setPartitions(await specsOf([two]));
  await produce(one, [{ value: 'not any more' }]);
  await produce(two, [{ partition: 0, value: 'more' }]);
  await untilCopied(process, two, await ends(two));
  expect(await valuesOf(copyOf(one))).toEqual(['a', 'b']);
});

/** A name whose first partitions are in that shard. */
function nameIn(shard: number, shards: number): string {
  for (;;) {
    const name = uniqueTopic('pull-fenced');
    if (shardOfPosition({ source: 'a', target: 'b' }, name, 0, shards) === shard) return name;
  }
}

const recordsOf = (process: PullProcess): number =>
  process.copier.snapshot().partitions.reduce((sum, { records }) => sum + records, 0);
const servedBy = (process: PullProcess): number =>
  process.shards.status().filter(({ state }) => state === 'serving').length;

async function copiesMore(process: PullProcess): Promise<void> {
  const before = recordsOf(process);
  await expect.poll(() => recordsOf(process), POLL).toBeGreaterThan(before);
}

/** Batches of four records into every partition, over and over. */
function loadOf(topics: readonly string[]): { end(): Promise<number> } {
  const producer = new IdempotentProducer(cluster(), 'pull test');
  const places = topics.flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })));
  let sent = 0;
  let on = true;
  const running = (async () => {
    while (on) {
      const number = sent++;
      const values = [0, 1, 2, 3].map((i) => ({ value: Buffer.from(`${number}.${i}`) }));
      await producer.send(places.map(({ topic, partition }) => ({ ...batchOf(topic, values, 'zstd'), partition })));
      await sleep(2);
    }
  })();
  return {
    end: async () => {
      on = false;
      await running;
      return sent;
    },
  };
}

test('partitions that go elsewhere are let go of by what is beside the copying; those of a flow that ends are not', async () => {
  const rig = PullRig.open();
  const topics = await Promise.all([0, 1].map((shard) => rig.topic('', { name: nameIn(shard, 2) })));
  const heard: string[] = [];
  const listener = {
    copied: ({ topic }: { readonly topic: string }) => void heard.push(`copied ${topic}`),
    left: (topic: string) => void heard.push(`left ${topic}`),
  };
  const one = await rig.start({ topics, copier: { listener } });
  for (const topic of topics) {
    await produce(topic, [{ value: 'a' }]);
    await untilCopied(one, topic, await ends(topic));
  }
  await rig.start({ topics });
  const left = () => heard.filter((what) => what.startsWith('left'));
  await expect.poll(left, POLL).toHaveLength(1);
  one.copier.setPartitions([]);
  expect(left().sort()).toEqual(topics.map((topic) => `left ${topic}`).sort());
  const other = PullRig.open();
  const ending = await other.start({ topics, copier: { listener } });
  for (const topic of topics) await untilCopied(ending, topic, await ends(topic));
  await ending.close();
  expect(left()).toHaveLength(2);
});

test('owners are fenced and shards move under load: nothing lost, nothing twice, in order', {
  timeout: 120_000,
}, async () => {
  const rig = PullRig.open();
  const shards = { shards: 3, transactionMs: 30 };
  // A topic in each shard, whatever their names hash to.
  const topics = await Promise.all([0, 1, 2].map((shard) => rig.topic('', { partitions: 2, name: nameIn(shard, 3) })));
  const one = await rig.start({ topics, shards });
  const load = loadOf(topics);
  await expect.poll(() => servedBy(one), POLL).toBe(3);
  const fenced = (): number =>
    one.lines.filter(({ event, cause }) => event === 'pull_shard_lost' && cause === 'fenced').length;
  for (let shard = 0; shard < 3; shard += 1) {
    await copiesMore(one);
    const before = fenced();
    const transactionalId = `tributary-${rig.ledger}-${shard}`;
    // Somebody takes the id, as a second owner would: what is open is aborted, the first may write nothing more. Where that
    // meets the end of a transaction the first can't tell what happened and, as nobody has claimed the shard, goes on.
    await expect
      .poll(async () => {
        const other = await TransactionalProducer.open(cluster(), { transactionalId, transactionTimeoutMs: 60_000 });
        other.close();
        await copiesMore(one);
        return fenced();
      }, POLL)
      .toBeGreaterThan(before);
    await expect.poll(() => servedBy(one), POLL).toBe(3);
  }
  const two = await rig.start({ topics, shards });
  await expect.poll(() => servedBy(one) > 0 && servedBy(two) > 0 && servedBy(one) + servedBy(two), POLL).toBe(3);
  await copiesMore(one);
  await copiesMore(two);
  await one.close();
  await expect.poll(() => servedBy(two), POLL).toBe(3);
  await copiesMore(two);
  const sent = await load.end();
  for (const topic of topics) {
    const { source, target } = await copied(two, topic, await ends(topic));
    expect(source).toHaveLength(sent * 8);
    expect(target).toEqual(source);
  }
});
