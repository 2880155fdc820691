/** The strict check of a sealed batch: what a hub does before it writes bytes that an edge sent. */
import { codecNumber } from './codec.ts';
import { RecordsError } from './error.ts';
import { AT, type BatchHeader, readHeader } from './header.ts';
import { isNarrow } from './numbers.ts';
import { isReserved, POLICY_NAME, ProvenanceTemplate } from './provenanceStamp.ts';
import { RawReader } from './rawReader.ts';
import { rawRecords } from './walk.ts';

const ZSTD_ATTRIBUTES = codecNumber('zstd');

export interface ExpectedSeal {
  readonly edge: string;
  readonly epoch: string;
  /** Sequences of the first and the last record. */
  readonly first: number;
  readonly last: number;
  readonly maxRawBytes: number;
}

export interface SealFacts {
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
}

/**
 * Checks that `batch` is what {@link encodeSealed} would make for these sequences: CRC, structure, nothing but codec none
 * or zstd in the attributes, no producer, contiguous offsets from 0, and in each record the provenance headers, once each,
 * behind the own ones, with this edge, this epoch and the right sequence.
 * @throws RecordsError
 */
export function checkSealed(batch: Buffer, expected: ExpectedSeal): SealFacts {
  const header = readHeader(batch);
  checkFacts(batch, header, expected);
  const raw = rawRecords(batch, header, expected);
  const template = new ProvenanceTemplate(expected.edge, expected.epoch, expected.first);
  const base = header.baseTimestamp;
  const wideBase = isNarrow(base) ? null : batch.readBigInt64BE(AT.baseTimestamp);
  const reader = new RawReader(raw, 0);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  let minTimestamp = Number.POSITIVE_INFINITY;
  let maxTimestamp = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < header.count; i++) {
    const end = reader.recordEnd();
    if (raw[reader.at++] !== 0) throw new RecordsError('badStructure', `record ${i} has attributes`);
    const timestamp = reader.timestamp(base, wideBase);
    if (timestamp < minTimestamp) minTimestamp = timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (reader.varint() !== i) throw new RecordsError('badStructure', `record ${i} has another offset delta`);
    reader.skip(reader.length(end));
    reader.skip(reader.length(end));
    checkHeaders(reader, view, end, template, i);
    template.next();
  }
  if (reader.at !== raw.length) throw new RecordsError('badCount', `bytes behind the last of ${header.count} records`);
  if (maxTimestamp !== header.maxTimestamp) {
    throw new RecordsError(
      'badStructure',
      `the batch's latest time is ${maxTimestamp}, its header says ${header.maxTimestamp}`,
    );
  }
  return { minTimestamp, maxTimestamp, count: header.count };
}

/** No bit but those of the codecs that sealing writes. */
export const isSealAttributes = (attributes: number): boolean => attributes === 0 || attributes === ZSTD_ATTRIBUTES;

function checkFacts(batch: Buffer, header: BatchHeader, { first, last }: ExpectedSeal): void {
  const count = last - first + 1;
  if (header.count !== count || header.lastOffsetDelta !== count - 1) {
    throw new RecordsError(
      'badCount',
      `${header.count} records, last offset delta ${header.lastOffsetDelta}, for ${count} sequences`,
    );
  }
  if (batch.length !== header.sizeInBytes) throw new RecordsError('badStructure', 'bytes behind the batch');
  if (!isSealAttributes(header.attributes)) throw new RecordsError('badStructure', `attributes ${header.attributes}`);
  if (header.baseOffset !== 0) throw new RecordsError('badStructure', `base offset ${header.baseOffset}`);
  if (header.producerId !== -1n || header.producerEpoch !== -1 || header.baseSequence !== -1) {
    throw new RecordsError('badStructure', `producer ${header.producerId}`);
  }
}

/** Leaves the reader at the record's end, or throws. The template is at this record's sequence; `view` is the raw bytes. */
function checkHeaders(
  reader: RawReader,
  view: DataView,
  end: number,
  template: ProvenanceTemplate,
  record: number,
): void {
  const { bytes } = reader;
  let left = reader.varint();
  while (left > 5 || (left >= 4 && !template.matches(view, reader.at, end))) {
    left--;
    const nameLength = reader.length(end);
    if (nameLength < 0) throw new RecordsError('badStructure', `record ${record} has a header without a name`);
    const nameAt = reader.skip(nameLength);
    if (isReserved(bytes, nameAt, nameLength)) throw badHeaders(record);
    reader.skip(reader.length(end));
  }
  if (left < 4) throw badHeaders(record);
  reader.at += template.bytes.length;
  skipText(reader, end, record);
  if (left === 5) {
    if (!startsWith(bytes, reader.at, end, POLICY_NAME)) throw badHeaders(record);
    reader.at += POLICY_NAME.length;
    skipText(reader, end, record);
  }
  if (reader.at !== end) throw new RecordsError('badStructure', `record ${record} is longer or shorter than it says`);
}

function skipText(reader: RawReader, end: number, record: number): void {
  const length = reader.length(end);
  if (length < 0) throw badHeaders(record);
  reader.skip(length);
}

function startsWith(bytes: Buffer, at: number, end: number, expected: Buffer): boolean {
  const length = expected.length;
  if (length > end - at) return false;
  for (let i = length - 1; i >= 0; i--) if (bytes[at + i] !== expected[i]) return false;
  return true;
}

const badHeaders = (record: number): RecordsError =>
  new RecordsError(
    'badHeaders',
    `record ${record} does not have the provenance headers of its edge, epoch and sequence`,
  );
