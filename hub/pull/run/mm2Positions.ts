/**
 * Keeps MirrorMaker 2's positions where this flow is, so that it can take over again: every minute for partitions that moved,
 * and when the flow ends.
 *
 * After an orderly end it goes on at the very record. After a kill its positions are up to a minute old: it repeats what came
 * since, and skips nothing, since a position is written only once the records below it are committed. To hand over then, start
 * and stop once more in order.
 *
 * `auto`: only where the topic has positions of this flow: somebody came from MirrorMaker 2, and may go back. Nobody else needs
 * the topic, and a MirrorMaker 2 that is started for the first time, beside this flow, begins by its own rule. Never while
 * its workers are there: they own these positions.
 */
import type { Clock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { Job } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { CopiedTo, Elsewhere } from '../copy/index.ts';
import { mm2PositionsKept, mm2PositionsNotKept, mm2PositionsTaken, mm2RunsToo } from './events.ts';
import { ensureMm2Topic, labelOf, type Mm2Topic, mm2Runs, readMm2Offsets, writeMm2Offsets } from './mm2Offsets.ts';

export interface Mm2PositionsOptions extends Mm2Topic {
  readonly flow: string;
  readonly mode: 'auto' | 'always';
  /** What this process copies, as committed; at the end, with nothing under way any more. */
  readonly positions: () => readonly CopiedTo[];
  /** Resolves when what was under way is committed. */
  readonly quiet: () => Promise<void>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Default a minute, as Connect does. */
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;
/** Whoever stops the process does not wait for ever. */
const LAST_WITHIN_MS = 8_000;

export class Mm2Positions {
  /** What was there at the start. Where its owner ran then, it does not count beside positions of ours. */
  readonly before: ReadonlyMap<string, Elsewhere>;
  readonly #options: Mm2PositionsOptions;
  readonly #known: Map<string, number>;
  readonly #job: Job | null;
  #runsToo: boolean;

  private constructor(options: Mm2PositionsOptions, before: ReadonlyMap<string, Elsewhere>, running: boolean) {
    this.#options = options;
    this.before = running ? new Map([...before].map(([at, { next }]) => [at, { next, atMs: -Infinity }])) : before;
    this.#known = nextOf(before);
    this.#runsToo = running;
    const { mode, telemetry, clock, everyMs = EVERY_MS } = options;
    const kept = mode === 'always' || before.size > 0;
    const run = (): Promise<void> => this.#keep(this.#known);
    this.#job = kept ? new Job({ name: 'pull_mm2_positions', everyMs, run }, telemetry, clock) : null;
  }

  /** @throws TributaryError `brokerUnavailable`, `brokerRefused` */
  static async open(options: Mm2PositionsOptions): Promise<Mm2Positions> {
    const { flow, name: topic, telemetry, mode } = options;
    const running = await mm2Runs(options);
    const before = await readMm2Offsets(options);
    if (before.size > 0) telemetry.emit(mm2PositionsTaken, { flow, topic, count: before.size });
    if (running) telemetry.emit(mm2RunsToo, { flow });
    if (mode === 'always') await ensureMm2Topic(options);
    return new Mm2Positions(options, before, running);
  }

  /** Writes what moved, now; waits for it. */
  runNow(): Promise<void> {
    return this.#job?.runNow() ?? Promise.resolve();
  }

  /** To be called when nothing more is copied. */
  async close(): Promise<void> {
    if (!this.#job) return;
    await this.#job.close();
    const { flow, name: topic, telemetry } = this.#options;
    try {
      await within(LAST_WITHIN_MS, this.#handOver());
    } catch (error) {
      telemetry.emit(mm2PositionsNotKept, { flow, topic, reason: reasonOf(error) });
    }
  }

  /** Against what the topic says now: another process may have written old ones for partitions that came here since. */
  async #handOver(): Promise<void> {
    await this.#options.quiet();
    await this.#keep(nextOf(await readMm2Offsets(this.#options)));
  }

  async #keep(known: Map<string, number>): Promise<void> {
    const { flow, name: topic, telemetry, clock, positions } = this.#options;
    const moved = positions().filter((at) => at.next > 0 && known.get(labelOf(at.topic, at.partition)) !== at.next);
    if (moved.length === 0) return;
    const running = await mm2Runs(this.#options);
    if (running && !this.#runsToo) telemetry.emit(mm2RunsToo, { flow });
    this.#runsToo = running;
    if (running) return;
    await writeMm2Offsets(this.#options, moved, clock.now());
    for (const at of moved) known.set(labelOf(at.topic, at.partition), at.next);
    telemetry.emit(mm2PositionsKept, { flow, topic, count: moved.length });
  }
}

const nextOf = (positions: ReadonlyMap<string, Elsewhere>): Map<string, number> =>
  new Map([...positions].map(([label, { next }]) => [label, next]));

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tookTooLong(ms)), ms);
  });
  await Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

const tookTooLong = (ms: number): TributaryError =>
  new TributaryError({
    code: 'brokerUnavailable',
    operation: 'write positions for MirrorMaker 2',
    subject: 'pull',
    reason: `the target has not taken them within ${ms / 1_000} s`,
    retry: 'retried',
  });
