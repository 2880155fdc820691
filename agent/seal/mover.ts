/** Forks under way: rows move in bounded transactions between the group commits. */
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { PlaceState } from '../buffer/index.ts';
import { moveSome } from './fork.ts';
import type { Sealer } from './sealer.ts';

/** After a step that found the disk full. */
const PAUSE_MS = 1_000;

type Job = PromiseWithResolvers<void>;

export class Mover {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  /** The place that has waited longest is first. */
  readonly #jobs = new Map<PlaceState, Job>();
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

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

  /** Resolves once nothing of the place is left to move. */
  finished(place: PlaceState): Promise<void> {
    const known = this.#jobs.get(place);
    if (known !== undefined) return known.promise;
    if (place.moving.length === 0) return Promise.resolve();
    const job = Promise.withResolvers<void>();
    // Whoever waits gets its own rejection; nobody may be waiting.
    job.promise.catch(() => {});
    this.#jobs.set(place, job);
    return job.promise;
  }

  /** One transaction for one place. Returns whether rows were moved. */
  step(): boolean {
    const next = this.#jobs.entries().next().value;
    if (next === undefined || this.pauseMs > 0) return false;
    const [place, job] = next;
    const { moveRows: rows, moveBytes: bytes } = this.#sealer.settings;
    try {
      const done = this.#sealer.file.transaction(() => moveSome(this.#sealer, place, { rows, bytes }));
      this.#jobs.delete(place);
      if (done) job.resolve();
      else this.#jobs.set(place, job);
      return true;
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'bufferFull') {
        this.#pausedUntilMs = this.#clock.monotonicMs() + PAUSE_MS;
      } else this.#sealer.file.fail(error);
      return false;
    }
  }

  stop(error: unknown): void {
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}
