/**
 * Checkpoints, group offsets and heartbeats of pull flows against a real Kafka, read back by kafkajs and by MirrorMaker 2's
 * own client. One cluster is source and target; each test has aliases of its own.
 */
import type { Consumer } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  Checkpoints,
  type CheckpointsOptions,
  decodeCheckpoint,
  decodeHeartbeat,
  GroupOffsetSync,
  Heartbeats,
  writeOffsetSyncs,
} from '../../hub/pull/offsets/index.ts';
import {
  commitGroupOffsets,
  deleteTopics,
  describeConfigs,
  fetchGroupOffsets,
  listGroups,
} from '../../shared/kafka/index.ts';
import { replicationPolicy } from '../../shared/names/index.ts';
import {
  brokers,
  cluster,
  consumeAll,
  createTopic,
  javaTool,
  kafkaJs,
  produce,
  uniqueTopic,
} from '../support/kafka.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../support/mirror/oracle.ts';
import { HeardTelemetry, madeTopics, until } from './pullSupport.ts';

const policy = replicationPolicy({ kind: 'default' });
const LONG_MS = 600_000;
const open: { close(): Promise<void> }[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];
let oracle: MirrorOracle | NoOracle | undefined;

beforeAll(async () => {
  oracle = await mirrorOracle('ClientOracle');
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  if (oracle && 'close' in oracle) oracle.close();
  for (const one of cleanUp.splice(0)) await one();
});

interface Flow {
  readonly source: string;
  readonly target: string;
  readonly topic: string;
  readonly group: string;
  readonly syncsTopic: string;
  readonly telemetry: HeardTelemetry;
  readonly options: CheckpointsOptions;
}

/** A topic with a copy, an offset-syncs topic, and options for its checkpoints. */
async function flowOf(more: Partial<CheckpointsOptions> = {}): Promise<Flow> {
  const [source, target] = [uniqueTopic('src'), uniqueTopic('tgt')];
  const topic = await createTopic('orders', { partitions: 2 });
  const syncsTopic = policy.offsetSyncsTopic(more.syncsOn === 'target' ? source : target);
  cleanUp.push(
    await madeTopics(cluster(), [
      { name: `${source}.${topic}`, partitions: 2 },
      { name: syncsTopic, configs: { 'cleanup.policy': 'compact' } },
    ]),
    () => deleteTopics(cluster(), [policy.checkpointsTopic(source)]),
  );
  const telemetry = new HeardTelemetry();
  const group = uniqueTopic('group');
  const options: CheckpointsOptions = {
    ...{ source: cluster(), target: cluster(), policy, sourceAlias: source, targetAlias: target },
    ...{ acceptsTopic: (t) => t === topic, acceptsGroup: (g) => g.startsWith(group), syncsOn: 'source' },
    ...{ intervalMs: LONG_MS, replicationFactor: 1, telemetry },
    ...more,
  };
  return { source, target, topic, group, syncsTopic, telemetry, options };
}

async function started(flow: Flow): Promise<Checkpoints> {
  const checkpoints = await Checkpoints.open(flow.options);
  open.push(checkpoints);
  await checkpoints.runNow();
  expect(checkpoints.state().lastError).toBeNull();
  return checkpoints;
}

async function written(flow: Flow): Promise<string[]> {
  const records = await consumeAll(policy.checkpointsTopic(flow.source));
  return records.map(({ key, value }) => {
    const found = decodeCheckpoint({ key: key!, value: value! })!;
    return `${found.group.replace(flow.group, 'g')} ${found.partition} ${found.upstream}->${found.downstream} ${found.metadata}`;
  });
}

const commit = (flow: Flow, offset: number, metadata = '', partition = 0, group = flow.group): Promise<void> =>
  commitGroupOffsets(cluster(), group, [{ topic: flow.topic, partition, offset, metadata }]);
const sync = (flow: Flow, upstream: number, downstream: number, partition = 0): Promise<void> =>
  writeOffsetSyncs(cluster(), flow.syncsTopic, [{ topic: flow.topic, partition, upstream, downstream }], Date.now());

