/**
 * What takes long and may be done later: moving rows after a fork, new tips after a quarantine, other queues after a change of
 * the configuration, giving up what is retained beyond new limits. In bounded transactions
 * between the group commits, one job after the other. How far each has come is in the file, so that the next run goes on.
 */
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { PlaceState, StreamState } from '../buffer/index.ts';
import { moveSome } from './fork.ts';
import { chainSome } from './quarantine.ts';
import { requeueJob } from './queues.ts';
import { isOverRetained, trimRetained } from './retain.ts';
import type { Sealer } from './sealer.ts';

/** After a step that found the disk full. */
const PAUSE_MS = 1_000;

type Subject = PlaceState | StreamState | string;

/** What one transaction may still do. */
export interface StepBudget {
  rows: number;
  bytes: number;
}
export interface Step {
  /** Nothing is left to do. */
  readonly done: boolean;
  /** Rows with greater ids may be sent now, that could not before; null: new rows only. */
  readonly freedAfter: number | null;
}

export class Background {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  /** By what is worked on; the one that has waited longest is first. */
  readonly #jobs = new Map<Subject, (budget: StepBudget) => Step>();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #idle = Promise.withResolvers<void>();

  constructor(sealer: Sealer, clock: Clock) {
    this.#sealer = sealer;
    this.#clock = clock;
  }

  get active(): boolean {
    return this.#jobs.size > 0;
  }
  /** How long to wait before the next step; 0: none. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs());
  }

  /** Resolves when nothing is left to do, or the background was stopped. */
  async idle(): Promise<void> {
    while (this.active) await this.#idle.promise;
  }

  /** What the run before has left to do. */
  resume(): void {
    for (const place of this.#sealer.file.catalog.places()) {
      this.move(place);
      // By its id: moving is a job of the same place.
      if (place.requeue) this.#add(`queue of ${place.id}`, true, requeueJob(this.#sealer, place));
    }
    for (const stream of this.#sealer.file.catalog.streams.values()) this.chain(stream);
    this.trim();
  }
  /** Rows of this place, as far as a fork has marked some. */
  move(place: PlaceState): void {
    this.#add(place, place.moving.length > 0, (budget) => moveSome(this.#sealer, place, budget));
  }
  /** Tips of this stream, as far as a quarantine has left old ones. */
  chain(stream: StreamState): void {
    this.#add(stream, stream.chained !== null, (budget) => chainSome(this.#sealer, stream, budget));
  }
  /** What is retained beyond its limits. */
  trim(): void {
    this.#add('retained', isOverRetained(this.#sealer), (budget) => trimRetained(this.#sealer, budget));
  }
  #add(subject: Subject, needed: boolean, step: (budget: StepBudget) => Step): void {
    if (needed && !this.#jobs.has(subject)) this.#jobs.set(subject, step);
  }

  /** One transaction of one job. Null: nothing was done. */
  step(): Step | null {
    const next = this.#jobs.entries().next().value;
    if (next === undefined || this.pauseMs > 0) return null;
    const [subject, work] = next;
    try {
      const step = this.#sealer.file.transaction(() => work(this.#sealer.stepBudget()));
      this.#jobs.delete(subject);
      if (!step.done) this.#jobs.set(subject, work);
      if (!this.active) this.#becameIdle();
      return step;
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'bufferFull') {
        this.#pausedUntilMs = this.#clock.monotonicMs() + PAUSE_MS;
      } else this.#sealer.file.fail(error);
      return null;
    }
  }

  stop(): void {
    this.#jobs.clear();
    this.#becameIdle();
  }

  #becameIdle(): void {
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }
}
