/**
 * What a source waits for at present. Each trouble is said once when it begins, and once when it is over, with how long
 * it lasted; what happens in between is silent.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { sourceRecovered, sourceWaiting } from './events.ts';

export class Troubles {
  readonly #source: string;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly sinceMs: number; readonly reason: string }>();

  constructor(source: string, telemetry: Telemetry, clock: Clock) {
    this.#source = source;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  begin(what: string, reason: string): void {
    if (this.#open.has(what)) return;
    this.#open.set(what, { sinceMs: this.#clock.monotonicMs(), reason });
    this.#telemetry.emit(sourceWaiting, { source: this.#source, what, reason });
  }

  end(what: string): void {
    const trouble = this.#open.get(what);
    if (!trouble) return;
    this.#open.delete(what);
    const durationMs = Math.round(this.#clock.monotonicMs() - trouble.sinceMs);
    this.#telemetry.emit(sourceRecovered, { source: this.#source, what, durationMs });
  }

  /** It does not matter any more, whether it is over or not: nothing is said. */
  drop(what: string): void {
    this.#open.delete(what);
  }

  /** The oldest one's reason; null where there is none. */
  first(): string | null {
    for (const [what, { reason }] of this.#open) return `${what}: ${reason}`;
    return null;
  }
}
