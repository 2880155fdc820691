/** Topics, partitions and settings of pull flows kept alike against a real Kafka; titles carry MirrorMaker 2's own. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { FlowSync, type FlowSyncOptions, planFlow, printPlan } from '../../hub/pull/sync/index.ts';
import { createPartitions, deleteTopics, describeConfigs, incrementalAlterConfigs } from '../../shared/kafka/index.ts';
import { FILTER_DEFAULTS, NameFilter, replicationPolicy } from '../../shared/names/index.ts';
import { cluster, uniqueTopic } from '../support/kafka.ts';
import { HeardTelemetry, madeTopics, until } from './pullSupport.ts';

const LONG_MS = 600_000;
const open: FlowSync[] = [];
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  for (const one of cleanUp.splice(0)) await one();
});

function optionsOf(
  more: Partial<FlowSyncOptions> = {},
): FlowSyncOptions & { alias: string; telemetry: HeardTelemetry } {
  const alias = uniqueTopic('src');
  const telemetry = new HeardTelemetry();
  const names = new NameFilter({ include: [`${alias}-.*`], exclude: [] });
  const exclude = FILTER_DEFAULTS.configPropertiesExclude;
  return {
    ...{ alias, source: cluster(), target: cluster(), sourceAlias: alias, targetAlias: uniqueTopic('tgt') },
    ...{ policy: replicationPolicy({ kind: 'default' }), accepts: names.accepts, replicateHeartbeats: false },
    ...{ replicationFactor: 1, aclDeletions: false, sync: { configs: true, acls: false } },
    configs: { accepts: new NameFilter({ exclude }).accepts, defaultsFrom: 'target' },
    everyMs: { topics: LONG_MS, configs: LONG_MS, acls: LONG_MS },
    onTopics: () => {},
    ...more,
    telemetry,
  };
}

async function topicsOf(names: readonly string[], configs: Record<string, string> = {}, partitions = 1): Promise<void> {
  cleanUp.push(
    await madeTopics(
      cluster(),
      names.map((name) => ({ name, configs, partitions })),
    ),
  );
}
async function opened(options: FlowSyncOptions): Promise<FlowSync> {
  const sync = await FlowSync.open(options);
  open.push(sync);
  return sync;
}
const copiesGo = (names: readonly string[]): void => {
  cleanUp.push(() => deleteTopics(cluster(), names));
};
async function own(topic: string): Promise<Record<string, string | null>> {
  const [described] = await describeConfigs(cluster(), [{ kind: 'topic', name: topic }]);
  const entries = (described?.entries ?? []).filter(({ source }) => source === 'topic');
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}
/** Brokers hear of a change a moment after the controller made it. */
async function ownOnce(topic: string, has: Record<string, string | null>): Promise<Record<string, string | null>> {
  let found: Record<string, string | null> = {};
  await until(`${topic} has ${JSON.stringify(has)}`, async () => {
    found = await own(topic);
    return Object.entries(has).every(([name, value]) => found[name] === value);
  });
  return found;
}
const set = (topic: string, configs: Record<string, string | null>) =>
  incrementalAlterConfigs(cluster(), [{ kind: 'topic', name: topic, set: configs }]);
async function partitionsOf(topic: string): Promise<number> {
  return (await cluster().metadata([topic])).topics.get(topic)?.partitions.length ?? 0;
}

