import { type Clock, systemClock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import type { Check } from '../../../shared/telemetry/checks.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { FlowSettings, PullSettings } from '../config/index.ts';
import { type ControlEntry, ControlLog, controlTopicOf, flowEntries, ruleOf } from '../control/index.ts';
import { PullShards } from '../copy/index.ts';
import { PullMetrics } from '../metrics/index.ts';
import { readFlow } from './addedFlow.ts';
import { Admission } from './admission.ts';
import { PullClusters } from './clusters.ts';
import { flowsBegin, flowUnable, lackText, nothingCopied } from './events.ts';
import type { FlowSnapshot } from './flowRun.ts';
import { type FlowOrigin, FlowSlot } from './flowSlot.ts';
import { deadLettersOf, LEDGER_TOPIC } from './ledgerTopics.ts';
import { PartTroubles } from './part.ts';
import { isOwnTopic, loopsOf } from './refusals.ts';
import { Reports } from './reports.ts';
import { flowTextOf } from './rules.ts';

export interface PullRunOptions {
  readonly settings: PullSettings;
  /** Unique among the processes that share the work. */
  readonly instance: string;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  /** On each target; default `tributary.pulls`. Processes with the same one share the work. */
  readonly ledgerTopic?: string | undefined;
  /** Only flows into these clusters may be added; none: into all of the configuration. */
  readonly targets?: readonly string[] | undefined;
}

const SHARDS = 12;

/** All flows of one configuration, and those that were added since. */
export class PullRun {
  readonly settings: PullSettings;
  readonly instance: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly startedAtMs: number;
  /** By the alias of the target. */
  readonly controls = new Map<string, ControlLog>();
  readonly slots = new Map<string, FlowSlot>();
  /** Flows that were added and can't run here, with the reason. */
  readonly unable = new Map<string, string>();
  readonly reports: Reports;
  readonly ledgerTopic: string;
  /** Rejects when this process must not share the work of a target: `configInvalid`. Never resolves. */
  readonly refused: Promise<void>;
  readonly #refused = Promise.withResolvers<void>();
  /** One a cluster, by each of its aliases. */
  readonly #admissions = new Map<string, Admission>();
  readonly #targets = new Map<string, Cluster>();
  readonly #clusters: PullClusters;
  readonly #metrics: PullMetrics;
  readonly #shards = new Map<Cluster, PullShards>();
  readonly #byTarget = new Map<string, PullShards>();
  readonly #leaving = new Map<string, Promise<void>>();
  #loops = new Map<FlowSlot, (topic: string) => boolean>();
  readonly #troubles = new PartTroubles();
  #closed = false;

  private constructor(options: PullRunOptions) {
    this.settings = options.settings;
    this.instance = options.instance;
    this.telemetry = options.telemetry;
    this.clock = options.clock ?? systemClock;
    this.startedAtMs = this.clock.now();
    this.ledgerTopic = options.ledgerTopic ?? LEDGER_TOPIC;
    this.#metrics = PullMetrics.open(options.telemetry.registry, this.clock);
    this.#clusters = new PullClusters(`tributary-pull-${options.instance}`, options.telemetry);
    this.reports = new Reports(this);
    this.refused = this.#refused.promise;
    this.refused.catch(() => {});
    const targets = options.targets ?? [];
    const aliases = targets.length > 0 ? targets : Object.keys(this.settings.clusters);
    // Those with flows first: one of a cluster's aliases is where it is judged.
    for (const alias of new Set([...this.settings.flows.map(({ target }) => target), ...aliases])) this.#control(alias);
  }

  /** At once. @throws TributaryError `configInvalid` */
  static open(options: PullRunOptions): PullRun {
    const run = new PullRun(options);
    for (const flow of options.settings.flows) run.#open('file', flow);
    run.#tell();
    return run;
  }

  #tell(): void {
    const { flows, clusters } = this.settings;
    const named = (enabled: boolean) => flows.filter((flow) => flow.enabled === enabled).map(flowTextOf);
    const what = { copying: named(true), heartbeatsOnly: named(false) };
    if (what.copying.length > 0) this.telemetry.emit(flowsBegin, what);
    else this.telemetry.emit(nothingCopied, { ...what, clusters: Object.keys(clusters) });
  }

  /**
   * Resolves when it is known that this process may share the work of its targets, or that this can't be found out now, as one
   * is away. @throws TributaryError `configInvalid`: it must not
   */
  async judged(): Promise<void> {
    const wanted = [...this.#admissions].filter(([alias]) => this.knows(alias).size > 0);
    const away = (alias: string): Promise<void> => this.controls.get(alias)?.troubled ?? Promise.resolve();
    await Promise.all(wanted.map(([alias, { settled }]) => Promise.race([settled, away(alias)])));
  }

  /** What runs here. */
  flows(): FlowSnapshot[] {
    return [...this.slots.values()].flatMap((slot) => slot.snapshot() ?? []);
  }

  shardsOf(target: string): PullShards | null {
    return this.#byTarget.get(target) ?? null;
  }

  /** Every shard that was given to this process is served, and every flow copies. */
  checks(): Check[] {
    return [
      () => {
        const waiting = this.flows().flatMap(({ flow, parts }) =>
          Object.entries(parts).flatMap(([part, state]) =>
            state.kind === 'open' ? [] : [`${flow} ${part}: ${'reason' in state ? state.reason : state.kind}`],
          ),
        );
        const unable = [...this.unable].map(([flow, reason]) => `${flow}: ${reason}`);
        const [first] = [...waiting, ...unable];
        if (first !== undefined) return { name: 'flows', ok: false, reason: first };
        // Ready all the same: a rolling change waits for the new processes before it ends the old ones.
        const [lack] = [...this.controls.keys()].flatMap((alias) => this.reports.lacks(alias));
        return { name: 'flows', ok: true, ...(lack ? { reason: `${lack.flow}: ${lackText(lack.process)}` } : {}) };
      },
    ];
  }

  #control(alias: string): void {
    const clients = this.settings.clusters[alias];
    const own = this.settings.flows.find(({ target }) => target === alias);
    const client = own?.clients.target.producer ?? clients?.producer;
    if (!client) return;
    const cluster = this.#clusters.of(client);
    this.#targets.set(alias, cluster);
    const log = ControlLog.open({
      cluster,
      alias,
      topic: controlTopicOf(this.ledgerTopic),
      make: this.settings.flows.some(({ target, enabled }) => enabled && target === alias),
      listener: { changed: (entries, anew) => this.#said(alias, entries, anew) },
      telemetry: this.telemetry,
      clock: this.clock,
    });
    this.controls.set(alias, log);
    const [same] = [...this.#targets].flatMap(([one, of]) => (of === cluster ? (this.#admissions.get(one) ?? []) : []));
    const admission = same ?? new Admission(this, log);
    this.#admissions.set(alias, admission);
    if (same) return;
    admission.settled.catch((error: unknown) => {
      if (admission.state === 'refused') this.#refused.reject(error);
    });
  }

  admission(alias: string): Admission['state'] {
    return this.#admissions.get(alias)?.state ?? 'judging';
  }

  /** Flows of the file that copy into the cluster of an alias, under whatever alias. */
  knows(alias: string): ReadonlySet<string> {
    const cluster = this.#targets.get(alias);
    const flows = this.settings.flows.filter(
      ({ enabled, clients }) => enabled && this.#clusters.of(clients.target.producer) === cluster,
    );
    return new Set(flows.map(flowTextOf));
  }

  #said(alias: string, entries: readonly (ControlEntry | null)[], anew: boolean): void {
    if (this.#closed) return;
    if (anew || entries.some((entry) => entry?.kind !== 'process')) this.#reconcile(alias);
    for (const entry of entries) {
      if (entry?.kind !== 'word') continue;
      const slot = this.slots.get(entry.scope.flow);
      if (slot?.settings.target !== alias) continue;
      if (entry.word === 'restart') slot.restart(entry.scope);
      else slot.accept(entry.scope);
    }
    this.reports.heard(alias, entries, !anew);
    this.#admissions.get(alias)?.heard();
  }

  /** Makes what runs here what operators say, for flows into one cluster. */
  #reconcile(alias: string): void {
    const state = this.controls.get(alias)?.state ?? new Map<string, ControlEntry>();
    const added = new Map<string, FlowSettings>();
    for (const { flow, config } of flowEntries(state)) {
      if (this.settings.flows.some((one) => flowTextOf(one) === flow)) continue;
      const read = readFlow(config, this.settings.clusters);
      if (read.settings?.target === alias && flowTextOf(read.settings) === flow) added.set(flow, read.settings);
      else if (read.settings === null && flow.endsWith(`->${alias}`)) this.#cannot(flow, read.reason);
    }
    for (const [flow, slot] of this.slots) {
      if (slot.origin !== 'added' || slot.settings.target !== alias) continue;
      const now = added.get(flow);
      if (!now || !slot.isOf('added', now)) this.#close(flow, slot);
    }
    for (const flow of this.unable.keys())
      if (!state.has(`flow/${flow}`) && flow.endsWith(`->${alias}`)) this.unable.delete(flow);
    for (const [flow, settings] of added) {
      if (this.slots.has(flow)) continue;
      this.unable.delete(flow);
      try {
        this.#open('added', settings);
      } catch (error) {
        this.#cannot(flow, reasonOf(error));
      }
    }
    for (const [flow, slot] of this.slots) if (slot.settings.target === alias) slot.ruled(ruleOf(state, flow));
  }

  #cannot(flow: string, reason: string): void {
    if (this.unable.get(flow) !== reason) this.telemetry.emit(flowUnable, { flow, reason });
    this.unable.set(flow, reason);
  }

  #open(origin: FlowOrigin, settings: FlowSettings): void {
    const flow = flowTextOf(settings);
    const control = this.controls.get(settings.target);
    const parts = {
      clusters: this.#clusters,
      shards: () => this.#shardsOf(settings),
      isOwn: (topic: string) => isOwnTopic(topic, settings, this.ledgerTopic),
      loops: (topic: string) => this.#loopsOf(slot)(topic),
      ruled: () => this.#admissions.get(settings.target)?.settled ?? Promise.resolve(),
      say: async (entries: readonly (readonly [string, ControlEntry])[]) => {
        if (entries.length > 0) await this.controls.get(settings.target)?.appendAll(entries);
      },
      ledgerTopic: this.ledgerTopic,
      troubles: this.#troubles,
      seesRules: { value: true },
      metrics: this.#metrics,
      telemetry: this.telemetry,
      clock: this.clock,
    };
    const rule = ruleOf(control?.state ?? new Map<string, ControlEntry>(), flow);
    const slot: FlowSlot = new FlowSlot(origin, settings, rule, parts, this.#leaving.get(flow) ?? null);
    this.slots.set(flow, slot);
    this.#loops = new Map();
  }

  #close(flow: string, slot: FlowSlot): void {
    this.slots.delete(flow);
    this.#loops = new Map();
    const leaving = slot.close().finally(() => {
      if (this.#leaving.get(flow) === leaving) this.#leaving.delete(flow);
    });
    this.#leaving.set(flow, leaving);
  }

  /** Topics that would come back, with the flows that run now. */
  #loopsOf(slot: FlowSlot): (topic: string) => boolean {
    const known = this.#loops.get(slot);
    if (known) return known;
    const flows = [...this.slots.values()].map(({ settings }) => settings);
    const made = loopsOf(slot.settings, { clusters: this.settings.clusters, flows });
    this.#loops.set(slot, made);
    return made;
  }

  /** One a cluster, whatever its aliases: two members of one group would take each other's shards. */
  #shardsOf({ target, clients }: FlowSettings): PullShards {
    const cluster = this.#clusters.of(clients.target.producer);
    const known = this.#shards.get(cluster);
    if (known) return this.#served(target, known);
    if (this.#closed) throw closing();
    const { instance, telemetry, clock } = this;
    const topic = this.ledgerTopic;
    const shards = PullShards.open(
      { cluster, clock, telemetry },
      { topic, shards: SHARDS, replicationFactor: -1, deadLetterTopic: deadLettersOf(topic), instance },
    );
    this.#shards.set(cluster, shards);
    return this.#served(target, shards);
  }

  #served(target: string, shards: PullShards): PullShards {
    this.#byTarget.set(target, shards);
    return shards;
  }

  /** Ends after the transactions under way; positions are in the ledger. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const admission of this.#admissions.values()) admission.close();
    await Promise.all([...this.slots.values()].map((slot) => slot.close()));
    await Promise.all(this.#leaving.values());
    await Promise.all([...this.#shards.values()].map((shards) => shards.close()));
    await this.reports.close();
    await Promise.all([...this.controls.values()].map((control) => control.close()));
    await this.#clusters.close();
    this.#metrics.close();
  }
}

const closing = (): TributaryError =>
  new TributaryError({
    code: 'closed',
    operation: 'open pull ledger',
    subject: 'pull',
    reason: 'the process is stopping',
    retry: 'final',
  });
