/**
 * From a fetched partition to what is produced: pure, and cheap where nothing has to be rebuilt.
 *
 * Passed over, with the position going on behind them: control batches (transaction markers), with `read_committed` batches
 * of aborted transactions, batches wholly below the wanted offset, offsets that compaction took away.
 */
import {
  AbortedBatches,
  type AbortedTransaction,
  type FetchedPartition,
  type Isolation,
} from '../../../shared/kafka/index.ts';
import { limits } from '../../../shared/limits.ts';
import {
  type BatchHeader,
  checkCrc,
  isLegacy,
  type RebuiltPart,
  RecordsError,
  rebuildLegacy,
  rebuildStamped,
  type Stamper,
  splitBatches,
} from '../../../shared/records/index.ts';

/** Why a batch was not copied as it is. */
export const REBUILD_REASONS = [
  'holes',
  'logAppendTime',
  'deleteHorizon',
  'tooLarge',
  'position',
  'magic',
  'provenance',
] as const;
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
  /** Records passed over because they came from the target, or through it. */
  readonly returned: number;
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
  /** Absent: no provenance headers. */
  readonly stamp?: Stamper | null;
}

export function planFetched(fetched: FetchedPartition, options: PlanOptions): Plan {
  const planner = new Planner(options, options.isolation === 'read_committed' ? fetched.aborted : null);
  try {
    planner.log(fetched.records);
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    const kind = error.code === 'tooLarge' ? 'cannotRebuild' : 'corrupt';
    planner.problem = { kind, detail: `the batch at or behind offset ${planner.next}: ${error.message}` };
  }
  return planner;
}

class Planner implements Plan {
  readonly pieces: Piece[] = [];
  readonly rebuilt = new Map<RebuildReason, number>();
  next: number;
  leaderEpoch: number;
  bytes = 0;
  records = 0;
  aborted = 0;
  returned = 0;
  problem: Problem | null = null;
  readonly #options: PlanOptions;
  readonly #aborts: AbortedBatches | null;

  constructor(options: PlanOptions, aborted: readonly AbortedTransaction[] | null) {
    this.#options = options;
    this.#aborts = aborted && new AbortedBatches(aborted);
    this.next = options.from;
    this.leaderEpoch = options.leaderEpoch;
  }

  log(bytes: Buffer): void {
    let log = bytes;
    if (isLegacy(log)) {
      const { maxMessageBytes: maxBytes, stamp = null } = this.#options;
      const run = rebuildLegacy(log, { from: this.next, maxBytes, maxRawBytes: limits.maxBatchRawBytes, stamp });
      if (run.parts.length > 0) this.#take(marked(run.parts, maxBytes), 'magic');
      if (this.problem) return;
      this.next = run.next;
      log = log.subarray(run.sizeInBytes);
    }
    for (const { header, batch } of splitBatches(log)) {
      const end = header.baseOffset + header.lastOffsetDelta + 1;
      const dropped = this.#aborts?.drops(header, batch) ?? false;
      if (end <= this.next) continue;
      if (dropped) this.aborted += header.count;
      else if (!header.control && header.count > 0) this.#batch(header, batch);
      if (this.problem) return;
      this.next = end;
      this.leaderEpoch = header.partitionLeaderEpoch;
    }
  }

  #batch(header: BatchHeader, batch: Buffer): void {
    checkCrc(batch, header);
    const { maxMessageBytes, stamp } = this.#options;
    const reason = rebuildReason(header, this.next, maxMessageBytes) ?? (stamp ? 'provenance' : null);
    if (reason === null) {
      this.#take([whole(header, batch)], null);
      return;
    }
    const { pieces, returned } = rebuild(header, batch, this.next, this.#options);
    this.returned += returned;
    this.#take(pieces, reason);
  }

  /** Up to the first one that is to be held. */
  #take(made: readonly Piece[], reason: RebuildReason | null): void {
    if (reason !== null) this.rebuilt.set(reason, (this.rebuilt.get(reason) ?? 0) + 1);
    for (const piece of made) {
      if (piece.tooLarge && this.#options.onRefused === 'hold') {
        const { first, blob } = piece;
        const detail = `the record at offset ${first} has ${blob.length} bytes, the target takes ${this.#options.maxMessageBytes}`;
        this.problem = { kind: 'recordTooLarge', detail };
        this.next = first;
        return;
      }
      this.pieces.push(piece);
      this.bytes += piece.blob.length;
      this.records += piece.records;
    }
  }
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

function rebuild(header: BatchHeader, batch: Buffer, from: number, options: PlanOptions) {
  const { maxMessageBytes: maxBytes, onRefused, stamp = null } = options;
  try {
    const made = rebuildStamped(batch, { from, maxBytes, maxRawBytes: limits.maxBatchRawBytes, stamp });
    return { pieces: marked(made.parts, maxBytes), returned: made.dropped };
  } catch (error) {
    // More raw bytes than anybody is ready to look at: put aside as it is, if that is what is wanted.
    const aside = error instanceof RecordsError && error.code === 'tooLarge' && onRefused === 'deadLetter';
    if (!aside) throw error;
    const last = header.baseOffset + header.lastOffsetDelta;
    const piece = { ...whole(header, batch), first: Math.max(from, header.baseOffset), last, tooLarge: true };
    return { pieces: [piece], returned: 0 };
  }
}

const marked = (parts: readonly RebuiltPart[], maxMessageBytes: number): Piece[] =>
  parts.map((part) => ({ ...part, tooLarge: part.blob.length > maxMessageBytes }));
