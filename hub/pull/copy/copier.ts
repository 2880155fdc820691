/**
 * One flow: partitions of a source, copied for as long as their shards are owned here. It owns the fetch loops and the starter,
 * borrows the source's cluster and the shards of the target.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import type { Stamper } from '../../../shared/records/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { Chunk, Landed } from './chunk.ts';
import { pullPartitionStopped } from './events.ts';
import { FetchLoop } from './fetchLoop.ts';
import type { Flow } from './flow.ts';
import { Followers } from './followers.ts';
import { positionId, shardOfPosition } from './ledger.ts';
import { Limiter } from './limits.ts';
import type { ShardOwner } from './owner.ts';
import { Partition, type PartitionState } from './partition.ts';
import { flowStamp } from './provenance.ts';
import {
  type CopiedTo,
  type CopyListener,
  type CopyMeter,
  type CopySettings,
  DEFAULT_COPY,
  type Elsewhere,
  type FlowLimits,
  type FlowName,
  type PartitionSpec,
} from './settings.ts';
import type { PullShards } from './shards.ts';
import { type CopierSnapshot, snapshotOf } from './snapshot.ts';
import { Starter } from './starter.ts';
import { Troubles } from './troubles.ts';

export interface CopierOptions {
  readonly name: FlowName;
  readonly source: Cluster;
  /** Of the target cluster; shared by all flows into it. */
  readonly shards: PullShards;
  readonly partitions: readonly PartitionSpec[];
  readonly settings?: Partial<CopySettings>;
  /** What somebody else has copied of a partition; it counts where there is no position, or only an earlier one. */
  readonly elsewhere?: (topic: string, partition: number) => Elsewhere | null;
  /** See {@link Copier.hold}. */
  readonly isHeld?: PausedBy;
  /** A source topic is not the one any more that its target was chosen for: {@link Copier.setPartitions} is awaited. */
  readonly onOutdated?: (topic: string) => void;
  readonly listener?: CopyListener;
  readonly meter?: CopyMeter;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

type PausedBy = (topic: string, partition: number) => boolean;

export class Copier implements Flow {
  readonly name: FlowName;
  readonly source: Cluster;
  readonly settings: CopySettings;
  readonly listener: CopyListener;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly elsewhere: (topic: string, partition: number) => Elsewhere | null;
  readonly partitions = new Map<string, Partition>();
  readonly owners = new Map<number, ShardOwner>();
  readonly #meter: CopyMeter | null;
  readonly limiter: Limiter;
  readonly followers: Followers;
  readonly #shards: PullShards;
  readonly #stopped = new AbortController();
  readonly #fetchers = new Map<number, FetchLoop>();
  readonly #troubles: Troubles;
  readonly #pausedTopics = new Set<string>();
  #isHeld: PausedBy = () => false;
  readonly #onOutdated: (topic: string) => void;
  readonly #starter: Starter;
  #stamp: Stamper | null = null;
  #pendingBytes = 0;
  /** Those that were owned here when it was closed. */
  #last: readonly Partition[] | null = null;

  private constructor(options: CopierOptions) {
    this.name = options.name;
    this.source = options.source;
    this.settings = { ...DEFAULT_COPY, ...options.settings };
    this.listener = options.listener ?? {};
    this.telemetry = options.telemetry;
    this.clock = options.clock;
    this.elsewhere = options.elsewhere ?? (() => null);
    this.#meter = options.meter ?? null;
    this.limiter = new Limiter(this.name, this.telemetry, this.clock);
    this.limiter.set(this.settings.limits);
    this.followers = new Followers(this.settings.rack, this.clock);
    this.#shards = options.shards;
    this.#troubles = new Troubles(this.name, this.telemetry, this.clock);
    this.#isHeld = options.isHeld ?? this.#isHeld;
    this.#onOutdated = options.onOutdated ?? (() => {});
    this.#starter = new Starter(this);
    this.setPartitions(options.partitions);
    this.#shards.attach(this);
  }

  /** At once; what is copied when, {@link snapshot} says. */
  static open(options: CopierOptions): Copier {
    return new Copier(options);
  }

