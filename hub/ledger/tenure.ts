/**
 * Owning a shard: being the only writer of a ledger partition. The hub's owners and the pulls' have one each.
 *
 * States: `opening` -> `serving` <-> `recovering` -> `closed`.
 *
 * Invariants:
 * - The transactional id is the fence. Behind it: what a killed broker left open is ended, the partition is read to its end,
 *   a claim is written, whose offset is the term; only then is the shard served.
 * - What the owner has in memory ({@link ShardMemory}) is what the partition says up to `ledgerEnd`.
 * - A shard that somebody else has claimed since is lost: it is never taken back by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { TributaryError } from '../../shared/errors.ts';
import { type Cluster, TransactionalProducer } from '../../shared/kafka/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { claimShard, supersededBy } from './claim.ts';
import { decodeOwn, type LedgerRecord } from './codec.ts';
import type { GenesisEntry } from './entries.ts';
import { type KnownTarget, mendLedger, mendTargets } from './mend.ts';
import type { LedgerIdentity } from './open.ts';
import { readPartition } from './read.ts';

/** What the ledger says of a shard, as its owner keeps it. */
export interface ShardMemory {
  /** Forgets all: the partition is read from its start. */
  clear(): void;
  fold(record: LedgerRecord, where: string): void;
  /** Where the shard writes, and how far it is known there. */
  targets(): readonly KnownTarget[];
}

export interface TenureParts {
  readonly cluster: Cluster;
  readonly identity: LedgerIdentity;
  readonly ledger: string;
  /** Topics that are written together with the ledger, into the partition of the same number. */
  readonly beside: readonly string[];
  /** Who claims: for people. */
  readonly owner: string;
  readonly transactionTimeoutMs: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly memory: ShardMemory;
  /** After a failed attempt; it is tried again. */
  readonly onTrouble: (failure: Error, attempt: number, retryAfterMs: number) => void;
  /** At the moment in which the shard is served (again). */
  readonly onServing: (taken: { readonly first: boolean; readonly tookMs: number }) => void;
}

export type TenureState = 'opening' | 'serving' | 'recovering' | 'closed';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

export const transactionalIdOf = (ledgerTopic: string, shard: number): string => `tributary-${ledgerTopic}-${shard}`;

/** Between two attempts. */
export const retryAfterMs = (attempt: number): number =>
  Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));

export class Tenure {
  readonly shard: number;
  readonly #parts: TenureParts;
  readonly #stopped = new AbortController();
  #producer: TransactionalProducer | null = null;
  #genesis: GenesisEntry | null = null;
  #ledgerEnd = 0;
  #term = -1;
  #state: TenureState = 'opening';
  #sinceMs: number;

  constructor(parts: TenureParts, shard: number) {
    this.#parts = parts;
    this.shard = shard;
    this.#sinceMs = parts.clock.now();
  }

