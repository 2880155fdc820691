/**
 * From a fetched partition to what is produced: pure, and cheap where nothing has to be rebuilt.
 *
 * Passed over, with the position going on behind them: control batches (transaction markers), with `read_committed` batches
 * of aborted transactions, batches wholly below the wanted offset, offsets that compaction took away.
 */
import { AbortedBatches, type FetchedPartition, type Isolation } from '../../../shared/kafka/index.ts';
import { limits } from '../../../shared/limits.ts';
import { type BatchHeader, checkCrc, RecordsError, rebuildParts, splitBatches } from '../../../shared/records/index.ts';

/** Why a batch was not copied as it is. */
export const REBUILD_REASONS = ['holes', 'logAppendTime', 'deleteHorizon', 'tooLarge', 'position'] as const;
export type RebuildReason = (typeof REBUILD_REASONS)[number];

/** One batch to produce. */
export interface Piece {
  readonly blob: Buffer;
  readonly records: number;
  /** Source offsets of its first and last record. */
  readonly first: number;
  readonly last: number;
  readonly deltas: Int32Array | null;
  readonly maxTimestamp: number;
  /** A single record over the target's limit: it is not even sent. */
  readonly tooLarge: boolean;
}

export interface Problem {
  readonly kind: 'corrupt' | 'recordTooLarge' | 'cannotRebuild';
  readonly detail: string;
}

export interface Plan {
  readonly pieces: readonly Piece[];
  /** Behind everything that was looked at. */
  readonly next: number;
  readonly leaderEpoch: number;
  readonly bytes: number;
  readonly records: number;
  /** Records passed over because their transaction was aborted. */
  readonly aborted: number;
  readonly rebuilt: ReadonlyMap<RebuildReason, number>;
  /** What ended the plan before the answer's end; everything below `next` is good. */
  readonly problem: Problem | null;
}

export interface PlanOptions {
  readonly from: number;
  readonly leaderEpoch: number;
  readonly isolation: Isolation;
  /** Of the target. */
  readonly maxMessageBytes: number;
  readonly onRefused: 'hold' | 'deadLetter';
}

export function planFetched(fetched: FetchedPartition, options: PlanOptions): Plan {
  const aborts = options.isolation === 'read_committed' ? new AbortedBatches(fetched.aborted) : null;
  const pieces: Piece[] = [];
  const rebuilt = new Map<RebuildReason, number>();
  let { from: next, leaderEpoch } = options;
  let [bytes, records, aborted] = [0, 0, 0];
  let problem: Problem | null = null;
  try {
    for (const { header, batch } of splitBatches(fetched.records)) {
      const end = header.baseOffset + header.lastOffsetDelta + 1;
      const dropped = aborts?.drops(header, batch) ?? false;
      if (end <= next) continue;
      if (dropped) aborted += header.count;
      else if (!header.control && header.count > 0) {
        checkCrc(batch, header);
        const reason = rebuildReason(header, next, options.maxMessageBytes);
        const made = reason === null ? [whole(header, batch)] : rebuild(header, batch, next, options);
        const held = options.onRefused === 'hold' ? made.findIndex((piece) => piece.tooLarge) : -1;
        for (const piece of held < 0 ? made : made.slice(0, held)) {
          pieces.push(piece);
          bytes += piece.blob.length;
          records += piece.records;
        }
        if (reason !== null) rebuilt.set(reason, (rebuilt.get(reason) ?? 0) + 1);
        if (held >= 0) {
          const { first, blob } = made[held]!;
          problem = {
            kind: 'recordTooLarge',
            detail: `the record at offset ${first} has ${blob.length} bytes, the target takes ${options.maxMessageBytes}`,
          };
          next = first;
          break;
        }
      }
      next = end;
      leaderEpoch = header.partitionLeaderEpoch;
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    const kind = error.code === 'tooLarge' ? 'cannotRebuild' : 'corrupt';
    problem = { kind, detail: `the batch at or behind offset ${next}: ${error.message}` };
  }
  return { pieces, next, leaderEpoch, bytes, records, aborted, rebuilt, problem };
}

/** Null: a broker takes the batch as it is. */
function rebuildReason(header: BatchHeader, from: number, maxMessageBytes: number): RebuildReason | null {
  if (header.lastOffsetDelta + 1 !== header.count) return 'holes';
  if (header.logAppendTime) return 'logAppendTime';
  if (header.deleteHorizon) return 'deleteHorizon';
  if (header.baseOffset < from) return 'position';
  return header.sizeInBytes > maxMessageBytes ? 'tooLarge' : null;
}

function whole(header: BatchHeader, blob: Buffer): Piece {
  const { baseOffset: first, count: records, maxTimestamp } = header;
  return { blob, records, first, last: first + records - 1, deltas: null, maxTimestamp, tooLarge: false };
}

function rebuild(header: BatchHeader, batch: Buffer, from: number, options: PlanOptions): Piece[] {
  const { maxMessageBytes, onRefused } = options;
  try {
    const parts = rebuildParts(batch, { from, maxBytes: maxMessageBytes, maxRawBytes: limits.maxBatchRawBytes });
    return parts.map((part) => ({ ...part, tooLarge: part.blob.length > maxMessageBytes }));
  } catch (error) {
    // More raw bytes than anybody is ready to look at: put aside as it is, if that is what is wanted.
    const aside = error instanceof RecordsError && error.code === 'tooLarge' && onRefused === 'deadLetter';
    if (!aside) throw error;
    const last = header.baseOffset + header.lastOffsetDelta;
    return [{ ...whole(header, batch), first: Math.max(from, header.baseOffset), last, tooLarge: true }];
  }
}