describe('topics', () => {
  it('testReplication: topics are made with the partitions and settings of their sources, new ones later', async () => {
    const heard: string[] = [];
    const options = optionsOf({ onTopics: (pairs) => heard.push(pairs.map(({ target }) => target).join(',')) });
    const [orders, later] = [`${options.alias}-orders`, `${options.alias}-zlater`];
    const copies = [orders, later].map((name) => `${options.alias}.${name}`);
    copiesGo(copies);
    await topicsOf([orders], { 'cleanup.policy': 'compact', 'min.insync.replicas': '1', 'retention.ms': '77' }, 3);
    const sync = await opened(options);
    await until('the copy has 3 partitions', async () => (await partitionsOf(copies[0]!)) === 3);
    expect(await ownOnce(copies[0]!, { 'retention.ms': '77' })).toEqual({
      'cleanup.policy': 'compact',
      'retention.ms': '77',
      'compression.type': 'producer',
      'message.timestamp.type': 'CreateTime',
    });
    await topicsOf([later]);
    await sync.syncTopics();
    expect(heard).toEqual([copies[0], copies.join(',')]);
    const made = options.telemetry.of('pull_topics_synced');
    expect(made.map(({ created }) => created)).toEqual([[copies[0]], [copies[1]]]);
    await sync.syncTopics();
    expect(options.telemetry.of('pull_topics_synced'), 'nothing differs: nothing is done').toHaveLength(2);
  });

  it('partitions grow with the source and never shrink; topics are never deleted', async () => {
    const options = optionsOf();
    const orders = `${options.alias}-orders`;
    const copy = `${options.alias}.${orders}`;
    copiesGo([copy]);
    await topicsOf([orders], {}, 2);
    const sync = await opened(options);
    await createPartitions(cluster(), [{ name: orders, count: 5 }]);
    await until('the source has grown', async () => (await partitionsOf(orders)) === 5);
    await sync.syncTopics();
    await until('the copy has grown', async () => (await partitionsOf(copy)) === 5);
    await deleteTopics(cluster(), [orders]);
    await until('the source is gone', async () => (await partitionsOf(orders)) === 0);
    await topicsOf([orders], {}, 2);
    await sync.syncTopics();
    expect(await partitionsOf(copy)).toBe(5);
    const notes = options.telemetry.of('pull_sync_noted').map(({ note }) => note);
    expect(notes).toEqual([`topic ${copy} has 5 partitions, its source 2`]);
  });

  it('one topic that the target refuses does not stop the others', async () => {
    const options = optionsOf({ replicationFactor: 1 });
    const [good, bad] = [`${options.alias}-a`, `${options.alias}-b`];
    copiesGo([`${options.alias}.${good}`]);
    await topicsOf([good]);
    await topicsOf([bad]);
    // A name that differs from the copy's only in "." and "_": Kafka takes one of the two.
    const rival = `${options.alias}_${bad}`;
    await topicsOf([rival]);
    const ready: string[] = [];
    const sync = await opened({ ...options, onTopics: (pairs) => ready.push(...pairs.map(({ source }) => source)) });
    expect(ready).toEqual([good]);
    expect(options.telemetry.of('pull_sync_refused')).toMatchObject([
      {
        what: 'topics',
        failed: 1,
        subject: `${options.alias}.${bad}`,
        reason: expect.stringContaining('INVALID_TOPIC'),
      },
    ]);
    await sync.close();
  });
});

describe('settings', () => {
  async function pair(
    options: ReturnType<typeof optionsOf>,
    configs: Record<string, string>,
  ): Promise<[string, string]> {
    const orders = `${options.alias}-orders`;
    await topicsOf([orders], configs);
    return [orders, `${options.alias}.${orders}`];
  }

  it("testSyncTopicConfigs: excluded settings keep the target's value, others are overwritten", async () => {
    const exclude = ['delete\\.retention\\.ms', 'message\\.timestamp\\.type'];
    const options = optionsOf({ configs: { accepts: new NameFilter({ exclude }).accepts, defaultsFrom: 'target' } });
    const [, copy] = await pair(options, { 'delete.retention.ms': '1000', 'retention.bytes': '1000' });
    await topicsOf([copy], { 'delete.retention.ms': '2000', 'retention.bytes': '2000' });
    const sync = await opened(options);
    const found = await ownOnce(copy, { 'retention.bytes': '1000' });
    expect(found).toEqual({ 'delete.retention.ms': '2000', 'retention.bytes': '1000' });
    await sync.syncConfigs();
    expect(options.telemetry.of('pull_configs_synced')).toHaveLength(1);
  });

  it("testReplicateSourceDefault: use.defaults.from=source writes the source's default, but not what is excluded", async () => {
    const exclude = ['delete\\.retention\\.ms'];
    const options = optionsOf({ configs: { accepts: new NameFilter({ exclude }).accepts, defaultsFrom: 'source' } });
    const [, copy] = await pair(options, {});
    await topicsOf([copy], { 'delete.retention.ms': '2000', 'retention.bytes': '2000' });
    await opened(options);
    expect(await ownOnce(copy, { 'retention.bytes': '-1' })).toMatchObject({ 'delete.retention.ms': '2000' });
  });

  it('testReplicateTargetDefault: a setting that the source takes away is taken away on the target', async () => {
    const options = optionsOf();
    const [orders, copy] = await pair(options, { 'retention.bytes': '1000' });
    copiesGo([copy]);
    const sync = await opened(options);
    expect(await ownOnce(copy, { 'retention.bytes': '1000' })).not.toHaveProperty('segment.ms');
    await set(orders, { 'retention.bytes': null });
    await until('the source says so', async () => !('retention.bytes' in (await own(orders))));
    await sync.syncConfigs();
    await until('the target says so', async () => !('retention.bytes' in (await own(copy))));
    expect(options.telemetry.of('pull_configs_synced')).toMatchObject([{ topics: [copy] }]);
  });

  it('compression.type of the source does not reach the copy, which stays raw', async () => {
    const options = optionsOf();
    const [, copy] = await pair(options, { 'compression.type': 'zstd' });
    copiesGo([copy]);
    await opened(options);
    expect(await ownOnce(copy, { 'compression.type': 'producer' })).not.toHaveProperty('segment.ms');
    const [note] = options.telemetry.of('pull_sync_noted');
    expect(note?.note).toContain('compression.type is zstd in the source and producer here');
  });
});

