import { type Clock, callAfter } from '../../shared/clock.ts';

/** One waiter that may be woken, or sleeps to its end. */
export class Wake {
  readonly #clock: Clock;
  #woken = false;
  #resolve: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** Returns after `ms`, or at a wake since the last call, whichever is first. */
  async nap(ms: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const cancel = callAfter(this.#clock, ms, resolve);
        this.#resolve = () => {
          cancel();
          resolve();
        };
      });
      this.#resolve = null;
    }
    this.#woken = false;
  }
}
