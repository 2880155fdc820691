import { type Cluster, type PartitionToRead, readCommitted } from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import { readRecords } from '../../shared/records/index.ts';
import type { LedgerRecord } from './codec.ts';

export type { PartitionToRead } from '../../shared/kafka/index.ts';

export interface ReadOptions {
  /** First offset to read; null: the log's start. */
  readonly from: number | null;
  /**
   * `end`: until the high watermark of now, waiting for open transactions in front of it: what a new owner needs after
   * InitProducerId. `stable`: what is committed now, no waiting.
   */
  readonly until: 'end' | 'stable';
  /** Committed records in their order. Returning false ends the reading. */
  readonly visit: (record: LedgerRecord & { readonly offset: number }) => boolean | undefined;
}

/** Raw bytes of one ledger batch: what {@link ledgerBatches} makes is far below. */
const MAX_BATCH_RAW_BYTES = 64 * MIB;

/**
 * Reads a partition of the ledger as `read_committed`, record by record.
 * @returns the offset behind the last one looked at
 * @throws TributaryError `brokerUnavailable` (retried by the caller), `brokerRefused`; what `visit` throws
 */
export async function readPartition(cluster: Cluster, where: PartitionToRead, options: ReadOptions): Promise<number> {
  const { visit, ...range } = options;
  const { next } = await readCommitted(cluster, where, {
    ...{ ...range, purpose: 'ledger' },
    visit: ({ baseOffset }, batch, from) => {
      for (const { key, value, offsetDelta } of readRecords(batch, { maxRawBytes: MAX_BATCH_RAW_BYTES })) {
        const offset = baseOffset + offsetDelta;
        if (key === null || offset < from) continue;
        if (visit({ key, value, offset }) === false) return false;
      }
      return true;
    },
  });
  return next;
}
