/**
 * The shards of one target cluster's pull ledger: which are owned here, and the flows that use them.
 *
 * When they are opened and closed `Shares` says. Flows come and go without anything moving.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { type Cluster, isLoginRefused } from '../../../shared/kafka/index.ts';
import { limits, MIB } from '../../../shared/limits.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { deadLetterTopic, type LedgerAdvice, ledgerTopic, openLedgerTopics } from '../../ledger/open.ts';
import { checkGenesis, type LedgerIdentity, readGenesis } from '../../ledger/topics.ts';
import { type Lost, Shares } from '../../membership/shares.ts';
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

const ADVICE: LedgerAdvice = {
  shards: () => 'give the topic with the positions of copies back as it was made.',
  notMade: "Make it by hand, or give the target's producer client the right to.",
};

interface Parts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

export const mapsTopicOf = (ledgerTopic: string): string => `${ledgerTopic}.maps`;

export class PullShards {
  readonly targets: TargetTopics;
  readonly #parts: Parts;
  readonly #settings: PullShardsSettings;
  readonly #run = randomBytes(4).toString('hex');
  readonly #shares: Shares<ShardOwner>;
  readonly #users = new Set<ShardUser>();
  #identity: LedgerIdentity | null = null;

  private constructor(parts: Parts, settings: PullShardsSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.targets = new TargetTopics(parts.cluster, parts.clock);
    this.#shares = this.#open();
  }

  /** At once: the ledger is opened in the background, for as long as it takes; see {@link opened}. */
  static open(parts: Parts, settings: PullShardsSettings): PullShards {
    return new PullShards(parts, settings);
  }

  /** Rejects where the ledger can never be used. */
  get opened(): Promise<void> {
    return this.#shares.started;
  }

  get mapsTopic(): string {
    return this.#settings.mapsTopic ?? mapsTopicOf(this.#settings.topic);
  }
  get shards(): number {
    return this.#settings.shards;
  }

  /** From now on it hears which shards are served here; those that are, at once. */
  attach(user: ShardUser): void {
    this.#users.add(user);
    for (const owner of this.#shares.owners.values()) if (owner.state === 'serving') user.served(owner);
  }

  detach(user: ShardUser): void {
    this.#users.delete(user);
  }

  /** Resolves when the transactions under way have ended. */
  async quiet(): Promise<void> {
    await Promise.all([this.#shares.left, ...[...this.#shares.owners.values()].map((owner) => owner.quiet())]);
  }

  status(): PullShardStatus[] {
    return [...this.#shares.owners.values()]
      .map(({ shard, state, term, lastError }) => ({ shard, state, term, lastError }))
      .sort((a, b) => a.shard - b.shard);
  }

  /** Whether every shard that should be here is served, and why not. */
  get health(): { readonly serving: boolean; readonly reason: string | null } {
    const { trouble, waiting } = this.#shares;
    if (!this.#identity) return { serving: false, reason: trouble ?? 'the pull ledger is being opened' };
    return { serving: waiting === null && trouble === null, reason: waiting ?? trouble };
  }

  /** Ends after the transactions under way, then leaves the group so that others take over at once. */
  close(): Promise<void> {
    return this.#shares.close();
  }

  #open(): Shares<ShardOwner> {
    const { topic, shards, instance, sessionTimeoutMs } = this.#settings;
    const { telemetry } = this.#parts;
    return Shares.open({
      ...this.#parts,
      group: {
        group: topic,
        topic,
        shards,
        instanceId: instance,
        sessionTimeoutMs: sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      },
      failedRetryMs: FAILED_RETRY_MS,
      openLedger: async () => {
        this.#identity = await this.#openLedger().catch((error: unknown) => {
          throw error instanceof TributaryError && isLoginRefused(error) ? triedAgain(error) : error;
        });
      },
      onLedgerTrouble: (reason, first) => {
        if (first) telemetry.emit(pullLedgerTrouble, { topic, reason });
      },
      openShard: (shard, lost) => this.#openShard(shard, lost),
      onLeft: (shard) => this.#tellLost(shard),
    });
  }

  async #openLedger(): Promise<LedgerIdentity> {
    const { topic, shards, replicationFactor, deadLetterTopic: dead } = this.#settings;
    const shape = { partitions: shards, replicationFactor };
    const wanted = [ledgerTopic(topic, shape), deadLetterTopic(dead, shape), ledgerTopic(this.mapsTopic, shape)];
    const { cluster, telemetry } = this.#parts;
    const identity = await openLedgerTopics(cluster, { topic, shards, advice: ADVICE }, wanted, telemetry);
    checkGenesis({ topic }, identity, await readGenesis(cluster, topic, identity.ledgerTopicId));
    return identity;
  }

  #openShard(shard: number, lost: Lost): ShardOwner {
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
        lost(cause);
        this.#tellLost(shard);
      },
    });
    return owner;
  }

  #tellLost(shard: number): void {
    for (const user of this.#users) user.lost(shard);
  }
}

/** The password may be mended where the broker is. */
const triedAgain = ({ operation, subject, reason, hint, cause }: TributaryError): TributaryError =>
  new TributaryError({
    code: 'brokerUnavailable',
    ...{ operation, subject, reason, cause, retry: 'retried' as const },
    ...(hint === undefined ? {} : { hint }),
  });
