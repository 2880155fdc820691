/**
 * One partition as the source reads it. Three offsets, each at or behind the one before:
 *
 *     fetchOffset >= handed >= stored
 *
 * - `fetchOffset`: where the next fetch begins; runs ahead while what was fetched waits to be captured.
 * - `handed`: everything below has been put into a capture, or passed over (filtered, compacted away).
 * - `stored`: everything below is durable, and so is the position itself.
 *
 * Fetched data belongs to a `generation`; whatever sets the offsets back begins a new one, and data of an older one, or
 * that does not begin at `handed`, is thrown away. That makes it harmless to fetch the same range twice.
 */
import type { tributary } from '../../../proto/generated/tributary.js';
import type { MetadataPartition, MetadataTopic } from '../../../shared/kafka/index.ts';
import type { Captured, Header, StoredPosition } from '../../stages.ts';
import { crcOfRecord } from './recordCrc.ts';

/** Why a partition's offset has to be found or checked before it is read. */
export type Doubt =
  /** Nothing is known: begin at the oldest record, or behind the newest. */
  | 'newEarliest'
  | 'newLatest'
  /** Another leader epoch, or a stored position: the log may have been truncated. */
  | 'epoch'
  /** The broker has nothing at this offset. */
  | 'outOfRange';

export const NO_HEADERS: readonly Header[] = [];

export class Partition {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  /** `kafka:<topic>/<partition>/`, in front of each record's offset. */
  readonly sourcePrefix: string;
  topicId: string;
  /** Node id; -1: none. */
  leader = -1;
  leaderEpoch = -1;
  doubt: Doubt | null;
  generation = 0;
  /** Begins anew where the offsets are moved to another place; what was handed over before then says nothing any more. */
  line = 0;
  /** What was handed over in this line or before, and is not durable by now, is void: it is read again. */
  voidLine = -1;
  fetchOffset = -1;
  handed = -1;
  stored = -1;
  /** Leader epoch of the last batch that was read; -1: none yet. */
  positionEpoch = -1;
  lastRecordCrc = 0;
  lastTimestamp = 0;
  /** From here on everything was captured: behind the oldest record only where reading began behind the newest. */
  coveredFrom = 0;
  /** The hub's position, further on than `handed`; the resolver finds out whether it is to be believed. */
  ahead: tributary.v1.ISourcePosition | null = null;
  /** The hub may have what is captured below this offset. */
  repeatsBelow = -1;
  groupCommitted = -1;
  highWatermark = -1;
  /** Monotonic ms; not asked for before. */
  restsUntilMs = 0;
  failures = 0;
  problem: string | null = null;
  /** The cluster does not show it any more, since then (monotonic ms). */
  goneSinceMs: number | null = null;

  constructor(sourceName: string, topic: MetadataTopic, partition: number) {
    this.topic = topic.name;
    this.partition = partition;
    this.topicId = topic.topicId;
    this.key = `kafka:${sourceName}:${topic.name}:${partition}`;
    this.sourcePrefix = `kafka:${topic.name}/${partition}/`;
    this.doubt = 'newEarliest';
  }

  /** `orders/3` */
  get label(): string {
    return `${this.topic}/${this.partition}`;
  }

  /** Goes on behind a position that an earlier run stored, once that has been checked. */
  resume(position: tributary.v1.ISourcePosition): void {
    this.#moveTo(Number(position.nextOffset ?? 0));
    this.stored = this.handed;
    this.positionEpoch = position.leaderEpoch ?? -1;
    this.lastRecordCrc = position.lastRecordCrc ?? 0;
    this.lastTimestamp = Number(position.lastTimestamp ?? 0);
    this.coveredFrom = Number(position.coveredFrom ?? 0);
    this.doubt = 'epoch';
  }

  /** Another topic of the same name: nothing of what was known is true. */
  startOver(topicId: string): void {
    this.topicId = topicId;
    this.#moveTo(-1);
    this.stored = -1;
    this.groupCommitted = -1;
    this.positionEpoch = -1;
    this.lastRecordCrc = 0;
    this.lastTimestamp = 0;
    this.coveredFrom = 0;
    this.ahead = null;
    this.repeatsBelow = -1;
    this.doubt = 'newEarliest';
  }

  /** The source shows the record that the hub's position speaks of, in a batch of this leader epoch: goes on behind it. */
  believe(position: tributary.v1.ISourcePosition, leaderEpoch: number): void {
    const coveredFrom = Number(position.coveredFrom ?? 0);
    this.coveredFrom = this.handed < 0 ? coveredFrom : Math.min(this.coveredFrom, coveredFrom);
    this.#moveTo(Number(position.nextOffset));
    this.positionEpoch = leaderEpoch;
    this.lastRecordCrc = position.lastRecordCrc ?? 0;
    this.lastTimestamp = Number(position.lastTimestamp ?? 0);
    this.ahead = null;
    this.doubt = null;
  }

  /** The hub's position proves nothing: everything is captured, and counted as far as the hub may have it. */
  doubtHub(position: tributary.v1.ISourcePosition): void {
    this.repeatsBelow = Number(position.nextOffset);
    this.ahead = null;
  }

  /** The doubt is settled: read on from here. */
  settle(offset: number): void {
    if (this.doubt === 'newLatest') this.coveredFrom = offset;
    if (offset !== this.handed || this.doubt === 'newEarliest' || this.doubt === 'newLatest') this.#moveTo(offset);
    else this.rewind();
    this.doubt = null;
  }

  /** What was fetched and not handed over is fetched again. */
  rewind(): void {
    this.generation += 1;
    this.fetchOffset = this.handed;
  }

  /** What was handed over was not taken: everything behind the durable position is fetched again. */
  backToStored(): void {
    this.voidLine = this.line;
    if (this.stored >= 0) this.#moveTo(this.stored);
    else this.doubt = 'newEarliest';
  }

  #moveTo(offset: number): void {
    this.generation += 1;
    this.line += 1;
    this.fetchOffset = offset;
    this.handed = offset;
    // The position may move back (truncation): what is durable must be written again.
    if (this.stored > offset) this.stored = -1;
  }

  leads(leader: MetadataPartition): boolean {
    const moved = leader.leaderEpoch !== this.leaderEpoch;
    this.leader = leader.leader;
    this.leaderEpoch = leader.leaderEpoch;
    return moved;
  }

  /** Of a record that was read here. */
  offsetOf({ source }: Captured): number {
    return Number(source.slice(this.sourcePrefix.length));
  }

  position(clusterId: string, { topicId, leaderEpoch, next, last }: PositionEnd): StoredPosition {
    const { topic, partition, sourcePrefix, coveredFrom } = this;
    const log = { kind: 'kafka', clusterId, topic, topicId, partition, leaderEpoch, coveredFrom };
    const behind = ({ key, value, timestamp }: Captured, nextOffset: number) => {
      return { ...log, nextOffset, lastRecordCrc: crcOfRecord(key, value), lastTimestamp: timestamp };
    };
    const { lastRecordCrc, lastTimestamp } = this;
    return {
      key: this.key,
      position: last ? behind(last, next) : { ...log, nextOffset: next, lastRecordCrc, lastTimestamp },
      behind: (record) => {
        if (!record.source.startsWith(sourcePrefix)) return null;
        return behind(record, this.offsetOf(record) + 1);
      },
    };
  }
}

/** How far a capture takes a partition. */
export interface PositionEnd {
  readonly topicId: string;
  /** Where it begins. */
  readonly first: number;
  next: number;
  leaderEpoch: number;
  /** The last record that is captured; null where the range held none. */
  last: Captured | null;
}
