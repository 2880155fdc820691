/**
 * The shards of one target cluster's pull ledger: which are owned here, and the flows that use them.
 *
 * The group's assignment is a hint: an assigned shard is opened (which fences whoever had it), one that is assigned
 * elsewhere is closed after its transaction. One that was fenced is opened again only when a later heartbeat confirms that
 * it is still ours. Flows come and go without anything moving.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import { limits, MIB } from '../../../shared/limits.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { deadLetterTopic, ledgerTopic, openLedgerTopics } from '../../ledger/open.ts';
import { checkGenesis, type LedgerIdentity, readGenesis } from '../../ledger/topics.ts';
import { Membership } from '../../membership/membership.ts';
import { pullLedgerTrouble } from './events.ts';
import { type OwnerState, ShardOwner } from './owner.ts';
import { TargetTopics } from './targets.ts';

export interface PullShardsSettings {
  /** Default `tributary.pulls`. */
  readonly topic: string;
  /** Fixed for ever by the ledger's first record. */
  readonly shards: number;
  /** -1: the cluster's default. */
  readonly replicationFactor: number;
  /** Takes batches that their target refuses for ever, where a flow wants that. */
  readonly deadLetterTopic: string;
  /** Takes exact offset maps; default: the ledger's name and `.maps`. */
  readonly mapsTopic?: string;
  /** This process's name, unique among those that run. */
  readonly instance: string;
  readonly sessionTimeoutMs?: number;
  readonly transactionTimeoutMs?: number;
  /** A transaction is ended when it is that old, or that large. */
  readonly transactionMs?: number;
  readonly transactionBytes?: number;
}

/** A flow, as the shards see it. */
export interface ShardUser {
  served(owner: ShardOwner): void;
  lost(shard: number): void;
}

export interface PullShardStatus {
  readonly shard: number;
  readonly state: OwnerState;
  readonly term: number;
  readonly lastError: string | null;
}

const SESSION_TIMEOUT_MS = 10_000;
const TRANSACTION_TIMEOUT_MS = 60_000;
const TRANSACTION_MS = 200;
const TRANSACTION_BYTES = 64 * MIB;
const FAILED_RETRY_MS = 5_000;
const OPEN_RETRY_MS = 1_000;

interface Parts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export class PullShards {
  readonly targets: TargetTopics;
  readonly #parts: Parts;
  readonly #settings: PullShardsSettings;
  readonly #run = randomBytes(4).toString('hex');
  readonly #stopped = new AbortController();
  readonly #owners = new Map<number, ShardOwner>();
  readonly #leaving = new Map<number, Promise<void>>();
  readonly #notBefore = new Map<number, number>();
  readonly #users = new Set<ShardUser>();
  #assigned: ReadonlySet<number> = new Set();
  #identity: LedgerIdentity | null = null;
  #membership: Membership | null = null;
  #lastError: string | null = null;
  /** Rejects where the ledger can never be used. */
  readonly opened: Promise<void>;

  private constructor(parts: Parts, settings: PullShardsSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.targets = new TargetTopics(parts.cluster, parts.clock);
    this.opened = this.#start();
    this.opened.catch(() => {});
  }

  /** At once: the ledger is opened in the background, for as long as it takes; see {@link opened}. */
  static open(parts: Parts, settings: PullShardsSettings): PullShards {
    return new PullShards(parts, settings);
  }

  get mapsTopic(): string {
    return this.#settings.mapsTopic ?? `${this.#settings.topic}.maps`;
  }
  get shards(): number {
    return this.#settings.shards;
  }

