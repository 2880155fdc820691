/**
 * The shards that are open in this process: those that the group assigns to it.
 *
 * The assignment is a hint: an assigned shard is opened (which fences whoever had it), one that is assigned elsewhere is
 * closed after its transaction. A shard stays open over rebalances and while the coordinator is away. One that was fenced is
 * opened again only when a later heartbeat confirms that it is still ours; one that failed, after a pause.
 *
 * Life: `open` -> the ledger is opened, tried until it works -> the group is joined -> shards come and go -> `close`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { Cluster } from '../../shared/kafka/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { Membership, type MembershipSettings } from './membership.ts';

/** Who serves a shard. */
export interface Owned {
  readonly state: string;
  close(cause: 'revoked' | 'closed'): Promise<void>;
}

export type Lost = (cause: 'fenced' | 'failed') => void;

export interface SharesParts<O extends Owned> {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly group: MembershipSettings;
  /** How long one that failed stays closed. */
  readonly failedRetryMs: number;
  /** What is needed before anything is served. Tried again where its error says so. */
  readonly openLedger: () => Promise<unknown>;
  readonly onLedgerTrouble: (reason: string, first: boolean) => void;
  /** After such trouble. */
  readonly onLedgerReached?: (afterMs: number) => void;
  /** At once; `lost` is called when it ends by itself. */
  readonly openShard: (shard: number, lost: Lost) => O;
  /** It was given up, and is closed. */
  readonly onLeft?: (shard: number) => void;
}

const LEDGER_RETRY_MS = 1_000;

export class Shares<O extends Owned> {
  readonly #parts: SharesParts<O>;
  readonly #owners = new Map<number, O>();
  /** Closing, to be waited for before the shard is opened here again. */
  readonly #leaving = new Map<number, Promise<void>>();
  /** Monotonic time before which a shard is not opened again. */
  readonly #notBefore = new Map<number, number>();
  readonly #stopped = new AbortController();
  #membership: Membership | null = null;
  #assigned: ReadonlySet<number> = new Set();
  #lastError: string | null = 'starting';

  /** Resolves when this process asks for its shards; rejects with what trying again does not mend. */
  readonly started: Promise<void>;

  private constructor(parts: SharesParts<O>) {
    this.#parts = parts;
    this.started = this.#start();
    this.started.catch(() => {});
  }

  /** At once, with or without Kafka; see {@link started}. */
  static open<O extends Owned>(parts: SharesParts<O>): Shares<O> {
    return new Shares(parts);
  }

  get owners(): ReadonlyMap<number, O> {
    return this.#owners;
  }
  /** Should be served here. */
  get assigned(): ReadonlySet<number> {
    return this.#assigned;
  }
  /** Why the ledger is not open, or there is no valid assignment; null: all is well. */
  get trouble(): string | null {
    return this.#lastError ?? this.#membership?.trouble ?? null;
  }
  /** Why not all that should be served is; null: it is. */
  get waiting(): string | null {
    const waiting = [...this.#assigned].filter((shard) => this.#owners.get(shard)?.state !== 'serving');
    return waiting.length > 0 ? `shards ${waiting.join(', ')} are not served yet` : null;
  }

  /** Resolves when those that were taken away have ended. */
  get left(): Promise<unknown> {
    return Promise.all(this.#leaving.values());
  }

  /** Ends after the transactions under way, then leaves the group so that others take over at once. */
  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    const owners = [...this.#owners];
    await Promise.all(owners.map(([, owner]) => owner.close('closed')));
    await this.left;
    for (const [shard] of owners) this.#parts.onLeft?.(shard);
    this.#owners.clear();
    await this.#membership?.close();
  }

  async #start(): Promise<void> {
    const { cluster, group, telemetry, clock, openLedger, onLedgerTrouble, onLedgerReached } = this.#parts;
    const { signal } = this.#stopped;
    const sinceMs = clock.monotonicMs();
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await openLedger();
        if (failures > 0) onLedgerReached?.(clock.monotonicMs() - sinceMs);
        break;
      } catch (error) {
        this.#lastError = reasonOf(error);
        const final = !(error instanceof TributaryError) || error.retry === 'final';
        if (final || signal.aborted) throw error;
        onLedgerTrouble(this.#lastError, failures === 0);
        await sleep(LEDGER_RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
    if (signal.aborted) return;
    this.#lastError = null;
    this.#membership = new Membership(cluster, group, telemetry, (shards) => this.#assign(shards));
  }

  /** Makes what is open here what is assigned. Called again with every heartbeat. */
  #assign(shards: ReadonlySet<number>): void {
    this.#assigned = shards;
    for (const [shard, owner] of this.#owners) if (!shards.has(shard)) this.#giveUp(shard, owner);
    const now = this.#parts.clock.monotonicMs();
    for (const shard of shards) {
      const waits = this.#owners.has(shard) || this.#leaving.has(shard) || (this.#notBefore.get(shard) ?? 0) > now;
      if (!waits) this.#open(shard);
    }
  }

  #open(shard: number): void {
    const owner = this.#parts.openShard(shard, (cause) => {
      if (this.#owners.get(shard) === owner) this.#owners.delete(shard);
      const pauseMs = cause === 'failed' ? this.#parts.failedRetryMs : 0;
      this.#notBefore.set(shard, this.#parts.clock.monotonicMs() + pauseMs);
    });
    this.#owners.set(shard, owner);
  }

  #giveUp(shard: number, owner: O): void {
    this.#owners.delete(shard);
    const leaving = owner.close('revoked').finally(() => {
      this.#parts.onLeft?.(shard);
      this.#leaving.delete(shard);
    });
    this.#leaving.set(shard, leaving);
  }
}
