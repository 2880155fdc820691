/**
 * One partition of a flow. Two offsets: `fetchOffset` >= `committed`.
 *
 * - `fetchOffset`: everything below was handed to the shard's owner, in chunks that follow each other.
 * - `committed`: everything below is in the target (or accounted for), and the ledger says so; -1: no position yet.
 *
 * A chunk belongs to a `generation`; whatever sets `fetchOffset` back begins a new one, and chunks of an older one are thrown
 * away where they are met.
 *
 *     unowned -> starting -> copying <-> starting (the leader moved, an offset is out of range)
 *     starting, copying -> waiting (reason, retry clock) -> starting
 *     starting, copying -> stopped (reason) -> starting, when somebody resumes it
 *     any -> unowned, when the shard is lost
 *
 * Paused is not a state: a paused partition keeps its own and is not fetched.
 */
import type { Clock } from '../../../shared/clock.ts';
import { type OpenSegment, openSegment } from '../maps/index.ts';
import type { PullPosition } from './ledger.ts';
import type { RebuildReason } from './plan.ts';
import type { PartitionSpec } from './settings.ts';

export type WaitReason =
  | 'sourceMissing'
  | 'sourceRecreated'
  | 'sourceLeaderless'
  | 'sourceRefused'
  | 'sourceCorrupt'
  | 'sourceUnreachable'
  | 'targetMissing'
  | 'targetUnavailable'
  | 'targetRefused'
  | 'recordTooLarge'
  | 'cannotRebuild';
export type StopReason = 'noPosition' | 'recreated' | 'targetReplaced' | 'targetTruncated';

export type PartitionState =
  | { readonly kind: 'unowned' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'copying' }
  | {
      readonly kind: 'waiting';
      readonly reason: WaitReason;
      readonly detail: string;
      readonly sinceMs: number;
      /** On the monotonic clock. */
      readonly retryAtMs: number;
    }
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly detail: string; readonly sinceMs: number };

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;
/** Nothing is wrong with the partition itself: the question is one for all that wait with it, and the answer may come any time. */
const MAX_UNREACHED_MS = 5_000;
const UNREACHED: ReadonlySet<WaitReason> = new Set([
  'sourceUnreachable',
  'sourceLeaderless',
  'targetUnavailable',
  // Just made, most of the time: brokers hear of thousands of topics one after the other.
  'targetMissing',
]);
/** Those are asked about together: at these times, not each partition at its own. */
const TOGETHER_MS = 500;

export interface Counters {
  records: number;
  bytes: number;
  batches: number;
  aborted: number;
  returned: number;
  deadLettered: number;
  readonly rebuilt: Map<RebuildReason, number>;
}

/** A row of failures; it ends with what was written, or with a clean look at the source's end. */
export interface Trouble {
  readonly reason: WaitReason;
  readonly sinceMs: number;
  readonly attempts: number;
}

export class Partition {
  spec: PartitionSpec;
  readonly id: string;
  /** `orders/3` */
  readonly label: string;
  readonly shard: number;
  readonly counters: Counters = {
    records: 0,
    bytes: 0,
    batches: 0,
    aborted: 0,
    returned: 0,
    deadLettered: 0,
    rebuilt: new Map(),
  };
  readonly #clock: Clock;
  readonly #moved: (partition: Partition, before: PartitionState) => void;
  state: PartitionState = { kind: 'unowned' };
  paused = false;
  generation = 0;
  fetchOffset = -1;
  committed = -1;
  /** When records of it were committed last, on the monotonic clock. */
  committedAtMs = Number.NEGATIVE_INFINITY;
  /** As in the ledger; null: none yet. */
  position: PullPosition | null = null;
  /** Of the last batch that was handed over. */
  leaderEpoch = -1;
  /** The source's leader, as last heard; -1: none. */
  leader = -1;
  sourceLeaderEpoch = -1;
  /** A replica that the leader has named; null: the leader itself. */
  follower: { readonly node: number; readonly untilMs: number } | null = null;
  topicId = '';
  targetTopicId = '';
  highWatermark = -1;
  /** Newest timestamp of what was committed last. */
  lastTimestamp = -1;
  /** Fetched and not written yet. */
  pendingBytes = 0;
  /** The source is being asked where it begins. */
  settling = false;
  /** Somebody else has it: what is still committed here was not the last word. */
  left = false;
  /** Somebody resumed it although it had stopped: what it stopped for is taken as it is. */
  accepted = false;
  /** Source offset of a batch that the target has refused: it is tried alone, before those behind it. */
  refusedAt = -1;
  /** What ended the last plan; said once everything in front of it is written. */
  blocked = false;
  trouble: Trouble | null = null;
  /** What the next copied records are added to in its exact map; null: the map begins with them. */
  map: OpenSegment | null = null;

