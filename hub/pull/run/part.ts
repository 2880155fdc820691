import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { partRecovered, partStopped, partWaits, partWaitsAgain } from './events.ts';

export type PartState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly retryAfterMs: number }
  /** Trying again would not help. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'closed' };

interface Closable {
  close(): void | Promise<void>;
}

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 30_000;

/** One part of a flow, opened in the background for as long as that takes. */
export class Part<T extends Closable> {
  readonly name: string;
  /** Resolves when it is open, or never will be. */
  readonly settled: Promise<void>;
  readonly #flow: string;
  readonly #telemetry: Telemetry;
  readonly #stopped = new AbortController();
  #value: T | null = null;
  #state: PartState = { kind: 'opening' };

  constructor(flow: string, name: string, telemetry: Telemetry, open: () => Promise<T>) {
    this.#flow = flow;
    this.name = name;
    this.#telemetry = telemetry;
    this.settled = this.#run(open);
  }

  get state(): PartState {
    return this.#state;
  }
  /** Null while it is not open. */
  get value(): T | null {
    return this.#value;
  }

  async #run(open: () => Promise<T>): Promise<void> {
    const sinceMs = performance.now();
    const facts = { flow: this.#flow, part: this.name };
    for (let attempt = 1; !this.#stopped.signal.aborted; attempt += 1) {
      try {
        const opened = await this.#unlessStopped(open());
        if (opened === null) return;
        this.#value = opened;
        this.#state = { kind: 'open' };
        if (attempt > 1) this.#telemetry.emit(partRecovered, { ...facts, afterMs: performance.now() - sinceMs });
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (!(error instanceof TributaryError) || error.retry === 'final') {
          this.#state = { kind: 'failed', reason };
          this.#telemetry.emit(partStopped, { ...facts, reason });
          return;
        }
        const retryAfterMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
        this.#state = { kind: 'waiting', reason, retryAfterMs };
        this.#telemetry.emit(attempt === 1 ? partWaits : partWaitsAgain, { ...facts, reason, retryAfterMs });
        await sleep(retryAfterMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
      }
    }
  }

  /** Null: it was closed before that. What comes then all the same is closed, and nobody waits for it. */
  async #unlessStopped(opening: Promise<T>): Promise<T | null> {
    const { signal } = this.#stopped;
    const stopped = Promise.withResolvers<null>();
    const stop = (): void => stopped.resolve(null);
    signal.addEventListener('abort', stop);
    const opened = await Promise.race([opening, stopped.promise]).finally(() =>
      signal.removeEventListener('abort', stop),
    );
    if (opened !== null && !signal.aborted) return opened;
    void opening.then(
      (late) => late.close(),
      () => {},
    );
    return null;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.settled;
    await this.#value?.close();
    this.#value = null;
    this.#state = { kind: 'closed' };
  }
}
