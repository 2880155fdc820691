/** Changing a batch's header in place, its records untouched: what lets a hub write what an edge sealed. */
import { AT, readHeader, TRANSACTIONAL, writeCrc } from './header.ts';
import { writeInt64 } from './numbers.ts';

export interface BatchPatch {
  readonly baseOffset?: number;
  readonly partitionLeaderEpoch?: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  /** Added to the base and the max timestamp, and so to every record's. */
  readonly shiftMs?: number;
}

/**
 * Patches one whole batch and recomputes its CRC, which has to be right before.
 * @throws RecordsError where `batch` does not begin with a whole header
 */
export function patchBatch(batch: Buffer, patch: BatchPatch): void {
  const { sizeInBytes, attributes } = readHeader(batch);
  if (patch.baseOffset !== undefined) writeInt64(batch, AT.baseOffset, patch.baseOffset);
  if (patch.partitionLeaderEpoch !== undefined) batch.writeInt32BE(patch.partitionLeaderEpoch, AT.partitionLeaderEpoch);
  if (patch.producerId !== undefined) batch.writeBigInt64BE(patch.producerId, AT.producerId);
  if (patch.producerEpoch !== undefined) batch.writeInt16BE(patch.producerEpoch, AT.producerEpoch);
  if (patch.baseSequence !== undefined) batch.writeInt32BE(patch.baseSequence, AT.baseSequence);
  if (patch.transactional !== undefined) {
    batch.writeUInt16BE(patch.transactional ? attributes | TRANSACTIONAL : attributes & ~TRANSACTIONAL, AT.attributes);
  }
  if (patch.shiftMs) {
    shift(batch, AT.baseTimestamp, patch.shiftMs);
    shift(batch, AT.maxTimestamp, patch.shiftMs);
  }
  writeCrc(batch.subarray(0, sizeInBytes));
}

/** Exact over all 64 bits, whatever the timestamp. */
function shift(batch: Buffer, at: number, ms: number): void {
  batch.writeBigInt64BE(BigInt.asIntN(64, batch.readBigInt64BE(at) + BigInt(ms)), at);
}
