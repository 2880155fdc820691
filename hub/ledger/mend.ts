/**
 * What a killed broker may have left behind a shard's last transaction: partitions in which it never ended
 * (shared/kafka/transaction/orphans.ts). They get their end when the shard is taken: the ledger's own partitions before
 * the ledger is read, since nothing behind an open transaction can be read; the targets after it, since only the ledger
 * says which they are. Behind the fence only the owner changes them, so a partition that has answered is asked once.
 *
 * All orphans of a shard are of one transaction, its last: none begins before the one before it has ended, and the
 * owner mends before it begins one. How it ended the coordinator says. Where it can't say any more the ledger does:
 * - its partition is an orphan, too: entries are written after all data has landed, so the transaction is whole. Others may
 *   have been told that it had committed (a receipt, an offset sync): committed.
 * - it knows of records where the orphan lies: committed. Otherwise: aborted.
 */
import type { Orphan, TransactionalProducer } from '../../shared/kafka/index.ts';

interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}
/** Where a shard writes, and how far the ledger knows of it. */
export interface KnownTarget extends PartitionName {
  readonly lastOffset: number;
}

/** What is known of partitions once the ledger can be read. */
export interface LedgerMended {
  /** Beside the ledger, without an end still. */
  readonly open: readonly Orphan[];
  /** Have answered, and are not asked again. */
  readonly settled: readonly PartitionName[];
  /** Have not, and are asked again. */
  readonly unasked: readonly PartitionName[];
}

type Mender = Pick<TransactionalProducer, 'orphans' | 'endOrphans' | 'lastEnding' | 'lastPartitions'>;

/**
 * To be called after the fence, before the ledger is read. `beside`: what is written with the ledger.
 * @throws TributaryError `brokerUnavailable`, `outcomeUnknown`
 */
export async function mendLedger(
  producer: Mender,
  ledger: PartitionName,
  beside: readonly PartitionName[],
): Promise<LedgerMended> {
  const asked = unique([ledger, ...beside, ...producer.lastPartitions]);
  const { orphans, unasked } = await producer.orphans(asked);
  const settled = without(asked, unasked);
  if (!orphans.some((orphan) => nameOf(orphan) === nameOf(ledger))) return { open: orphans, settled, unasked };
  await producer.endOrphans(orphans, producer.lastEnding ?? 'committed');
  return { open: [], settled, unasked };
}

/** To be called with what the ledger said, before anything is written. @throws as {@link mendLedger} */
export async function mendTargets(
  producer: Mender,
  targets: readonly KnownTarget[],
  { open, settled, unasked }: LedgerMended,
): Promise<void> {
  const asked = without(unique([...targets, ...unasked]), settled);
  const found = asked.length === 0 ? [] : (await producer.orphans(asked)).orphans;
  const orphans = [...open, ...found];
  if (orphans.length === 0) return;
  const lastOffsets = new Map<string, number>();
  for (const target of targets) {
    lastOffsets.set(nameOf(target), Math.max(target.lastOffset, lastOffsets.get(nameOf(target)) ?? -1));
  }
  const delivered = orphans.some((orphan) => (lastOffsets.get(nameOf(orphan)) ?? -1) >= orphan.startOffset);
  await producer.endOrphans(orphans, producer.lastEnding ?? (delivered ? 'committed' : 'aborted'));
}

const nameOf = ({ topic, partition }: PartitionName): string => `${topic}/${partition}`;

const unique = (partitions: readonly PartitionName[]): PartitionName[] => [
  ...new Map(partitions.map(({ topic, partition }) => [`${topic}/${partition}`, { topic, partition }])).values(),
];

function without(partitions: readonly PartitionName[], others: readonly PartitionName[]): PartitionName[] {
  const names = new Set(others.map(nameOf));
  return partitions.filter((partition) => !names.has(nameOf(partition)));
}
