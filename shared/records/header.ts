/** The 61 bytes in front of a batch's records: reading, checking, writing them, and finding batches in a fetch response. */
import { crc32c } from '@node-rs/crc32';
import { type Codec, codecNumber, codecOf } from './codec.ts';
import { RecordsError } from './error.ts';
import { readInt64, writeInt64 } from './numbers.ts';

export const HEADER_BYTES = 61;
/** baseOffset and batchLength: not counted by batchLength. */
const LOG_OVERHEAD = 12;
/** Enough to tell the magic byte, whose place all versions share. */
const MAGIC_END = 17;

export const AT = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
} as const;

export const CODEC_BITS = 0x07;
export const LOG_APPEND_TIME = 0x08;
export const TRANSACTIONAL = 0x10;
export const CONTROL = 0x20;
export const DELETE_HORIZON = 0x40;

export interface BatchHeader {
  readonly baseOffset: number;
  /** The whole batch, header included. */
  readonly sizeInBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: 2;
  readonly crc: number;
  readonly attributes: number;
  readonly codec: Codec;
  /** Every record's timestamp is `maxTimestamp`, set by the broker. */
  readonly logAppendTime: boolean;
  readonly transactional: boolean;
  /** Transaction markers, no data. */
  readonly control: boolean;
  /** `baseTimestamp` is when tombstones may go; deltas still count from it. */
  readonly deleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  /** -1n: none. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
}

/**
 * The header of the batch at `at`; its structure only, the CRC is not looked at.
 * @throws RecordsError `truncated` (the whole batch has to be there), `badMagic`, `badStructure`, `badCodec`, `badCount`
 */
export function readHeader(bytes: Buffer, at = 0): BatchHeader {
  if (!(at >= 0) || bytes.length - at < MAGIC_END)
    throw new RecordsError('truncated', 'fewer bytes than a batch header');
  const magic = bytes.readInt8(at + AT.magic);
  if (magic !== 2) throw new RecordsError('badMagic', `magic ${magic}, only 2 is read`);
  const sizeInBytes = bytes.readInt32BE(at + AT.batchLength) + LOG_OVERHEAD;
  if (sizeInBytes < HEADER_BYTES) throw new RecordsError('badStructure', `a batch of ${sizeInBytes} bytes`);
  if (bytes.length - at < sizeInBytes) {
    throw new RecordsError('truncated', `${bytes.length - at} bytes of a batch of ${sizeInBytes}`);
  }
  const attributes = bytes.readUInt16BE(at + AT.attributes);
  const header: BatchHeader = {
    baseOffset: readInt64(bytes, at),
    sizeInBytes,
    partitionLeaderEpoch: bytes.readInt32BE(at + AT.partitionLeaderEpoch),
    magic,
    crc: bytes.readUInt32BE(at + AT.crc),
    attributes,
    codec: codecOf(attributes & CODEC_BITS),
    logAppendTime: (attributes & LOG_APPEND_TIME) !== 0,
    transactional: (attributes & TRANSACTIONAL) !== 0,
    control: (attributes & CONTROL) !== 0,
    deleteHorizon: (attributes & DELETE_HORIZON) !== 0,
    lastOffsetDelta: bytes.readInt32BE(at + AT.lastOffsetDelta),
    baseTimestamp: readInt64(bytes, at + AT.baseTimestamp),
    maxTimestamp: readInt64(bytes, at + AT.maxTimestamp),
    producerId: bytes.readBigInt64BE(at + AT.producerId),
    producerEpoch: bytes.readInt16BE(at + AT.producerEpoch),
    baseSequence: bytes.readInt32BE(at + AT.baseSequence),
    count: bytes.readInt32BE(at + AT.count),
  };
  checkNumbers(header);
  return header;
}

function checkNumbers({ baseOffset, lastOffsetDelta, count }: BatchHeader): void {
  if (!Number.isSafeInteger(baseOffset) || baseOffset < 0) {
    throw new RecordsError('badStructure', `base offset ${baseOffset}`);
  }
  if (lastOffsetDelta < 0) throw new RecordsError('badStructure', `last offset delta ${lastOffsetDelta}`);
  // Compaction leaves fewer records than offsets, never more.
  if (count < 0 || count > lastOffsetDelta + 1)
    throw new RecordsError('badCount', `${count} records in ${lastOffsetDelta + 1} offsets`);
}

/**
 * Checks the batch that `bytes` begins with.
 * @throws RecordsError `badCrc`, and what {@link readHeader} throws where no header is given
 */
export function checkCrc(bytes: Buffer, header: BatchHeader = readHeader(bytes)): void {
  const actual = crc32c(bytes.subarray(AT.attributes, header.sizeInBytes));
  if (actual !== header.crc) throw new RecordsError('badCrc', `CRC32C is ${actual}, the batch says ${header.crc}`);
}

/** Recomputes the CRC of a whole batch in place. */
export function writeCrc(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc);
}

/**
 * The whole batches of a fetch response's records field, in their order. A partial batch at the end is what brokers send
 * when the size limit cuts one off; it is left out. CRCs are not checked.
 * @throws RecordsError `badMagic` for message sets older than RecordBatch v2, and what {@link readHeader} throws
 */
export function* splitBatches(bytes: Buffer): Generator<{ header: BatchHeader; batch: Buffer }> {
  let at = 0;
  while (bytes.length - at >= MAGIC_END) {
    const magic = bytes.readInt8(at + AT.magic);
    if (magic !== 2) throw new RecordsError('badMagic', `magic ${magic}, only 2 is read`);
    const size = bytes.readInt32BE(at + AT.batchLength) + LOG_OVERHEAD;
    if (size > bytes.length - at) return;
    const header = readHeader(bytes, at);
    yield { header, batch: bytes.subarray(at, at + header.sizeInBytes) };
    at += header.sizeInBytes;
  }
}

/** A batch as a producer sends it: base offset 0, create time, no producer. `records` is as the codec made it. */
export function assembleBatch(facts: {
  codec: Codec;
  count: number;
  baseTimestamp: number;
  maxTimestamp: number;
  records: Buffer;
}): Buffer {
  const { codec, count, baseTimestamp, maxTimestamp, records } = facts;
  const batch = Buffer.allocUnsafeSlow(HEADER_BYTES + records.length);
  writeInt64(batch, AT.baseOffset, 0);
  batch.writeInt32BE(batch.length - LOG_OVERHEAD, AT.batchLength);
  batch.writeInt32BE(-1, AT.partitionLeaderEpoch);
  batch.writeInt8(2, AT.magic);
  batch.writeInt16BE(codecNumber(codec), AT.attributes);
  batch.writeInt32BE(count - 1, AT.lastOffsetDelta);
  writeInt64(batch, AT.baseTimestamp, baseTimestamp);
  writeInt64(batch, AT.maxTimestamp, maxTimestamp);
  writeInt64(batch, AT.producerId, -1);
  batch.writeInt16BE(-1, AT.producerEpoch);
  batch.writeInt32BE(-1, AT.baseSequence);
  batch.writeInt32BE(count, AT.count);
  records.copy(batch, HEADER_BYTES);
  writeCrc(batch);
  return batch;
}
