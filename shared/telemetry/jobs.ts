/**
 * Periodic background work. Each job has a name, never runs twice at once, is timed, has a time limit, and shows its
 * last error. One that hangs past its limit is told so through its signal and counts as failed; it is not started
 * again before it has really ended.
 */
import { type Clock, systemClock } from '../clock.ts';
import { reasonOf } from '../errors.ts';
import { defineEvent } from './event.ts';
import type { Telemetry } from './telemetry.ts';

export interface JobOptions {
  /** snake_case, from a closed set: it becomes a label. */
  readonly name: string;
  /** From the end of one run to the start of the next. */
  readonly everyMs: number;
  /** A run longer than this is aborted; default: 10 times `everyMs`, at least 10 s. */
  readonly timeoutMs?: number;
  /** Begin at once and not only after `everyMs`. */
  readonly atOnce?: boolean;
  readonly run: (signal: AbortSignal) => void | Promise<void>;
}

export interface JobState {
  readonly name: string;
  readonly running: boolean;
  readonly runs: number;
  readonly failures: number;
  /** Of the last run, where that failed. */
  readonly lastError: string | null;
  /** ms since 1970. */
  readonly lastEndedAt: number | null;
  readonly lastDurationMs: number | null;
}

interface JobRun {
  readonly job: string;
  readonly durationMs: number;
  readonly reason: string;
}
const runMetrics = (outcome: string) =>
  [
    {
      kind: 'counter',
      name: 'tributary_job_runs_total',
      help: 'Runs of background jobs.',
      labelNames: ['job', 'outcome'],
      labels: ({ job }: JobRun) => ({ job, outcome }),
    },
    {
      kind: 'histogram',
      name: 'tributary_job_duration_seconds',
      help: 'How long background jobs take.',
      labelNames: ['job'],
      labels: ({ job }: JobRun) => ({ job }),
      value: ({ durationMs }: JobRun) => durationMs / 1000,
      buckets: [0.001, 0.01, 0.1, 1, 10, 100],
    },
  ] as const;
const jobDone = defineEvent<JobRun>({ name: 'job_done', metrics: runMetrics('done') });
const jobFailedAgain = defineEvent<JobRun>({ name: 'job_failed_again', metrics: runMetrics('failed') });
const jobFailed = defineEvent<JobRun>({
  name: 'job_failed',
  log: { level: 'warn', says: ({ job, reason }) => `background job ${job} failed: ${reason}` },
  metrics: runMetrics('failed'),
});
const jobRecovered = defineEvent<JobRun>({
  name: 'job_recovered',
  log: { level: 'info', says: ({ job }) => `background job ${job} works again` },
  metrics: runMetrics('done'),
});

export class Jobs {
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();

  constructor(telemetry: Telemetry, clock: Clock = systemClock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  start(options: JobOptions): Job {
    if (this.#jobs.has(options.name)) throw new Error(`there are two background jobs called ${options.name}`);
    const job = new Job(options, this.#telemetry, this.#clock);
    this.#jobs.set(options.name, job);
    return job;
  }

  snapshot(): JobState[] {
    return [...this.#jobs.values()].map((job) => job.state());
  }

  /** Starts nothing more, tells what runs to stop, and waits for it. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((job) => job.close()));
  }
}

export class Job {
  readonly #options: JobOptions;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #current: Promise<void> | null = null;
  #failedBefore = false;
  #state: Omit<JobState, 'name' | 'running'> = {
    runs: 0,
    failures: 0,
    lastError: null,
    lastEndedAt: null,
    lastDurationMs: null,
  };

  constructor(options: JobOptions, telemetry: Telemetry, clock: Clock) {
    this.#options = options;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#schedule(options.atOnce ? 0 : options.everyMs);
  }

  state(): JobState {
    return { name: this.#options.name, running: this.#current !== null, ...this.#state };
  }

  /** Runs it now; where it runs already, waits for that run. Never throws: the outcome is in {@link state}. */
  runNow(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#current ??= this.#run().finally(() => {
      this.#current = null;
      this.#schedule(this.#options.everyMs);
    });
    return this.#current;
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('the process is stopping'));
    if (this.#timer) clearTimeout(this.#timer);
    await this.#current;
  }

  #schedule(afterMs: number): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => void this.runNow(), afterMs).unref();
  }

  async #run(): Promise<void> {
    const { everyMs, timeoutMs = Math.max(10 * everyMs, 10_000), run } = this.#options;
    const tooLong = new AbortController();
    const limit = setTimeout(() => {
      const reason = `it has not ended after ${timeoutMs} ms`;
      tooLong.abort(new Error(reason));
      this.#state = { ...this.#state, lastError: reason };
    }, timeoutMs);
    const startedMs = this.#clock.monotonicMs();
    let failure: string | null = null;
    try {
      await run(AbortSignal.any([this.#stop.signal, tooLong.signal]));
      if (tooLong.signal.aborted) failure = reasonOf(tooLong.signal.reason);
    } catch (error) {
      failure = reasonOf(tooLong.signal.aborted ? tooLong.signal.reason : error);
    }
    clearTimeout(limit);
    if (!this.#stop.signal.aborted) this.#ended(failure, this.#clock.monotonicMs() - startedMs);
  }

  #ended(failure: string | null, durationMs: number): void {
    const { runs, failures, lastError } = this.#state;
    const facts = { job: this.#options.name, durationMs, reason: failure ?? '' };
    if (failure === null) this.#telemetry.emit(this.#failedBefore ? jobRecovered : jobDone, facts);
    else this.#telemetry.emit(this.#failedBefore && failure === lastError ? jobFailedAgain : jobFailed, facts);
    this.#failedBefore = failure !== null;
    this.#state = {
      runs: runs + 1,
      failures: failures + (failure === null ? 0 : 1),
      lastError: failure,
      lastEndedAt: this.#clock.now(),
      lastDurationMs: durationMs,
    };
  }
}
