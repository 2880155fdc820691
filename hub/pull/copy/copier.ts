/**
 * One flow: partitions of a source, copied for as long as their shards are owned here. It owns the fetch loops and the starter,
 * borrows the source's cluster and the shards of the target.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import type { Stamper } from '../../../shared/records/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { Chunk, Landed } from './chunk.ts';
import {
  pullCopied,
  pullPartitionRecovered,
  pullPartitionStopped,
  pullPartitionWaits,
  pullPartitionWaitsAgain,
} from './events.ts';
import { FetchLoop } from './fetchLoop.ts';
import type { Flow } from './flow.ts';
import { Followers } from './followers.ts';
import { positionId, shardOfPosition } from './ledger.ts';
import { Limiter } from './limits.ts';
import type { ShardOwner } from './owner.ts';
import { Partition, type PartitionState } from './partition.ts';
import { flowStamp } from './provenance.ts';
import {
  type CopyListener,
  type CopySettings,
  DEFAULT_COPY,
  type FlowLimits,
  type FlowName,
  type PartitionSpec,
} from './settings.ts';
import type { PullShards } from './shards.ts';
import { type CopierSnapshot, snapshotOf } from './snapshot.ts';
import { Starter } from './starter.ts';

export interface CopierOptions {
  readonly name: FlowName;
  readonly source: Cluster;
  /** Of the target cluster; shared by all flows into it. */
  readonly shards: PullShards;
  readonly partitions: readonly PartitionSpec[];
  readonly settings?: Partial<CopySettings>;
  /** Where a partition without a position begins (for those who come from elsewhere); null: as the settings say. */
  readonly startOffset?: (topic: string, partition: number) => number | null;
  readonly listener?: CopyListener;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** Short trouble is everyday life (a leader moves, a topic is just being made): said once it has lasted for some attempts. */
const SILENT_ATTEMPTS = 3;

export class Copier implements Flow {
  readonly name: FlowName;
  readonly source: Cluster;
  readonly settings: CopySettings;
  readonly listener: CopyListener;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly startOffset: (topic: string, partition: number) => number | null;
  readonly partitions = new Map<string, Partition>();
  readonly owners = new Map<number, ShardOwner>();
  readonly limiter: Limiter;
  readonly followers: Followers;
  readonly #shards: PullShards;
  readonly #stopped = new AbortController();
  readonly #fetchers = new Map<number, FetchLoop>();
  readonly #pausedTopics = new Set<string>();
  readonly #starter: Starter;
  #stamp: Stamper | null = null;
  #pendingBytes = 0;

  private constructor(options: CopierOptions) {
    this.name = options.name;
    this.source = options.source;
    this.settings = { ...DEFAULT_COPY, ...options.settings };
    this.listener = options.listener ?? {};
    this.telemetry = options.telemetry;
    this.clock = options.clock;
    this.startOffset = options.startOffset ?? (() => null);
    this.limiter = new Limiter(this.name, this.telemetry, this.clock);
    this.limiter.set(this.settings.limits);
    this.followers = new Followers(this.settings.rack, this.clock);
    this.#shards = options.shards;
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
      partition.disown();
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
    partition.paused = this.#pausedTopics.has(spec.topic);
    this.partitions.set(label, partition);
    const owner = this.owners.get(shard);
    if (owner) partition.own(owner.position(id));
  }

  /** Not fetched any more; what was fetched is still written. Without a partition: the whole topic, partitions to come too. */
  pause(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedTopics.add(topic);
    for (const one of this.#of(topic, partition)) one.paused = true;
  }

  /** Also the operator's word that what a partition has stopped for is to be taken as it is. */
  resume(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedTopics.delete(topic);
    for (const one of this.#of(topic, partition)) {
      one.paused = false;
      this.targets.doubt(one.spec.targetTopic);
      if (one.state.kind === 'stopped') {
        one.accepted = true;
        one.start();
      } else if (one.state.kind === 'waiting') one.start();
    }
    this.wakeStarter();
    this.wakeFetchers();
  }

  #of(topic: string, partition?: number): Partition[] {
    return [...this.partitions.values()].filter(
      ({ spec }) => spec.topic === topic && (partition === undefined || spec.partition === partition),
    );
  }

  snapshot(): CopierSnapshot {
    const partitions = [...this.partitions.values()].map((partition) => snapshotOf(partition, this.clock));
    return { flow: this.name, limits: this.limiter.limits, pendingBytes: this.#pendingBytes, partitions };
  }

  /** Nothing more is fetched or written, except for the transaction under way; positions are where the ledger has them. */
  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
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
    for (const partition of this.partitions.values()) if (partition.shard === shard) partition.disown();
    this.limiter.share(this.partitions.values());
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
      const { records, bytes, maxTimestamp } = landed;
      const ageMs = Math.max(0, fetchedAtMs - maxTimestamp);
      const latencyMs = Math.max(0, this.clock.now() - maxTimestamp);
      const facts = { flow: this.name, topic: spec.targetTopic, partition: partition.targetPartition };
      this.telemetry.emit(pullCopied, { ...facts, records, bytes, ageMs, latencyMs });
      partition.lastTimestamp = maxTimestamp;
    }
  }

  recovered(partition: Partition): void {
    const { trouble, label } = partition;
    partition.trouble = null;
    if (!trouble || (trouble.attempts < SILENT_ATTEMPTS && isQuiet(trouble.reason))) return;
    const afterMs = Math.round(this.clock.monotonicMs() - trouble.sinceMs);
    this.telemetry.emit(pullPartitionRecovered, { flow: this.name, source: label, afterMs });
  }

  #moved({ label, trouble, state }: Partition, before: PartitionState): void {
    const facts = { flow: this.name, source: label };
    if (state.kind === 'waiting') {
      const { reason, detail } = state;
      const first = isQuiet(reason) ? trouble?.attempts === SILENT_ATTEMPTS : trouble?.attempts === 1;
      this.telemetry.emit(first ? pullPartitionWaits : pullPartitionWaitsAgain, { ...facts, reason, detail });
    } else if (state.kind === 'stopped' && before.kind !== 'stopped') {
      const { reason, detail } = state;
      this.telemetry.emit(pullPartitionStopped, { ...facts, reason, detail });
    } else if (state.kind === 'starting') this.wakeStarter();
  }
}

const isQuiet = (reason: string): boolean => reason === 'sourceLeaderless' || reason === 'targetUnavailable';

const isSame = (a: PartitionSpec, b: PartitionSpec): boolean =>
  a.targetTopic === b.targetTopic && a.targetPartition === b.targetPartition;
