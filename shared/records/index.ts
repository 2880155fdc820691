/**
 * Kafka's RecordBatch v2: encode, walk, patch, rebuild, and the provenance headers of sealed batches.
 *
 * Format (all numbers big-endian; `v` is a zigzag varint):
 *
 *     batch   = baseOffset i64, batchLength i32 (bytes behind this field), partitionLeaderEpoch i32, magic i8 = 2,
 *               crc u32 (CRC32C of everything behind it), attributes i16, lastOffsetDelta i32, baseTimestamp i64,
 *               maxTimestamp i64, producerId i64, producerEpoch i16, baseSequence i32, count i32, records
 *     attributes: bits 0-2 codec, 3 log-append time, 4 transactional, 5 control, 6 delete horizon
 *     records = count times record, compressed together where the codec says so
 *     record  = length v, attributes i8, timestampDelta v64, offsetDelta v, key, value, headers v, that many times
 *               (name, value); key, name, value = length v (-1: null), bytes
 *
 * Invariants:
 * - Whatever bytes are read, the only thing thrown is a RecordsError, every loop ends, and no more than a small
 *   multiple of `maxRawBytes` is allocated: lengths and counts are believed only after the bytes that they claim have
 *   been seen.
 * - What is encoded here has base offset 0, contiguous offset deltas, create time and no producer: what a broker takes.
 * - Baseoffset and partition leader epoch are in front of the CRC, so patching those leaves it as it is.
 * - Timestamps are JavaScript numbers: exact within +-2^53 ms. Beyond, the nearest double is read; the largest 64-bit
 *   value, which some producers use, stays itself through decode and encode.
 *
 * Lifecycle: pure functions over buffers. One scratch buffer per process is reused for raw bytes (scratch.ts); nothing
 * that is returned points into it. Decoded keys, values and headers are views into the batch (codec `none`) or into a
 * buffer that was made by decompressing it; they live as long as somebody holds them.
 */
export { checkSealed, type ExpectedSeal, type SealFacts } from './check.ts';
export { type Codec, codecOf } from './codec.ts';
export { concatSealed } from './concat.ts';
export { type EncodeOptions, encodeBatch, type PlainRecord, type RecordHeader } from './encode.ts';
export { RecordsError, type RecordsErrorCode } from './error.ts';
export { type BatchHeader, checkCrc, HEADER_BYTES, readHeader, splitBatches } from './header.ts';
export { isLegacy, type LegacyRun, rebuildLegacy } from './legacy.ts';
export { type BatchPatch, patchBatch } from './patch.ts';
export {
  encodeSealed,
  PROVENANCE,
  type Provenance,
  readProvenance,
  type SealedRecord,
  type SealOptions,
  type SealRecord,
  unsealRecords,
} from './provenance.ts';
export { type RebuildOptions, rebuildBatch } from './rebuild.ts';
export { type RebuiltPart, rebuildParts, rebuildStamped } from './rebuildParts.ts';
export { type HeaderStamp, Stamper } from './stamp.ts';
export { type ReadOptions, type ReadRecord, type RecordView, readRecords, walkRecords } from './walk.ts';
