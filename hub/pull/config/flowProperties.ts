/** What a flow is told: the properties of MirrorMaker 2's connectors and filters, with the defaults of Kafka 4.3.0. */
import { FILTER_DEFAULTS } from '../../../shared/names/index.ts';
import { checkPatterns } from './patterns.ts';
import { among, atLeast, copies, has, isClass, listOf, none, only, type Property } from './property.ts';
import { checkRates } from './topicLimits.ts';

const patterns = { check: (value: string) => checkPatterns(listOf(value)) };
const listed = (list: readonly string[]): string => list.join(',');
const MIRROR = 'org.apache.kafka.connect.mirror';
export const DEFAULT_POLICY = `${MIRROR}.DefaultReplicationPolicy`;
export const IDENTITY_POLICY = `${MIRROR}.IdentityReplicationPolicy`;
const BYTES = 'org.apache.kafka.connect.converters.ByteArrayConverter';
const SECONDS = 'Seconds; below 0 it is not repeated at all.';

const NO_CONVERTING = 'records are copied as bytes; remove it';

export const flowProperties: readonly Property[] = [
  has('enabled', 'boolean', true, 'Whether records are copied. A flow for which no line says so is off.', {
    here: 'false',
  }),
  has(
    'topics',
    'list',
    listed(FILTER_DEFAULTS.topics),
    'Topics to copy: names and regular expressions, for whole names.',
    patterns,
  ),
  has(
    'topics.exclude',
    'list',
    listed(FILTER_DEFAULTS.topicsExclude),
    'Topics that are not copied; wins over `topics`.',
    patterns,
  ),
  has('groups', 'list', listed(FILTER_DEFAULTS.groups), 'Consumer groups whose offsets are translated.', patterns),
  has(
    'groups.exclude',
    'list',
    listed(FILTER_DEFAULTS.groupsExclude),
    'Groups that are left out; wins over `groups`.',
    patterns,
  ),
  only(
    'replication.policy.class',
    'class',
    DEFAULT_POLICY,
    'How copies are named: with the prefix of the source, or (IdentityReplicationPolicy) the same.',
    isClass(DEFAULT_POLICY, IDENTITY_POLICY),
    'write DefaultReplicationPolicy or IdentityReplicationPolicy; replication.policy.separator changes the prefix',
  ),
  has('replication.policy.separator', 'string', '.', 'Between the alias of the source and the name of the topic.', {
    check: (value) =>
      /^[A-Za-z0-9._-]+$/.test(value)
        ? null
        : { problem: `"${value}" can not stand in a topic name`, allowed: 'write letters, digits, ".", "_", "-"' },
  }),
  has(
    'replication.policy.internal.topic.separator.enabled',
    'boolean',
    true,
    'Whether the separator is used in the names of internal topics too.',
  ),
  has('replication.factor', 'int', 2, "Copies of a topic that is created on the target; -1: the target's default.", {
    check: copies,
  }),
  has('refresh.topics.enabled', 'boolean', true, 'Whether new topics and partitions are looked for.'),
  has(
    'refresh.topics.interval.seconds',
    'long',
    600,
    `How often new topics and partitions are looked for. ${SECONDS}`,
    { here: '5' },
  ),
  has('refresh.groups.enabled', 'boolean', true, 'Whether new groups are looked for.'),
  has('refresh.groups.interval.seconds', 'long', 600, `How often new groups are looked for. ${SECONDS}`, { here: '5' }),
  has(
    'sync.topic.configs.enabled',
    'boolean',
    true,
    "Whether the topics' settings are kept as they are at the source.",
  ),
  has('sync.topic.configs.interval.seconds', 'long', 600, `How often settings are compared. ${SECONDS}`),
  has(
    'config.properties.exclude',
    'list',
    listed(FILTER_DEFAULTS.configPropertiesExclude),
    'Settings of topics that are not taken over.',
    patterns,
  ),
  has(
    'use.defaults.from',
    'string',
    'target',
    "For settings that the source has not set: `target` leaves them to the target's defaults, `source` writes the source's.",
    { check: among('source', 'target') },
  ),
  has('sync.topic.acls.enabled', 'boolean', true, 'Whether ACLs of topics are taken over.'),
  has('sync.topic.acls.interval.seconds', 'long', 600, `How often ACLs are compared. ${SECONDS}`),
  has(
    'emit.heartbeats.enabled',
    'boolean',
    true,
    'Whether heartbeats are written into the target, also where the flow is off.',
  ),
  has('emit.heartbeats.interval.seconds', 'long', 1, `How often a heartbeat is written. ${SECONDS}`),
  has('heartbeats.topic.replication.factor', 'short', 3, 'Copies of the topic `heartbeats`, where it is created.', {
    check: copies,
  }),
  has(
    'heartbeats.replication.enabled',
    'boolean',
    true,
    'Whether topics of heartbeats are copied, whatever `topics` says.',
  ),
  has(
    'emit.offset-syncs.enabled',
    'boolean',
    true,
    'Whether offset syncs are written, as MirrorMaker 2 and its clients read them.',
  ),
  has('offset-syncs.topic.location', 'string', 'source', 'The cluster that has the topic of offset syncs.', {
    check: among('source', 'target'),
  }),
  has(
    'offset-syncs.topic.replication.factor',
    'short',
    3,
    'Copies of the topic of offset syncs, where it is created.',
    { check: copies },
  ),
  has('offset.lag.max', 'long', 100, 'Records of a partition after which another offset sync is due.', {
    check: atLeast(0),
  }),
  has('emit.checkpoints.enabled', 'boolean', true, 'Whether checkpoints are written: translated offsets of groups.'),
  has('emit.checkpoints.interval.seconds', 'long', 60, `How often checkpoints are written. ${SECONDS}`),
  has('checkpoints.topic.replication.factor', 'short', 3, 'Copies of the topic of checkpoints, where it is created.', {
    check: copies,
  }),
  has(
    'sync.group.offsets.enabled',
    'boolean',
    false,
    "Whether translated offsets are written into the target's own groups, where nobody is in them.",
  ),
  has('sync.group.offsets.interval.seconds', 'long', 60, `How often they are written. ${SECONDS}`),
  has('admin.timeout.ms', 'long', 60_000, 'How long an administrative request may take, in milliseconds.', {
    check: atLeast(1),
  }),
  has(
    'offsets.storage.topic',
    'string',
    null,
    "The topic on the target that has MirrorMaker 2's positions: read when the flow starts, and kept up as `tributary.mm2.positions` says.",
    {
      here: 'mm2-offsets.<source>.internal',
    },
  ),
  only(
    'topic.filter.class',
    'class',
    `${MIRROR}.DefaultTopicFilter`,
    'The filter of topics.',
    isClass(`${MIRROR}.DefaultTopicFilter`),
    'write the rule into topics and topics.exclude',
  ),
  only(
    'group.filter.class',
    'class',
    `${MIRROR}.DefaultGroupFilter`,
    'The filter of groups.',
    isClass(`${MIRROR}.DefaultGroupFilter`),
    'write the rule into groups and groups.exclude',
  ),
  only(
    'config.property.filter.class',
    'class',
    `${MIRROR}.DefaultConfigPropertyFilter`,
    "The filter of topics' settings.",
    isClass(`${MIRROR}.DefaultConfigPropertyFilter`),
    'write the rule into config.properties.exclude',
  ),
  only(
    'forwarding.admin.class',
    'class',
    'org.apache.kafka.clients.admin.ForwardingAdmin',
    'Who creates topics and changes settings.',
    isClass('org.apache.kafka.clients.admin.ForwardingAdmin'),
    'remove it, and give the target.admin client the rights it needs, or create the topics elsewhere and set sync.topic.configs.enabled=false',
  ),
  only(
    'metric.reporters',
    'list',
    'org.apache.kafka.common.metrics.JmxReporter',
    'Where metrics go.',
    (value) => listOf(value).every(isClass('org.apache.kafka.common.metrics.JmxReporter')),
    'remove it, and read /metrics (Prometheus)',
  ),
  only('key.converter', 'class', null, 'How keys are converted.', isClass(BYTES), NO_CONVERTING),
  only('value.converter', 'class', null, 'How values are converted.', isClass(BYTES), NO_CONVERTING),
  only('header.converter', 'class', null, 'How headers are converted.', isClass(BYTES), NO_CONVERTING),
  only(
    'transforms',
    'list',
    '',
    'Single message transforms.',
    (value) => value === '',
    'remove it: records are copied as bytes; change them in a stream processor behind the copy',
  ),
  only(
    'predicates',
    'list',
    '',
    'Conditions of transforms.',
    (value) => value === '',
    'remove it together with transforms',
  ),
  ...none('the flow says which clusters it is between', ['source.cluster.alias', 'target.cluster.alias']),
  ...none('there are no connectors: a flow is one thing, and has its own name', [
    'name',
    'connector.class',
    'connector.plugin.version',
  ]),
  ...none('there are no tasks: one process does it all, several share partitions by themselves', [
    'tasks.max',
    'tasks.max.enforce',
  ]),
  ...none('the source answers as soon as there is data (fetch.max.wait.ms)', ['consumer.poll.timeout.ms']),
  ...none('nothing is converted', [
    'key.converter.plugin.version',
    'value.converter.plugin.version',
    'header.converter.plugin.version',
  ]),
  ...none(
    'nothing is converted, so no single record can fail; what a broker refuses stays in its partition, which says why',
    [
      'errors.retry.timeout',
      'errors.retry.delay.max.ms',
      'errors.tolerance',
      'errors.log.enable',
      'errors.log.include.messages',
    ],
  ),
  ...none('a file is read at the start; restart to read it again', ['config.action.reload']),
  ...none('metrics have Prometheus names, see /metrics', ['metric.names.formats']),
  ...none('tributary.delivery says it, and is exactlyOnce by default', [
    'exactly.once.support',
    'transaction.boundary',
    'transaction.boundary.interval.ms',
  ]),
];

