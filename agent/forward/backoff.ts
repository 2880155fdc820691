/** Full jitter: anything from 0 to the bound, which doubles with each failure. Many agents that fell together come back apart. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** How long to wait after one more failure. What the peer asked for is the least; the jitter comes on top of it. */
  next(retryAfterMs = 0): number {
    const { firstMs, maxMs, random } = this.#options;
    const bound = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return retryAfterMs + random() * bound;
  }

  /** Something has worked. */
  reset(): void {
    this.#failures = 0;
  }
}
