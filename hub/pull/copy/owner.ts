/**
 * The owner of one shard: the only writer of its ledger partition, one transaction at a time, for all flows of this process.
 *
 * States: `opening` -> `serving` <-> `recovering` -> `closed`. Serving, chunks are written as they come into the open
 * transaction, until it is old or large enough; what is fetched while it commits is the beginning of the next one.
 *
 * Invariants: the positions in memory are what the ledger says. An outcome that nobody knows ends the group: fence, read the
 * ledger on, claim again; all partitions of the shard start over from it. Fenced means lost: it never takes the shard back
 * by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.ts';
import { crashPoint } from '../../../shared/crashPoint.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { type Cluster, IdempotentProducer, TransactionalProducer } from '../../../shared/kafka/index.ts';
import { KIB } from '../../../shared/limits.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { mendLedger, mendTargets } from '../../ledger/mend.ts';
import type { LedgerIdentity } from '../../ledger/topics.ts';
import { type Chunk, Inbox } from './chunk.ts';
import { claimPulls, readPulls, supersededBy } from './claim.ts';
import { pullShardLost, pullShardTaken, pullShardTrouble, pullShardTroubleAgain } from './events.ts';
import { Group } from './group.ts';
import type { PullPosition } from './ledger.ts';
import type { TargetTopics } from './targets.ts';

export interface OwnerParts {
  readonly cluster: Cluster;
  readonly identity: LedgerIdentity;
  readonly topics: { readonly ledger: string; readonly deadLetter: string };
  readonly targets: TargetTopics;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Who claims: for people. */
  readonly owner: string;
  readonly transactionTimeoutMs: number;
  readonly bounds: { readonly ms: number; readonly bytes: number; readonly partitions: number };
}

export type OwnerState = 'opening' | 'serving' | 'recovering' | 'closed';

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
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

export const transactionalIdOf = (ledgerTopic: string, shard: number): string => `tributary-${ledgerTopic}-${shard}`;

export class ShardOwner {
  readonly shard: number;
  readonly #parts: OwnerParts;
  readonly #listener: OwnerListener;
  readonly #inbox = new Inbox();
  readonly #idempotent: IdempotentProducer;
  readonly #positions = new Map<string, PullPosition>();
  readonly #stopped = new AbortController();
  #producer: TransactionalProducer | null = null;
  #ledgerEnd = 0;
  #term = -1;
  #state: OwnerState = 'opening';
  #failures = 0;
  #roomBytes: number;
  #lastError: string | null = null;
  #running: Promise<void>;

  constructor(parts: OwnerParts, shard: number, listener: OwnerListener) {
    this.#parts = parts;
    this.shard = shard;
    this.#roomBytes = parts.bounds.bytes;
    this.#listener = listener;
    this.#idempotent = new IdempotentProducer(parts.cluster, `pull ${parts.topics.ledger}-${shard}`);
    this.#running = this.#run();
  }

  get state(): OwnerState {
    return this.#state;
  }
  /** Ledger offset of the present claim; -1 before the first. */
  get term(): number {
    return this.#term;
  }
  get lastError(): string | null {
    return this.#lastError;
  }

  /** What the ledger says of a partition. Only while it is `serving`. */
  position(id: string): PullPosition | null {
    return this.#positions.get(id) ?? null;
  }

  submit(chunk: Chunk): void {
    if (this.#state === 'serving') this.#inbox.add(chunk);
    else chunk.flow.released(chunk);
  }

  async #run(): Promise<void> {
    try {
      await this.#take();
      while (!this.#stopped.signal.aborted) {
        await this.#inbox.arrival();
        if (!this.#stopped.signal.aborted && !this.#inbox.empty) await this.#transaction();
      }
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#lose(error);
    }
  }

  /** @throws TributaryError what ends the ownership */
  async #transaction(): Promise<void> {
    const { bounds, clock } = this.#parts;
    const group = new Group({
      ...this.#parts,
      shard: this.shard,
      producer: this.#producer!,
      idempotent: this.#idempotent,
      positions: this.#positions,
    });
    const startMs = clock.monotonicMs();
    const endMs = startMs + bounds.ms;
    try {
      for (;;) {
        const chunks = this.#inbox.take(this.#roomBytes - group.bytes);
        if (chunks.length > 0) await group.write(chunks);
        const full = group.bytes >= this.#roomBytes || group.partitions >= bounds.partitions;
        const leftMs = endMs - clock.monotonicMs();
        if (full || group.spoiled || leftMs <= 0 || this.#stopped.signal.aborted) break;
        await this.#inbox.arrivalWithin(leftMs);
      }
      const ledgerEnd = await group.finish();
      if (ledgerEnd !== null) this.#ledgerEnd = Math.max(this.#ledgerEnd, ledgerEnd);
      this.#failures = 0;
    } catch (error) {
      group.fail();
      await this.#recover(error);
    } finally {
      this.#roomBytes = roomAfter(this.#roomBytes, group.bytes, clock.monotonicMs() - startMs, bounds.bytes);
    }
  }

  async #recover(error: unknown): Promise<void> {
    this.#tellTrouble(error);
    if (isCode(error, 'fenced') || !(error instanceof TributaryError)) throw error;
    if (error.code === 'brokerUnavailable') {
      // Aborted, and known to be.
      await this.#pause();
      return;
    }
    this.#state = 'recovering';
    this.#drop();
    this.#listener.interrupted();
    await this.#take();
  }