  get state(): TenureState {
    return this.#state;
  }
  get sinceMs(): number {
    return this.#sinceMs;
  }
  /** Ledger offset of the present claim; -1 before the first. */
  get term(): number {
    return this.#term;
  }
  /** Aborted when the tenure ends. */
  get ended(): AbortSignal {
    return this.#stopped.signal;
  }
  /** Only behind the first {@link take}. */
  get producer(): TransactionalProducer {
    if (this.#producer) return this.#producer;
    throw new Error(`shard ${this.shard} was not taken yet`);
  }

  /** A transaction has committed, whose ledger entries end there; null: it had none. The memory has them already. */
  committed(ledgerEnd: number | null): void {
    if (ledgerEnd !== null) this.#ledgerEnd = Math.max(this.#ledgerEnd, ledgerEnd);
  }

  /**
   * Fences, reads and claims, until it works: the first time, and whenever nobody knows what a transaction did.
   * @returns false: it was ended meanwhile
   * @throws what can't be mended by trying again; `fenced` where the shard was had before and is another's now
   */
  async take(): Promise<boolean> {
    const started = performance.now();
    const first = this.#state === 'opening';
    if (!first) this.#become('recovering');
    for (let attempt = 1; !this.ended.aborted; attempt += 1) {
      try {
        await this.#takeOnce();
        break;
      } catch (error) {
        await this.#wait(error, attempt);
      }
    }
    if (this.ended.aborted) return false;
    this.#become('serving');
    this.#parts.onServing({ first, tookMs: Math.round(performance.now() - started) });
    return true;
  }

  /** @returns false: it had ended before */
  end(): boolean {
    if (this.#state === 'closed') return false;
    this.#become('closed');
    this.#stopped.abort();
    return true;
  }

  /** To be called when nothing is written any more. */
  close(): void {
    this.#producer?.close();
  }

  async #takeOnce(): Promise<void> {
    const { cluster, ledger, transactionTimeoutMs, telemetry, identity, owner, clock, memory } = this.#parts;
    const where = { topic: ledger, topicId: identity.ledgerTopicId, partition: this.shard };
    if (!this.#producer) {
      const transactionalId = transactionalIdOf(ledger, this.shard);
      this.#producer = await TransactionalProducer.open(cluster, { transactionalId, transactionTimeoutMs, telemetry });
    } else {
      const other = this.#term < 0 ? null : await supersededBy(cluster, where, this.#ledgerEnd, owner);
      if (other) throw fencedBy(ledger, this.shard, other);
      await this.#producer.fence();
    }
    crashPoint('shard.fenced');
    const beside = this.#parts.beside.map((topic) => ({ topic, partition: this.shard }));
    const mended = await mendLedger(this.#producer, where, beside);
    await this.#read(where);
    crashPoint('shard.read');
    await mendTargets(this.#producer, memory.targets(), mended);
    const claim = { where, identity, owner, nowMs: clock.now(), genesis: this.#genesis };
    const { term, records } = await claimShard(this.#producer, claim);
    crashPoint('shard.claimed');
    for (const record of records) this.#fold(record, `the claim of ${ledger}/${this.shard}`);
    this.#term = term;
    this.#ledgerEnd = term + 1;
  }

  /** On from what is known; before the first claim nothing is. */
  async #read(where: { readonly topic: string; readonly topicId: string; readonly partition: number }): Promise<void> {
    const from = this.#term < 0 ? null : this.#ledgerEnd;
    if (from === null) this.#parts.memory.clear();
    this.#ledgerEnd = await readPartition(this.#parts.cluster, where, {
      from,
      until: 'end',
      visit: (record) => {
        this.#fold(record, `${where.topic}/${where.partition} at ${record.offset}`);
        return true;
      },
    });
  }

  #fold(record: LedgerRecord, where: string): void {
    const own = decodeOwn(record, where);
    if (own?.kind === 'genesis') this.#genesis = own.value;
    if (own === null) this.#parts.memory.fold(record, where);
  }

  async #wait(error: unknown, attempt: number): Promise<void> {
    const failure = error instanceof Error ? error : new Error(String(error));
    const fenced = failure instanceof TributaryError && failure.code === 'fenced';
    const fatal = !(failure instanceof TributaryError) || (failure.retry === 'final' && !fenced);
    if (fatal || (fenced && this.#state === 'recovering')) throw failure;
    const pauseMs = retryAfterMs(attempt);
    this.#parts.onTrouble(failure, attempt, pauseMs);
    await sleep(pauseMs, undefined, { signal: this.ended }).catch(() => {});
  }

  #become(state: TenureState): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    this.#sinceMs = this.#parts.clock.now();
  }
}

function fencedBy(ledger: string, shard: number, owner: string): TributaryError {
  return new TributaryError({
    code: 'fenced',
    operation: 'take over',
    subject: `shard ${shard} of ${ledger}`,
    reason: `${owner} has claimed it since`,
    retry: 'final',
  });
}
