/** Changing a batch's header in place, its records untouched: what lets a hub write what an edge sealed. */
import { crc32c } from '@node-rs/crc32';
import { KIB } from '../limits.ts';
import { crcWithFront } from './crc.ts';
import { AT, HEADER_BYTES, readHeader, TRANSACTIONAL, writeCrc } from './header.ts';
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

/** From here on the CRC is not computed anew: the records are not read once more. */
const LONG_BYTES = 8 * KIB;

/**
 * Patches one whole batch, and its CRC with it, which has to be right before: a long batch with a wrong one keeps a wrong one.
 * @throws RecordsError where `batch` does not begin with a whole header
 */
export function patchBatch(batch: Buffer, patch: BatchPatch): void {
  const { sizeInBytes, attributes, crc } = readHeader(batch);
  const front = batch.subarray(AT.attributes, HEADER_BYTES);
  const before = sizeInBytes < LONG_BYTES ? null : crc32c(front);
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
  if (before === null) writeCrc(batch.subarray(0, sizeInBytes));
  else batch.writeUInt32BE(crcWithFront(crc, before, crc32c(front), sizeInBytes - HEADER_BYTES), AT.crc);
}

/** Exact over all 64 bits, whatever the timestamp. */
function shift(batch: Buffer, at: number, ms: number): void {
  batch.writeBigInt64BE(BigInt.asIntN(64, batch.readBigInt64BE(at) + BigInt(ms)), at);
}
