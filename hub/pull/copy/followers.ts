/**
 * Fetching from near replicas (KIP-392). The leader of a partition names one, for a client that says its rack; the partition is
 * fetched there for a while, then the leader is asked again. Whatever a follower answers but records (out of range, not a
 * replica, nothing at all, bytes whose CRC is wrong), the partition goes back to its leader at once, from where it was: a
 * follower may lag, and only the leader says that something is lost. For a while after that no rack is said, as the leader
 * would name the same follower again.
 */
import type { Clock } from '../../../shared/clock.ts';

/** As Kafka's own clients: `metadata.max.age.ms`. */
const NAMED_MS = 300_000;
/** A broker that is gone is no candidate any more after about that time. */
const AVOIDED_MS = 10_000;

export class Followers {
  readonly #rack: string;
  readonly #clock: Clock;
  #avoidUntilMs = 0;

  constructor(rack: string | null, clock: Clock) {
    this.#rack = rack ?? '';
    this.#clock = clock;
  }

  /** As the next request says it; empty: leaders are to answer themselves. */
  get rack(): string {
    return this.#avoided ? '' : this.#rack;
  }

  get #avoided(): boolean {
    return this.#clock.monotonicMs() < this.#avoidUntilMs;
  }

  /** What a leader named; null: it is asked once more, without a rack. */
  named(node: number): { readonly node: number; readonly untilMs: number } | null {
    return this.#avoided ? null : { node, untilMs: this.#clock.monotonicMs() + NAMED_MS };
  }

  failed(): void {
    this.#avoidUntilMs = this.#clock.monotonicMs() + AVOIDED_MS;
  }
}