describe('checkpoints', () => {
  it('are written for groups that have offsets and syncs; MirrorMaker 2 translates with them', async ({ skip }) => {
    const flow = await flowOf();
    await sync(flow, 100, 40);
    await sync(flow, 10, 5, 1);
    await commit(flow, 150, 'shelf 7');
    await commit(flow, 10, '', 1);
    await started(flow);
    expect(await written(flow)).toEqual(['g 0 150->41 shelf 7', 'g 1 10->5 ']);
    const [topic] = await describeConfigs(cluster(), [{ kind: 'topic', name: policy.checkpointsTopic(flow.source) }]);
    expect(topic?.configs.get('cleanup.policy')).toBe('compact');
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const copy = `${flow.source}.${flow.topic}`;
    const questions = ['checkpointTopics', `remoteTopics\t${flow.source}`, `translate\t${flow.source}\t${flow.group}`];
    const [topics, remote, translated] = await oracle.ask(questions, [brokers().join(',')]);
    expect(topics?.split(',')).toContain(policy.checkpointsTopic(flow.source));
    expect(remote?.split(',')).toContain(copy);
    expect(translated).toBe(`{${copy}-0=41/shelf 7, ${copy}-1=5/}`);
  });

  it('MirrorCheckpointTaskTest.testCheckpointStoreInitialized, testNoCheckpointsIfNoRecordsAreMirrored: none before there are offset syncs', async () => {
    const flow = await flowOf({ syncsOn: 'source' });
    await commit(flow, 1);
    const checkpoints = await started(flow);
    expect(await written(flow)).toEqual([]);
    expect(flow.telemetry.of('pull_checkpoints_emitted').at(-1)).toMatchObject({ skipped: { noSync: 1 } });
    await sync(flow, 0, 0);
    await checkpoints.runNow();
    expect(await written(flow)).toEqual(['g 0 1->1 ']);
  });

  it('testOffsetTranslationBehindReplicationFlow: follow the group forward and back, and repeat nothing', async () => {
    const flow = await flowOf();
    await sync(flow, 0, 0);
    const checkpoints = await started(flow);
    for (let upstream = 100; upstream <= 1_000; upstream += 100) await sync(flow, upstream, upstream);
    for (const offset of [900, 900, 950, 100, 905]) {
      await commit(flow, offset);
      await checkpoints.runNow();
    }
    expect(await written(flow)).toEqual([
      'g 0 900->900 ',
      'g 0 950->901 ',
      expect.stringMatching(/^g 0 100->/),
      'g 0 905->901 ',
    ]);
  });

  it('MirrorCheckpointTaskTest.testCheckpointsTaskRestartUsesExistingCheckpoints', async () => {
    const flow = await flowOf();
    for (const at of [100, 200, 300]) await sync(flow, at, at);
    await commit(flow, 250);
    await (await started(flow)).close();
    const before = await written(flow);
    expect(before).toEqual(['g 0 250->201 ']);
    for (const at of [375, 475]) await sync(flow, at, at);
    const restarted = await started(flow);
    expect(restarted.book.last(flow.group, `${flow.source}.${flow.topic}`, 0)).toMatchObject({ downstream: 201 });
    await commit(flow, 370);
    await restarted.runNow();
    await commit(flow, 400);
    await restarted.runNow();
    expect(await written(flow)).toEqual([...before, 'g 0 370->301 ', 'g 0 400->376 ']);
  });

  it('testOffsetSyncsTopicsOnTarget: syncs may lie on the target, in a topic with the source in its name', async () => {
    const flow = await flowOf({ syncsOn: 'target' });
    expect(flow.syncsTopic).toBe(`mm2-offset-syncs.${flow.source}.internal`);
    await sync(flow, 7, 3);
    await commit(flow, 7);
    await started(flow);
    expect(await written(flow)).toEqual(['g 0 7->3 ']);
  });

  it('CheckpointStoreTest.testReadCheckpointsTopic: a group that the lists leave out is neither read nor written', async () => {
    const flow = await flowOf();
    await sync(flow, 0, 0);
    await commit(flow, 5, '', 0, `${flow.group}-b`);
    await commit(flow, 5);
    await (await started(flow)).close();
    const narrower = { ...flow, options: { ...flow.options, acceptsGroup: (g: string) => g === flow.group } };
    const restarted = await started(narrower);
    expect(restarted.book.groups()).toEqual([flow.group]);
  });

  it('an offset-syncs topic that was made anew is read from its start', async () => {
    const flow = await flowOf();
    await sync(flow, 500, 400);
    await commit(flow, 500);
    const checkpoints = await started(flow);
    await deleteTopics(cluster(), [flow.syncsTopic]);
    await until(
      'the topic is gone',
      async () => (await cluster().metadata([flow.syncsTopic])).topics.get(flow.syncsTopic)?.errorCode === 3,
    );
    await checkpoints.runNow();
    await madeTopics(cluster(), [{ name: flow.syncsTopic }]);
    await sync(flow, 600, 1_000);
    for (const offset of [550, 601]) {
      await commit(flow, offset);
      await checkpoints.runNow();
    }
    expect(await written(flow), 'what the old topic said does not count').toEqual(['g 0 500->400 ', 'g 0 601->1001 ']);
  });

  it('a thousand groups in one round; beyond the bound they are left out and said', async () => {
    const flow = await flowOf({ maxCheckpoints: 1_200 });
    await sync(flow, 0, 0);
    const groups = Array.from({ length: 1_210 }, (_, i) => `${flow.group}-${i}`);
    for (let at = 0; at < groups.length; at += 100) {
      await Promise.all(groups.slice(at, at + 100).map((group) => commit(flow, 1, '', 0, group)));
    }
    const checkpoints = await started(flow);
    await checkpoints.runNow();
    expect((await written(flow)).length).toBe(1_200);
    expect(flow.telemetry.of('pull_checkpoints_beyond_bounds')).toMatchObject([{ groups: 10, partitions: 0 }]);
  });
});

