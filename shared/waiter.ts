/** Somebody waits, for a time or until woken; a wake that comes while nobody waits is kept for the next. */
export class Waiter {
  #wake: (() => void) | null = null;
  #kept = false;

  wait(ms: number): Promise<void> {
    if (this.#kept || ms <= 0) {
      this.#kept = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  wake(): void {
    if (this.#wake) this.#wake();
    else this.#kept = true;
  }
}
