/**
 * Rights that are withdrawn from a pull and given back: that topic's partitions wait, with the reason and a retry clock, others
 * go on, and one line says that it is over. One broker with an authorizer is source and target.
 *
 * Seen red: with topics that leave the flow as soon as they are not listed, and with "the source has no such topic".
 */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { COMMON, ownFolder, PullFlows, Side } from '../support/pullFlows.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;
const POLL = { timeout: 60_000, interval: 50 };
const ME = 'User:ANONYMOUS';
const folder = ownFolder('pull-rights');
let kafka: LocalKafka;
let side: Side;
let admin: ReturnType<InstanceType<typeof Kafka>['admin']>;

beforeAll(async () => {
  kafka = await startKafka({
    dir: `${folder.path}/kafka`,
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // Everybody comes without a name here; what no rule speaks of is free.
      'allow.everyone.if.no.acl.found': 'true',
    },
  });
  side = new Side(kafka.brokers);
  admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin?.disconnect();
  side?.close();
  await kafka?.kill9();
  folder.remove();
});

type Operation = keyof typeof AclOperationTypes;
const ruleOn = (topic: string, operation: Operation, permission: 'ALLOW' | 'DENY') => ({
  ...{ resourceType: AclResourceTypes.TOPIC, resourceName: topic, resourcePatternType: ResourcePatternTypes.LITERAL },
  ...{ principal: ME, host: '*', operation: AclOperationTypes[operation] },
  permissionType: AclPermissionTypes[permission],
});

/** Everything else on the topic stays allowed, what is left of it. */
async function withdraw(topic: string, denied: readonly Operation[], left: readonly Operation[]): Promise<void> {
  const acl = [
    ...denied.map((operation) => ruleOn(topic, operation, 'DENY')),
    ...left.map((operation) => ruleOn(topic, operation, 'ALLOW')),
  ];
  await admin.createAcls({ acl });
}

async function giveBack(topic: string): Promise<void> {
  const filters = [
    {
      ...{ resourceType: AclResourceTypes.TOPIC, resourceName: topic },
      ...{ resourcePatternType: ResourcePatternTypes.LITERAL, operation: AclOperationTypes.ANY },
      permissionType: AclPermissionTypes.ANY,
    },
  ];
  await admin.deleteAcls({ filters });
}

interface Withdrawal {
  readonly what: string;
  readonly denied: readonly Operation[];
  readonly left: readonly Operation[];
  readonly on: 'source' | 'target';
  readonly reason: 'sourceRefused' | 'targetRefused';
}

const WITHDRAWALS: readonly Withdrawal[] = [
  { what: 'READ', denied: ['READ'], left: ['WRITE', 'DESCRIBE'], on: 'source', reason: 'sourceRefused' },
  { what: 'every right, to see it too,', denied: ['ALL'], left: [], on: 'source', reason: 'sourceRefused' },
  { what: 'WRITE', denied: ['WRITE'], left: ['READ', 'DESCRIBE'], on: 'target', reason: 'targetRefused' },
  { what: 'every right, to see it too,', denied: ['ALL'], left: [], on: 'target', reason: 'targetRefused' },
];

test.each(WITHDRAWALS)(
  '$what on a topic of the $on: withdrawn and given back',
  { timeout: 180_000 },
  async (withdrawal) => {
    const { denied, left, on, reason } = withdrawal;
    const [topic, beside] = [await side.makeTopic('orders', 2), await side.makeTopic('beside')];
    const flows = PullFlows.open(`
clusters = A, B
A.bootstrap.servers = ${kafka.brokers.join(',')}
B.bootstrap.servers = ${kafka.brokers.join(',')}
A->B.enabled = true
A->B.topics = ${topic}, ${beside}.*
${COMMON}`);
    const [copy, besideCopy] = [`A.${topic}`, `A.${beside}`];
    for (const partition of [0, 1]) {
      await side.append(topic, partition, ['a']);
      await side.holds(copy, partition, ['a']);
    }
    const refused = on === 'source' ? topic : copy;
    await withdraw(refused, denied, left);
    if (on === 'target') await side.append(topic, 0, ['b']);
    const waits = { kind: 'waiting', reason, retryAtMs: expect.any(Number) };
    await flows.becomes('A->B', topic, waits);
    await side.append(beside, 0, ['goes on']);
    await side.holds(besideCopy, 0, ['goes on']);
    // A look at the clusters' topics later it is still there, and waits.
    const late = await side.makeTopic(`${beside}-late`);
    await side.append(late, 0, ['found']);
    await side.holds(`A.${late}`, 0, ['found']);
    await flows.becomes('A->B', topic, waits);
    expect(flows.said('pull_partition_recovered')).toEqual([]);
    await giveBack(refused);
    await side.append(topic, 1, ['c']);
    await side.holds(copy, 0, on === 'target' ? ['a', 'b'] : ['a']);
    await side.holds(copy, 1, ['a', 'c']);
    await expect.poll(() => flows.said('pull_partition_recovered'), POLL).toHaveLength(1);
    expect(flows.said('pull_partition_recovered')).toMatchObject([{ afterMs: expect.any(Number) }]);
    expect(flows.said('pull_partition_waits')).toMatchObject([{ reason }]);
    expect(flows.said('pull_sync_refused')).toEqual([]);
  },
);

test('who may not see access rules copies topics all the same, and hears of it once', {
  timeout: 120_000,
}, async () => {
  const topic = await side.makeTopic('unseen');
  await side.append(topic, 0, ['a']);
  const cluster = { resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster' };
  const common = { ...cluster, resourcePatternType: ResourcePatternTypes.LITERAL, principal: ME, host: '*' };
  const { DENY, ALLOW, ANY } = AclPermissionTypes;
  await admin.createAcls({
    acl: [
      { ...common, operation: AclOperationTypes.DESCRIBE, permissionType: DENY },
      { ...common, operation: AclOperationTypes.ALL, permissionType: ALLOW },
    ],
  });
  const flows = PullFlows.open(`
clusters = A, B
A.bootstrap.servers = ${kafka.brokers.join(',')}
B.bootstrap.servers = ${kafka.brokers.join(',')}
A->B.enabled = true
A->B.topics = ${topic}.*
${COMMON.replace('acls.enabled = false', 'acls.enabled = true')}sync.topic.acls.interval.seconds = 1`);
  await side.holds(`A.${topic}`, 0, ['a']);
  const late = await side.makeTopic(`${topic}-late`);
  await side.append(late, 0, ['found']);
  await side.holds(`A.${late}`, 0, ['found']);
  await admin.deleteAcls({
    filters: [
      {
        ...{ ...cluster, resourcePatternType: ResourcePatternTypes.LITERAL },
        ...{ operation: AclOperationTypes.ANY, permissionType: ANY },
      },
    ],
  });
  expect(flows.said('pull_rules_unseen')).toMatchObject([{ level: 'warn', where: 'source' }]);
});
