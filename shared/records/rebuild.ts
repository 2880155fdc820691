/**
 * The slow path: decode and encode. For batches that a broker would not take as they are: holes in the offsets
 * (compaction), log-append time (the effective timestamp becomes the record's own), the delete-horizon bit, a codec that
 * the target does not have.
 */
import { limits } from '../limits.ts';
import { type EncodeOptions, encodeBatch, type PlainRecord } from './encode.ts';
import { RecordsError } from './error.ts';
import { readHeader } from './header.ts';
import { type ReadRecord, readRecords } from './walk.ts';

export interface RebuildOptions extends EncodeOptions {
  /** Changes or drops (null) a record. */
  readonly map?: (record: ReadRecord) => PlainRecord | null;
  /** Default `limits.maxBatchRawBytes`. */
  readonly maxRawBytes?: number;
}

/**
 * A batch of the same records with contiguous offsets, create time, no producer; null where no record is left.
 * @throws RecordsError, `badStructure` also for a control batch, which holds no records; what `map` throws passes through
 */
export function rebuildBatch(batch: Buffer, options: RebuildOptions): Buffer | null {
  if (readHeader(batch).control) throw new RecordsError('badStructure', 'a control batch cannot be rebuilt');
  const { map, maxRawBytes = limits.maxBatchRawBytes } = options;
  const records: PlainRecord[] = [];
  for (const record of readRecords(batch, { maxRawBytes })) {
    const kept = map === undefined ? record : map(record);
    if (kept !== null) records.push(kept);
  }
  return records.length === 0 ? null : encodeBatch(records, options);
}
