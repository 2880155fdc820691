/**
 * MirrorMaker 2's own integration tests against a whole process of pulls (`test/hub/pull/conformance.ts` has the list). Source
 * and target are one cluster, so each test has aliases, topics and a ledger of its own.
 *
 * Seen red: with offset syncs that are opened although they are off, with `startAt` that is always `earliest`.
 */
import { expect, onTestFinished, test } from 'vitest';
import { type RunningPull, runPull } from '../../hub/assemblePull.ts';
import { readMm2 } from '../../hub/pull/config/index.ts';
import { decodeCheckpoint } from '../../hub/pull/offsets/index.ts';
import { commitGroupOffsets, deleteTopics, fetchGroupOffsets } from '../../shared/kafka/index.ts';
import { brokers, cluster, consumeAll, createTopic, endOffsets, produce, uniqueTopic } from '../support/kafka.ts';
import { rigTelemetry } from '../support/rigTelemetry.ts';

const POLL = { timeout: 45_000, interval: 100 };

/** `source->target` with one topic, and processes of it. */
class Flow {
  readonly topic: string;
  readonly source: string;
  readonly target: string;
  readonly group: string;
  readonly #ledger = uniqueTopic('pulls');
  #started = 0;

  private constructor(topic: string) {
    this.topic = topic;
    [this.source, this.target, this.group] = [`s${topic}`, `t${topic}`, `${topic}-group`];
  }

  static async open(partitions = 1): Promise<Flow> {
    const flow = new Flow(await createTopic('pulled', { partitions }));
    onTestFinished(async () => {
      const { topics } = await cluster().metadata(null);
      const own = [...topics.keys()].filter((name) => name.includes(flow.topic) || name.startsWith(flow.#ledger));
      await deleteTopics(cluster(), own);
    });
    return flow;
  }

  get copy(): string {
    return `${this.source}.${this.topic}`;
  }

  async start(...more: string[]): Promise<RunningPull> {
    const pair = `${this.source}->${this.target}`;
    const lines = [
      `clusters = ${this.source}, ${this.target}`,
      `bootstrap.servers = ${brokers().join(',')}`,
      `${pair}.enabled = true`,
      `topics = ${this.topic}.*`,
      `groups = ${this.group}`,
      'emit.heartbeats.enabled = false',
      'heartbeats.replication.enabled = false',
      'emit.checkpoints.interval.seconds = 1',
      'refresh.topics.interval.seconds = 1',
      ...['', 'checkpoints.topic.'].map((of) => `${of}replication.factor = 1`),
      ...more,
    ];
    const { settings } = readMm2(Buffer.from(lines.join('\n')), { file: 'mm2.properties' });
    this.#started += 1;
    const name = `${this.topic}-${this.#started}`;
    const process = { settings, name, listen: null, ledgerTopic: this.#ledger };
    const pull = await runPull(process, rigTelemetry('pull'));
    onTestFinished(() => pull.close());
    return pull;
  }

  commit(offset: number): Promise<unknown> {
    return commitGroupOffsets(cluster(), this.group, [{ topic: this.topic, partition: 0, offset, metadata: '' }]);
  }
  async synced(): Promise<number | null> {
    return (await fetchGroupOffsets(cluster(), this.group)).find(({ topic }) => topic === this.copy)?.offset ?? null;
  }
}

const WITH_GROUPS = [
  'offset-syncs.topic.replication.factor = 1',
  'sync.group.offsets.enabled = true',
  'sync.group.offsets.interval.seconds = 1',
];
const numbered = (from: number, count: number, partition = 0) =>
  Array.from({ length: count }, (_, i) => ({ value: `${from + i}`, partition }));
const valuesOf = async (topic: string): Promise<number[]> =>
  (await consumeAll(topic).catch(() => [])).map(({ value }) => Number(value));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('testReplicationWithEmptyPartition: it is there, and ends at 0', async () => {
  const flow = await Flow.open(3);
  await produce(flow.topic, [...numbered(0, 10, 0), ...numbered(10, 10, 2)]);
  await flow.start('emit.offset-syncs.enabled = false');
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 20));
  const ends = await endOffsets(flow.copy, 'read_uncommitted');
  expect([ends.size, ends.get(1)]).toEqual([3, 0]);
});

test('testReplicationWithoutOffsetSyncWillNotCreateOffsetSyncsTopic, testClusterWithEmitOffsetDisabled', async () => {
  const flow = await Flow.open();
  await produce(flow.topic, numbered(0, 10));
  await flow.commit(5);
  const pull = await flow.start('emit.offset-syncs.enabled = false');
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 10));
  // One broker would refuse the topic's three replicas, so that it is not there says too little.
  expect(Object.keys(pull.run.flows()[0]!.parts)).not.toContain('offsetSyncs');
  await pull.close();
  const { topics } = await cluster().metadata(null);
  const internal = [...topics.keys()].filter((name) => name.includes(flow.topic) && name.endsWith('.internal'));
  expect(internal).toEqual([]);
});

