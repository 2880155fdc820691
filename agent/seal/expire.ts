/**
 * Giving up what is older than its topic's `maxAge`. A row names the moment of its oldest record, and no tail of such a topic
 * waits longer than a tenth of `maxAge` to become a row: one that is an eighth older than `maxAge` holds only records that are too
 * old. So nothing goes too early, and whatever is not under way goes an eighth of `maxAge` and a look too late at most.
 */
import type { Clock } from '../../shared/clock.ts';
import type { PlaceState, StreamState } from '../buffer/index.ts';
import { KIND_SEALED } from '../buffer/rows.ts';
import type { TopicPolicies } from '../topicPolicies.ts';
import { giveUpRow } from './giveUp.ts';
import type { Sealer } from './sealer.ts';

const ROWS_AT_ONCE = 256;
/** Between two looks at most; the note on the boot's clock is as old as this. */
const EVERY_MS = 30_000;
/** Of `maxAge`: the time that a tail may wait, and half of that between two looks. */
const PARTS = 16;

export interface Expired {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

export class Expiry {
  readonly #sealer: Sealer;
  readonly #policies: TopicPolicies;
  readonly #clock: Clock;
  #dueMs: number;
  /** The least `maxAge` that was met. */
  #leastMs = Number.POSITIVE_INFINITY;
  /** Of streams that had something too old: the first sequence that was not. */
  readonly #from = new Map<StreamState, number>();

  constructor(sealer: Sealer, policies: TopicPolicies, clock: Clock) {
    this.#sealer = sealer;
    this.#policies = policies;
    this.#clock = clock;
    this.#dueMs = clock.monotonicMs();
  }

  /** How long until the next look. */
  get waitMs(): number {
    return Math.max(0, this.#dueMs - this.#clock.monotonicMs());
  }

  /** A look, or a part of one, where it is time: one bounded transaction. What was given up, by place. */
  step(): readonly Expired[] {
    if (this.waitMs > 0) return [];
    const expired: Expired[] = [];
    let left = ROWS_AT_ONCE;
    this.#sealer.file.transaction(() => {
      for (const place of this.#sealer.file.catalog.places()) {
        const { maxAgeMs } = this.#policies.of(place.topic);
        if (maxAgeMs === null || left <= 0) continue;
        this.#leastMs = Math.min(this.#leastMs, maxAgeMs);
        const { records, rows } = this.#expire(place, maxAgeMs, left);
        left -= rows;
        const { topic, partition } = place;
        if (records > 0) expired.push({ topic, partition, records });
      }
      this.#sealer.file.times.seen(this.#sealer.now());
    });
    if (left > 0) this.#looked();
    return expired;
  }

  #looked(): void {
    this.#dueMs = this.#clock.monotonicMs() + Math.min(EVERY_MS, this.#leastMs / (2 * PARTS));
    const { streams } = this.#sealer.file.catalog;
    for (const stream of this.#from.keys()) if (streams.get(stream.id) !== stream) this.#from.delete(stream);
  }

  #expire(place: PlaceState, maxAgeMs: number, most: number): { records: number; rows: number } {
    const sum = { records: 0, rows: 0 };
    for (const stream of [...place.chain, ...place.moving]) {
      const tailAgeMs = stream.tailRows === 0 ? 0 : this.#clock.monotonicMs() - stream.tailSinceMs;
      if (tailAgeMs > maxAgeMs / PARTS && sum.rows < most) {
        this.#sealer.sealTail(stream);
        sum.rows += 1;
      }
      const isDone = this.#expireStream(stream, maxAgeMs * (1 + 2 / PARTS), most, sum);
      if (!isDone) break;
    }
    return sum;
  }

  /** True: it holds nothing that is too old any more. */
  #expireStream(stream: StreamState, oldMs: number, most: number, sum: { records: number; rows: number }): boolean {
    const { rows } = this.#sealer.file;
    const from = Math.max(stream.settled.next, this.#from.get(stream) ?? 0);
    for (const row of rows.ofStream(stream.id, from, Math.max(0, most - sum.rows))) {
      const isSealed = row.kind === KIND_SEALED;
      if (isSealed && this.#sealer.ranSince(row) <= oldMs) return false;
      if (isSealed && this.#sealer.isUnderWay(stream, row.first)) return false;
      sum.rows += 1;
      this.#from.set(stream, row.last + 1);
      if (!isSealed) continue;
      giveUpRow(this.#sealer, stream, row, 'expired');
      sum.records += row.last - row.first + 1;
    }
    return sum.rows < most;
  }
}
