import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { isLoginRefused } from '../../../shared/kafka/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { partRecovered, partRecoveredToo, partStopped, partWaits, partWaitsAgain, partWaitsToo } from './events.ts';

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

/** What parts wait for, so that it is said once: they all meet the same cluster that is away. */
export class PartTroubles {
  readonly #waiting = new Map<string, Set<object>>();

  /** @returns whether nobody waits for the same yet */
  join(part: object, error: TributaryError): boolean {
    this.leave(part);
    const key = `${error.operation} ${error.subject}`;
    const members = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, members.add(part));
    return members.size === 1;
  }

  /** @returns whether it was the last one that waited for it */
  leave(part: object): boolean {
    for (const [key, members] of this.#waiting) {
      if (!members.delete(part)) continue;
      if (members.size === 0) this.#waiting.delete(key);
      return members.size === 0;
    }
    return false;
  }
}

/** One part of a flow, opened in the background for as long as that takes. */
export class Part<T extends Closable> {
  readonly name: string;
  /** Resolves when it is open, or never will be. */
  readonly settled: Promise<void>;
  readonly #flow: string;
  readonly #telemetry: Telemetry;
  readonly #troubles: PartTroubles;
  readonly #stopped = new AbortController();
  #value: T | null = null;
  #state: PartState = { kind: 'opening' };

  constructor(
    flow: string,
    name: string,
    telemetry: Telemetry,
    open: () => Promise<T>,
    troubles: PartTroubles = new PartTroubles(),
  ) {
    this.#troubles = troubles;
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
        const last = this.#troubles.leave(this);
        const recovered = last ? partRecovered : partRecoveredToo;
        if (attempt > 1) this.#telemetry.emit(recovered, { ...facts, afterMs: performance.now() - sinceMs });
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (!(error instanceof TributaryError) || (error.retry === 'final' && !isLoginRefused(error))) {
          this.#troubles.leave(this);
          this.#state = { kind: 'failed', reason };
          this.#telemetry.emit(partStopped, { ...facts, reason });
          return;
        }
        const retryAfterMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
        this.#state = { kind: 'waiting', reason, retryAfterMs };
        const first = this.#troubles.join(this, error);
        const waits = attempt > 1 ? partWaitsAgain : first ? partWaits : partWaitsToo;
        this.#telemetry.emit(waits, { ...facts, reason, retryAfterMs });
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
    this.#troubles.leave(this);
    await this.#value?.close();
    this.#value = null;
    this.#state = { kind: 'closed' };
  }
}