test('testOneWayReplicationWithFrequentOffsetSyncs: with offset.lag.max=0 a group is where it was, to the record', async () => {
  const flow = await Flow.open();
  await produce(flow.topic, numbered(0, 10));
  await flow.start(...WITH_GROUPS, 'offset.lag.max = 0');
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 10));
  for (const count of [1, 5, 10]) {
    const end = (await endOffsets(flow.topic, 'read_uncommitted')).get(0)!;
    await produce(flow.topic, numbered(end, count));
    await flow.commit(end + count);
    // What the group would read next is what it would have read next in the source: nothing, then the next record.
    await expect
      .poll(async () => {
        const at = await flow.synced();
        const left = (await consumeAll(flow.copy)).filter(({ offset }) => Number(offset) >= (at ?? 0));
        return [at !== null, left.length];
      }, POLL)
      .toEqual([true, 0]);
  }
});

test('testRestartReplication: checkpoints never go back, and the group gets to the end', async () => {
  const flow = await Flow.open();
  await produce(flow.topic, numbered(0, 100));
  await flow.commit(100);
  const first = await flow.start(...WITH_GROUPS);
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 100));
  await expect.poll(() => flow.synced(), POLL).toBeGreaterThan(0);
  await first.close();
  const before = (await flow.synced())!;
  await produce(flow.topic, numbered(100, 100));
  await flow.commit(200);
  await flow.start(...WITH_GROUPS);
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 200));
  await expect.poll(() => flow.synced(), POLL).toBeGreaterThan(Math.max(before, 100));
  const checkpoints = (await consumeAll(`${flow.source}.checkpoints.internal`))
    .map(({ key, value }) => decodeCheckpoint({ key: key!, value: value! }))
    .map((checkpoint) => checkpoint!.downstream);
  expect(checkpoints).toEqual([...checkpoints].sort((a, b) => a - b));
  expect(checkpoints.length).toBeGreaterThan(1);
});

test('testReplicateFromLatest: only what comes after the start', async () => {
  const flow = await Flow.open();
  await produce(flow.topic, numbered(0, 10));
  const pull = await flow.start(
    'emit.offset-syncs.enabled = false',
    `${flow.source}.consumer.auto.offset.reset = latest`,
  );
  const position = () => pull.run.flows()[0]?.copy?.partitions.find(({ topic }) => topic === flow.topic)?.position;
  await expect.poll(position, POLL).toBe(10);
  await produce(flow.topic, numbered(10, 5));
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(10, 15));
});

test('DedicatedMirrorIntegrationTest.testMultiNodeCluster: nodes share the work, topics come, one node goes', async () => {
  const flow = await Flow.open(2);
  const off = 'emit.offset-syncs.enabled = false';
  const nodes = [await flow.start(off), await flow.start(off), await flow.start(off)];
  await produce(flow.topic, [...numbered(0, 10, 0), ...numbered(10, 10, 1)]);
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 20));
  const later = await createTopic('', { name: `${flow.topic}.later` });
  await produce(later, numbered(0, 10));
  await expect.poll(() => valuesOf(`${flow.source}.${later}`), POLL).toEqual(range(0, 10));
  await nodes[0]!.close();
  await produce(later, numbered(10, 10));
  await produce(flow.topic, numbered(20, 10, 1));
  await expect.poll(() => valuesOf(`${flow.source}.${later}`), POLL).toEqual(range(0, 20));
  await expect.poll(() => valuesOf(flow.copy), POLL).toEqual(range(0, 30));
});