/** Names that MirrorMaker 2 knows on a flow only: at the top level it ignores them. */
export const FLOW_ONLY: ReadonlySet<string> = new Set([
  'use.defaults.from',
  'offsets.storage.topic',
  'exactly.once.support',
  'transaction.boundary',
  'transaction.boundary.interval.ms',
]);

/** Was taken once, and did what `stop` does. */
/** With the identity policy: a topic that keeps its name has one copy. */
export const NO_NEW_COPY = {
  problem: '"new" can\'t be with the identity policy, by which a copy has its topic\'s name and no other',
  allowed:
    'write stop (the partition waits for "tributary flows resume FLOW --accept"), or follow (it goes on into the same copy by itself)',
};

/** Our own, for one flow (`A->B.tributary.x`) or all (`tributary.x`). */
export const ownProperties: readonly Property[] = [
  has(
    'tributary.delivery',
    'string',
    'exactlyOnce',
    '`exactlyOnce`: data and positions in one transaction. `atLeastOnce`: without transactions, for targets whose readers want no markers; a crash may repeat records.',
    { check: among('exactlyOnce', 'atLeastOnce') },
  ),
  has(
    'tributary.on.record.too.large',
    'string',
    'hold',
    'A record that the target can not take: `hold` stops its partition and says so, `deadLetter` puts it aside and goes on.',
    { check: among('hold', 'deadLetter') },
  ),
  has(
    'tributary.on.topic.recreated',
    'string',
    'stop',
    'A source topic that was deleted and made again: `stop` and say so, until somebody resumes it, `follow` into the same target, or `new`: into a copy of its own, with a number behind its name; not with the identity policy.',
    { check: among('stop', 'follow', 'new') },
  ),
  has(
    'tributary.mm2.positions',
    'string',
    'auto',
    "Whether MirrorMaker 2's positions on the target are kept where this flow is, so that it can go on from there: `auto` where it has some of this flow, `always` in any case, `never`: they are not read either. Not written while it runs.",
    { check: among('auto', 'always', 'never') },
  ),
  has(
    'tributary.provenance.headers',
    'boolean',
    false,
    'Whether each record gets the header `tributary.flow`, which breaks loops with the identity policy. Costs the speed of the raw copy.',
  ),
  has(
    'tributary.sync.topic.acls.deletions',
    'boolean',
    false,
    'Whether ACLs that went away at the source are taken away at the target too.',
  ),
  has('tributary.max.bytes.per.second', 'long', null, 'The flow is not faster than this.', { check: atLeast(1) }),
  has('tributary.max.records.per.second', 'long', null, 'The flow copies no more records than this.', {
    check: atLeast(1),
  }),
  has(
    'tributary.topic.max.bytes.per.second',
    'list',
    '',
    'No topic is faster than this; `topic=number` for a single one: `1000000, orders=5000`.',
    { check: checkRates },
  ),
  has(
    'tributary.topic.max.records.per.second',
    'list',
    '',
    'Of no topic more records are copied than this; `topic=number` for a single one.',
    { check: checkRates },
  ),
];
