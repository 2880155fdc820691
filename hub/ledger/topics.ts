import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../shared/errors.ts';
import {
  type Cluster,
  createTopics,
  describeConfigs,
  type Metadata,
  type MetadataTopic,
  type NewTopic,
} from '../../shared/kafka/index.ts';
import { KIB, limits, MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { decodeChange } from './codec.ts';
import type { GenesisEntry } from './entries.ts';
import { ledgerRisk, topicMade } from './events.ts';
import { readPartition } from './read.ts';

export interface LedgerSettings {
  readonly topic: string;
  /** Fixed for ever by the ledger's first record. */
  readonly shards: number;
  /** -1: the cluster's default. */
  readonly replicationFactor: number;
  /** How long marks and gaps are kept one by one. */
  readonly auditRetentionMs: number;
  /** Takes batches that their target refuses for ever; kept until somebody deletes it. */
  readonly deadLetterTopic: string;
}

/** Who this hub is to its edges. */
export interface LedgerIdentity {
  readonly clusterId: string;
  readonly ledgerTopicId: string;
  readonly shards: number;
}

export const auditTopicOf = (ledgerTopic: string): string => `${ledgerTopic}.audit`;

const TOPIC_ALREADY_EXISTS = 36;
const LEADERS_WITHIN_MS = 30_000;

/**
 * Makes the ledger, its audit and the dead letter topic where they are missing, and checks that they are what the
 * promises need. What is only risky is said as an event.
 * @throws TributaryError `configInvalid`, `topicNotCreatable` (final), `wrongHub` (the ledger is not what its genesis
 *   says), `brokerUnavailable`
 */
export async function openLedger(
  cluster: Cluster,
  settings: LedgerSettings,
  telemetry: Telemetry,
): Promise<LedgerIdentity> {
  const wanted = topicsOf(settings);
  const names = wanted.map((topic) => topic.name);
  const before = await cluster.metadata(names);
  const missing = wanted.filter((topic) => before.topics.get(topic.name)?.errorCode !== 0);
  if (missing.length > 0) await makeTopics(cluster, missing, telemetry);
  const metadata = await withLeaders(cluster, names);
  const ledger = metadata.topics.get(settings.topic)!;
  checkShards(settings, ledger);
  await checkConfigs(cluster, settings, ledger, telemetry);
  const identity = { clusterId: metadata.clusterId, ledgerTopicId: ledger.topicId, shards: settings.shards };
  checkGenesis(settings, identity, await readGenesis(cluster, settings.topic, ledger.topicId));
  return identity;
}

function topicsOf(settings: LedgerSettings): NewTopic[] {
  const { shards: partitions, replicationFactor } = settings;
  const common = { 'compression.type': 'producer', 'message.timestamp.type': 'CreateTime' };
  const make = (name: string, configs: Record<string, string>): NewTopic => ({
    name,
    partitions,
    replicationFactor,
    configs: { ...common, ...configs },
  });
  return [
    make(settings.topic, {
      'cleanup.policy': 'compact',
      // A reader of the whole partition pays for what is not compacted yet; only closed segments are.
      'min.cleanable.dirty.ratio': '0.2',
      'segment.bytes': String(64 * MIB),
      'max.message.bytes': String(2 * MIB),
    }),
    make(auditTopicOf(settings.topic), {
      'cleanup.policy': 'delete',
      'retention.ms': String(settings.auditRetentionMs),
      'max.message.bytes': String(2 * MIB),
    }),
    make(settings.deadLetterTopic, {
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'max.message.bytes': String(limits.maxBatchBytes + 64 * KIB),
    }),
  ];
}

async function makeTopics(cluster: Cluster, missing: readonly NewTopic[], telemetry: Telemetry): Promise<void> {
  for (const result of await createTopics(cluster, missing)) {
    if (result.errorCode === 0) telemetry.emit(topicMade, { topic: result.name });
    else if (result.errorCode !== TOPIC_ALREADY_EXISTS) {
      throw new TributaryError({
        code: 'topicNotCreatable',
        operation: 'make topic',
        subject: result.name,
        reason: result.errorMessage ?? `Kafka answers ${result.errorCode}`,
        hint: 'Make it by hand, or give the hub the right to, or change ledger.replicationFactor.',
        retry: 'final',
      });
    }
  }
}

/** A young topic has no leaders for a moment. */
async function withLeaders(cluster: Cluster, names: readonly string[]): Promise<Metadata> {
  const deadline = performance.now() + LEADERS_WITHIN_MS;
  for (;;) {
    const metadata = await cluster.metadata(names);
    const leaderless = names.filter((name) => {
      const topic = metadata.topics.get(name);
      return topic?.errorCode !== 0 || topic.partitions.some((partition) => partition.leader < 0);
    });
    if (leaderless.length === 0) return metadata;
    if (performance.now() > deadline) {
      throw new TributaryError({
        code: 'brokerUnavailable',
        operation: 'open ledger',
        subject: leaderless.join(', '),
        reason: 'some of its partitions have no leader',
        retry: 'retried',
      });
    }
    await sleep(50);
  }
}

function checkShards({ topic, shards }: LedgerSettings, { partitions }: MetadataTopic): void {
  if (partitions.length === shards) return;
  throw invalid(
    topic,
    `it has ${partitions.length} partitions and ledger.shards is ${shards}`,
    `The number of shards can never change: set ledger.shards to ${partitions.length}.`,
  );
}

async function checkConfigs(
  cluster: Cluster,
  settings: LedgerSettings,
  ledger: MetadataTopic,
  telemetry: Telemetry,
): Promise<void> {
  const { topic } = settings;
  const keys = ['cleanup.policy', 'min.insync.replicas', 'unclean.leader.election.enable', 'compression.type'];
  const [described] = await describeConfigs(cluster, [{ kind: 'topic', name: topic }], keys);
  const config = (key: string): string => described?.configs.get(key) ?? '';
  if (config('cleanup.policy') !== 'compact') {
    throw invalid(
      topic,
      `its cleanup.policy is "${config('cleanup.policy')}"`,
      'It must be "compact" and nothing else, or Kafka deletes what the hub has to remember.',
    );
  }
  const risks: string[] = [];
  const replicas = Math.min(...ledger.partitions.map((partition) => partition.replicas.length));
  if (replicas < 2) risks.push('it has one replica: the loss of a disk loses what every edge was told is safe');
  else if (Number(config('min.insync.replicas')) < 2) {
    risks.push('min.insync.replicas is 1: a record can be acknowledged while only one broker has it');
  }
  if (config('unclean.leader.election.enable') === 'true') {
    risks.push('unclean leader election is on: Kafka may lose committed records');
  }
  for (const risk of risks) telemetry.emit(ledgerRisk, { topic, risk });
}

/** The record that pins the ledger; null where it was not written yet. */
export async function readGenesis(cluster: Cluster, topic: string, topicId: string): Promise<GenesisEntry | null> {
  let genesis: GenesisEntry | null = null;
  const where = { topic, topicId, partition: 0 };
  await readPartition(cluster, where, {
    from: null,
    until: 'stable',
    visit: (record) => {
      const change = decodeChange(record, `${topic}/0 at ${record.offset}`);
      if (change.kind !== 'genesis') return true;
      genesis = change.value;
      return false;
    },
  });
  return genesis;
}

/** @throws TributaryError `wrongHub` */
export function checkGenesis(
  { topic }: { topic: string },
  identity: LedgerIdentity,
  genesis: GenesisEntry | null,
): void {
  if (!genesis) return;
  const { clusterId, ledgerTopicId, shards } = genesis;
  const same =
    clusterId === identity.clusterId && ledgerTopicId === identity.ledgerTopicId && shards === identity.shards;
  if (same) return;
  throw new TributaryError({
    code: 'wrongHub',
    operation: 'open ledger',
    subject: topic,
    reason: `its first record says cluster ${clusterId}, topic id ${ledgerTopicId}, ${shards} shards; Kafka says cluster ${identity.clusterId}, topic id ${identity.ledgerTopicId}, ${identity.shards} partitions`,
    hint: 'This ledger was copied from another topic or its partitions were changed. Use the original, or a new name.',
    retry: 'final',
  });
}

function invalid(topic: string, reason: string, hint: string): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: 'open ledger',
    subject: topic,
    reason,
    hint,
    retry: 'final',
  });
}
