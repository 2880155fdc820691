import type { Clock } from '../../../shared/clock.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { NameFilter, type ReplicationPolicy } from '../../../shared/names/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { FlowSettings } from '../config/index.ts';
import type { ControlEntry, FlowRule } from '../control/index.ts';
import {
  Copier,
  type CopierSnapshot,
  copiedIds,
  type FlowLimits,
  type PartitionSpec,
  type PullShards,
} from '../copy/index.ts';
import { MapReader } from '../maps/index.ts';
import type { FlowMetrics, PullMetrics } from '../metrics/index.ts';
import { Checkpoints, GroupOffsetSync, Heartbeats } from '../offsets/index.ts';
import { FlowSync } from '../sync/index.ts';
import type { PullClusters } from './clusters.ts';
import { FlowCopies } from './copyNumbers.ts';
import { loopRefused } from './events.ts';
import { FlowSyncs } from './flowSyncs.ts';
import { labelOf } from './mm2Offsets.ts';
import { Mm2Positions } from './mm2Positions.ts';
import { Part, type PartState, type PartTroubles } from './part.ts';
import { copySettingsOf, flowTextOf, policyOf, syncRulesOf } from './rules.ts';

export type { PartState } from './part.ts';

export interface FlowParts {
  readonly clusters: PullClusters;
  /** Of the target; opened when first asked for. */
  readonly shards: () => PullShards;
  /** Topics that would come back. */
  readonly isOwn: (topic: string) => boolean;
  readonly loops: (topic: string) => boolean;
  /** What operators have said, as it is now. */
  readonly rule: () => FlowRule;
  /** To all processes; resolves when {@link rule} has it. */
  readonly say: (entries: readonly (readonly [string, ControlEntry])[]) => Promise<void>;
  readonly ledgerTopic: string;
  /** Of all flows. */
  readonly troubles: PartTroubles;
  /** Kept over runs of the flow: what was said of access rules is not said again. */
  readonly seesRules: { value: boolean };
  /** Resolves when that is known, and shards of the target may be taken. Rejects where this process must not. */
  readonly ruled: () => Promise<void>;
  readonly metrics: PullMetrics;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

export interface FlowSnapshot {
  readonly flow: string;
  readonly enabled: boolean;
  readonly parts: Readonly<Record<string, PartState>>;
  /** Null: it does not copy (yet). */
  readonly copy: CopierSnapshot | null;
}

/** Loops that are said, each once. */
const LOOPS_SAID = 1_000;

/** One flow: `source->target`. */
export class FlowRun {
  readonly settings: FlowSettings;
  readonly #parts: FlowParts;
  readonly #policy: ReplicationPolicy;
  readonly #running: Part<{ close(): void | Promise<void> }>[] = [];
  #copier: Part<Copier> | null = null;
  #checkpointing: Part<Checkpoints> | null = null;
  #metrics: FlowMetrics | null = null;
  #syncs: Part<FlowSyncs> | null = null;
  /** Also when it is closed already. */
  #copied: Copier | null = null;
  #sync: Part<FlowSync> | null = null;
  #partitions: readonly PartitionSpec[] = [];
  readonly #copies: FlowCopies;
  readonly #saidLoops = new Set<string>();

  private constructor(settings: FlowSettings, parts: FlowParts) {
    this.settings = settings;
    this.#parts = parts;
    this.#policy = policyOf(settings);
    this.#copies = this.#numbered();
  }

  /** At once; its parts come up in the background. @throws TributaryError `configInvalid` */
  static open(settings: FlowSettings, parts: FlowParts): FlowRun {
    const flow = new FlowRun(settings, parts);
    if (settings.heartbeats.enabled) flow.#part('heartbeats', () => flow.#heartbeats());
    if (settings.enabled) flow.#copying();
    return flow;
  }

  get copier(): Copier | null {
    return this.#copier?.value ?? null;
  }

