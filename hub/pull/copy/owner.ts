/**
 * The owner of one shard: the only writer of its ledger partition, one transaction at a time, for all flows of this process.
 *
 * States: `opening` -> `serving` <-> `recovering` -> `closed`. Serving, chunks are written as they come into the open
 * transaction, until it is old or large enough, or nothing is won by waiting (`rhythm.ts`); what is fetched while it commits is
 * the beginning of the next one.
 *
 * Invariants: the positions in memory are what the ledger says. An outcome that nobody knows ends the group: fence, read the
 * ledger on, claim again; all partitions of the shard start over from it. Fenced means lost: it never takes the shard back
 * by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { type Cluster, IdempotentProducer } from '../../../shared/kafka/index.ts';
import { KIB } from '../../../shared/limits.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { retryAfterMs, Tenure, type TenureState } from '../../ledger/tenure.ts';
import type { LedgerIdentity } from '../../ledger/topics.ts';
import { type Chunk, Inbox } from './chunk.ts';
import { pullShardLost, pullShardTaken, pullShardTrouble, pullShardTroubleAgain } from './events.ts';
import { Group, type PullTopics } from './group.ts';
import { decodePull, type PullChange, type PullPosition } from './ledger.ts';
import type { TargetTopics } from './targets.ts';

export interface OwnerParts {
  readonly cluster: Cluster;
  readonly identity: LedgerIdentity;
  readonly topics: PullTopics;
  readonly targets: TargetTopics;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Who claims: for people. */
  readonly owner: string;
  readonly transactionTimeoutMs: number;
  readonly bounds: { readonly ms: number; readonly bytes: number; readonly partitions: number };
}

export type OwnerState = TenureState;

export interface OwnerListener {
  serving(): void;
  /** It is not served now: nothing more is to be handed in before `serving`. */
  interrupted(): void;
  lost(cause: 'fenced' | 'failed'): void;
}

/** A target that takes its time (a quota) gets less at once, so that no transaction runs into its time-out. */
const SLOW_MS = 10_000;
const WANTED_MS = 5_000;
const QUICK_MS = 2_000;
const MIN_ROOM_BYTES = 256 * KIB;

export class ShardOwner {
  readonly shard: number;
  readonly #parts: OwnerParts;
  readonly #listener: OwnerListener;
  readonly #inbox = new Inbox();
  readonly #idempotent: IdempotentProducer;
  readonly #positions = new Map<string, PullPosition>();
  readonly #tenure: Tenure;
  readonly #maps = { notBeforeMs: 0 };
  #failures = 0;
  #roomBytes: number;
  #lastError: string | null = null;
  #running: Promise<void>;
  #current: Promise<void> = Promise.resolve();

  constructor(parts: OwnerParts, shard: number, listener: OwnerListener) {
    this.#parts = parts;
    this.shard = shard;
    this.#roomBytes = parts.bounds.bytes;
    this.#listener = listener;
    this.#idempotent = new IdempotentProducer(parts.cluster, `pull ${parts.topics.ledger}-${shard}`);
    this.#tenure = this.#newTenure();
    this.#running = this.#run();
  }

  get state(): OwnerState {
    return this.#tenure.state;
  }
  /** Ledger offset of the present claim; -1 before the first. */
  get term(): number {
    return this.#tenure.term;
  }
  get lastError(): string | null {
    return this.#lastError;
  }

  /** What the ledger says of a partition. Only while it is `serving`. */
  position(id: string): PullPosition | null {
    return this.#positions.get(id) ?? null;
  }

  /** Resolves when the transaction under way has ended, where there is one. */
  quiet(): Promise<void> {
    return this.#current;
  }

  submit(chunk: Chunk): void {
    if (this.state === 'serving') this.#inbox.add(chunk);
    else chunk.flow.released(chunk);
  }

