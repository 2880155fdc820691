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
/** Where a shard writes, and how far the ledger knows of it. */
export interface KnownTarget extends PartitionName {
  readonly lastOffset: number;
}

/**
 * To be called after the fence, before the ledger is read. `beside`: what is written with the ledger.
 * @throws TributaryError `brokerUnavailable`, `outcomeUnknown`
 */
export async function mendLedger(
  producer: TransactionalProducer,
  ledger: PartitionName,
  beside: readonly PartitionName[],
): Promise<void> {
  const orphans = await producer.orphans(unique([ledger, ...beside, ...producer.lastPartitions]));
  if (!orphans.some(({ topic, partition }) => topic === ledger.topic && partition === ledger.partition)) return;
  await producer.endOrphans(orphans, producer.lastEnding ?? 'committed');
}

/** To be called with what the ledger said, before anything is written. @throws as {@link mendLedger} */
export async function mendTargets(
  producer: TransactionalProducer,
  targets: readonly KnownTarget[],
  beside: readonly PartitionName[],
): Promise<void> {
  const orphans = await producer.orphans(unique([...targets, ...beside, ...producer.lastPartitions]));
  if (orphans.length === 0) return;
  const delivered = orphans.some(({ topic, partition, startOffset }) =>
    targets.some((known) => known.topic === topic && known.partition === partition && known.lastOffset >= startOffset),
  );
  await producer.endOrphans(orphans, producer.lastEnding ?? (delivered ? 'committed' : 'aborted'));
}

const unique = (partitions: readonly PartitionName[]): PartitionName[] => [
  ...new Map(partitions.map(({ topic, partition }) => [`${topic}/${partition}`, { topic, partition }])).values(),
];
