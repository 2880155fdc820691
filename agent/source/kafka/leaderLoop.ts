/**
 * Reads all partitions of one leader: one fetch for many, the next one sent before the records of the last are even
 * decompressed, so that reading and capturing overlap. At most one answer waits while another is captured.
 */
import { reasonOf } from '../../../shared/errors.ts';
import { type FetchedPartition, fetchRaw, saysStaleLeader } from '../../../shared/kafka/index.ts';
import { RecordsError } from '../../../shared/records/index.ts';
import { backoffMs, Waiter } from '../backoff.ts';
import { kafkaAborted } from './events.ts';
import type { Handover } from './handover.ts';
import { BROKER_BACKOFF } from './options.ts';
import type { Partition } from './partition.ts';
import { type Plan, planBatches } from './plan.ts';
import { answered, type Parts, recovered, rest, rests } from './shared.ts';
import { RecordTooLarge, Slice } from './slice.ts';

const OUT_OF_RANGE = 1;
/** How long positions without records (transaction markers, new partitions) may wait to be stored. */
const POSITIONS_MS = 1_000;
const IDLE_MS = 1_000;

interface Asked {
  readonly partition: Partition;
  readonly generation: number;
  readonly offset: number;
}
interface Fetch {
  readonly asked: ReadonlyMap<string, Asked>;
  readonly outcome: Promise<{ partitions: FetchedPartition[] } | { error: unknown }>;
}
interface Chunk extends Asked {
  readonly plan: Plan;
}

export class LeaderLoop {
  readonly #parts: Parts;
  readonly #nodeId: number;
  readonly #handover: Handover;
  readonly #waiter = new Waiter();
  /** The capture under way. */
  #handed: Promise<void> = Promise.resolve();
  #failures = 0;
  #rotation = 0;
  #positionsAtMs = 0;

  constructor(parts: Parts, nodeId: number, handover: Handover) {
    this.#parts = parts;
    this.#nodeId = nodeId;
    this.#handover = handover;
  }

  /** Something changed: a partition came, or its doubt is settled. */
  wake(): void {
    this.#waiter.wake();
  }

  /** Ends when the source closes. */
  async run(): Promise<void> {
    const { signal } = this.#parts;
    let fetch = this.#send();
    while (!signal.aborted) {
      if (!fetch) {
        if (this.#own().length === 0) this.#parts.troubles.drop(`broker ${this.#nodeId}`);
        await this.#waiter.wait(this.#idleMs());
        fetch = this.#send();
        continue;
      }
      const outcome = await fetch.outcome;
      if (signal.aborted) break;
      if ('error' in outcome) {
        await this.#unreachable(outcome.error);
        fetch = this.#send();
        continue;
      }
      this.#reachable();
      const chunks = this.#accept(fetch.asked, outcome.partitions);
      fetch = this.#send();
      await this.#captureAll(chunks);
    }
    await this.#handed;
  }

  #own(): Partition[] {
    const own: Partition[] = [];
    for (const partition of this.#parts.partitions.values()) {
      if (partition.leader === this.#nodeId && partition.goneSinceMs === null) own.push(partition);
    }
    return own;
  }

  #idleMs(): number {
    const now = this.#parts.clock.monotonicMs();
    let soonest = IDLE_MS;
    for (const { doubt, restsUntilMs } of this.#own()) {
      if (doubt === null) soonest = Math.min(soonest, Math.max(1, restsUntilMs - now));
    }
    return soonest;
  }

  /** Null where there is nothing to ask for at present. */
  #send(): Fetch | null {
    const { settings, cluster } = this.#parts;
    const ready = this.#own().filter((partition) => partition.doubt === null && !rests(this.#parts, partition));
    if (ready.length === 0) return null;
    // The broker fills its answer in the request's order: each time another partition goes first.
    this.#rotation = (this.#rotation + 1) % ready.length;
    const order = [...ready.slice(this.#rotation), ...ready.slice(0, this.#rotation)];
    const asked = new Map<string, Asked>();
    for (const partition of order) {
      const { generation, fetchOffset } = partition;
      asked.set(partition.label, { partition, generation, offset: fetchOffset });
    }
    const request = {
      isolation: settings.isolation,
      maxWaitMs: settings.maxWaitMs,
      minBytes: 1,
      maxBytes: settings.fetchBytes,
      partitions: order.map((partition) => ({
        topic: partition.topic,
        topicId: partition.topicId,
        partition: partition.partition,
        offset: partition.fetchOffset,
        currentLeaderEpoch: partition.leaderEpoch,
        maxBytes: settings.fetchPartitionBytes,
      })),
    };
    const outcome = fetchRaw(cluster, this.#nodeId, request, `source-${settings.name}`).then(
      (partitions) => ({ partitions }),
      (error: unknown) => ({ error }),
    );
    return { asked, outcome };
  }

  async #unreachable(error: unknown): Promise<void> {
    const { troubles, askMetadata } = this.#parts;
    troubles.begin(`broker ${this.#nodeId}`, reasonOf(error));
    askMetadata();
    this.#failures += 1;
    await this.#waiter.wait(backoffMs(this.#failures, BROKER_BACKOFF));
  }

