/** Keeps one connection at hand: dials when somebody asks, shares the dialling, waits longer after each failure. */
import type { RawConnection } from './connection.ts';
import { closedError } from './failures.ts';
import { backoffMs } from './patience.ts';

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 2_000;

export class Line {
  readonly #dial: () => Promise<RawConnection>;
  #current: RawConnection | null = null;
  #dialling: Promise<RawConnection> | null = null;
  #failures = 0;
  #notBeforeMs = 0;
  #wakeUp: (() => void) | null = null;
  #closed = false;

  constructor(dial: () => Promise<RawConnection>) {
    this.#dial = dial;
  }

  /** Rejects with what the dialling threw; never queues more than one dialling. */
  get(): Promise<RawConnection> {
    if (this.#closed) return Promise.reject(closedError('Kafka cluster'));
    if (this.#current?.usable) return Promise.resolve(this.#current);
    this.#dialling ??= this.#redial().finally(() => {
      this.#dialling = null;
    });
    return this.#dialling;
  }

  /** The open connection, or null. */
  get current(): RawConnection | null {
    return this.#current?.usable ? this.#current : null;
  }

  async #redial(): Promise<RawConnection> {
    this.#current?.retire();
    this.#current = null;
    await this.#pause(this.#notBeforeMs - performance.now());
    if (this.#closed) throw closedError('Kafka cluster');
    try {
      const opened = await this.#dial();
      if (this.#closed) {
        opened.close();
        throw closedError('Kafka cluster');
      }
      this.#failures = 0;
      this.#current = opened;
      return opened;
    } catch (error) {
      this.#failures += 1;
      this.#notBeforeMs = performance.now() + backoffMs(this.#failures, FIRST_DELAY_MS, MAX_DELAY_MS);
      throw error;
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }

  close(): void {
    this.#closed = true;
    this.#wakeUp?.();
    this.#current?.close();
    this.#current = null;
  }
}