  /** What operators say has changed. */
  ruleChanged({ topics, limits }: { readonly topics: boolean; readonly limits: boolean }): void {
    this.copier?.hold((topic, partition) => this.#parts.rule().isPaused(topic, partition));
    if (limits) this.copier?.setLimits(this.#limits());
    if (topics) this.#sync?.value?.topicsChanged();
  }

  /** What operators said takes the place of what was written, for the flow and for its topics. */
  #limits(): FlowLimits {
    return { ...copySettingsOf(this.settings).limits, ...this.#parts.rule().limits };
  }

  snapshot(): FlowSnapshot {
    return {
      flow: flowTextOf(this.settings),
      enabled: this.settings.enabled,
      parts: Object.fromEntries(this.#running.map((part) => [part.name, part.state])),
      copy: this.copier?.snapshot() ?? null,
    };
  }

  /** What was begun last ends first. */
  async close(): Promise<void> {
    for (const part of this.#running.reverse()) await part.close();
    this.#metrics?.close();
  }

  #part<T extends { close(): void | Promise<void> }>(name: string, open: () => Promise<T>): Part<T> {
    const { telemetry, troubles } = this.#parts;
    const part = new Part(flowTextOf(this.settings), name, telemetry, open, troubles);
    this.#running.push(part);
    return part;
  }

  #copying(): void {
    const { offsetSyncs, checkpoints, groupOffsetSync } = this.settings;
    this.#metrics = this.#measured();
    if (offsetSyncs.enabled) this.#syncs = this.#part('offsetSyncs', () => this.#offsetSyncs());
    const { mm2Positions: mode } = this.settings;
    const mm2 = mode === 'never' ? null : this.#part('mm2Positions', () => this.#mm2Positions(mode));
    this.#copier = this.#part('copy', () => this.#copy(mm2));
    this.#sync = this.#part('topics', () => this.#topics());
    if (!checkpoints.enabled || !offsetSyncs.enabled) return;
    const emitter = this.#part('checkpoints', () => this.#checkpoints());
    this.#checkpointing = emitter;
    if (groupOffsetSync.enabled) this.#part('groupOffsets', () => this.#groupOffsets(emitter));
  }

  #measured(): FlowMetrics {
    const { source, target } = this.settings;
    return this.#parts.metrics.flow({
      name: { source, target },
      copies: () => this.copier?.snapshot() ?? null,
      keeps: (group, topic, partition) => this.#checkpointing?.value?.book.last(group, topic, partition) !== undefined,
    });
  }