  get signal(): AbortSignal {
    return this.#stopped.signal;
  }
  get targets() {
    return this.#shards.targets;
  }
  /** Both clusters' ids are known by the time that something is copied. */
  get stamp(): Stamper | null {
    if (!this.settings.provenance) return null;
    this.#stamp ??= flowStamp(this.name, this.source.clusterId, this.targets.clusterId);
    return this.#stamp;
  }
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** All that are to be copied from now on. What was copied before and is not any more keeps its position in the ledger. */
  setPartitions(specs: readonly PartitionSpec[]): void {
    const wanted = new Map(specs.map((spec) => [`${spec.topic}/${spec.partition}`, spec]));
    for (const [label, partition] of this.partitions) {
      if (wanted.has(label)) continue;
      this.partitions.delete(label);
      this.#leave(partition);
    }
    for (const [label, spec] of wanted) {
      const known = this.partitions.get(label);
      if (!known) this.#add(label, spec);
      else if (!isSame(known.spec, spec)) {
        known.spec = spec;
        known.rewind();
        known.start();
      }
    }
    this.limiter.share(this.partitions.values());
    this.wakeStarter();
  }

  /**
   * Other rates from now on. `flow` and `topics` each take the place of what was, where they are given; `{}` takes limits
   * away. Gone when the process ends.
   * @throws TributaryError `configInvalid`
   */
  setLimits(limits: FlowLimits): void {
    this.limiter.set(limits);
    this.wakeFetchers();
  }

