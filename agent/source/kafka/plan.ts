/**
 * What of a fetched partition is read: batches by their headers alone, so that the next fetch can be sent before
 * anything is decompressed.
 *
 * Passed over, with the position going on behind them: control batches (transaction markers), with `read_committed`
 * batches of aborted transactions, batches wholly below the wanted offset, and offsets that compaction took away.
 * An aborted transaction ends at its producer's own marker: the producer's next batches are good again, and other
 * producers' batches in between always were.
 */
import type { AbortedTransaction, FetchedPartition, Isolation } from '../../../shared/kafka/index.ts';
import { type BatchHeader, RecordsError, readRecords, splitBatches } from '../../../shared/records/index.ts';
import { MARKER_RAW_BYTES } from './options.ts';

export interface PlannedBatch {
  readonly header: BatchHeader;
  readonly batch: Buffer;
}
export interface Plan {
  /** Batches with records to take, in offset order. */
  readonly batches: readonly PlannedBatch[];
  /** Where the next fetch begins: behind everything that was looked at. */
  readonly next: number;
  /** Leader epoch of the last batch; null where there was none. */
  readonly leaderEpoch: number | null;
  /** Records passed over because their transaction was aborted. */
  readonly aborted: number;
  /** What ended the plan before the answer's end; everything below `next` is good. */
  readonly problem: RecordsError | null;
}

export function planBatches(fetched: FetchedPartition, from: number, isolation: Isolation): Plan {
  const batches: PlannedBatch[] = [];
  const aborts = isolation === 'read_committed' ? new Aborts(fetched.aborted) : null;
  let next = from;
  let leaderEpoch: number | null = null;
  let aborted = 0;
  try {
    for (const { header, batch } of splitBatches(fetched.records)) {
      const end = header.baseOffset + header.lastOffsetDelta + 1;
      const dropped = aborts?.drops(header, batch) ?? false;
      if (end <= next) continue;
      if (dropped) aborted += header.count;
      else if (!header.control && header.count > 0) batches.push({ header, batch });
      next = end;
      leaderEpoch = header.partitionLeaderEpoch;
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
    return { batches, next, leaderEpoch, aborted, problem: error };
  }
  return { batches, next, leaderEpoch, aborted, problem: null };
}

class Aborts {
  /** By first offset, the next one last. */
  readonly #waiting: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  /** To be asked for every batch, in order. */
  drops(header: BatchHeader, batch: Buffer): boolean {
    const last = header.baseOffset + header.lastOffsetDelta;
    for (let first = this.#waiting.at(-1); first && first.firstOffset <= last; first = this.#waiting.at(-1)) {
      this.#open.add(first.producerId);
      this.#waiting.pop();
    }
    if (!this.#open.has(header.producerId)) return false;
    if (header.control) {
      if (isAbortMarker(batch)) this.#open.delete(header.producerId);
      return false;
    }
    return header.transactional;
  }
}

const ABORT = 0;

/** A control record's key: version INT16, type INT16 (0 abort, 1 commit). */
function isAbortMarker(batch: Buffer): boolean {
  const key = readRecords(batch, { maxRawBytes: MARKER_RAW_BYTES })[0]?.key;
  return key !== undefined && key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT;
}
