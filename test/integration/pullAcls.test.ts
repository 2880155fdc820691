/**
 * Access rules of pull flows, and what a flow does without its rights, on brokers of these tests' own that have an
 * authorizer. Rules are made and read by kafkajs; titles carry MirrorMaker 2's own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import {
  Checkpoints,
  decodeCheckpoint,
  encodeCheckpoint,
  ensureInternalTopic,
  writeOffsetSyncs,
} from '../../hub/pull/offsets/index.ts';
import { FlowSync, type FlowSyncOptions, planFlow, printPlan } from '../../hub/pull/sync/index.ts';
import { appendRecords, Cluster, commitGroupOffsets, readCommitted } from '../../shared/kafka/index.ts';
import { FILTER_DEFAULTS, NameFilter, replicationPolicy } from '../../shared/names/index.ts';
import { readRecords } from '../../shared/records/index.ts';
import { HeardTelemetry, madeTopics, until } from './pullSupport.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;
const LONG_MS = 600_000;
const TOPIC_AUTHORIZATION_FAILED = 29;
const policy = replicationPolicy({ kind: 'default' });
const dir = mkdtempSync(join(tmpdir(), 'tributary-acls-'));
let kafka: LocalKafka;
let cluster: Cluster;
let admin: ReturnType<InstanceType<typeof Kafka>['admin']>;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  kafka = await startKafka({
    dir: join(dir, 'kafka'),
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // The tests and the broker itself come without a name; what no rule speaks of is free to them.
      'allow.everyone.if.no.acl.found': 'true',
    },
  });
  cluster = Cluster.open({ brokers: kafka.brokers, clientId: 'tributary-test' });
  admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await admin?.disconnect();
  cluster?.close();
  await kafka?.stop();
  rmSync(dir, { recursive: true, force: true });
});

type Rule = [
  topic: string,
  principal: string,
  operation: keyof typeof AclOperationTypes,
  permission?: 'ALLOW' | 'DENY',
];
const aclOf = (
  [resourceName, principal, operation, permission = 'ALLOW']: Rule,
  resourcePatternType = ResourcePatternTypes.LITERAL,
) => ({
  ...{ resourceType: AclResourceTypes.TOPIC, resourceName, resourcePatternType },
  ...{ principal, host: '*', operation: AclOperationTypes[operation] },
  permissionType: AclPermissionTypes[permission],
});

const nameIn = (table: object, code: number): string =>
  Object.entries(table).find(([, value]) => value === code)?.[0] ?? '?';

/** Rules on a topic, as kafkajs sees them. */
async function rulesOn(topic: string): Promise<string[]> {
  const { resources } = await admin.describeAcls({
    ...{ resourceType: AclResourceTypes.TOPIC, resourceName: topic },
    ...{ resourcePatternType: ResourcePatternTypes.LITERAL },
    ...{ operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY },
  });
  const entries = resources.flatMap(({ acls }) => acls);
  return entries
    .map(
      (one) =>
        `${nameIn(AclPermissionTypes, one.permissionType)} ${one.principal} ${nameIn(AclOperationTypes, one.operation)}`,
    )
    .sort();
}
const has = (topic: string, rules: readonly string[]) => () =>
  rulesOn(topic).then((found) => JSON.stringify(found) === JSON.stringify([...rules].sort()));

function optionsOf(
  alias: string,
  more: Partial<FlowSyncOptions> = {},
): FlowSyncOptions & { telemetry: HeardTelemetry } {
  const telemetry = new HeardTelemetry();
  return {
    ...{ source: cluster, target: cluster, sourceAlias: alias, targetAlias: 'target', policy },
    ...{ accepts: (topic: string) => topic.startsWith(`${alias}-`), replicateHeartbeats: false },
    ...{ replicationFactor: 1, aclDeletions: false, sync: { configs: true, acls: true } },
    configs: {
      accepts: new NameFilter({ exclude: FILTER_DEFAULTS.configPropertiesExclude }).accepts,
      defaultsFrom: 'target',
    },
    everyMs: { topics: LONG_MS, configs: LONG_MS, acls: LONG_MS },
    onTopics: () => {},
    ...more,
    telemetry,
  };
}
async function opened(options: FlowSyncOptions): Promise<FlowSync> {
  const sync = await FlowSync.open(options);
  open.push(sync);
  return sync;
}

