/**
 * What a killed broker may have left behind a shard's last transaction: partitions in which it never ended
 * (shared/kafka/transaction/orphans.ts). They get their end when the shard is taken: the ledger's own partitions before
 * the ledger is read, since nothing behind an open transaction can be read; the targets after it, since only the ledger
 * says which they are.
 *
 * All orphans of a shard are of one transaction, its last: none begins before the one before it has ended, and the
 * owner mends before it begins one. How it ended the coordinator says. Where it can't say any more the ledger does:
 * - its partition is an orphan, too: entries are written after all data has landed, so the transaction is whole. It
 *   may have been answered as committed, and receipts may have been sent: committed.
 * - it knows of records where the orphan lies: committed. Otherwise: aborted.
 */
import type { TransactionalProducer } from '../../shared/kafka/index.ts';

interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}
/** Topics with a partition for each shard, written in the shard's transactions. */
export interface ShardTopics {
  readonly ledger: string;
  /** Beside the ledger. */
  readonly others: readonly string[];
}

/** To be called after the fence, before the ledger is read. @throws TributaryError `brokerUnavailable`, `outcomeUnknown` */
export async function mendLedger(producer: TransactionalProducer, topics: ShardTopics, shard: number): Promise<void> {
  const beside = [topics.ledger, ...topics.others].map((topic) => ({ topic, partition: shard }));
  const orphans = await producer.orphans(unique([...beside, ...producer.lastPartitions]));
  if (!orphans.some(({ topic, partition }) => topic === topics.ledger && partition === shard)) return;
  await producer.endOrphans(orphans, producer.lastEnding ?? 'committed');
}

/**
 * To be called with what the ledger said, before anything is written.
 * @throws as {@link mendLedger}
 */
export async function mendTargets(
  producer: TransactionalProducer,
  topics: ShardTopics,
  shard: number,
  targets: readonly KnownTarget[],
): Promise<void> {
  const beside = topics.others.map((topic) => ({ topic, partition: shard }));
  const orphans = await producer.orphans(unique([...targets, ...beside, ...producer.lastPartitions]));
  if (orphans.length === 0) return;
  const delivered = orphans.some(({ topic, partition, startOffset }) =>
    targets.some((known) => known.topic === topic && known.partition === partition && known.lastOffset >= startOffset),
  );
  await producer.endOrphans(orphans, producer.lastEnding ?? (delivered ? 'committed' : 'aborted'));
}

/** Where a shard writes, and how far the ledger knows of it. */
export interface KnownTarget extends PartitionName {
  readonly lastOffset: number;
}

const unique = (partitions: readonly PartitionName[]): PartitionName[] => [
  ...new Map(partitions.map(({ topic, partition }) => [`${topic}/${partition}`, { topic, partition }])).values(),
];