  #cluster(side: 'source' | 'target', kind: 'consumer' | 'producer' | 'admin') {
    return this.#parts.clusters.of(this.settings.clients[side][kind]);
  }
  get #admins() {
    return { source: this.#cluster('source', 'admin'), target: this.#cluster('target', 'admin') };
  }
  get #names() {
    const { source: sourceAlias, target: targetAlias } = this.settings;
    const { telemetry, clock } = this.#parts;
    return { sourceAlias, targetAlias, telemetry, clock };
  }

  #heartbeats(): Promise<Heartbeats> {
    const { everyMs: intervalMs, replicationFactor } = this.settings.heartbeats;
    return Heartbeats.open({
      ...this.#names,
      target: this.#cluster('target', 'producer'),
      intervalMs,
      replicationFactor,
    });
  }

  #offsetSyncs(): Promise<FlowSyncs> {
    const { offsetSyncs, source, target } = this.settings;
    const { telemetry, clock } = this.#parts;
    return FlowSyncs.open({
      flow: flowTextOf(this.settings),
      cluster: this.#cluster(offsetSyncs.location, 'producer'),
      topic: this.#policy.offsetSyncsTopic(offsetSyncs.location === 'source' ? target : source),
      replicationFactor: offsetSyncs.replicationFactor,
      maxLag: offsetSyncs.lagMax,
      telemetry,
      clock,
    });
  }

  /** Opened before the copier, which begins where it says, and closed after it. */
  async #mm2Positions(mode: 'auto' | 'always'): Promise<Mm2Positions> {
    await this.#parts.ruled();
    const { source, mm2OffsetsTopic } = this.settings;
    return Mm2Positions.open({
      flow: flowTextOf(this.settings),
      cluster: this.#cluster('target', 'producer'),
      name: mm2OffsetsTopic,
      source,
      mode,
      positions: () => this.#copied?.positions() ?? [],
      quiet: () => this.#parts.shards().quiet(),
      telemetry: this.#parts.telemetry,
      clock: this.#parts.clock,
    });
  }

  async #copy(mm2: Part<Mm2Positions> | null): Promise<Copier> {
    const { source, target } = this.settings;
    const { telemetry, clock } = this.#parts;
    await this.#parts.ruled();
    const shards = this.#parts.shards();
    await shards.opened;
    await mm2?.settled;
    if (mm2 && !mm2.value) throw noStart(flowTextOf(this.settings), mm2.state);
    const before = mm2?.value?.before;
    this.#copied = Copier.open({
      name: { source, target },
      source: this.#cluster('source', 'consumer'),
      shards,
      partitions: this.#partitions,
      settings: { ...copySettingsOf(this.settings), limits: this.#limits() },
      elsewhere: (topic, partition) => before?.get(labelOf(topic, partition)) ?? null,
      isHeld: (topic, partition) => this.#parts.rule().isPaused(topic, partition),
      onOutdated: () => this.#sync?.value?.topicsChanged(),
      listener: {
        copied: (batch) => this.#syncs?.value?.copied(batch),
        left: (topic, partition) => this.#syncs?.value?.left(topic, partition),
      },
      ...(this.#metrics ? { meter: this.#metrics } : {}),
      telemetry,
      clock,
    });
    return this.#copied;
  }

  async #topics(): Promise<FlowSync> {
    const { topicRefresh, configSync, aclSync } = this.settings;
    await this.#parts.ruled();
    const rules = syncRulesOf(this.settings, this.#policy, this.#admins, (topic) => this.#refused(topic));
    return FlowSync.open({
      ...rules,
      copies: this.#copies,
      seesRules: this.#parts.seesRules,
      accepts: (topic) => {
        const said = this.#parts.rule().topics.get(topic);
        return said === undefined ? rules.accepts(topic) : said && !this.#refused(topic);
      },
      telemetry: this.#parts.telemetry,
      clock: this.#parts.clock,
      everyMs: {
        topics: topicRefresh.enabled ? topicRefresh.everyMs : null,
        configs: configSync.everyMs,
        acls: aclSync.everyMs,
      },
      onTopics: (pairs) => {
        this.#partitions = pairs.flatMap(({ source: topic, target: targetTopic, partitions, sourceId }) =>
          Array.from({ length: partitions }, (_, partition) => {
            return { topic, partition, targetTopic, ...(sourceId === undefined ? {} : { sourceId }) };
          }),
        );
        this.copier?.setPartitions(this.#partitions);
      },
    });
  }

  /** Heartbeats say that a cluster is alive: whoever looks for them looks by their name. */
  #numbered(): FlowCopies {
    const { settings } = this;
    const { rule, say, ledgerTopic, telemetry, clock } = this.#parts;
    const flow = flowTextOf(settings);
    return new FlowCopies({
      flow,
      apart: settings.onTopicRecreated === 'new',
      copyName: (topic) => this.#policy.formatRemoteTopic(settings.source, topic),
      isHeartbeats: (topic) => this.#policy.isHeartbeatsTopic(topic),
      rule,
      say,
      copied: () => copiedIds(this.#cluster('target', 'consumer'), ledgerTopic, flow),
      telemetry,
      clock,
    });
  }

  #refused(topic: string): boolean {
    if (this.#parts.isOwn(topic)) return true;
    if (!this.#parts.loops(topic)) return false;
    if (!this.#saidLoops.has(topic) && this.#saidLoops.size < LOOPS_SAID) {
      this.#saidLoops.add(topic);
      this.#parts.telemetry.emit(loopRefused, { flow: flowTextOf(this.settings), topic });
    }
    return true;
  }

  async #checkpoints(): Promise<Checkpoints> {
    await this.#parts.ruled();
    const { topics, groups, checkpoints, offsetSyncs } = this.settings;
    const listed = new NameFilter(topics);
    const acceptsTopic = (topic: string): boolean => this.#parts.rule().topics.get(topic) ?? listed.accepts(topic);
    return Checkpoints.open({
      ...this.#names,
      ...this.#admins,
      policy: this.#policy,
      acceptsTopic,
      acceptsGroup: new NameFilter(groups).accepts,
      copyOf: (topic) => this.#copies.nameOf(topic),
      syncsOn: offsetSyncs.location,
      exact: new MapReader({
        cluster: this.#cluster('target', 'consumer'),
        topic: this.#parts.shards().mapsTopic,
        flow: flowTextOf(this.settings),
        acceptsTopic,
      }),
      intervalMs: checkpoints.everyMs,
      replicationFactor: checkpoints.replicationFactor,
      ...(this.#metrics ? { meter: this.#metrics } : {}),
    });
  }

  async #groupOffsets(emitter: Part<Checkpoints>): Promise<GroupOffsetSync | Nothing> {
    await emitter.settled;
    if (!emitter.value) return NOTHING;
    const { book } = emitter.value;
    const intervalMs = this.settings.groupOffsetSync.everyMs;
    return GroupOffsetSync.open({ ...this.#names, target: this.#admins.target, book, intervalMs });
  }
}

/** Positions that can't be read must not be passed over: records would come twice. */
const noStart = (flow: string, state: PartState): TributaryError =>
  new TributaryError({
    code: 'configInvalid',
    operation: 'begin copying',
    subject: flow,
    reason: `MirrorMaker 2's positions can't be read: ${'reason' in state ? state.reason : state.kind}`,
    hint: 'Give the right to read them, or set tributary.mm2.positions=never to begin without them.',
    retry: 'final',
  });

/** Where there are no checkpoints, which was said, there is nothing to keep groups at. */
interface Nothing {
  close(): void;
}
const NOTHING: Nothing = { close: () => {} };
