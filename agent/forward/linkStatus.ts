import type { Clock } from '../../shared/clock.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { linkDown, linkRecovered, linkState, linkStopped } from './events.ts';
import { describe, type Health, healthOf, type LinkState } from './linkState.ts';

type Without<T> = T extends unknown ? Omit<T, 'sinceMs'> : never;
/** A state without its beginning. */
export type NewState = Without<LinkState>;

export interface StatusOptions {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** In contact and with something to send, but nothing confirmed for so long: `stuck`. */
  readonly stuckAfterMs: number;
  /** No progress with a backlog for so long: unhealthy. */
  readonly unhealthyAfterMs: number;
}

/** Keeps the link's state, and says each change once: the first failure of a row, the end of the row. */
export class LinkStatus {
  readonly #options: StatusOptions;
  #state: LinkState;
  /** When the present row of failures began; null: it works. */
  #failingSinceMs: number | null = null;
  #failures = 0;
  #lastProgressMs: number;
  /** Why it was said to be stuck; null: not since it was last well. */
  #saidStuck: string | null = null;
  #stuckSinceMs = 0;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#state = { kind: 'starting', sinceMs: options.clock.now() };
    this.#lastProgressMs = options.clock.monotonicMs();
    options.telemetry.emit(linkState, { state: this.#state });
  }

  get state(): LinkState {
    return this.#state;
  }

  health(backlog: boolean): Health {
    const unmovedMs = this.#options.clock.monotonicMs() - this.#lastProgressMs;
    return healthOf(this.#state, backlog, unmovedMs, this.#options.unhealthyAfterMs);
  }

  /** Something was confirmed, or there is nothing to confirm. */
  progress(): void {
    this.#lastProgressMs = this.#options.clock.monotonicMs();
  }

  /** It works: with something under way (`up`), nothing left (`idle`), or only what the operator holds. */
  works(state: NewState & { kind: 'up' | 'idle' | 'held' | 'budget' }): void {
    const { telemetry, clock } = this.#options;
    // An answer that confirms nothing does not end it.
    if (this.#state.kind === 'stuck' && state.kind === 'up' && this.#isUnmoved()) return;
    if (this.#failingSinceMs !== null) {
      telemetry.emit(linkRecovered, { downMs: clock.monotonicMs() - this.#failingSinceMs, failures: this.#failures });
      this.#failingSinceMs = null;
      this.#failures = 0;
      this.progress();
    }
    if ((state.kind === 'idle' || state.kind === 'budget') && this.#saidStuck !== null) {
      telemetry.emit(linkRecovered, { downMs: clock.monotonicMs() - this.#stuckSinceMs, failures: 1 });
      this.#saidStuck = null;
    }
    this.#set(state);
  }

  /** With a backlog in contact: `stuck` where nothing was confirmed for long. */
  watch(reason: () => string): void {
    if (this.#state.kind !== 'up' || !this.#isUnmoved()) return;
    const why = reason();
    this.#set({ kind: 'stuck', reason: why });
    if (this.#saidStuck === why) return;
    if (this.#saidStuck === null) this.#stuckSinceMs = this.#lastProgressMs;
    this.#saidStuck = why;
    this.#options.telemetry.emit(linkStopped, { state: this.#state });
  }

  /** It does not work. */
  fails(state: NewState & { kind: 'down' | 'refused' | 'wrongHub' | 'hubBehind' | 'failed' }): void {
    const { telemetry, clock } = this.#options;
    this.#failingSinceMs ??= clock.monotonicMs();
    this.#failures += 1;
    const before = this.#state;
    this.#set(state);
    const isNews = before.kind !== state.kind || gist(before) !== gist(this.#state);
    if (!isNews) return;
    if (this.#state.kind === 'down') {
      const { kind, reason, nextAttemptMs } = this.#state;
      telemetry.emit(linkDown, { kind, reason, nextAttemptMs });
    } else telemetry.emit(linkStopped, { state: this.#state });
  }

  #isUnmoved(): boolean {
    return this.#options.clock.monotonicMs() - this.#lastProgressMs >= this.#options.stuckAfterMs;
  }

  closed(): void {
    this.#set({ kind: 'closed' });
  }

  #set(state: NewState): void {
    const same = state.kind === this.#state.kind;
    const sinceMs = same ? this.#state.sinceMs : this.#options.clock.now();
    this.#state = { ...state, sinceMs } as LinkState;
    if (!same) this.#options.telemetry.emit(linkState, { state: this.#state });
  }
}

/** What makes two failures of one kind different to people: one outage has many error texts. */
const gist = (state: LinkState): string => (state.kind === 'down' ? state.cause : describe(state));
