/**
 * Brokers that do not answer. All partitions that such a broker leads are parked together, so that the next transactions go
 * without them, and the broker is asked in the background whether it answers again. When it does, one partition is let
 * through; the others follow when that one has been written.
 *
 * A broker that answers questions and takes no records costs a whole transaction's time at each try: so it is tried again
 * after {@link REST_SHARE} times of what it has cost. A connection that was only lost is no silence: the first time nothing
 * is parked.
 */
import type { Clock } from '../../shared/clock.ts';
import { reasonOf } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { leaderAnswers, leaderSilent, leaderSilentAgain, leadersSilentNow } from './targetEvents.ts';

const FIRST_ASK_MS = 500;
const MAX_ASK_MS = 30_000;
const REST_SHARE = 9;
const MAX_REST_MS = 300_000;
/** What failed faster was a loss. */
const SILENCE_MS = 2_000;
/** A stream that was let through may not get as far as being written. */
const PROBE_MS = 15_000;
const WAIT_MS = 500;

interface Silence {
  readonly sinceMs: number;
  reason: string;
  /** `lost`: nothing is parked yet. `resting`: asked after a while. `probing`: one partition is let through. */
  state: 'lost' | 'resting' | 'probing';
  asks: number;
  untilMs: number;
  probe: { readonly target: string; readonly untilMs: number } | null;
  timer: NodeJS.Timeout | null;
}

export interface SilentParts {
  /** Resolves when the broker answers. */
  readonly ask: (node: number) => Promise<void>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export class SilentLeaders {
  readonly #parts: SilentParts;
  readonly #silences = new Map<number, Silence>();
  #closed = false;

  constructor(parts: SilentParts) {
    this.#parts = parts;
  }

  /** Null: records for this partition may be sent to the broker now. */
  parkedAt(node: number, target: string): { readonly reason: string; readonly retryAfterMs: number } | null {
    const silence = this.#silences.get(node);
    if (!silence || silence.state === 'lost') return null;
    const now = this.#parts.clock.monotonicMs();
    const { reason } = silence;
    if (silence.state === 'resting') return { reason, retryAfterMs: Math.max(WAIT_MS, silence.untilMs - now) };
    if (!silence.probe || silence.probe.untilMs <= now) silence.probe = { target, untilMs: now + PROBE_MS };
    return silence.probe.target === target ? null : { reason, retryAfterMs: WAIT_MS };
  }

  /** It has not answered; that has cost so much time. */
  fell(node: number, why: string, costMs: number): void {
    if (this.#closed) return;
    const reason = `broker ${node} does not answer: ${why}`;
    const known = this.#silences.get(node);
    if (!known && costMs < SILENCE_MS) {
      this.#silences.set(node, { ...this.#begin(reason), state: 'lost' });
      return;
    }
    if (known?.state === 'resting') return;
    const silence = known ?? this.#begin(reason);
    const isNews = known?.state !== 'probing';
    this.#silences.set(node, silence);
    silence.reason = reason;
    this.#rest(
      node,
      silence,
      isNews ? FIRST_ASK_MS : Math.min(MAX_REST_MS, Math.max(FIRST_ASK_MS, costMs * REST_SHARE)),
    );
    const retryAfterMs = Math.ceil(silence.untilMs - this.#parts.clock.monotonicMs());
    this.#parts.telemetry.emit(isNews ? leaderSilent : leaderSilentAgain, { node, reason, retryAfterMs });
    this.#count();
  }

  /** It has taken records. */
  worked(node: number): void {
    const silence = this.#silences.get(node);
    if (!silence) return;
    this.#silences.delete(node);
    if (silence.timer) clearTimeout(silence.timer);
    if (silence.state === 'lost') return;
    const afterMs = Math.round(this.#parts.clock.monotonicMs() - silence.sinceMs);
    this.#parts.telemetry.emit(leaderAnswers, { node, afterMs });
    this.#count();
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#silences.values()) if (timer) clearTimeout(timer);
    this.#silences.clear();
  }

  #begin(reason: string): Silence {
    const sinceMs = this.#parts.clock.monotonicMs();
    return { sinceMs, reason, state: 'resting', asks: 0, untilMs: sinceMs, probe: null, timer: null };
  }

  #rest(node: number, silence: Silence, ms: number): void {
    silence.state = 'resting';
    silence.probe = null;
    silence.untilMs = this.#parts.clock.monotonicMs() + ms;
    silence.timer = setTimeout(() => this.#ask(node, silence), ms).unref();
  }

  #ask(node: number, silence: Silence): void {
    this.#parts.ask(node).then(
      () => {
        if (this.#silences.get(node) === silence) silence.state = 'probing';
      },
      (error) => {
        if (this.#closed || this.#silences.get(node) !== silence) return;
        silence.asks += 1;
        silence.reason = `broker ${node} does not answer: ${reasonOf(error)}`;
        this.#rest(node, silence, Math.min(MAX_ASK_MS, FIRST_ASK_MS * 2 ** Math.min(silence.asks, 10)));
      },
    );
  }

  #count(): void {
    const count = [...this.#silences.values()].filter(({ state }) => state !== 'lost').length;
    this.#parts.telemetry.emit(leadersSilentNow, { count });
  }
}
