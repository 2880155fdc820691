import type { EdgeId, Epoch } from '../../shared/identity.ts';
import type { Divergence, EpochDecision, LineageLink, Sequenced } from '../sequence/index.ts';
import type { Verified } from '../stages.ts';

interface Answering<A> {
  resolve(answer: A): void;
  reject(error: Error): void;
}

/** What waits for a shard's next transaction. */
export type Job =
  | ({ readonly kind: 'shipment'; readonly shipment: Verified } & Answering<ShipmentAnswer>)
  | ({ readonly kind: 'lineage'; readonly edge: EdgeId; readonly lineage: readonly LineageLink[] } & Answering<
      readonly EpochDecision[]
    >)
  | ({
      readonly kind: 'decision';
      readonly edge: EdgeId;
      readonly epoch: Epoch;
      readonly decision: 'accept' | 'reject';
    } & Answering<EpochDecision | null>)
  | ({ readonly kind: 'incidents'; readonly found: readonly Divergence[] } & Answering<void>);

export interface DeadRange {
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}
export interface ShipmentAnswer {
  readonly sequenced: Sequenced;
  readonly dead: readonly DeadRange[];
}

export const bytesOf = (job: Job): number => (job.kind === 'shipment' ? job.shipment.bytes : 0);
/** At most so many partitions does it write to. */
export const partitionsOf = (job: Job): number => (job.kind === 'shipment' ? job.shipment.streams.length : 0);

export interface GroupLimits {
  readonly bytes: number;
  readonly partitions: number;
}

const SMALLEST_SHARE = 64;

/** How much a transaction may hold so that it ends in time: less after one that was late, more again after each that was not. */
export class Pace {
  readonly #limits: GroupLimits;
  #share = 1;

  constructor(limits: GroupLimits) {
    this.#limits = limits;
  }

  get limits(): GroupLimits {
    const { bytes, partitions } = this.#limits;
    return { bytes: Math.ceil(bytes / this.#share), partitions: Math.ceil(partitions / this.#share) };
  }

  ended(late: boolean): void {
    this.#share = late ? Math.min(SMALLEST_SHARE, this.#share * 2) : Math.max(1, this.#share / 2);
  }
}

/** Jobs in the order in which they came, bounded in bytes. */
export class JobQueue {
  readonly #maxBytes: number;
  #jobs: Job[] = [];
  #bytes = 0;
  #wake: () => void = () => {};

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#jobs.length;
  }

  /** False: there is no room. */
  add(job: Job): boolean {
    if (this.#jobs.length > 0 && this.#bytes + bytesOf(job) > this.#maxBytes) return false;
    this.#jobs.push(job);
    this.#bytes += bytesOf(job);
    this.#wake();
    return true;
  }

  /** Resolves when there is something, or somebody called {@link wake}. */
  async arrival(): Promise<void> {
    if (this.#jobs.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake();
  }

  /** The jobs of one transaction: as many as the limits allow, at least one. */
  take(limits: GroupLimits): Job[] {
    let [count, bytes, partitions] = [0, 0, 0];
    for (const job of this.#jobs) {
      bytes += bytesOf(job);
      partitions += partitionsOf(job);
      if (count > 0 && (bytes > limits.bytes || partitions > limits.partitions)) break;
      count += 1;
    }
    const taken = this.#jobs.slice(0, count);
    this.#jobs = this.#jobs.slice(count);
    for (const job of taken) this.#bytes -= bytesOf(job);
    return taken;
  }

  takeAll(): Job[] {
    const taken = this.#jobs;
    this.#jobs = [];
    this.#bytes = 0;
    return taken;
  }
}
