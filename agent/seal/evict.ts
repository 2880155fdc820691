/**
 * Making room: the oldest rows of topics that do not block are given up, in steps, each a transaction of its own in front of
 * the group commit that needs it. By row ids, which rise with age; rows under way wait for their answer.
 */

import { PRIORITIES, type Priority } from '../../shared/queues.ts';
import type { StreamState } from '../buffer/index.ts';
import type { TopicPolicies } from '../topicPolicies.ts';
import { giveUpRow } from './giveUp.ts';
import type { Sealer } from './sealer.ts';

const ROWS_AT_ONCE = 256;
/** Rows that one transaction gives up: each touches a few pages. */
const MAX_ROWS = 512;
const START = Number.MIN_SAFE_INTEGER;

export interface Evicted {
  readonly records: number;
  readonly bytes: number;
}
const NOTHING: Evicted = { records: 0, bytes: 0 };

export class Evictor {
  readonly #sealer: Sealer;
  readonly #policies: TopicPolicies;
  /** By priority, or `any`: no row with an id up to this can be given up, but those under way. */
  readonly #passed = new Map<Priority | 'any', number>();
  /** The connection that rows were under way on when they were passed over, and the lowest of them. */
  #waiting = { connection: -1, from: Number.POSITIVE_INFINITY };

  constructor(sealer: Sealer, policies: TopicPolicies) {
    this.#sealer = sealer;
    this.#policies = policies;
  }

  /**
   * Gives up about so many bytes. `upTo`: the lowest priorities first, up to this one; null: the oldest rows whatever
   * their priority.
   */
  evict(bytes: number, upTo: Priority | null): Evicted {
    this.#lookAgain();
    if (upTo === null) return this.#evictOf('any', bytes);
    for (const priority of PRIORITIES.slice(0, PRIORITIES.indexOf(upTo) + 1)) {
      const evicted = this.#evictOf(priority, bytes);
      if (evicted.records > 0) return evicted;
    }
    return NOTHING;
  }

  /** What was under way on a connection that is gone can be given up. */
  #lookAgain(): void {
    const { connection, from } = this.#waiting;
    if (connection === this.#sealer.connections) return;
    for (const [key, passed] of this.#passed) this.#passed.set(key, Math.min(passed, from - 1));
    this.#waiting = { connection: this.#sealer.connections, from: Number.POSITIVE_INFINITY };
  }

  #evictOf(kind: Priority | 'any', bytes: number): Evicted {
    const { file } = this.#sealer;
    const { evicted, passed } = file.transaction(() => {
      const swept = this.#sweep(kind, bytes);
      // What is small and comes slowly waits unsealed, of many places perhaps, and has no row yet.
      if (swept.evicted.records > 0 || !this.#sealOldestTail(kind)) return swept;
      return this.#sweep(kind, bytes);
    });
    this.#passed.set(kind, passed);
    return evicted;
  }

  #sweep(kind: Priority | 'any', target: number): { evicted: Evicted; passed: number } {
    const { rows, catalog } = this.#sealer.file;
    let passed = this.#passed.get(kind) ?? START;
    let [count, records, bytes] = [0, 0, 0];
    for (;;) {
      const some = rows.sealedAfter(passed, ROWS_AT_ONCE);
      for (const [id, streamId, first, size] of some) {
        const stream = catalog.streams.get(streamId);
        if (stream !== undefined && this.#isMeant(stream, kind)) {
          if (this.#sealer.isUnderWay(stream, first)) this.#waiting.from = Math.min(this.#waiting.from, id);
          else {
            const row = rows.parcel(id);
            giveUpRow(this.#sealer, stream, row, 'evicted');
            count += 1;
            records += row.last - row.first + 1;
            bytes += size;
          }
        }
        passed = id;
        if (bytes >= target || count >= MAX_ROWS) return { evicted: { records, bytes }, passed };
      }
      if (some.length < ROWS_AT_ONCE) return { evicted: { records, bytes }, passed };
    }
  }

  #isMeant({ place }: StreamState, kind: Priority | 'any'): boolean {
    const { whenFull, priority } = this.#policies.of(place.topic);
    return whenFull !== 'block' && (kind === 'any' || kind === priority);
  }

  #sealOldestTail(kind: Priority | 'any'): boolean {
    let oldest: StreamState | null = null;
    for (const stream of this.#sealer.file.catalog.tailed) {
      if (stream.tailRows === 0 || !this.#isMeant(stream, kind)) continue;
      if (oldest === null || stream.tailSinceMs < oldest.tailSinceMs) oldest = stream;
    }
    if (oldest !== null) this.#sealer.sealTail(oldest);
    return oldest !== null;
  }
}
