/** Which streams have a tail, how old it is, and sealing those that are due. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { MIB } from '../../shared/limits.ts';
import type { StreamState } from '../buffer/index.ts';
import { PAGE_BYTES } from '../buffer/schema.ts';
import type { Sealer } from './sealer.ts';

/** Captured bytes that one transaction seals. */
const AT_ONCE_BYTES = 4 * MIB;
export const ANY_AGE = Number.NEGATIVE_INFINITY;

export class Tails {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #onRows: () => void;

  constructor(sealer: Sealer, clock: Clock, onRows: () => void) {
    this.#sealer = sealer;
    this.#clock = clock;
    this.#onRows = onRows;
  }

  /** The run before: its tails, each in its own epoch. */
  sealInherited(): void {
    const { catalog, rows } = this.#sealer.file;
    for (const { stream: id, ...sums } of this.#sealer.file.read(() => rows.tailSums())) {
      const stream = catalog.streams.get(id);
      if (stream === undefined) continue;
      Object.assign(stream, { tailRows: sums.rows, tailRecords: sums.records, tailBytes: sums.bytes });
      catalog.tailed.add(stream);
    }
    // One whose tail is gone with a damaged file: sealing makes a gap of it.
    for (const stream of catalog.streams.values()) {
      if (stream.tailRows > 0 || stream.next === stream.sealed.next) continue;
      stream.tailRows = 1;
      catalog.tailed.add(stream);
    }
    while (this.sealSome(ANY_AGE));
  }

  ageMs(queues?: ReadonlySet<number>): number | null {
    let oldest: number | null = null;
    const now = this.#clock.monotonicMs();
    for (const { tailSinceMs } of this.#due(ANY_AGE, queues)) oldest = Math.max(oldest ?? 0, now - tailSinceMs);
    return oldest;
  }

  /** Seals what is due: at once, or over several turns where it is much. */
  seal(olderThanMs: number, queues?: ReadonlySet<number>): boolean | Promise<boolean> {
    if (!this.sealSome(olderThanMs, queues)) return false;
    return this.#due(olderThanMs, queues).next().done ? true : this.#sealRest(olderThanMs, queues);
  }
  async #sealRest(olderThanMs: number, queues?: ReadonlySet<number>): Promise<boolean> {
    do await nextTurn();
    while (this.#sealer.file.usable && this.sealSome(olderThanMs, queues));
    return true;
  }

  /** As many due tails as one transaction may seal. Returns whether there were any. */
  sealSome(olderThanMs: number, queues?: ReadonlySet<number>): boolean {
    const some: StreamState[] = [];
    let bytes = 0;
    for (const stream of this.#due(olderThanMs, queues)) {
      some.push(stream);
      // Rows of one tail lie apart: each is a page of the log.
      bytes += Math.max(stream.tailBytes, stream.tailRows * PAGE_BYTES);
      if (bytes >= Math.min(AT_ONCE_BYTES, this.#sealer.file.space.headroomBytes)) break;
    }
    if (some.length === 0) return false;
    this.#sealer.file.upkeep(() => {
      for (const stream of some) this.#sealer.sealTail(stream);
    });
    this.#onRows();
    return true;
  }

  *#due(olderThanMs: number, queues?: ReadonlySet<number>): Generator<StreamState> {
    const now = this.#clock.monotonicMs();
    const { tailed } = this.#sealer.file.catalog;
    for (const stream of tailed) {
      if (stream.tailRows === 0) tailed.delete(stream);
      else if (queues?.has(stream.place.queue) === false) continue;
      else if (now - stream.tailSinceMs >= olderThanMs) yield stream;
    }
  }
}
