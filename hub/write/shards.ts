/**
 * All shards that this hub owns, and the way to the right one; when they are opened and closed `Shares` says.
 *
 * shard = first 4 bytes of SHA-256(edge), big-endian, mod the number of shards.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { EdgeId, Epoch, Term } from '../../shared/identity.ts';
import type { Cluster } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Reached } from '../../shared/wire/index.ts';
import type { PositionEntry } from '../ledger/entries.ts';
import { auditTopicOf, type LedgerIdentity, type LedgerSettings, openLedger } from '../ledger/topics.ts';
import { type Lost, Shares } from '../membership/shares.ts';
import {
  type EdgeView,
  type EpochDecision,
  edgesOf,
  edgeView,
  type LineageLink,
  positionsBeyond,
} from '../sequence/index.ts';
import type { Settled, Verified } from '../stages.ts';
import { ledgerReached, ledgerTrouble, ledgerTroubleAgain } from './events.ts';
import { type OwnerState, ShardOwner } from './owner.ts';
import type { Routing } from './routing.ts';
import { Targets } from './targets.ts';

export interface ShardsSettings {
  readonly ledger: LedgerSettings;
  /** Group in which hubs share the shards out; default: the ledger's name. */
  readonly group?: string;
  /** This hub's name, unique among those that run: a restart under the same name gets its shards back at once. */
  readonly instance: string;
  readonly sessionTimeoutMs?: number;
  readonly transactionTimeoutMs?: number;
  readonly maxQueueBytes?: number;
}

export interface ShardsParts {
  readonly cluster: Cluster;
  readonly routing: Routing;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Kafka is asked for nothing, and no shard is taken from anybody, before this resolves. Absent: at once. */
  readonly after?: Promise<void>;
}

export interface ShardStatus {
  readonly shard: number;
  readonly state: OwnerState;
  readonly term: number;
  readonly sinceMs: number;
  readonly lastError: string | null;
  readonly queueBytes: number;
  readonly openStreams: number;
}

/** What the shards of this hub say now; each call of a function reads the state of that moment. */
export interface ShardsSnapshot {
  readonly identity: LedgerIdentity | null;
  readonly shards: readonly ShardStatus[];
  readonly edges: () => readonly EdgeId[];
  readonly edge: (edge: EdgeId) => EdgeView | null;
}

export interface Registered {
  readonly term: Term;
  readonly epochs: readonly EpochDecision[];
  readonly positions: readonly PositionEntry[];
}

const SESSION_TIMEOUT_MS = 10_000;
const TRANSACTION_TIMEOUT_MS = 60_000;
const FAILED_RETRY_MS = 15_000;

export function shardOf(edge: EdgeId, shards: number): number {
  return createHash('sha256').update(edge).digest().readUInt32BE(0) % shards;
}

export class Shards {
  readonly #settings: ShardsSettings;
  readonly #parts: ShardsParts;
  readonly #targets: Targets;
  readonly #shares: Shares<ShardOwner>;
  /** Names this run in its claims: also a restarted container with the same name and process id is somebody else. */
  readonly #run = randomBytes(4).toString('hex');
  #identity: LedgerIdentity | null = null;

  private constructor(settings: ShardsSettings, parts: ShardsParts) {
    this.#settings = settings;
    this.#parts = parts;
    const { topic, deadLetterTopic } = settings.ledger;
    const reserved = [topic, auditTopicOf(topic), deadLetterTopic];
    this.#targets = new Targets({ ...parts, reserved });
    this.#shares = this.#open();
  }

  /**
   * Resolves when the ledger is there and this hub asks for its shards.
   * Rejects with what trying again does not mend: `configInvalid`, `wrongHub`, `topicNotCreatable`, `brokerRefused`.
   */
  get started(): Promise<void> {
    return this.#shares.started;
  }

  /** At once, with or without Kafka; see {@link started}. */
  static open(settings: ShardsSettings, parts: ShardsParts): Shards {
    return new Shards(settings, parts);
  }

