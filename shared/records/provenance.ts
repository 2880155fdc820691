/**
 * Sealing: records encoded once, each with the headers that say where it comes from.
 *
 *     record's headers = its own, tributary.edge, tributary.epoch, tributary.sequence, tributary.source
 *                        [, tributary.policy]
 *
 * Values are UTF-8 text, the sequence in decimal. Each of the five names occurs at most once in a sealed record: where a
 * record brings one of them as its own (it has gone through another Tributary before, or somebody lies), that header
 * keeps its place and value and its name gets the prefix `upstream.`.
 */
import { type EncodeOptions, finishBatch, type PlainRecord, putRecord, type RecordHeader, timeSpan } from './encode.ts';
import { RecordsError } from './error.ts';
import { timestampDelta } from './numbers.ts';
import { isReserved, PROVENANCE, ProvenanceStamp, UPSTREAM_PREFIX } from './provenanceStamp.ts';
import { scratch } from './scratch.ts';
import { type ReadOptions, walkRecords } from './walk.ts';

export { PROVENANCE };

export interface SealRecord extends PlainRecord {
  /** Where it was read, at most some hundred characters: `kafka:orders/3/18273`. */
  readonly source: string;
  /** Version of the rules that let it pass, where there are rules. */
  readonly policy?: string;
}

export interface SealOptions extends EncodeOptions {
  readonly edge: string;
  readonly epoch: string;
  /** The first record's sequence; the others follow without a hole. */
  readonly firstSequence: number;
  readonly records: readonly SealRecord[];
}

/**
 * A sealed batch.
 * @throws RecordsError `badCount` for no records, `tooLarge` beyond `limits.maxBatchRawBytes`
 */
export function encodeSealed(options: SealOptions): Buffer {
  const { records } = options;
  const span = timeSpan(records);
  const stamp = new ProvenanceStamp(options.edge, options.epoch, options.firstSequence);
  const out = scratch.reset();
  try {
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      stamp.prepare(record.source, record.policy);
      putRecord(out, withoutReserved(record), i, timestampDelta(record.timestamp, span.base), stamp);
      stamp.next();
    }
    return finishBatch(out, records.length, span, options);
  } finally {
    out.release();
  }
}

function withoutReserved(record: PlainRecord): PlainRecord {
  const { headers } = record;
  for (let i = 0; i < headers.length; i++) {
    if (isReserved(headers[i]![0])) return { ...record, headers: headers.map(renamed) };
  }
  return record;
}

const renamed = (header: RecordHeader): RecordHeader =>
  isReserved(header[0]) ? [Buffer.concat([UPSTREAM_PREFIX, header[0]]), header[1]] : header;

export interface Provenance {
  readonly edge: string;
  readonly epoch: string;
  readonly sequence: number;
  readonly source: string;
  readonly policy?: string;
}

const PROVENANCE_NAMES = ['edge', 'epoch', 'sequence', 'source', 'policy'] as const;
const SEQUENCE = /^(0|[1-9][0-9]{0,15})$/;

/**
 * What a central record's headers say, or null where they are not those of a sealed record: the four or five of them last,
 * in their order, each once.
 */
export function readProvenance(headers: readonly RecordHeader[]): Provenance | null {
  const start = headers.findIndex(([name]) => isReserved(name));
  const own = headers.length - start;
  if (start < 0 || own < 4 || own > 5) return null;
  const texts: string[] = [];
  for (let i = 0; i < own; i++) {
    const [name, value] = headers[start + i]!;
    if (value === null || name.toString('latin1') !== PROVENANCE[PROVENANCE_NAMES[i]!]) return null;
    texts.push(value.toString('utf8'));
  }
  const [edge, epoch, digits, source, policy] = texts as [string, string, string, string, string?];
  const sequence = Number(digits);
  if (!SEQUENCE.test(digits) || !Number.isSafeInteger(sequence)) return null;
  return { edge, epoch, sequence, source, ...(policy === undefined ? {} : { policy }) };
}

export type SealedRecord = SealRecord & { readonly sequence: number };

/**
 * The records of a sealed batch as they were before: own headers only, provenance apart. What a fork or a rebuild
 * seals again. (A header that was renamed when it was sealed keeps its `upstream.` name.)
 * @throws RecordsError `badHeaders` where a record has no provenance, and what {@link walkRecords} throws
 */
export function unsealRecords(batch: Buffer, options: ReadOptions): SealedRecord[] {
  const records: SealedRecord[] = [];
  walkRecords(batch, options, (view) => {
    const all = view.headers();
    const provenance = readProvenance(all);
    if (provenance === null) throw new RecordsError('badHeaders', `record ${view.offsetDelta} has no provenance`);
    const { sequence, source, policy } = provenance;
    const headers = all.slice(0, all.length - (policy === undefined ? 4 : 5));
    const { key, value, timestamp } = view;
    records.push({ key, value, timestamp, headers, sequence, source, ...(policy === undefined ? {} : { policy }) });
  });
  return records;
}