  /** Fences, reads and claims, until it works. */
  async #take(): Promise<void> {
    const started = performance.now();
    for (;;) {
      if (this.#stopped.signal.aborted) return;
      try {
        await this.#takeOnce();
        break;
      } catch (error) {
        this.#tellTrouble(error);
        const final = !(error instanceof TributaryError) || error.retry === 'final';
        if (final && !(isCode(error, 'fenced') && this.#state === 'opening')) throw error;
        await this.#pause();
      }
    }
    if (this.#stopped.signal.aborted) return;
    this.#state = 'serving';
    this.#failures = 0;
    this.#lastError = null;
    const { shard } = this;
    const tookMs = Math.round(performance.now() - started);
    this.#parts.telemetry.emit(pullShardTaken, { shard, term: this.#term, positions: this.#positions.size, tookMs });
    this.#listener.serving();
  }

  async #takeOnce(): Promise<void> {
    const { cluster, topics, transactionTimeoutMs, telemetry, identity, owner, clock } = this.#parts;
    const where = { topic: topics.ledger, topicId: identity.ledgerTopicId, partition: this.shard };
    if (!this.#producer) {
      const transactionalId = transactionalIdOf(topics.ledger, this.shard);
      this.#producer = await TransactionalProducer.open(cluster, { transactionalId, transactionTimeoutMs, telemetry });
    } else {
      const other = this.#term < 0 ? null : await supersededBy(cluster, where, this.#ledgerEnd, owner);
      if (other) throw fencedBy(this.shard, other);
      await this.#producer.fence();
    }
    crashPoint('pull.shard.fenced');
    const beside = [{ topic: topics.deadLetter, partition: this.shard }];
    await mendLedger(this.#producer, where, beside);
    const from = this.#term < 0 ? null : this.#ledgerEnd;
    if (from === null) this.#positions.clear();
    const read = await readPulls(cluster, where, from, this.#positions);
    this.#ledgerEnd = read.next;
    crashPoint('pull.shard.read');
    const targets = [...this.#positions.values()].map(({ target }) => target);
    await mendTargets(this.#producer, targets, beside);
    const claim = {
      where,
      identity,
      owner,
      nowMs: clock.now(),
      genesis: from === null ? read.genesis : 'known',
    } as const;
    this.#term = await claimPulls(this.#producer, claim);
    crashPoint('pull.shard.claimed');
    this.#ledgerEnd = this.#term + 1;
  }

  #tellTrouble(error: unknown): void {
    this.#failures += 1;
    this.#lastError = reasonOf(error);
    const event = this.#failures === 1 ? pullShardTrouble : pullShardTroubleAgain;
    this.#parts.telemetry.emit(event, { shard: this.shard, reason: this.#lastError });
  }

  async #pause(): Promise<void> {
    const ms = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10));
    await sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => {});
  }

  #drop(): void {
    for (const chunk of this.#inbox.takeAll()) chunk.flow.released(chunk);
  }

  #lose(error: unknown): void {
    const cause = isCode(error, 'fenced') ? 'fenced' : 'failed';
    this.#end(cause, reasonOf(error));
    this.#listener.lost(cause);
  }

  /** Ends after the transaction under way; what still waits is thrown away. */
  async close(cause: 'revoked' | 'closed'): Promise<void> {
    if (this.#state !== 'closed') this.#end(cause, `term ${this.#term} ends`);
    await this.#running;
    this.#drop();
    this.#producer?.close();
    this.#idempotent.close();
  }

  #end(cause: string, reason: string): void {
    this.#state = 'closed';
    this.#stopped.abort();
    this.#inbox.close();
    this.#parts.telemetry.emit(pullShardLost, { shard: this.shard, cause, reason });
    if (cause === 'revoked' || cause === 'closed') return;
    this.#drop();
    this.#producer?.close();
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

function fencedBy(shard: number, owner: string): TributaryError {
  return new TributaryError({
    code: 'fenced',
    operation: 'take over',
    subject: `pull shard ${shard}`,
    reason: `${owner} has claimed it since`,
    retry: 'final',
  });
}