  #add(label: string, spec: PartitionSpec): void {
    const id = positionId(this.name, spec.topic, spec.partition);
    const shard = shardOfPosition(this.name, spec.topic, spec.partition, this.#shards.shards);
    const partition = new Partition(spec, id, shard, this.clock, (moved, before) => this.#moved(moved, before));
    partition.paused = this.#isPaused(spec.topic, spec.partition);
    this.partitions.set(label, partition);
    const owner = this.owners.get(shard);
    if (owner) partition.own(owner.position(id));
  }

  /** Not fetched any more; what was fetched is still written. Without a partition: the whole topic, partitions to come too. */
  pause(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedTopics.add(topic);
    for (const one of this.#of(topic, partition)) one.paused = true;
  }

  /** From now on these are paused, partitions to come too, beside those that {@link pause} names. */
  hold(isHeld: PausedBy): void {
    this.#isHeld = isHeld;
    for (const one of this.partitions.values()) one.paused = this.#isPaused(one.spec.topic, one.spec.partition);
    this.wakeFetchers();
  }

  #isPaused(topic: string, partition: number): boolean {
    return this.#pausedTopics.has(topic) || this.#isHeld(topic, partition);
  }

  /** Also the operator's word that what a partition has stopped for is to be taken as it is. */
  resume(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedTopics.delete(topic);
    for (const one of this.#of(topic, partition)) one.paused = this.#isHeld(topic, one.spec.partition);
    this.accept(topic, partition);
  }

  /** The operator's word that what partitions have stopped for is to be taken as it is; without a topic: of all. */
  accept(topic?: string, partition?: number): void {
    for (const one of this.#of(topic, partition)) {
      this.targets.doubt(one.spec.targetTopic);
      if (one.state.kind === 'stopped') {
        one.accepted = true;
        one.start();
      } else if (one.state.kind === 'waiting') one.start();
    }
    this.wakeStarter();
    this.wakeFetchers();
  }

  /** Fetched again from what is committed, after another look at both sides. One that had stopped stops again, unless that is mended. */
  restart(topic?: string, partition?: number): void {
    for (const one of this.#of(topic, partition)) {
      this.targets.doubt(one.spec.targetTopic);
      this.source.forget(one.spec.topic);
      one.rewind();
      one.start();
    }
    this.wakeStarter();
  }

  #of(topic?: string, partition?: number): Partition[] {
    return [...this.partitions.values()].filter(
      ({ spec }) =>
        (topic === undefined || spec.topic === topic) && (partition === undefined || spec.partition === partition),
    );
  }

  snapshot(): CopierSnapshot {
    const partitions = [...this.partitions.values()].map((partition) => snapshotOf(partition, this.clock));
    return { flow: this.name, limits: this.limiter.limits, pendingBytes: this.#pendingBytes, partitions };
  }

  /** What is copied here, as committed; once it is closed: what was copied here then. */
  positions(): CopiedTo[] {
    const mine = this.#last ?? this.#owned();
    return mine.flatMap(({ spec: { topic, partition }, committed: next }) =>
      next < 0 ? [] : [{ topic, partition, next }],
    );
  }

  #owned(): Partition[] {
    return [...this.partitions.values()].filter(({ state }) => state.kind !== 'unowned');
  }

  /** Nothing more is fetched or written, except for the transaction under way; positions are where the ledger has them. */
  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#last = this.#owned();
    this.#stopped.abort();
    this.#shards.detach(this);
    for (const partition of this.partitions.values()) partition.disown();
    this.#starter.wake();
    for (const fetcher of this.#fetchers.values()) fetcher.wake();
    await this.#starter.ended;
    await Promise.all([...this.#fetchers.values()].map((fetcher) => fetcher.ended));
  }

  served(owner: ShardOwner): void {
    this.owners.set(owner.shard, owner);
    for (const partition of this.partitions.values()) {
      if (partition.shard === owner.shard) partition.own(owner.position(partition.id));
    }
    this.limiter.share(this.partitions.values());
    this.wakeStarter();
  }

  lost(shard: number): void {
    this.owners.delete(shard);
    for (const partition of this.partitions.values()) if (partition.shard === shard) this.#leave(partition);
    this.limiter.share(this.partitions.values());
  }

  /** Somebody else has it from now on, or nobody. */
  #leave(partition: Partition): void {
    if (partition.state.kind === 'unowned') return;
    partition.disown();
    partition.left = true;
    this.listener.left?.(partition.spec.topic, partition.spec.partition);
  }

  outdated(topic: string): void {
    this.source.forget(topic);
    this.#onOutdated(topic);
  }

  wakeStarter(): void {
    this.#starter.wake();
  }

  wakeFetchers(): void {
    if (this.signal.aborted) return;
    for (const { fetchNode, state } of this.partitions.values()) {
      if (state.kind !== 'copying' || fetchNode < 0 || this.#fetchers.has(fetchNode)) continue;
      this.#fetchers.set(fetchNode, new FetchLoop(this, fetchNode));
    }
    for (const fetcher of this.#fetchers.values()) fetcher.wake();
  }

  reserve(partition: Partition, bytes: number): void {
    partition.pendingBytes += bytes;
    this.#pendingBytes += bytes;
  }

  released({ partition, plan }: Chunk): void {
    partition.pendingBytes -= plan.bytes;
    this.#pendingBytes -= plan.bytes;
    if (plan.bytes > 0) for (const fetcher of this.#fetchers.values()) fetcher.wake();
  }

  settled({ partition, fetchedAtMs }: Chunk, landed: Landed): void {
    const { counters, spec } = partition;
    counters.records += landed.records;
    counters.bytes += landed.bytes;
    counters.batches += landed.batches;
    counters.deadLettered += landed.deadLettered;
    if (landed.records > 0) {
      const { maxTimestamp } = landed;
      const ageMs = Math.max(0, fetchedAtMs - maxTimestamp);
      const latencyMs = Math.max(0, this.clock.now() - maxTimestamp);
      this.#meter?.copied(spec.targetTopic, partition.targetPartition, { ...landed, ageMs, latencyMs });
      partition.lastTimestamp = maxTimestamp;
    }
  }

  away(partitions: Iterable<Partition>, reason: string): void {
    this.#troubles.away(partitions, reason);
  }

  recovered(partition: Partition): void {
    this.#troubles.recovered(partition);
  }

  #moved(partition: Partition, before: PartitionState): void {
    const { state, label: source } = partition;
    if (state.kind === 'waiting') this.#troubles.waits(partition, state.reason, state.detail);
    else if (state.kind === 'starting') this.wakeStarter();
    else if (state.kind !== 'copying') this.#troubles.left(partition);
    if (state.kind === 'stopped' && before.kind !== 'stopped') {
      const { reason, detail } = state;
      this.telemetry.emit(pullPartitionStopped, { flow: this.name, source, reason, detail });
    }
  }
}

const isSame = (a: PartitionSpec, b: PartitionSpec): boolean =>
  a.targetTopic === b.targetTopic && a.targetPartition === b.targetPartition && a.sourceId === b.sourceId;
