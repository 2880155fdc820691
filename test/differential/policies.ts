/** The files that both are run with: one for each way of naming, with other settings varied between them. */
import type { Isolation } from '../../shared/kafka/index.ts';
import { type ReplicationPolicy, replicationPolicy } from '../../shared/names/index.ts';

export interface Policy {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly isolation: Isolation;
  readonly names: ReplicationPolicy;
  /** Where the topic of offset syncs lies. */
  readonly syncsOn: 'source' | 'target';
  readonly groupOffsets: boolean;
  readonly lines: readonly string[];
}

const SETTINGS: Record<string, Pick<Policy, 'isolation' | 'syncsOn' | 'groupOffsets' | 'lines'>> = {
  default: {
    isolation: 'read_uncommitted',
    syncsOn: 'source',
    groupOffsets: false,
    lines: ['topics.exclude = mm2.*\\.internal, .*\\.replica, __.*, secret-.*'],
  },
  separator: {
    isolation: 'read_committed',
    syncsOn: 'source',
    groupOffsets: true,
    lines: [
      'replication.policy.separator = __',
      'topics.exclude = .*\\.replica, secret-.*, mm2.*\\.internal',
      'sync.group.offsets.enabled = true',
      'sync.group.offsets.interval.seconds = 1',
      'sync.topic.acls.enabled = false',
      'config.properties.exclude = retention\\..*, follower\\.replication\\.throttled\\.replicas, min\\.insync\\.replicas',
      'groups = readers, half-.*',
      'consumer.isolation.level = read_committed',
      '{flow}.consumer.isolation.level = read_committed',
    ],
  },
  identity: {
    isolation: 'read_committed',
    syncsOn: 'target',
    groupOffsets: true,
    lines: [
      'replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
      '{flow}.use.defaults.from = source',
      // The source's would let the copy be compacted while it is compared.
      '{flow}.config.properties.exclude = min\\.compaction\\..*, message\\.timestamp\\..*, min\\.insync\\.replicas',
      '{flow}.topics.exclude = secret-.*, mm2.*\\.internal, __.*',
      '{flow}.consumer.isolation.level = read_committed',
      '{flow}.offset.lag.max = 10',
      'offset-syncs.topic.location = target',
      'sync.group.offsets.enabled = true',
      'sync.group.offsets.interval.seconds = 1',
    ],
  },
};

export const POLICIES = Object.keys(SETTINGS);

export function policyNamed(name: string): Policy {
  const settings = SETTINGS[name];
  if (!settings) throw new Error(`no policy is called ${name}: ${POLICIES.join(', ')}`);
  const [source, target] = [`east${name}`, `west${name}`];
  const separator = name === 'separator' ? '__' : '.';
  const kind = name === 'identity' ? 'identity' : 'default';
  const names = replicationPolicy({ kind, separator, separatorInInternal: true, sourceAlias: source });
  return { name, source, target, names, ...settings };
}

/** The file. Everything that waits by default waits a second. */
export function fileOf({ source, target, lines }: Policy, sourceBrokers: string, targetBrokers: string): string {
  const flow = `${source}->${target}`;
  const every = ['refresh.topics', 'refresh.groups', 'sync.topic.configs', 'sync.topic.acls', 'emit.checkpoints'];
  return [
    `clusters = ${source}, ${target}`,
    `${source}.bootstrap.servers = ${sourceBrokers}`,
    `${target}.bootstrap.servers = ${targetBrokers}`,
    `${flow}.enabled = true`,
    'replication.factor = 1',
    ...[
      'offset-syncs.topic',
      'checkpoints.topic',
      'heartbeats.topic',
      'offset.storage',
      'config.storage',
      'status.storage',
    ].map((name) => `${name}.replication.factor = 1`),
    ...every.map((name) => `${name}.interval.seconds = 1`),
    'tasks.max = 2',
    ...lines.map((line) => line.replace('{flow}', flow)),
    '',
  ].join('\n');
}
