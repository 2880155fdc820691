import { KIB } from '../../shared/limits.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import type { LedgerRecord } from './codec.ts';

/** Raw bytes that one batch is closed at: compressed or not, it is below any broker's default message size. */
const BATCH_RAW_BYTES = 512 * KIB;
/** Smaller ones are not worth compressing. */
const COMPRESS_FROM_BYTES = 4 * KIB;

export interface LedgerBatch {
  readonly blob: Buffer;
  readonly records: number;
}

/** Records as batches to produce, in their order. */
export function ledgerBatches(records: readonly LedgerRecord[], nowMs: number): LedgerBatch[] {
  const batches: LedgerBatch[] = [];
  let group: LedgerRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.key.length + (record.value?.length ?? 0);
    if (group.length > 0 && bytes + size > BATCH_RAW_BYTES) {
      batches.push(batchOf(group, bytes, nowMs));
      group = [];
      bytes = 0;
    }
    group.push(record);
    bytes += size;
  }
  if (group.length > 0) batches.push(batchOf(group, bytes, nowMs));
  return batches;
}

function batchOf(records: readonly LedgerRecord[], bytes: number, timestamp: number): LedgerBatch {
  const plain = records.map(({ key, value }) => ({ key, value, timestamp, headers: [] }));
  return {
    blob: encodeBatch(plain, { codec: bytes < COMPRESS_FROM_BYTES ? 'none' : 'zstd' }),
    records: records.length,
  };
}