  #reachable(): void {
    this.#failures = 0;
    this.#parts.troubles.end(`broker ${this.#nodeId}`);
  }

  #accept(asked: ReadonlyMap<string, Asked>, answers: readonly FetchedPartition[]): Chunk[] {
    const chunks: Chunk[] = [];
    for (const answer of answers) {
      const question = asked.get(`${answer.topic}/${answer.partition}`);
      if (!question || question.generation !== question.partition.generation) continue;
      const { partition, offset } = question;
      if (answer.errorCode !== 0) {
        this.#refused(partition, answer.errorCode);
        continue;
      }
      partition.highWatermark = answer.highWatermark;
      const plan = planBatches(answer, offset, this.#parts.settings.isolation);
      partition.fetchOffset = plan.next;
      if (plan.next > offset || plan.problem) chunks.push({ ...question, plan });
      else recovered(this.#parts, partition);
    }
    return chunks;
  }

  #refused(partition: Partition, code: number): void {
    const { askMetadata, askResolver } = this.#parts;
    if (code === OUT_OF_RANGE) {
      partition.rewind();
      partition.doubt = 'outOfRange';
      askResolver();
      return;
    }
    rest(this.#parts, partition, answered(code), { sayNow: !saysStaleLeader(code) });
    if (saysStaleLeader(code)) askMetadata();
  }

  async #captureAll(chunks: readonly Chunk[]): Promise<void> {
    let slice = new Slice();
    for (const chunk of chunks) slice = await this.#takeChunk(chunk, slice);
    if (slice.records.length === 0) {
      if (!this.#positionsDue()) return;
      await this.#handed;
    }
    this.#addPositions(slice);
    await this.#hand(slice);
  }

  /** Fills the slice, handing it over each time it is full; returns the one to go on with. */
  async #takeChunk({ partition, generation, offset, plan }: Chunk, begun: Slice): Promise<Slice> {
    const { settings, telemetry } = this.#parts;
    const stale = (): boolean => partition.generation !== generation;
    let slice = begun;
    if (stale()) return slice;
    if (offset !== partition.handed) {
      rest(this.#parts, partition, 'it was read out of turn', { sayNow: false });
      return slice;
    }
    for (const planned of plan.batches) {
      if (stale()) return slice;
      try {
        slice.take(partition, planned);
      } catch (error) {
        if (!(error instanceof RecordsError || error instanceof RecordTooLarge)) throw error;
        rest(this.#parts, partition, error.message, { sayNow: true });
        return slice;
      }
      if (slice.bytes >= settings.captureBytes || slice.records.length >= settings.captureRecords) {
        await this.#hand(slice);
        slice = new Slice();
      }
    }
    if (stale()) return slice;
    if (plan.next > partition.handed) {
      // Markers and filtered batches move the position in memory; it is stored with the next records, or when due.
      partition.handed = plan.next;
      partition.positionEpoch = plan.leaderEpoch ?? partition.positionEpoch;
    }
    if (plan.aborted > 0) telemetry.emit(kafkaAborted, { source: settings.name, records: plan.aborted });
    if (plan.problem) rest(this.#parts, partition, plan.problem.message, { sayNow: true });
    else recovered(this.#parts, partition);
    return slice;
  }

  #positionsDue(): boolean {
    return this.#parts.clock.monotonicMs() - this.#positionsAtMs >= POSITIONS_MS;
  }

  /** Positions that are ahead of what is durable, though no record goes with them. */
  #addPositions(slice: Slice): void {
    for (const partition of this.#own()) {
      const { doubt, handed, stored, positionEpoch } = partition;
      if (doubt === null && handed >= 0 && handed !== stored) slice.pass(partition, handed, positionEpoch);
    }
    this.#positionsAtMs = this.#parts.clock.monotonicMs();
  }

  /** One capture is under way while the next is made ready. */
  async #hand(slice: Slice): Promise<void> {
    if (slice.empty) return;
    await this.#handed;
    this.#handed = this.#handover.hand(slice);
  }
}
