import { Waiter } from '../../../shared/waiter.ts';
import type { PullGap } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { Plan } from './plan.ts';
import type { CopyListener, CopySettings, FlowName } from './settings.ts';

/** What a shard's owner has to know of a flow. */
export interface ChunkFlow {
  readonly name: FlowName;
  readonly settings: CopySettings;
  readonly listener: CopyListener;
  /** Bytes of it are not waiting any more. */
  released(chunk: Chunk): void;
  /** What a partition was in trouble for is over. */
  recovered(partition: Partition): void;
  /** It is in the target and in the ledger. */
  settled(chunk: Chunk, landed: Landed): void;
}

export interface Landed {
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  readonly deadLettered: number;
  readonly maxTimestamp: number;
}

export interface ChunkTarget {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

/** A step of one partition's position, with the batches in between. */
export interface Chunk {
  readonly flow: ChunkFlow;
  readonly partition: Partition;
  readonly generation: number;
  /** Where the chunk before ended; -1: there is no position yet. */
  readonly from: number;
  readonly plan: Plan;
  /** Of the source. */
  readonly topicId: string;
  readonly target: ChunkTarget;
  /** The position moves without its records: why. */
  readonly gap: PullGap | null;
  /** The last offset of the target does not count any more: it is another topic, or was accepted as it is. */
  readonly newTarget: boolean;
  /** Written at once, although it has no records. */
  readonly urgent: boolean;
  /** Wall clock, for the age of its records. */
  readonly fetchedAtMs: number;
}

/** How long positions without records (transaction markers, aborted batches) may wait to be stored. */
const POSITIONS_MS = 1_000;

/** Chunks that wait for a shard's owner, in the order in which they came. */
export class Inbox {
  readonly #waiter = new Waiter();
  #chunks: Chunk[] = [];
  #urgent = 0;
  #closed = false;

  add(chunk: Chunk): void {
    this.#chunks.push(chunk);
    if (!isUrgent(chunk)) return;
    this.#urgent += 1;
    this.#waiter.wake();
  }

  get empty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Nothing waits that is to be written soon. */
  get calm(): boolean {
    return this.#urgent === 0;
  }

  /** Resolves when there is something to write; what has no records may wait a while. */
  async arrival(): Promise<void> {
    while (!this.#closed && this.#urgent === 0) {
      const waiting = this.#chunks.length > 0;
      await this.#waiter.wait(POSITIONS_MS);
      if (waiting && this.#chunks.length > 0) return;
    }
  }

  /** Resolves when something with records is there, or the time is over. */
  async arrivalWithin(ms: number): Promise<void> {
    if (this.#urgent === 0 && !this.#closed) await this.#waiter.wait(ms);
  }

  /** In their order, one at least; at most about so many bytes. */
  take(maxBytes: number): Chunk[] {
    let bytes = 0;
    let count = 0;
    for (const { plan } of this.#chunks) {
      if (count > 0 && bytes + plan.bytes > maxBytes) break;
      bytes += plan.bytes;
      count += 1;
    }
    const taken = this.#chunks.slice(0, count);
    this.#chunks = this.#chunks.slice(count);
    for (const chunk of taken) if (isUrgent(chunk)) this.#urgent -= 1;
    return taken;
  }

  takeAll(): Chunk[] {
    return this.take(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#closed = true;
    this.#waiter.wake();
  }
}

const isUrgent = ({ plan, urgent }: Chunk): boolean => urgent || plan.pieces.length > 0;

export const targetOf = (partition: Partition): ChunkTarget => ({
  topic: partition.spec.targetTopic,
  topicId: partition.targetTopicId,
  partition: partition.targetPartition,
});
