import { type Clock, systemClock } from '../clock.ts';

/** Keys that are remembered. Whoever makes up more of them than that is not said any more until some have aged. */
const MAX_KEYS = 1_000;

/** Which of many alike facts are worth a line: each key once in a while. Counters count all of them. */
export class Seldom {
  readonly #everyMs: number;
  readonly #clock: Clock;
  /** When each key was said, in that order. */
  readonly #said = new Map<string, number>();

  constructor(everyMs: number, clock: Clock = systemClock) {
    this.#everyMs = everyMs;
    this.#clock = clock;
  }

  /** True where this key was not said for `everyMs`; it counts as said now. */
  says(key: string): boolean {
    const now = this.#clock.monotonicMs();
    for (const [old, atMs] of this.#said) {
      if (now - atMs < this.#everyMs) break;
      this.#said.delete(old);
    }
    if (this.#said.has(key) || this.#said.size >= MAX_KEYS) return false;
    this.#said.set(key, now);
    return true;
  }
}