describe('access rules', () => {
  it('go over to the copies, without the right to write; a dry run says which, a second round does nothing', async () => {
    const options = optionsOf('one');
    await madeTopics(cluster, [{ name: 'one-a' }, { name: 'one-b' }, { name: 'other' }]);
    const rules: Rule[] = [
      ['one-a', 'User:alice', 'READ'],
      ['one-a', 'User:writer', 'WRITE'],
      ['one-a', 'User:boss', 'ALL'],
      ['one-a', 'User:thief', 'READ', 'DENY'],
      ['one-b', 'User:alice', 'DESCRIBE'],
      ['other', 'User:alice', 'READ'],
    ];
    // Whoever has no name keeps its rights on topics that have rules now.
    const free = ['one-a', 'one-b', 'other', 'one.one-a', 'one.one-b'].map((t): Rule => [t, 'User:ANONYMOUS', 'ALL']);
    await admin.createAcls({ acl: [...rules, ...free].map((rule) => aclOf(rule)) });
    await admin.createAcls({ acl: [aclOf(['one-', 'User:alice', 'READ'], ResourcePatternTypes.PREFIXED)] });
    await until('rules are there', has('one-b', ['ALLOW User:alice DESCRIBE', 'ALLOW User:ANONYMOUS ALL']));
    const text = printPlan(await planFlow(options));
    expect(text.filter((line) => line.includes('acl'))).toEqual(
      expect.arrayContaining([
        '  + acl allow User:alice read on one.one-a',
        '  + acl allow User:boss read on one.one-a',
        '  + acl deny User:thief read on one.one-a',
        '  # acl allow User:writer write on one-a of the source is left: nobody writes into a copy',
        '  # acl allow User:alice read on one- (prefixed) of the source is left: it is for names by their beginning',
      ]),
    );
    const sync = await opened(options);
    const copied = ['ALLOW User:ANONYMOUS ALL', 'ALLOW User:ANONYMOUS READ', 'ALLOW User:alice READ'];
    await until('copies', has('one.one-a', [...copied, 'ALLOW User:boss READ', 'DENY User:thief READ']));
    expect(await rulesOn('one.one-b')).toContain('ALLOW User:alice DESCRIBE');
    expect(await rulesOn('one.other')).toEqual([]);
    await sync.syncAcls();
    expect(options.telemetry.of('pull_acls_synced')).toHaveLength(1);
    expect(options.telemetry.of('pull_sync_refused')).toEqual([]);
  });

  it.each([
    [false, 'stay by default when the source takes them away'],
    [true, 'go on demand, and those made by hand stay'],
  ])('deletions %s: %s', async (aclDeletions) => {
    const alias = aclDeletions ? 'two' : 'three';
    const [topic, copy] = [`${alias}-a`, `${alias}.${alias}-a`];
    await madeTopics(cluster, [{ name: topic }]);
    const reader: Rule = [topic, 'User:alice', 'READ'];
    const free = [topic, copy].map((name): Rule => [name, 'User:ANONYMOUS', 'ALL']);
    const byHand: Rule = [copy, 'User:auditor', 'READ'];
    await admin.createAcls({ acl: [reader, byHand, ...free].map((rule) => aclOf(rule)) });
    await until('rules are there', has(topic, ['ALLOW User:alice READ', 'ALLOW User:ANONYMOUS ALL']));
    const sync = await opened(optionsOf(alias, { aclDeletions }));
    const all = ['ALLOW User:ANONYMOUS ALL', 'ALLOW User:ANONYMOUS READ', 'ALLOW User:auditor READ'];
    await until('copies', has(copy, [...all, 'ALLOW User:alice READ']));
    await admin.deleteAcls({ filters: [aclOf(reader)] });
    await until('gone in the source', has(topic, ['ALLOW User:ANONYMOUS ALL']));
    await sync.syncAcls();
    const left = aclDeletions ? all : [...all, 'ALLOW User:alice READ'];
    await until('the target follows, or not', has(copy, left));
  });
});