describe('a dry run', () => {
  it('prints what would change and changes nothing', async () => {
    const options = optionsOf();
    const { alias } = options;
    const [fresh, grown, set1] = [`${alias}-fresh`, `${alias}-grown`, `${alias}-set`];
    await topicsOf([fresh], { 'retention.ms': '5' }, 2);
    await topicsOf([grown], {}, 4);
    await topicsOf([set1], { 'segment.ms': '60001' });
    await topicsOf([`${alias}.${grown}`], {}, 3);
    await topicsOf([`${alias}.${set1}`]);
    const text = printPlan(await planFlow(options));
    expect(text).toEqual([
      `flow ${alias}->${options.targetAlias}: 3 changes`,
      `  + topic ${alias}.${fresh}: 2 partitions, replication factor 1, compression.type=producer message.timestamp.type=CreateTime retention.ms=5`,
      `  ~ topic ${alias}.${grown}: 3 -> 4 partitions`,
      `  ~ config ${alias}.${set1} segment.ms: 604800000 -> 60001`,
    ]);
    expect(await partitionsOf(`${alias}.${grown}`)).toBe(3);
    expect(await partitionsOf(`${alias}.${fresh}`)).toBe(0);
  });

  it('of a flow that is up to date has nothing', async () => {
    const options = optionsOf();
    await topicsOf([`${options.alias}-a`]);
    copiesGo([`${options.alias}.${options.alias}-a`]);
    await opened(options);
    await ownOnce(`${options.alias}.${options.alias}-a`, { 'message.timestamp.type': 'CreateTime' });
    const text = printPlan(await planFlow({ ...options, sync: { configs: true, acls: true } }));
    expect(text).toEqual([
      `flow ${options.alias}->${options.targetAlias}: nothing to change`,
      '  # acl: the source has no authorizer',
    ]);
  });
});

describe('access rules', () => {
  it('MirrorSourceConnectorTest.testNoBrokerAclAuthorizer: said once, nothing is asked of the target', async () => {
    const options = optionsOf({ sync: { configs: false, acls: true } });
    const sync = await opened(options);
    await sync.syncAcls();
    expect(options.telemetry.of('pull_no_authorizer')).toMatchObject([{ where: 'source' }]);
    // Nor by another run of the same flow.
    const again = { ...options, seesRules: { value: true } };
    for (let runs = 0; runs < 2; runs += 1) await (await opened(again)).syncAcls();
    expect(options.telemetry.of('pull_no_authorizer')).toHaveLength(2);
    expect(options.telemetry.of('pull_sync_refused')).toEqual([]);
  });
});

it('goes on by itself: a topic that is made later is copied at the next look', async () => {
  const heard: string[] = [];
  const options = optionsOf({
    everyMs: { topics: 50, configs: 50, acls: LONG_MS },
    onTopics: (pairs) => heard.push(pairs.map(({ source }) => source).join(',')),
  });
  const [first, second] = [`${options.alias}-a`, `${options.alias}-b`];
  copiesGo([first, second].map((name) => `${options.alias}.${name}`));
  await topicsOf([first]);
  const sync = await opened(options);
  await topicsOf([second], { 'retention.ms': '7' });
  await until('it is heard of', async () => heard.at(-1) === `${first},${second}`);
  expect(heard).toEqual([first, `${first},${second}`]);
  await set(first, { 'retention.ms': '9' });
  await until('its setting too', async () => (await own(`${options.alias}.${first}`))['retention.ms'] === '9');
  expect(sync.states().map(({ name, lastError }) => [name, lastError])).toEqual([
    ['pull_topics', null],
    ['pull_configs', null],
  ]);
});

it('makes hundreds of topics in one round', async () => {
  const options = optionsOf();
  const names = Array.from({ length: 250 }, (_, i) => `${options.alias}-${String(i).padStart(3, '0')}`);
  await topicsOf(names);
  copiesGo(names.map((name) => `${options.alias}.${name}`));
  let ready = 0;
  await opened({
    ...options,
    onTopics: (pairs) => {
      ready = pairs.length;
    },
  });
  expect(ready).toBe(250);
});
