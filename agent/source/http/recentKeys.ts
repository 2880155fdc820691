/**
 * What the newest idempotency keys of this run stood for. An intake may remember that itself, over restarts too; where it
 * does not, this still notices a key that is used for two different requests.
 */
export class RecentKeys {
  readonly #digests = new Map<string, string>();
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  remember(key: string, digest: string): void {
    this.#digests.delete(key);
    this.#digests.set(key, digest);
    if (this.#digests.size <= this.#max) return;
    for (const oldest of this.#digests.keys()) {
      this.#digests.delete(oldest);
      break;
    }
  }

  digestOf(key: string): string | undefined {
    return this.#digests.get(key);
  }
}
