/**
 * Making and checking a topic that is somebody's only memory: the hub's ledger, and the positions of pulls.
 */
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
import type { GenesisEntry } from './entries.ts';
import { ledgerRisk, topicMade } from './events.ts';

/** Which ledger this is. */
export interface LedgerIdentity {
  readonly clusterId: string;
  readonly ledgerTopicId: string;
  readonly shards: number;
}

/** What its owner can do about what is wrong with it. */
export interface LedgerAdvice {
  /** It has another number of partitions. */
  readonly shards: (partitions: number) => string;
  /** Kafka does not make it. */
  readonly notMade: string;
}

interface Shape {
  readonly partitions: number;
  readonly replicationFactor: number;
}

const TOPIC_ALREADY_EXISTS = 36;
const LEADERS_WITHIN_MS = 30_000;

/** Batches stay as they were sent. */
export const RAW_TOPIC = { 'compression.type': 'producer', 'message.timestamp.type': 'CreateTime' };

export const ledgerTopic = (name: string, shape: Shape): NewTopic => ({
  name,
  ...shape,
  configs: {
    ...RAW_TOPIC,
    'cleanup.policy': 'compact',
    // A reader of the whole partition pays for what is not compacted yet; only closed segments are.
    'min.cleanable.dirty.ratio': '0.2',
    'segment.bytes': String(64 * MIB),
    'max.message.bytes': String(2 * MIB),
  },
});

export const deadLetterTopic = (name: string, shape: Shape): NewTopic => ({
  name,
  ...shape,
  configs: {
    ...RAW_TOPIC,
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'max.message.bytes': String(limits.maxBatchBytes + 64 * KIB),
  },
});

/**
 * Makes the wanted topics where they are missing, and checks that the ledger among them is what the promises need. What is
 * only risky is said as an event.
 * @throws TributaryError `configInvalid`, `topicNotCreatable` (final), `brokerUnavailable`
 */
export async function openLedgerTopics(
  cluster: Cluster,
  settings: { readonly topic: string; readonly shards: number; readonly advice: LedgerAdvice },
  wanted: readonly NewTopic[],
  telemetry: Telemetry,
): Promise<LedgerIdentity> {
  const names = wanted.map((topic) => topic.name);
  const before = await cluster.metadata(names);
  const missing = wanted.filter((topic) => before.topics.get(topic.name)?.errorCode !== 0);
  if (missing.length > 0) await makeTopics(cluster, missing, settings.advice, telemetry);
  const metadata = await withLeaders(cluster, names);
  const ledger = metadata.topics.get(settings.topic)!;
  checkShards(settings, ledger);
  await checkConfigs(cluster, settings, ledger, telemetry);
  return { clusterId: metadata.clusterId, ledgerTopicId: ledger.topicId, shards: settings.shards };
}

async function makeTopics(
  cluster: Cluster,
  missing: readonly NewTopic[],
  advice: LedgerAdvice,
  telemetry: Telemetry,
): Promise<void> {
  for (const result of await createTopics(cluster, missing)) {
    if (result.errorCode === 0) telemetry.emit(topicMade, { topic: result.name });
    else if (result.errorCode !== TOPIC_ALREADY_EXISTS) {
      throw new TributaryError({
        code: 'topicNotCreatable',
        operation: 'make topic',
        subject: result.name,
        reason: result.errorMessage ?? `Kafka answers ${result.errorCode}`,
        hint: advice.notMade,
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

function checkShards(
  { topic, shards, advice }: { readonly topic: string; readonly shards: number; readonly advice: LedgerAdvice },
  { partitions }: MetadataTopic,
): void {
  if (partitions.length === shards) return;
  throw invalid(
    topic,
    `it has ${partitions.length} partitions, and there are ${shards} shards`,
    `The number of shards can never change: ${advice.shards(partitions.length)}`,
  );
}

async function checkConfigs(
  cluster: Cluster,
  { topic }: { readonly topic: string },
  ledger: MetadataTopic,
  telemetry: Telemetry,
): Promise<void> {
  const keys = ['cleanup.policy', 'min.insync.replicas', 'unclean.leader.election.enable', 'compression.type'];
  const [described] = await describeConfigs(cluster, [{ kind: 'topic', name: topic }], keys);
  const config = (key: string): string => described?.configs.get(key) ?? '';
  if (config('cleanup.policy') !== 'compact') {
    throw invalid(
      topic,
      `its cleanup.policy is "${config('cleanup.policy')}"`,
      'It must be "compact" and nothing else, or Kafka deletes what nothing else remembers.',
    );
  }
  const risks: string[] = [];
  const replicas = Math.min(...ledger.partitions.map((partition) => partition.replicas.length));
  if (replicas < 2) risks.push('it has one replica: the loss of a disk loses what was said to be safe');
  else if (Number(config('min.insync.replicas')) < 2) {
    risks.push('min.insync.replicas is 1: a record can be acknowledged while only one broker has it');
  }
  if (config('unclean.leader.election.enable') === 'true') {
    risks.push('unclean leader election is on: Kafka may lose committed records');
  }
  for (const risk of risks) telemetry.emit(ledgerRisk, { topic, risk });
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
