/**
 * What of a fetched partition is read: batches by their headers alone, so that the next fetch can be sent before
 * anything is decompressed.
 *
 * Passed over, with the position going on behind them: control batches (transaction markers), with `read_committed`
 * batches of aborted transactions, batches wholly below the wanted offset, and offsets that compaction took away.
 */
import { AbortedBatches, type FetchedPartition, type Isolation } from '../../../shared/kafka/index.ts';
import { type BatchHeader, RecordsError, splitBatches } from '../../../shared/records/index.ts';

export interface PlannedBatch {
  readonly header: BatchHeader;
  readonly batch: Buffer;
}
export interface Plan {
  /** Batches with records to take, in offset order. */
  readonly batches: readonly PlannedBatch[];
  /** Where the next fetch begins: behind everything that was looked at. */
  readonly next: number;
  /** Leader epoch of the last batch; null where there was none. */
  readonly leaderEpoch: number | null;
  /** Records passed over because their transaction was aborted. */
  readonly aborted: number;
  /** What ended the plan before the answer's end; everything below `next` is good. */
  readonly problem: RecordsError | null;
}

export function planBatches(fetched: FetchedPartition, from: number, isolation: Isolation): Plan {
  const batches: PlannedBatch[] = [];
  const aborts = isolation === 'read_committed' ? new AbortedBatches(fetched.aborted) : null;
  let next = from;
  let leaderEpoch: number | null = null;
  let aborted = 0;
  try {
    for (const { header, batch } of splitBatches(fetched.records)) {
      const end = header.baseOffset + header.lastOffsetDelta + 1;
      const dropped = aborts?.drops(header, batch) ?? false;
      if (end <= next) continue;
      if (dropped) aborted += header.count;
      else if (!header.control && header.count > 0) batches.push({ header, batch });
      next = end;
      leaderEpoch = header.partitionLeaderEpoch;
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    return { batches, next, leaderEpoch, aborted, problem: error };
  }
  return { batches, next, leaderEpoch, aborted, problem: null };
}
