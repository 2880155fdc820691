/** How far one partition has come within one transaction. */
import { openSegment, SegmentWriter } from '../maps/index.ts';
import type { Chunk, ChunkFlow, ChunkTarget } from './chunk.ts';
import type { RefusedPiece } from './deadLetter.ts';
import { type PullGap, type PullPosition, withGap } from './ledger.ts';
import type { Partition, StopReason, WaitReason } from './partition.ts';
import type { Piece, Problem } from './plan.ts';
import type { CopiedBatch } from './settings.ts';

export type Failure =
  /** `at`: source offset of the batch that was refused. */
  | { readonly wait: WaitReason; readonly detail: string; readonly at?: number }
  | { readonly stop: StopReason; readonly detail: string };

const WAITS: Record<Problem['kind'], WaitReason> = {
  corrupt: 'sourceCorrupt',
  recordTooLarge: 'recordTooLarge',
  cannotRebuild: 'cannotRebuild',
};

interface Tally {
  records: number;
  bytes: number;
  batches: number;
  deadLettered: number;
  maxTimestamp: number;
}

export class Progress {
  readonly partition: Partition;
  readonly flow: ChunkFlow;
  readonly copied: CopiedBatch[] = [];
  readonly deadLetters: RefusedPiece[] = [];
  readonly gaps: PullGap[] = [];
  /** Where the next chunk has to begin. */
  next: number;
  failure: Failure | null = null;
  lastOffset: number;
  /** Everything below is in the target, or accounted for. */
  #reached: number;
  #leaderEpoch: number;
  #topicId: string;
  #target: ChunkTarget;
  #chunk: Chunk;
  #touched = false;
  #passedAny = false;
  readonly #chunks = new Map<Chunk, Tally>();
  #entry: PullPosition | null = null;
  /** Null: no map is kept. */
  #map: SegmentWriter | null;

  constructor(partition: Partition, first: Chunk) {
    this.partition = partition;
    this.flow = first.flow;
    this.next = partition.committed;
    this.#reached = partition.committed;
    this.#leaderEpoch = partition.position?.leaderEpoch ?? -1;
    this.#topicId = partition.position?.topicId ?? first.topicId;
    this.#target = first.target;
    this.lastOffset = partition.position?.target.lastOffset ?? -1;
    this.#chunk = first;
    const began = partition.map ?? openSegment(Math.max(0, partition.committed));
    const begins = partition.map ? null : first.target.topic;
    this.#map = first.flow.settings.offsetMaps ? new SegmentWriter(began, begins) : null;
  }

  /** The chunk whose pieces come now. */
  begin(chunk: Chunk): void {
    this.#chunk = chunk;
    if (chunk.newTarget) this.lastOffset = -1;
    this.#topicId = chunk.topicId;
    this.#target = chunk.target;
  }

  landed(piece: Piece, offset: number): void {
    this.lastOffset = offset + piece.records - 1;
    this.#passed(piece);
    const tally = this.#tally();
    tally.records += piece.records;
    tally.bytes += piece.blob.length;
    tally.batches += 1;
    tally.maxTimestamp = Math.max(tally.maxTimestamp, piece.maxTimestamp);
    this.#map?.add({ ...piece, targetOffset: offset });
    if (!this.flow.listener.copied) return;
    const { topic, partition } = this.partition.spec;
    const { first, last, records, deltas } = piece;
    const where = { topic, partition, targetTopic: this.#target.topic, targetPartition: this.#target.partition };
    this.copied.push({ ...where, first, last, records, deltas, targetOffset: offset });
  }

  dead(piece: Piece, reason: string, message: string): void {
    const flow = this.flow.name;
    this.deadLetters.push({ flow, partition: this.partition, piece, reason, message });
    this.#passed(piece);
    this.#tally().deadLettered += piece.records;
  }

  #passed({ last }: Piece): void {
    this.#reached = last + 1;
    this.#passedAny = true;
    this.#leaderEpoch = this.#chunk.plan.leaderEpoch;
    this.#touched = true;
  }

