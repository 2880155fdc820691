/**
 * Readiness: able to do its work. A check is a function that looks now; {@link Checks} asks all of them every few
 * seconds, remembers since when each is as it is, and says so once when one changes. At the start it gives them time.
 *
 * Health means progress: "connected, but not moving while there is a backlog" is a failing check ({@link progressCheck}).
 */
import { type Clock, systemClock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import { defineEvent } from './event.ts';
import type { Telemetry } from './telemetry.ts';

export interface CheckResult {
  /** From a closed set: it becomes a label. */
  readonly name: string;
  readonly ok: boolean;
  /** A clause: `the hub has not answered`. */
  readonly reason?: string;
  /** Since when, ms since 1970; where it is left out the change is timed from outside. */
  readonly since?: number;
}
/** Must be quick and must not throw; one that throws counts as failing. */
export type Check = () => CheckResult | Promise<CheckResult>;

export interface CheckState {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
  /** ISO 8601. */
  readonly since: string;
}

interface Change {
  readonly check: string;
  readonly reason: string;
  readonly afterMs: number;
}
const checkFailed = defineEvent<Change>({
  name: 'check_failed',
  log: { level: 'warn', says: ({ check, reason }) => `${check} is not ready: ${reason}` },
});
const checkRecovered = defineEvent<Change>({
  name: 'check_recovered',
  log: {
    level: 'info',
    says: ({ check, afterMs }) => `${check} is ready again, after ${(afterMs / 1000).toFixed(1)} s`,
  },
});
const checkLooked = defineEvent<{ readonly check: string; readonly ok: boolean }>({
  name: 'check_looked',
  metrics: [
    {
      kind: 'gauge',
      name: 'tributary_ready',
      help: '1 where the named check of /readyz passes, else 0.',
      labelNames: ['check'],
      labels: ({ check }) => ({ check }),
      to: ({ ok }) => (ok ? 1 : 0),
    },
  ],
});

interface Known {
  readonly ok: boolean;
  readonly atMs: number;
  readonly at: number;
  /** Whether it has ever passed before. */
  readonly wasOk: boolean;
  /** Whether a line says that it fails. */
  said: boolean;
}

/** Whoever is just starting is not ready, and that is no news for so long. */
const STARTING_MS = 10_000;

export class Checks {
  readonly #checks: readonly Check[];
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(checks: readonly Check[], telemetry: Telemetry, clock: Clock = systemClock) {
    this.#checks = checks;
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  async look(): Promise<{ readonly ready: boolean; readonly checks: readonly CheckState[] }> {
    const results = await Promise.all(this.#checks.map(async (check, i) => this.#ask(check, i)));
    const checks = results.map((result) => this.#remember(result));
    return { ready: checks.every(({ ok }) => ok), checks };
  }

  async #ask(check: Check, index: number): Promise<CheckResult> {
    try {
      return await check();
    } catch (error) {
      return {
        name: check.name || `check ${index + 1}`,
        ok: false,
        reason: `the check itself failed: ${reasonOf(error)}`,
      };
    }
  }

  #remember({ name, ok, reason, since }: CheckResult): CheckState {
    const before = this.#known.get(name);
    const known = before?.ok === ok ? before : this.#changed(ok, before);
    this.#known.set(name, known);
    this.#telemetry.emit(checkLooked, { check: name, ok });
    this.#say(name, reason ?? 'no reason given', before, known);
    const from = new Date(since ?? known.at).toISOString();
    return { name, ok, ...(reason === undefined ? {} : { reason }), since: from };
  }

  #changed(ok: boolean, before: Known | undefined): Known {
    const wasOk = before !== undefined && (before.ok || before.wasOk);
    return { ok, atMs: this.#clock.monotonicMs(), at: this.#clock.now(), wasOk, said: false };
  }

  #say(check: string, reason: string, before: Known | undefined, now: Known): void {
    if (now.ok) {
      if (before?.said) this.#telemetry.emit(checkRecovered, { check, reason, afterMs: now.atMs - before.atMs });
      return;
    }
    const failingMs = this.#clock.monotonicMs() - now.atMs;
    if (now.said || (!now.wasOk && failingMs < STARTING_MS)) return;
    now.said = true;
    this.#telemetry.emit(checkFailed, { check, reason, afterMs: failingMs });
  }
}

export interface ProgressOptions {
  readonly name: string;
  /** What waits, in any unit; 0: nothing. */
  readonly backlog: () => number;
  /** A count that rises when something moves. */
  readonly moved: () => number;
  /** Unhealthy after so long with a backlog and without movement. */
  readonly afterMs: number;
  readonly clock?: Clock;
}

/** Fails while there is a backlog and nothing has moved for `afterMs`. It must be asked every few seconds. */
export function progressCheck(options: ProgressOptions): Check {
  const { name, backlog, moved, afterMs, clock = systemClock } = options;
  let last = moved();
  let stillSinceMs: number | null = null;
  return () => {
    const waiting = backlog();
    const count = moved();
    const now = clock.monotonicMs();
    if (waiting <= 0) stillSinceMs = null;
    else if (count !== last || stillSinceMs === null) stillSinceMs = now;
    last = count;
    const stillMs = stillSinceMs === null ? 0 : now - stillSinceMs;
    if (stillMs < afterMs) return { name, ok: true };
    const reason = `${waiting} wait and nothing has moved for ${Math.round(stillMs / 1000)} s`;
    return { name, ok: false, reason, since: clock.now() - stillMs };
  };
}
