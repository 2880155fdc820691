import type { Clock } from '../clock.ts';

const EVERY_MS = 500;
const KEPT = 20;

/** How late timers come, over the last ten seconds. */
export class LoopLag {
  /** Above this, for seconds on end, the process can't be doing its work. */
  static readonly SANE_MS = 1_000;
  readonly #clock: Clock;
  readonly #lags: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #expectedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#expectedMs = clock.monotonicMs() + EVERY_MS;
    this.#timer = setInterval(() => this.sample(), EVERY_MS).unref();
  }

  sample(): void {
    const now = this.#clock.monotonicMs();
    this.#lags.push(Math.max(0, now - this.#expectedMs));
    if (this.#lags.length > KEPT) this.#lags.shift();
    this.#expectedMs = now + EVERY_MS;
  }

  /** The median, so that one long pause is forgiven; 0 until there is something to judge. */
  typicalMs(): number {
    const sorted = [...this.#lags].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