  #tally(): Tally {
    let tally = this.#chunks.get(this.#chunk);
    if (!tally) {
      tally = { records: 0, bytes: 0, batches: 0, deadLettered: 0, maxTimestamp: -1 };
      this.#chunks.set(this.#chunk, tally);
    }
    return tally;
  }

  /** All pieces of the chunk are through. */
  complete(chunk: Chunk): void {
    const { plan, gap, newTarget } = chunk;
    this.#tally();
    if (gap) this.gaps.push(gap);
    if (newTarget || gap?.cause === 'recreated') this.#map?.restart(plan.next, this.#target.topic);
    if (plan.next !== this.#reached || gap || newTarget) this.#touched = true;
    this.#reached = plan.next;
    this.#leaderEpoch = plan.leaderEpoch;
    if (plan.problem) this.failure = { wait: WAITS[plan.problem.kind], detail: plan.problem.detail };
  }

  get changed(): boolean {
    return this.#touched;
  }

  /** What the maps topic gets. */
  mapRecords(): { key: Buffer; value: Buffer }[] {
    return this.#map?.records(this.partition.id) ?? [];
  }

  /** They can't be written: what was copied until now has no map. */
  withoutMap(): void {
    this.#map = null;
  }

  /** What the ledger gets. */
  entry(): { id: string; value: PullPosition } {
    const { partition } = this;
    const before = partition.position;
    const blank = { gaps: [], gapCount: 0, lostOffsets: 0 };
    const { gaps, gapCount, lostOffsets } = before ?? blank;
    const target = { ...this.#target, lastOffset: this.lastOffset };
    const next = this.#reached;
    const leaderEpoch = this.#leaderEpoch;
    const moved: PullPosition = {
      v: 1,
      topicId: this.#topicId,
      next,
      leaderEpoch,
      target,
      gaps,
      gapCount,
      lostOffsets,
      ...mapEntry(this.#map),
    };
    this.#entry = this.gaps.reduce(withGap, moved);
    return { id: partition.id, value: this.#entry };
  }

  /** Nothing of it is to be written. */
  discard(): void {
    this.#touched = false;
  }

  /** The entry is committed (or nothing was to be written: null). `nowMs`: of the monotonic clock. */
  settle(nowMs: number): PullPosition | null {
    const { partition, flow } = this;
    const entry = this.#touched ? this.#entry : null;
    if (entry) {
      partition.position = entry;
      partition.committed = entry.next;
      if (this.#passedAny) partition.committedAtMs = nowMs;
      partition.map = this.#map?.open() ?? null;
      if (partition.fetchOffset < partition.committed) partition.rewind();
      for (const [chunk, tally] of this.#chunks) flow.settled(chunk, tally);
      if (!partition.left) for (const batch of this.copied) flow.listener.copied?.(batch);
      // What was fetched before the source went away says nothing of the source.
      const away = partition.trouble?.reason.startsWith('source') ?? false;
      if (!this.failure && this.#passedAny && !away) flow.recovered(partition);
    }
    this.#fail();
    return entry;
  }

  /** It is fetched again, from what was committed before. */
  undo(): void {
    this.partition.rewind();
    this.#fail();
  }

  #fail(): void {
    const { partition, failure } = this;
    if (failure && 'stop' in failure) partition.stop(failure.stop, failure.detail);
    else if (failure) {
      partition.refusedAt = failure.at ?? -1;
      partition.wait(failure.wait, failure.detail);
    }
  }
}

/** Segments that have nothing yet are not there: the next one to be written has the number behind. */
function mapEntry(map: SegmentWriter | null): Pick<PullPosition, 'map'> {
  if (!map) return {};
  const { since, number, runs } = map.open();
  return { map: { since, segment: runs.length > 0 ? number : number - 1 } };
}
