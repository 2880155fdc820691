/** Time as a machine sees it: a monotonic clock that begins anew with each boot, a wall clock that says what it likes. */
import type { Clock } from '../../../shared/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** The true time, and whoever waits for it. */
export class TrueTime {
  nowMs: number;
  readonly #timers = new Set<Timer>();
  #order = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  after(ms: number, callback: () => void): () => void {
    // Whole milliseconds, and never none: time goes on.
    const timer = { atMs: Math.floor(this.nowMs) + Math.max(1, Math.ceil(ms)), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Goes on to the next timer, and calls it; not beyond `untilMs`. False: there is none before that. */
  step(untilMs: number): boolean {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (next === null || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order))
        next = timer;
    }
    if (next === null || next.atMs > untilMs) {
      this.nowMs = Math.max(this.nowMs, untilMs);
      return false;
    }
    this.#timers.delete(next);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.callback();
    return true;
  }
}

/** What a process on the machine knows of time. It dies with the process: none of its timers calls back any more. */
export class ProcessClock implements Clock {
  readonly #time: TrueTime;
  readonly #machine: Machine;
  readonly #cancel = new Set<() => void>();
  #dead = false;

  constructor(time: TrueTime, machine: Machine) {
    this.#time = time;
    this.#machine = machine;
  }
  now(): number {
    return Math.floor(this.#time.nowMs + this.#machine.wrongMs);
  }
  monotonicMs(): number {
    return this.#time.nowMs - this.#machine.bootedMs;
  }
  after(ms: number, callback: () => void): () => void {
    if (this.#dead) return () => undefined;
    const cancel = this.#time.after(ms, () => {
      this.#cancel.delete(cancel);
      callback();
    });
    this.#cancel.add(cancel);
    return () => {
      this.#cancel.delete(cancel);
      cancel();
    };
  }
  die(): void {
    this.#dead = true;
    for (const cancel of this.#cancel) cancel();
  }
}

export interface Machine {
  bootId: string;
  bootedMs: number;
  /** Wall clock less true time. */
  wrongMs: number;
}
