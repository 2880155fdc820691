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
import { flowKnownElsewhere, flowUnknownElsewhere } from './events.ts';
import { forgottenOf, type Lack, lacksOf, type Neighbour, Neighbours, SILENT_MS } from './neighbours.ts';
import type { PullRun } from './pullRun.ts';

const EVERY_MS = 3_000;
const LEAVE_WITHIN_MS = 2_000;

export class Reports {
  readonly #run: PullRun;
  /** By alias and name: when it was heard of last, on the monotonic clock. */
  readonly #heardMs = new Map<string, number>();
  readonly #neighbours = new Map<string, Neighbours>();
  /** What was said, by alias, flow and process: since when it is so. */
  readonly #lacks = new Map<string, Lack & { readonly sinceMs: number }>();
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
  heard(alias: string, entries: readonly (ControlEntry | null)[], live: boolean): void {
    const now = this.#run.clock.monotonicMs();
    const state = this.#run.controls.get(alias)?.state ?? new Map<string, ControlEntry>();
    this.#neighboursOf(alias).heard(entries, { live, nowMs: now, state });
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

  /** Others with the same ledger in a cluster, under whatever alias. */
  neighbours(alias: string): Neighbour[] {
    return this.#neighboursOf(alias).alive(this.#run.clock.monotonicMs());
  }
  ownOrder(alias: string): number {
    return this.#neighboursOf(alias).ownOrder;
  }

  #neighboursOf(alias: string): Neighbours {
    const { instance: name, startedAtMs } = this.#run;
    const known = this.#neighbours.get(alias) ?? new Neighbours({ name, startedAtMs });
    this.#neighbours.set(alias, known);
    return known;
  }

  /** Flows that not all processes with shards of a cluster know. */
  lacks(alias: string): Lack[] {
    if (this.#run.admission(alias) !== 'joined') return [];
    const copies = new Set([...this.#run.slots].flatMap(([flow, { settings }]) => (settings.enabled ? [flow] : [])));
    return lacksOf({ name: this.#run.instance, knows: this.#run.knows(alias), copies }, this.neighbours(alias));
  }

  /** What has changed since it was said last. */
  #compare(): void {
    const { clock, telemetry, controls } = this.#run;
    const nowMs = clock.monotonicMs();
    const now = new Map<string, Lack>();
    for (const alias of controls.keys())
      for (const lack of this.lacks(alias)) now.set(`${lack.flow} ${lack.process}`, lack);
    const without = (flow: string): number => [...now.values()].filter((lack) => lack.flow === flow).length;
    for (const [key, { flow, process, sinceMs }] of this.#lacks) {
      if (now.has(key)) continue;
      this.#lacks.delete(key);
      telemetry.emit(flowKnownElsewhere, { flow, process, without: without(flow), afterMs: nowMs - sinceMs });
    }
    for (const [key, { flow, process }] of now) {
      if (this.#lacks.has(key)) continue;
      this.#lacks.set(key, { flow, process, sinceMs: nowMs });
      telemetry.emit(flowUnknownElsewhere, { flow, process, without: without(flow) });
    }
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
      knows: [...this.#run.knows(alias)].sort(),
      joined: this.#run.admission(alias) === 'joined',
    };
  }

  /** Tells the others now. @throws TributaryError as {@link ControlLog.append} */
  async say(alias: string): Promise<void> {
    const control = this.#run.controls.get(alias);
    if (control) await control.append(keyOf.process(this.#run.instance, alias), this.#entry(alias, control));
  }

  async #report(): Promise<void> {
    this.#compare();
    const failures: string[] = [];
    for (const [alias, control] of this.#run.controls) {
      // Where nothing runs nobody needs to know.
      if (control.known && this.#runsInto(alias) && this.#run.admission(alias) !== 'refused') {
        await this.say(alias)
          .then(() => this.#forget(control))
          .catch((error: unknown) => failures.push(reasonOf(error)));
      }
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
  }

  /** Processes under ever new names would fill the log. */
  async #forget(control: ControlLog): Promise<void> {
    const now = { self: this.#run.instance, nowMs: this.#run.clock.monotonicMs() };
    const gone = forgottenOf(processEntries(control.state), this.#heardMs, now);
    if (gone.length > 0) await control.appendAll(gone.map(({ name, target }) => [keyOf.process(name, target), null]));
    for (const { name, target } of gone) this.#heardMs.delete(`${target} ${name}`);
  }

  #runsInto(alias: string): boolean {
    return [...this.#run.slots.values()].some(({ settings }) => settings.target === alias);
  }

  /** Says that it is gone, where that is quick. */
  async close(): Promise<void> {
    await this.#job.close();
    // Who was refused has said so, or must not take away what another one of its name says.
    const aliases = [...this.#run.controls.keys()].filter((alias) => this.#run.admission(alias) !== 'refused');
    await this.#quickly(aliases.map((alias) => this.#gone(alias)));
  }

  /** It does not share the work of a target, where saying so is quick. */
  leave(alias: string): Promise<void> {
    return this.#quickly([this.#gone(alias)]);
  }

  async #gone(alias: string): Promise<void> {
    const control = this.#run.controls.get(alias);
    if (control?.known) await control.append(keyOf.process(this.#run.instance, alias), null);
  }

  async #quickly(said: readonly Promise<void>[]): Promise<void> {
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