describe('group offsets', () => {
  const consumers: Consumer[] = [];
  afterEach(async () => {
    for (const consumer of consumers.splice(0)) await consumer.disconnect();
  });

  async function synced(flow: Flow): Promise<{ sync: GroupOffsetSync; checkpoints: Checkpoints }> {
    const checkpoints = await started(flow);
    const options = { target: cluster(), sourceAlias: flow.source, targetAlias: flow.target, book: checkpoints.book };
    const groupSync = GroupOffsetSync.open({ ...options, intervalMs: LONG_MS, telemetry: flow.telemetry });
    open.push(groupSync);
    await groupSync.runNow();
    expect(groupSync.state().lastError).toBeNull();
    return { sync: groupSync, checkpoints };
  }
  async function onTarget(flow: Flow): Promise<{ offset: number; metadata: string } | undefined> {
    const copy = `${flow.source}.${flow.topic}`;
    const [found] = await fetchGroupOffsets(cluster(), flow.group, [{ topic: copy, partition: 0 }]);
    return found && { offset: found.offset, metadata: found.metadata };
  }

  it('testOneWayReplicationWithAutoOffsetSync: an idle group is moved forward, with its metadata, and never back', async () => {
    const flow = await flowOf();
    await sync(flow, 100, 40);
    await commit(flow, 100, 'page 3');
    const { sync: groupSync, checkpoints } = await synced(flow);
    expect(await onTarget(flow)).toEqual({ offset: 40, metadata: 'page 3' });
    await sync(flow, 200, 90);
    await commit(flow, 200);
    await checkpoints.runNow();
    await groupSync.runNow();
    expect(await onTarget(flow)).toMatchObject({ offset: 90 });
    await commit(flow, 100);
    await checkpoints.runNow();
    await groupSync.runNow();
    expect(checkpoints.book.of(flow.group)[0]?.downstream, 'the checkpoint followed the group back').toBe(40);
    expect(await onTarget(flow), 'the offset on the target did not').toMatchObject({ offset: 90 });
  });

  it('a group that somebody consumes with is left alone', async () => {
    const flow = await flowOf();
    await sync(flow, 100, 40);
    await commit(flow, 100);
    const consumer = kafkaJs().consumer({ groupId: flow.group });
    consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic: await createTopic('elsewhere') });
    const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    await joined;
    await synced(flow);
    expect(await onTarget(flow)).toMatchObject({ offset: -1 });
    expect(flow.telemetry.of('pull_group_offsets_written')).toMatchObject([{ offsets: 0, active: 1 }]);
    expect(flow.telemetry.of('pull_group_offsets_refused')).toEqual([]);
  });

  it("a group of Kafka's newer protocol (KIP-848) is moved like the others", async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const flow = await flowOf();
    await produce(flow.topic, [{ partition: 0, value: 'a' }]);
    await javaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...['--bootstrap-server', brokers().join(','), '--topic', flow.topic, '--group', flow.group],
      ...['--from-beginning', '--max-messages', '1', '--command-property', 'group.protocol=consumer'],
    ]);
    const groups = await listGroups(cluster());
    expect(groups.find(({ group }) => group === flow.group)).toMatchObject({ type: 'consumer', state: 'Empty' });
    await sync(flow, 0, 0);
    await sync(flow, 1, 7);
    await synced(flow);
    expect(await written(flow)).toEqual(['g 0 1->7 ']);
    expect(await onTarget(flow)).toEqual({ offset: 7, metadata: '' });
  });

  it('one group that is refused does not stop the others, and is said', async () => {
    const flow = await flowOf();
    const bad = `${flow.group}-bad`;
    await sync(flow, 100, 40);
    await commit(flow, 100);
    const { checkpoints, sync: groupSync } = await synced(flow);
    const gone = { group: bad, topic: 'no-such-topic', partition: 0, upstream: 1, downstream: 1, metadata: '' };
    checkpoints.book.put(gone);
    await sync(flow, 200, 90);
    await commit(flow, 200);
    checkpoints.book.put({ ...gone, group: flow.group, topic: `${flow.source}.${flow.topic}`, downstream: 90 });
    await groupSync.runNow();
    expect(await onTarget(flow)).toMatchObject({ offset: 90 });
    const [refused] = flow.telemetry.of('pull_group_offsets_refused');
    expect(refused).toMatchObject({ failed: 1, group: bad, reason: expect.stringContaining('UNKNOWN_TOPIC') });
  });
});

