import { type BatchHeader, walkRecords } from '../records/index.ts';
import type { AbortedTransaction } from './wire/fetch.ts';

/** A transaction marker's raw bytes: a record of a few. */
const MARKER_RAW_BYTES = 64 * 1024;

/**
 * Which batches of one fetch answer belong to aborted transactions. The answer lists every aborted transaction that
 * reaches into it, so nothing is remembered from answer to answer.
 *
 * An aborted transaction ends at its own producer's marker: that producer's next batches are good again, and other
 * producers' batches in between always were. So batches are dropped per producer id, never as a range.
 */
export class AbortedBatches {
  /** By first offset, the next one last. */
  readonly #waiting: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#waiting = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset);
  }

  /** To be asked for every batch of the answer, in order. True: the records were never committed. */
  drops(header: BatchHeader, batch: Buffer): boolean {
    const last = header.baseOffset + header.lastOffsetDelta;
    for (let first = this.#waiting.at(-1); first && first.firstOffset <= last; first = this.#waiting.at(-1)) {
      this.#open.add(first.producerId);
      this.#waiting.pop();
    }
    if (!this.#open.has(header.producerId)) return false;
    if (!header.control) return header.transactional;
    if (isAbortMarker(batch)) this.#open.delete(header.producerId);
    return false;
  }
}

/** A marker's key is its version and its type: 0 abort, 1 commit (`ControlRecordType`). */
function isAbortMarker(batch: Buffer): boolean {
  let abort = false;
  walkRecords(batch, { maxRawBytes: MARKER_RAW_BYTES }, ({ key }) => {
    abort = key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
  });
  return abort;
}
