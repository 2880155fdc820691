/** Producer sequences of one partition, as the broker counts them. */

/** Kafka's sequences go from 2^31-1 to 0. */
const SEQUENCES = 2 ** 31;

export const sequenceAfter = (sequence: number, records: number): number => (sequence + records) % SEQUENCES;

export interface PartitionSequence {
  /** The next batch's base sequence, were nothing under way. */
  next: number;
  /** Whether the leader has taken a batch in the present transaction, so that it checks what follows. */
  proven: boolean;
}

/**
 * All partitions of one producer id and epoch.
 *
 * Transactions of version 2: every EndTxn raises the epoch, so every partition begins at 0 again ({@link reset}).
 * Version 1: sequences go on over commits and aborts ({@link endTransaction}): a sequence that was once appended, even if
 * aborted, is never given to other bytes: the broker would call them a repeat and drop them in silence.
 */
export class Sequences {
  readonly #partitions = new Map<string, PartitionSequence>();

  of(key: string): PartitionSequence {
    let found = this.#partitions.get(key);
    if (!found) {
      found = { next: 0, proven: false };
      this.#partitions.set(key, found);
    }
    return found;
  }

  endTransaction(): void {
    for (const partition of this.#partitions.values()) partition.proven = false;
  }

  reset(): void {
    this.#partitions.clear();
  }
}