describe('missing rights', () => {
  it('MirrorSourceConnectorTest.testMissingDescribeConfigsAcl: one topic without the right is said, the others go on', async () => {
    const options = optionsOf('four');
    const [open1, shut] = ['four-open', 'four-shut'];
    await madeTopics(cluster, [
      { name: open1, configs: { 'retention.ms': '5' } },
      { name: shut, configs: { 'retention.ms': '5' } },
      { name: `four.${open1}` },
      { name: `four.${shut}` },
    ]);
    const rules: Rule[] = [
      [shut, 'User:ANONYMOUS', 'DESCRIBE_CONFIGS', 'DENY'],
      [shut, 'User:ANONYMOUS', 'ALL'],
    ];
    await admin.createAcls({ acl: rules.map((rule) => aclOf(rule)) });
    await until('rules are there', has(shut, ['DENY User:ANONYMOUS DESCRIBE_CONFIGS', 'ALLOW User:ANONYMOUS ALL']));
    await opened({ ...options, sync: { configs: true, acls: false } });
    expect(options.telemetry.of('pull_configs_synced')).toMatchObject([{ topics: [`four.${open1}`] }]);
    const notes = options.telemetry.of('pull_sync_noted').map(({ note }) => note);
    expect(notes).toEqual([`config four.${shut} is left: the source answers TOPIC_AUTHORIZATION_FAILED`]);
  });

  it('MirrorUtilsTest: a topic that may not be seen is taken to exist; one that cannot be made is an error', async () => {
    const name = 'five.checkpoints.internal';
    await madeTopics(cluster, [{ name }]);
    await admin.createAcls({ acl: [aclOf([name, 'User:ANONYMOUS', 'DESCRIBE', 'DENY'])] });
    const codeOf = async () => (await cluster.metadata([name])).topics.get(name)?.errorCode;
    await until('it is not seen', async () => (await codeOf()) === TOPIC_AUTHORIZATION_FAILED);
    expect(await ensureInternalTopic(cluster, { name, replicationFactor: 1 })).toBe(false);
    await expect(
      ensureInternalTopic(cluster, { name: 'six.checkpoints.internal', replicationFactor: 3 }),
    ).rejects.toThrow(/INVALID_REPLICATION_FACTOR.*replication\.factor/s);
  });

  it('CheckpointStoreTest.testReadCheckpointsTopicError: without READ on the checkpoints topic only the newest syncs count', async () => {
    const [source, target, topic] = ['seven', 'eight', 'seven-orders'];
    const [syncs, checkpointsTopic] = [policy.offsetSyncsTopic(target), policy.checkpointsTopic(source)];
    await madeTopics(cluster, [{ name: topic }, { name: syncs }, { name: checkpointsTopic }]);
    const all = [100, 200, 300].map((at) => ({ topic, partition: 0, upstream: at, downstream: at }));
    await writeOffsetSyncs(cluster, syncs, all, Date.now());
    await commitGroupOffsets(cluster, 'g', [{ topic, partition: 0, offset: 250 }]);
    const earlier = {
      group: 'g',
      topic: `${source}.${topic}`,
      partition: 0,
      upstream: 10,
      downstream: 10,
      metadata: '',
    };
    await appendRecords(cluster, checkpointsTopic, 0, [{ ...encodeCheckpoint(earlier), timestamp: 1, headers: [] }]);
    const rules: Rule[] = [
      [checkpointsTopic, 'User:ANONYMOUS', 'READ', 'DENY'],
      [checkpointsTopic, 'User:ANONYMOUS', 'ALL'],
    ];
    await admin.createAcls({ acl: rules.map((rule) => aclOf(rule)) });
    await until('rules are there', async () => (await rulesOn(checkpointsTopic)).length === 2);
    const telemetry = new HeardTelemetry();
    const options = {
      ...{ source: cluster, target: cluster, policy, sourceAlias: source, targetAlias: target },
      ...{ acceptsTopic: () => true, acceptsGroup: () => true, syncsOn: 'source' as const },
      ...{ intervalMs: LONG_MS, replicationFactor: 1, telemetry },
    };
    const blind = await Checkpoints.open(options);
    open.push(blind);
    await blind.runNow();
    expect(telemetry.of('pull_checkpoints_unreadable')).toMatchObject([
      { reason: expect.stringContaining('AUTHORIZATION') },
    ]);
    expect(telemetry.of('pull_checkpoints_emitted').at(-1)).toMatchObject({ emitted: 0, skipped: { tooOld: 1 } });
    await admin.deleteAcls({ filters: rules.map((rule) => aclOf(rule)) });
    await until('rules are gone', async () => (await rulesOn(checkpointsTopic)).length === 0);
    const seeing = await Checkpoints.open({ ...options, telemetry: new HeardTelemetry() });
    open.push(seeing);
    await seeing.runNow();
    expect(await written(checkpointsTopic)).toEqual(['10->10', '250->201']);
  });
});

async function written(topic: string): Promise<string[]> {
  const found: string[] = [];
  const topicId = (await cluster.metadata([topic])).topics.get(topic)?.topicId ?? '';
  await readCommitted(
    cluster,
    { topic, topicId, partition: 0 },
    {
      ...{ from: null, until: 'stable', purpose: 'test' },
      visit: (_, batch) => {
        for (const { key, value } of readRecords(batch, { maxRawBytes: 1_000_000 })) {
          const one = decodeCheckpoint({ key: key!, value: value! });
          found.push(`${one?.upstream}->${one?.downstream}`);
        }
        return true;
      },
    },
  );
  return found;
}
