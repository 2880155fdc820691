import { limits } from '../../shared/limits.ts';
import {
  type Codec,
  encodeBatch,
  HEADER_BYTES,
  RecordsError,
  readHeader,
  readRecords,
} from '../../shared/records/index.ts';
import type { Write } from '../sequence/index.ts';

/** A batch as it is produced: the sealed one, or a part of one that its target would not take whole. */
export interface Piece {
  readonly write: Write;
  /** Index of the shipment in its group. */
  readonly job: number;
  readonly blob: Buffer;
  readonly first: number;
  readonly last: number;
  /** Its header before producing patched it, so that a dead letter is what the edge sealed. */
  readonly header: Buffer;
  /** A single record over the target's limit: it is not even sent. */
  readonly tooLarge: boolean;
}

/** The batches to produce for one that was taken: itself where it fits. */
export function piecesOf(write: Write, job: number, maxMessageBytes: number): Piece[] {
  const { blob, first, last } = write.batch;
  const whole = { write, job, blob, first, last, header: sealedHeader(write.batch), tooLarge: false };
  if (blob.length <= maxMessageBytes) return [whole];
  if (first === last) return [{ ...whole, tooLarge: true }];
  try {
    return split(whole, maxMessageBytes);
  } catch (error) {
    // Not decodable (an edge that is believed): what can't be split is too large as it is.
    if (error instanceof RecordsError) return [{ ...whole, tooLarge: true }];
    throw error;
  }
}

/** Decoded and encoded again in halves until each part fits. */
function split(whole: Piece, maxMessageBytes: number): Piece[] {
  const codec = writable(readHeader(whole.blob).codec);
  const records = readRecords(whole.blob, { maxRawBytes: limits.maxBatchRawBytes });
  const parts: Piece[] = [];
  const pending: [from: number, to: number][] = [[0, records.length]];
  for (let range = pending.pop(); range; range = pending.pop()) {
    const [from, to] = range;
    const blob = encodeBatch(records.slice(from, to), { codec });
    if (blob.length > maxMessageBytes && to - from > 1) {
      const middle = from + Math.ceil((to - from) / 2);
      pending.push([middle, to], [from, middle]);
      continue;
    }
    const tooLarge = blob.length > maxMessageBytes;
    const span = { first: whole.first + from, last: whole.first + to - 1 };
    parts.push({ ...whole, ...span, blob, header: headerOf(blob), tooLarge });
  }
  return parts;
}

const headerOf = (blob: Buffer): Buffer => Buffer.from(blob.subarray(0, HEADER_BYTES));

/** A group's later attempts find the blob as the first one's producing has patched it. */
const sealedHeaders = new WeakMap<Write['batch'], Buffer>();

function sealedHeader(batch: Write['batch']): Buffer {
  const known = sealedHeaders.get(batch) ?? headerOf(batch.blob);
  sealedHeaders.set(batch, known);
  return known;
}
const writable = (codec: Codec): 'none' | 'zstd' => (codec === 'none' ? 'none' : 'zstd');

/** The bytes as they were before producing patched them. */
export function restored(piece: Piece): Buffer {
  piece.header.copy(piece.blob);
  return piece.blob;
}

export const recordsOf = (piece: Piece): number => piece.last - piece.first + 1;