  constructor(
    spec: PartitionSpec,
    id: string,
    shard: number,
    clock: Clock,
    moved: (partition: Partition, before: PartitionState) => void,
  ) {
    this.spec = spec;
    this.label = `${spec.topic}/${spec.partition}`;
    this.id = id;
    this.shard = shard;
    this.#clock = clock;
    this.#moved = moved;
  }

  get targetPartition(): number {
    return this.spec.targetPartition ?? this.spec.partition;
  }
  get target(): string {
    return `${this.spec.targetTopic}/${this.targetPartition}`;
  }
  /** Where it is fetched; a follower for a while only, then the leader is asked again. */
  get fetchNode(): number {
    if (this.follower && this.#clock.monotonicMs() >= this.follower.untilMs) this.follower = null;
    return this.follower?.node ?? this.leader;
  }
  get copying(): boolean {
    return this.state.kind === 'copying' && !this.paused && !this.blocked;
  }

  /** Its shard is served here now, and this is what the ledger says. */
  own(position: PullPosition | null): void {
    this.left = false;
    this.position = position;
    this.committed = position?.next ?? -1;
    this.leaderEpoch = position?.leaderEpoch ?? -1;
    const map = position?.map;
    this.map = map ? openSegment(map.since, map.segment + 1) : null;
    this.rewind();
    if (this.state.kind === 'unowned') this.#become({ kind: 'starting' });
  }

  disown(): void {
    this.rewind();
    this.trouble = null;
    this.#become({ kind: 'unowned' });
  }

  /** What was fetched and is not committed is fetched again. */
  rewind(): void {
    this.generation += 1;
    this.blocked = false;
    this.follower = null;
    this.fetchOffset = this.committed;
    this.leaderEpoch = this.position?.leaderEpoch ?? -1;
  }

  /** Where it begins has to be found out (again). */
  start(): void {
    if (this.state.kind !== 'unowned' && this.state.kind !== 'starting') this.#become({ kind: 'starting' });
  }

  copy(): void {
    this.#become({ kind: 'copying' });
  }

  /** Out, until its retry clock has run; longer each time. */
  wait(reason: WaitReason, detail: string): void {
    this.rewind();
    if (this.state.kind === 'unowned') return;
    const attempts = (this.trouble?.attempts ?? 0) + 1;
    const sinceMs = this.trouble?.sinceMs ?? this.#clock.monotonicMs();
    this.trouble = { reason, sinceMs, attempts };
    const mostMs = UNREACHED.has(reason) ? MAX_UNREACHED_MS : MAX_RETRY_MS;
    const pauseMs = Math.min(mostMs, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10));
    const dueMs = this.#clock.monotonicMs() + pauseMs * (0.75 + Math.random() / 4);
    const retryAtMs = UNREACHED.has(reason) ? Math.ceil(dueMs / TOGETHER_MS) * TOGETHER_MS : dueMs;
    this.#become({ kind: 'waiting', reason, detail, sinceMs, retryAtMs });
  }

  stop(reason: StopReason, detail: string): void {
    this.rewind();
    if (this.state.kind !== 'unowned') {
      this.#become({ kind: 'stopped', reason, detail, sinceMs: this.#clock.monotonicMs() });
    }
  }

  #become(state: PartitionState): void {
    const before = this.state;
    this.state = state;
    this.#moved(this, before);
  }
}