  /** From now on it hears which shards are served here; those that are, at once. */
  attach(user: ShardUser): void {
    this.#users.add(user);
    for (const owner of this.#owners.values()) if (owner.state === 'serving') user.served(owner);
  }

  detach(user: ShardUser): void {
    this.#users.delete(user);
  }

  /** Resolves when the transactions under way have ended. */
  async quiet(): Promise<void> {
    await Promise.all([...this.#leaving.values(), ...[...this.#owners.values()].map((owner) => owner.quiet())]);
  }

  status(): PullShardStatus[] {
    return [...this.#owners.values()]
      .map(({ shard, state, term, lastError }) => ({ shard, state, term, lastError }))
      .sort((a, b) => a.shard - b.shard);
  }

  /** Whether every shard that should be here is served, and why not. */
  get health(): { readonly serving: boolean; readonly reason: string | null } {
    const waiting = [...this.#assigned].filter((shard) => this.#owners.get(shard)?.state !== 'serving');
    const reason = this.#lastError ?? this.#membership?.trouble ?? null;
    if (!this.#identity) return { serving: false, reason: reason ?? 'the pull ledger is being opened' };
    if (waiting.length > 0) return { serving: false, reason: `shards ${waiting.join(', ')} are not served yet` };
    return { serving: reason === null, reason };
  }

  /** Ends after the transactions under way, then leaves the group so that others take over at once. */
  async close(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    const owners = [...this.#owners.values()];
    await Promise.all(owners.map((owner) => owner.close('closed')));
    await Promise.all(this.#leaving.values());
    for (const { shard } of owners) this.#tellLost(shard);
    this.#owners.clear();
    await this.#membership?.close();
  }

  async #start(): Promise<void> {
    const { topic, shards, instance, sessionTimeoutMs } = this.#settings;
    const { cluster, telemetry } = this.#parts;
    for (let failures = 0; !this.#stopped.signal.aborted; failures += 1) {
      try {
        this.#identity = await this.#openLedger();
        break;
      } catch (error) {
        this.#lastError = reasonOf(error);
        const final = !(error instanceof TributaryError) || error.retry === 'final';
        if (final || this.#stopped.signal.aborted) throw error;
        if (failures === 0) telemetry.emit(pullLedgerTrouble, { topic, reason: this.#lastError });
        await sleep(OPEN_RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => {});
      }
    }
    this.#lastError = null;
    if (this.#stopped.signal.aborted) return;
    const settings = {
      group: topic,
      topic,
      shards,
      instanceId: instance,
      sessionTimeoutMs: sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    };
    this.#membership = new Membership(cluster, settings, telemetry, (assigned) => this.#assign(assigned));
  }

  async #openLedger(): Promise<LedgerIdentity> {
    const { topic, shards, replicationFactor, deadLetterTopic: dead } = this.#settings;
    const shape = { partitions: shards, replicationFactor };
    const wanted = [ledgerTopic(topic, shape), deadLetterTopic(dead, shape), ledgerTopic(this.mapsTopic, shape)];
    const { cluster, telemetry } = this.#parts;
    const identity = await openLedgerTopics(cluster, { topic, shards }, wanted, telemetry);
    checkGenesis({ topic }, identity, await readGenesis(cluster, topic, identity.ledgerTopicId));
    return identity;
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
    const { topic, deadLetterTopic: deadLetter, instance, transactionTimeoutMs } = this.#settings;
    const parts = {
      ...this.#parts,
      identity: this.#identity!,
      topics: { ledger: topic, deadLetter, maps: this.mapsTopic },
      targets: this.targets,
      owner: `${instance}/${process.pid}/${this.#run}`,
      transactionTimeoutMs: transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS,
      bounds: {
        ms: this.#settings.transactionMs ?? TRANSACTION_MS,
        bytes: this.#settings.transactionBytes ?? TRANSACTION_BYTES,
        partitions: limits.transactionPartitions,
      },
    };
    const owner = new ShardOwner(parts, shard, {
      serving: () => {
        for (const user of this.#users) user.served(owner);
      },
      interrupted: () => this.#tellLost(shard),
      lost: (cause) => {
        if (this.#owners.get(shard) === owner) this.#owners.delete(shard);
        const pauseMs = cause === 'failed' ? FAILED_RETRY_MS : 0;
        this.#notBefore.set(shard, this.#parts.clock.monotonicMs() + pauseMs);
        this.#tellLost(shard);
      },
    });
    this.#owners.set(shard, owner);
  }

  #tellLost(shard: number): void {
    for (const user of this.#users) user.lost(shard);
  }

  #giveUp(shard: number, owner: ShardOwner): void {
    this.#owners.delete(shard);
    const leaving = owner.close('revoked').finally(() => {
      this.#tellLost(shard);
      this.#leaving.delete(shard);
    });
    this.#leaving.set(shard, leaving);
  }
}
