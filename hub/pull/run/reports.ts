/** What this process tells the others of itself, and who else runs: through the control topics. */
import { reasonOf } from '../../../shared/errors.ts';
import { Job } from '../../../shared/telemetry/jobs.ts';
import { Waiter } from '../../../shared/waiter.ts';
import {
  type ControlEntry,
  type ControlLog,
  type FlowCounts,
  keyOf,
  type ProcessEntry,
  processEntries,
} from '../control/index.ts';
import type { CopierSnapshot } from '../copy/index.ts';
import type { PullRun } from './pullRun.ts';

const EVERY_MS = 3_000;
/** Not heard of for so long: gone. */
const SILENT_MS = 15_000;
const LEAVE_WITHIN_MS = 2_000;

export class Reports {
  readonly #run: PullRun;
  /** By alias and name: when it was heard of last, on the monotonic clock. */
  readonly #heardMs = new Map<string, number>();
  readonly #waiting = new Set<Waiter>();
  readonly #job: Job;
  url: string | null = null;

  constructor(run: PullRun) {
    this.#run = run;
    const { telemetry, clock } = run;
    this.#job = new Job(
      { name: 'pull_reports', everyMs: EVERY_MS, timeoutMs: 60_000, run: () => this.#report() },
      telemetry,
      clock,
    );
  }

  /** Something was read from a control topic, and done. */
  heard(entries: readonly (ControlEntry | null)[]): void {
    const now = this.#run.clock.monotonicMs();
    for (const entry of entries) if (entry?.kind === 'process') this.#heardMs.set(`${entry.target} ${entry.name}`, now);
    for (const waiter of this.#waiting) waiter.wake();
    if (entries.some((entry) => entry?.kind !== 'process')) this.soon();
  }

  /** One that is being written has looked before: another follows. */
  soon(): void {
    if (this.#job.state().running) void this.#job.runNow().then(() => this.#job.runNow());
    else void this.#job.runNow();
  }

  /** Those that share the work of flows into a cluster and are alive, this one included. */
  processes(alias: string): ProcessEntry[] {
    const control = this.#run.controls.get(alias);
    if (!control) return [];
    const now = this.#run.clock.monotonicMs();
    const others = processEntries(control.state).filter(({ name, target }) => {
      if (target !== alias) return false;
      const heardMs = this.#heardMs.get(`${alias} ${name}`);
      return name !== this.#run.instance && heardMs !== undefined && now - heardMs < SILENT_MS;
    });
    return [this.#entry(alias, control), ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Waits until all that are alive have done what is at an offset of the control topic. @returns those that have not */
  async done(alias: string, offset: number, withinMs: number): Promise<string[]> {
    const waiter = new Waiter();
    this.#waiting.add(waiter);
    const endMs = this.#run.clock.monotonicMs() + withinMs;
    try {
      for (;;) {
        const behind = this.processes(alias).filter(({ applied }) => applied <= offset);
        const leftMs = endMs - this.#run.clock.monotonicMs();
        if (behind.length === 0 || leftMs <= 0) return behind.map(({ name }) => name);
        await waiter.wait(leftMs);
      }
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  #entry(alias: string, control: ControlLog): ProcessEntry {
    const { instance, startedAtMs, clock, slots } = this.#run;
    const flows = [...slots].flatMap(([flow, slot]) => {
      const copy = slot.settings.target === alias ? (slot.snapshot()?.copy ?? null) : null;
      return copy ? [[flow, countsOf(copy)] as const] : [];
    });
    const shards = this.#run.shardsOf(alias)?.status() ?? [];
    return {
      v: 1,
      kind: 'process',
      name: instance,
      target: alias,
      url: this.url,
      startedAtMs,
      atMs: clock.now(),
      applied: control.position,
      shards: shards.filter(({ state }) => state !== 'closed').map(({ shard }) => shard),
      flows: Object.fromEntries(flows),
    };
  }

  async #report(): Promise<void> {
    const failures: string[] = [];
    for (const [alias, control] of this.#run.controls) {
      // Where nothing runs nobody needs to know.
      if (control.known && this.#runsInto(alias)) {
        await control
          .append(keyOf.process(this.#run.instance, alias), this.#entry(alias, control))
          .catch((error: unknown) => failures.push(reasonOf(error)));
      }
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
  }

  #runsInto(alias: string): boolean {
    return [...this.#run.slots.values()].some(({ settings }) => settings.target === alias);
  }

  /** Says that it is gone, where that is quick. */
  async close(): Promise<void> {
    await this.#job.close();
    const said = [...this.#run.controls].map(async ([alias, control]) => {
      if (control.known) await control.append(keyOf.process(this.#run.instance, alias), null);
    });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LEAVE_WITHIN_MS);
    await Promise.race([Promise.allSettled(said), late.promise]);
    clearTimeout(timer);
  }
}

export function countsOf({ partitions }: CopierSnapshot): FlowCounts {
  const owned = partitions.filter(({ state }) => state.kind !== 'unowned');
  const sum = (of: (one: (typeof owned)[number]) => number): number => owned.reduce((total, one) => total + of(one), 0);
  const troubled = owned.find(({ state }) => state.kind === 'waiting' || state.kind === 'stopped');
  return {
    owned: owned.length,
    copying: sum(({ state, paused }) => (state.kind === 'copying' && !paused ? 1 : 0)),
    paused: sum(({ paused }) => (paused ? 1 : 0)),
    waiting: sum(({ state }) => (state.kind === 'waiting' ? 1 : 0)),
    stopped: sum(({ state }) => (state.kind === 'stopped' ? 1 : 0)),
    lagOffsets: sum(({ lagOffsets }) => lagOffsets ?? 0),
    records: sum(({ records }) => records),
    bytes: sum(({ bytes }) => bytes),
    gaps: sum(({ gapCount }) => gapCount),
    trouble: troubled && 'detail' in troubled.state ? troubled.state.detail.slice(0, 500) : null,
  };
}