  async #run(): Promise<void> {
    try {
      await this.#tenure.take();
      while (!this.#tenure.ended.aborted) {
        await this.#inbox.arrival();
        if (this.#tenure.ended.aborted || this.#inbox.empty) continue;
        const transaction = this.#transaction();
        this.#current = transaction.catch(() => {});
        await transaction;
      }
    } catch (error) {
      if (!this.#tenure.ended.aborted) this.#lose(error);
    }
  }

  /** @throws TributaryError what ends the ownership */
  async #transaction(): Promise<void> {
    const { bounds, clock } = this.#parts;
    const group = new Group({
      ...this.#parts,
      shard: this.shard,
      producer: this.#tenure.producer,
      idempotent: this.#idempotent,
      positions: this.#positions,
      maps: this.#maps,
    });
    const startMs = clock.monotonicMs();
    const ended = (): void => {
      this.#roomBytes = roomAfter(this.#roomBytes, group.bytes, clock.monotonicMs() - startMs, bounds.bytes);
    };
    try {
      for (;;) {
        const chunks = this.#inbox.take(this.#roomBytes - group.bytes);
        if (chunks.length > 0) await group.write(chunks);
        const full = group.bytes >= this.#roomBytes || group.partitions >= bounds.partitions;
        const nowMs = clock.monotonicMs();
        if (full || group.spoiled || nowMs >= startMs + bounds.ms || this.#tenure.ended.aborted) break;
        const leftMs = group.endsAtMs(bounds.ms) - nowMs;
        if (leftMs <= 0 && this.#inbox.calm) break;
        await this.#inbox.arrivalWithin(leftMs);
      }
      this.#tenure.committed(await group.finish());
      ended();
      this.#failures = 0;
    } catch (error) {
      // What follows, fencing and waiting, says nothing of how fast the target takes records.
      ended();
      group.fail();
      await this.#recover(error);
    }
  }

  async #recover(error: unknown): Promise<void> {
    this.#tellTrouble(error);
    if (isCode(error, 'fenced') || !(error instanceof TributaryError)) throw error;
    if (error.code === 'brokerUnavailable') {
      // Aborted, and known to be.
      await sleep(retryAfterMs(this.#failures), undefined, { signal: this.#tenure.ended }).catch(() => {});
      return;
    }
    // From here on nothing is taken in.
    const taken = this.#tenure.take();
    this.#drop();
    this.#listener.interrupted();
    await taken;
  }

  #newTenure(): Tenure {
    const { topics } = this.#parts;
    return new Tenure(
      {
        ...this.#parts,
        ledger: topics.ledger,
        beside: [topics.deadLetter, topics.maps],
        memory: {
          clear: () => this.#positions.clear(),
          fold: (record, where) => this.#fold(decodePull(record, where)),
          targets: () => [...this.#positions.values()].map(({ target }) => target),
        },
        onTrouble: (failure) => this.#tellTrouble(failure),
        onServing: ({ tookMs }) => this.#serving(tookMs),
      },
      this.shard,
    );
  }

  #fold(change: PullChange): void {
    if (change.kind !== 'flow') return;
    if (change.value === null) this.#positions.delete(change.id);
    else this.#positions.set(change.id, change.value);
  }

  #serving(tookMs: number): void {
    this.#failures = 0;
    this.#lastError = null;
    const { shard, term } = this;
    this.#parts.telemetry.emit(pullShardTaken, { shard, term, positions: this.#positions.size, tookMs });
    this.#listener.serving();
  }

  #tellTrouble(error: unknown): void {
    this.#failures += 1;
    this.#lastError = reasonOf(error);
    const event = this.#failures === 1 ? pullShardTrouble : pullShardTroubleAgain;
    this.#parts.telemetry.emit(event, { shard: this.shard, reason: this.#lastError });
  }

  #drop(): void {
    for (const chunk of this.#inbox.takeAll()) chunk.flow.released(chunk);
  }

  #lose(error: unknown): void {
    const cause = isCode(error, 'fenced') ? 'fenced' : 'failed';
    if (cause === 'failed') this.#tellTrouble(error);
    this.#end(cause, reasonOf(error));
    this.#release();
    this.#listener.lost(cause);
  }

  /** Ends after the transaction under way; what still waits is thrown away. */
  async close(cause: 'revoked' | 'closed'): Promise<void> {
    this.#end(cause, `term ${this.term} ends`);
    await this.#running;
    this.#release();
  }

  #end(cause: string, reason: string): void {
    if (!this.#tenure.end()) return;
    this.#inbox.close();
    this.#parts.telemetry.emit(pullShardLost, { shard: this.shard, cause, reason });
  }

  #release(): void {
    this.#drop();
    this.#tenure.close();
    this.#idempotent.close();
  }
}

/** How much the next transaction may take. */
export function roomAfter(room: number, bytes: number, tookMs: number, maxBytes: number): number {
  if (tookMs > SLOW_MS) return Math.min(room, Math.max(MIN_ROOM_BYTES, Math.round((bytes * WANTED_MS) / tookMs)));
  return tookMs < QUICK_MS ? Math.min(maxBytes, room * 2) : room;
}

const isCode = (error: unknown, code: TributaryError['code']): boolean =>
  error instanceof TributaryError && error.code === code;
