import type { Cluster, NewTopic } from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { decodeOwn } from './codec.ts';
import type { GenesisEntry } from './entries.ts';
import {
  checkGenesis,
  deadLetterTopic,
  type LedgerAdvice,
  type LedgerIdentity,
  ledgerTopic,
  openLedgerTopics,
  RAW_TOPIC,
} from './open.ts';
import { readPartition } from './read.ts';

export { checkGenesis, type LedgerIdentity } from './open.ts';

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

const ADVICE: LedgerAdvice = {
  shards: (partitions) => `set ledger.shards to ${partitions}.`,
  notMade: 'Make it by hand, or give the hub the right to, or change ledger.replicationFactor.',
};

export const auditTopicOf = (ledgerTopic: string): string => `${ledgerTopic}.audit`;

/**
 * The ledger with its audit and the dead letter topic; see {@link openLedgerTopics}.
 * @throws TributaryError `configInvalid`, `topicNotCreatable` (final), `wrongHub` (the ledger is not what its genesis
 *   says), `brokerUnavailable`
 */
export async function openLedger(
  cluster: Cluster,
  settings: LedgerSettings,
  telemetry: Telemetry,
): Promise<LedgerIdentity> {
  const identity = await openLedgerTopics(cluster, { ...settings, advice: ADVICE }, topicsOf(settings), telemetry);
  checkGenesis(settings, identity, await readGenesis(cluster, settings.topic, identity.ledgerTopicId));
  return identity;
}

function topicsOf(settings: LedgerSettings): NewTopic[] {
  const { shards: partitions, replicationFactor } = settings;
  const shape = { partitions, replicationFactor };
  return [
    ledgerTopic(settings.topic, shape),
    {
      name: auditTopicOf(settings.topic),
      ...shape,
      configs: {
        ...RAW_TOPIC,
        'cleanup.policy': 'delete',
        'retention.ms': String(settings.auditRetentionMs),
        'max.message.bytes': String(2 * MIB),
      },
    },
    deadLetterTopic(settings.deadLetterTopic, shape),
  ];
}

/** The record that pins the ledger; null where it was not written yet. */
export async function readGenesis(cluster: Cluster, topic: string, topicId: string): Promise<GenesisEntry | null> {
  let genesis: GenesisEntry | null = null;
  const where = { topic, topicId, partition: 0 };
  await readPartition(cluster, where, {
    from: null,
    until: 'stable',
    visit: (record) => {
      const own = decodeOwn(record, `${topic}/0 at ${record.offset}`);
      if (own?.kind !== 'genesis') return true;
      genesis = own.value;
      return false;
    },
  });
  return genesis;
}
