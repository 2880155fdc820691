/**
 * Whose turn it is on the link: start-time fair queueing over the buffer's queues (shared/queues.ts).
 *
 * A queue's clock goes forward by bytes / weight with what it sends; the one that is behind is next. A queue that had nothing
 * to send comes back at the present time: it has saved nothing up, and it is in front of all that keep the link busy. So the
 * queues with something to send share the link by their weights, whatever the others do.
 */
import { KIB } from '../../shared/limits.ts';
import { QUEUES } from '../../shared/queues.ts';

/** What one turn may bring, for a weight of 1. */
const TURN_BYTES = 4 * KIB;

/** Bytes by queue that are on their way into a shipment and not charged yet. */
export type Draft = ReadonlyMap<number, number>;

const weightOf = (queue: number): number => QUEUES[queue]?.weight ?? 1;

export class Fairness {
  /** Where each queue's next byte begins, and where the last piece that it sent began. */
  readonly #clocks = QUEUES.map(() => 0);
  readonly #began = QUEUES.map(() => 0);
  /** Those that had something to send when they were last looked at. */
  readonly #busy = new Set<number>();
  #now = 0;

  /** Which of these is next; null: there is none. */
  next(queues: Iterable<number>, draft: Draft): number | null {
    let best: number | null = null;
    for (const queue of queues) if (best === null || this.#isBefore(queue, best, draft)) best = queue;
    return best;
  }

  #isBefore(a: number, b: number, draft: Draft): boolean {
    const before = this.#at(a) + drafted(a, draft) - this.#at(b) - drafted(b, draft);
    return before === 0 ? weightOf(a) > weightOf(b) : before < 0;
  }

  #at(queue: number): number {
    const clock = this.#clocks[queue] ?? 0;
    return this.#busy.has(queue) ? clock : Math.max(this.#now, clock);
  }

  /** So much of it goes out. */
  sent(queue: number, bytes: number): void {
    const began = this.#at(queue);
    this.#busy.add(queue);
    this.#began[queue] = began;
    this.#clocks[queue] = began + bytes / weightOf(queue);
    // The present is where the busy queue is that is most behind.
    let now = Number.POSITIVE_INFINITY;
    for (const busy of this.#busy) now = Math.min(now, this.#began[busy] ?? 0);
    this.#now = Math.max(this.#now, now);
  }

  /** It has nothing to send. */
  idle(queue: number): void {
    this.#busy.delete(queue);
  }
}

const drafted = (queue: number, draft: Draft): number => (draft.get(queue) ?? 0) / weightOf(queue);

/** What one turn of a queue may bring: a shipment has turns of several. */
export const turnBytes = (queue: number): number => TURN_BYTES * weightOf(queue);