describe('heartbeats', () => {
  it('MirrorHeartbeatTaskTest.testPollCreatesRecords: one an interval, as MirrorMaker 2 reads them', async ({
    skip,
  }) => {
    const [sourceAlias, targetAlias] = [uniqueTopic('hb-src'), uniqueTopic('hb-tgt')];
    const telemetry = new HeardTelemetry();
    const clock = { now: () => 1_700_000_000_000, monotonicMs: () => performance.now() };
    const options = { target: cluster(), sourceAlias, targetAlias, replicationFactor: 1, telemetry };
    const heartbeats = await Heartbeats.open({ ...options, intervalMs: LONG_MS, clock });
    open.push(heartbeats);
    await heartbeats.runNow();
    expect(heartbeats.state().lastError).toBeNull();
    const own = (await consumeAll('heartbeats')).flatMap(({ key, value, timestamp }) => {
      const found = decodeHeartbeat({ key: key!, value: value! });
      return found?.source === sourceAlias ? [{ ...found, recordTimestamp: timestamp }] : [];
    });
    const one = { source: sourceAlias, target: targetAlias, timestamp: 1_700_000_000_000 };
    expect(own).toEqual([{ ...one, recordTimestamp: '1700000000000' }]);
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    cleanUp.push(await madeTopics(cluster(), [{ name: `${sourceAlias}.heartbeats` }]));
    await produce(`${sourceAlias}.heartbeats`, [{ key: 'x', value: 'y' }]);
    const questions = ['heartbeatTopics', `hops\t${sourceAlias}`, 'upstreamClusters', 'hops\tnobody'];
    const [topics, hops, upstream, none] = await oracle.ask(questions, [brokers().join(',')]);
    expect(topics?.split(',')).toEqual(expect.arrayContaining(['heartbeats', `${sourceAlias}.heartbeats`]));
    expect([hops, none]).toEqual(['1', '-1']);
    expect(upstream?.split(',')).toContain(sourceAlias);
  });
});