  /** @throws TributaryError `overloaded`, retryable, before the ledger was reached */
  identity(): LedgerIdentity {
    if (this.#identity) return this.#identity;
    throw new TributaryError({
      code: 'overloaded',
      operation: 'open ledger',
      subject: this.#settings.ledger.topic,
      reason: this.#shares.trouble ?? 'starting',
      retry: 'retryable',
    });
  }

  /** Term of the owner of the edge's shard. @throws TributaryError `notOwner` */
  term(edge: EdgeId): Term {
    const owner = this.#ownerOf(edge);
    if (owner.term < 0) throw this.#notOwner(edge, 'the shard is being taken over');
    return owner.term;
  }

  /**
   * Takes its place in the shard's queue before it returns; resolves after the commit.
   * @throws TributaryError `notOwner`, `outcomeUnknown`, `brokerUnavailable`, `overloaded`: all retryable
   */
  async submit(shipment: Verified): Promise<Settled> {
    return this.#ownerOf(shipment.edge).submit(shipment);
  }

  /**
   * Registers the epochs that an agent holds. `reached`: where its sources are; the hub's positions beyond are answered.
   * @throws as {@link submit}
   */
  async register(edge: EdgeId, lineage: readonly LineageLink[], reached?: readonly Reached[]): Promise<Registered> {
    const owner = this.#ownerOf(edge);
    const epochs = await owner.register(edge, lineage);
    return { term: owner.term, epochs, positions: reached ? positionsBeyond(owner.ledger, edge, reached) : [] };
  }

  /** The operator's word on an epoch. Null: the edge has no such epoch. @throws as {@link submit} */
  async decideEpoch(edge: EdgeId, epoch: Epoch, decision: 'accept' | 'reject'): Promise<EpochDecision | null> {
    return this.#ownerOf(edge).decide(edge, epoch, decision);
  }

  snapshot(): ShardsSnapshot {
    const owners = [...this.#shares.owners.values()];
    return {
      identity: this.#identity,
      shards: owners.map(statusOf).sort((a, b) => a.shard - b.shard),
      edges: () => owners.flatMap((owner) => edgesOf(owner.ledger)),
      edge: (edge) => {
        const owner = this.#identity && this.#shares.owners.get(shardOf(edge, this.#identity.shards));
        return owner ? edgeView(owner.ledger, edge) : null;
      },
    };
  }

  /** Whether every shard that should be here is served, and why not. */
  get health(): { readonly serving: boolean; readonly reason: string | null } {
    const { assigned, trouble, waiting } = this.#shares;
    if (!this.#identity || assigned.size === 0) return { serving: false, reason: trouble ?? 'no shard assigned' };
    return { serving: waiting === null, reason: waiting };
  }

  /** Ends after the transactions under way, then leaves the group so that others take over at once. */
  async close(): Promise<void> {
    await this.#shares.close();
    this.#targets.close();
  }

  #open(): Shares<ShardOwner> {
    const { ledger, group, instance, sessionTimeoutMs } = this.#settings;
    const { cluster, telemetry, after } = this.#parts;
    const { topic, shards } = ledger;
    return Shares.open({
      ...this.#parts,
      group: {
        group: group ?? topic,
        topic,
        shards,
        instanceId: instance,
        sessionTimeoutMs: sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      },
      failedRetryMs: FAILED_RETRY_MS,
      openLedger: async () => {
        await after;
        this.#identity = await openLedger(cluster, ledger, telemetry);
      },
      onLedgerTrouble: (reason, first) => telemetry.emit(first ? ledgerTrouble : ledgerTroubleAgain, { topic, reason }),
      onLedgerReached: (afterMs) => telemetry.emit(ledgerReached, { topic, afterMs }),
      openShard: (shard, lost) => this.#openShard(shard, lost),
    });
  }

  #openShard(shard: number, lost: Lost): ShardOwner {
    const { ledger, instance, transactionTimeoutMs, maxQueueBytes } = this.#settings;
    const { topic, deadLetterTopic } = ledger;
    const parts = {
      ...this.#parts,
      identity: this.identity(),
      topics: { ledger: topic, audit: auditTopicOf(topic), deadLetter: deadLetterTopic },
      targets: this.#targets,
      owner: `${instance}/${process.pid}/${this.#run}`,
      transactionTimeoutMs: transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS,
      maxQueueBytes: maxQueueBytes ?? limits.hubBodyBytes,
    };
    return ShardOwner.create(parts, shard, lost);
  }

  #ownerOf(edge: EdgeId): ShardOwner {
    const shard = shardOf(edge, this.identity().shards);
    const owner = this.#shares.owners.get(shard);
    if (owner && owner.state !== 'closed') return owner;
    throw this.#notOwner(edge, `shard ${shard} is not served by this hub`);
  }

  #notOwner(edge: EdgeId, reason: string): TributaryError {
    return new TributaryError({
      code: 'notOwner',
      operation: 'find shard',
      subject: edge,
      reason,
      hint: 'It is taken over within seconds.',
      retry: 'retryable',
    });
  }
}

function statusOf(owner: ShardOwner): ShardStatus {
  const { shard, state, term, ledger } = owner;
  return { shard, state, term, ...owner.facts, openStreams: ledger.streams.size };
}
