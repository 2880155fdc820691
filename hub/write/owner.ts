/**
 * The owner of one shard: the only writer of its ledger partition.
 *
 * States: `opening` -> `serving` <-> `recovering` -> `closed`. Serving, one group of jobs at a time is sequenced, written
 * and committed; what arrives meanwhile is the next group, so that groups grow with the load and a lone shipment waits
 * for nobody.
 *
 * Invariants:
 * - The state in memory is what the ledger says: it changes only when a transaction is known to have committed, by the
 *   very changes that were written.
 * - An outcome that is not known ends the group: fence, read the ledger from where it was last known, claim again, go on.
 *   The group's jobs are rejected (`outcomeUnknown`, retryable); agents send again and the ledger answers.
 * - Fenced means lost: the owner answers nothing more and says so to `onLost`. It never takes the shard back by itself.
 */
import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { EdgeId, Epoch, Term } from '../../shared/identity.ts';
import { type Cluster, OutcomeUnknown } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { decodeChange } from '../ledger/codec.ts';
import { Tenure, type TenureState } from '../ledger/tenure.ts';
import type { LedgerIdentity } from '../ledger/topics.ts';
import {
  applyChange,
  type Destinations,
  type EpochDecision,
  type Exclusion,
  emptyState,
  type LineageLink,
  type ShardState,
} from '../sequence/index.ts';
import type { Settled, Verified } from '../stages.ts';
import { destinationsOf, prepareTargets } from './destinations.ts';
import { queueChanged, shardLost, shardTaken, shardTrouble, shardTroubleAgain, transactionFailed } from './events.ts';
import { GroupRun } from './group.ts';
import { type Job, JobQueue, Pace } from './jobs.ts';
import { targetsOf } from './memory.ts';
import { settledOf } from './receipts.ts';
import { notOwner, overloaded, toldTo } from './refusals.ts';
import type { Routing } from './routing.ts';
import type { Targets } from './targets.ts';
import { TargetWatch } from './watch.ts';

export interface OwnerParts {
  readonly cluster: Cluster;
  readonly identity: LedgerIdentity;
  readonly topics: { readonly ledger: string; readonly audit: string; readonly deadLetter: string };
  readonly routing: Routing;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Who claims: for people. */
  readonly owner: string;
  readonly transactionTimeoutMs: number;
  /** Shipments that wait for one shard's transactions. */
  readonly maxQueueBytes: number;
}

export type OwnerState = TenureState;

export class ShardOwner {
  readonly shard: number;
  readonly #parts: OwnerParts;
  readonly #onLost: (cause: 'fenced' | 'failed', error: Error) => void;
  readonly #queue: JobQueue;
  readonly #destinations: Destinations;
  readonly #pace = new Pace({ bytes: limits.transactionBytes, partitions: limits.transactionPartitions });
  readonly #watch: TargetWatch;
  readonly #preparing = new Map<EdgeId, Promise<void>>();
  readonly #tenure: Tenure;
  #shardState: ShardState = emptyState();
  #lastError: string | null = null;
  #running: Promise<void> = Promise.resolve();

  private constructor(parts: OwnerParts, shard: number, onLost: (cause: 'fenced' | 'failed', error: Error) => void) {
    this.#parts = parts;
    this.shard = shard;
    this.#onLost = onLost;
    this.#queue = new JobQueue(parts.maxQueueBytes);
    this.#destinations = destinationsOf(parts.routing, parts.targets, parts.telemetry);
    this.#tenure = this.#newTenure();
    this.#watch = new TargetWatch({
      ...parts,
      shard,
      state: () => this.#shardState,
      record: (found) => new Promise((resolve, reject) => this.#enqueue({ kind: 'incidents', found, resolve, reject })),
    });
  }

  /**
   * Takes the shard: whoever had it is fenced. Tries until it is there, {@link close} is called, or it can never be.
   * @throws TributaryError what can't be mended by trying again: `brokerRefused`, `wrongHub`, `versionUnsupported`, ...
   */
  static async open(
    parts: OwnerParts,
    shard: number,
    onLost: (cause: 'fenced' | 'failed', error: Error) => void,
  ): Promise<ShardOwner> {
    const owner = ShardOwner.create(parts, shard, onLost);
    await owner.opened;
    return owner;
  }

  /** As {@link open}, at once: jobs wait in the queue until the shard is there. */
  static create(
    parts: OwnerParts,
    shard: number,
    onLost: (cause: 'fenced' | 'failed', error: Error) => void,
  ): ShardOwner {
    const owner = new ShardOwner(parts, shard, onLost);
    const taken = owner.#take();
    owner.opened = taken;
    taken.catch(() => {});
    owner.#running = taken.then(
      () => owner.#run(),
      (error) => owner.#lose('failed', error),
    );
    return owner;
  }

  /** Resolves when the shard is served for the first time. */
  opened: Promise<void> = Promise.resolve();

  get state(): OwnerState {
    return this.#tenure.state;
  }
  /** Ledger offset of the present claim; -1 before the first. */
  get term(): Term {
    return this.#tenure.term as Term;
  }
  get facts(): { sinceMs: number; lastError: string | null; queueBytes: number } {
    return { sinceMs: this.#tenure.sinceMs, lastError: this.#lastError, queueBytes: this.#queue.bytes };
  }
  /** What has committed. Read it at once: it changes with the next transaction. */
  get ledger(): ShardState {
    return this.#shardState;
  }

  /**
   * Resolves after the commit. Shipments of one edge are sequenced in the order of the calls.
   * @throws TributaryError `outcomeUnknown`, `brokerUnavailable`, `overloaded`, `notOwner`: all retryable
   */
  async submit(shipment: Verified): Promise<Settled> {
    const answer = await new Promise<Parameters<typeof settledOf>[1]>((resolve, reject) => {
      this.#enqueueInOrder({ kind: 'shipment', shipment, resolve, reject });
    });
    return settledOf(this.term, answer);
  }

  register(edge: EdgeId, lineage: readonly LineageLink[]): Promise<readonly EpochDecision[]> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'lineage', edge, lineage, resolve, reject }));
  }

  /** Null: the edge has no such epoch. */
  decide(edge: EdgeId, epoch: Epoch, decision: 'accept' | 'reject'): Promise<EpochDecision | null> {
    return new Promise((resolve, reject) =>
      this.#enqueue({ kind: 'decision', edge, epoch, decision, resolve, reject }),
    );
  }

  /** Ends after the transaction under way; what still waits is rejected. */
  async close(cause: 'revoked' | 'closed' = 'closed'): Promise<void> {
    if (this.#tenure.end()) {
      this.#parts.telemetry.emit(shardLost, { shard: this.shard, cause, reason: `term ${this.term} ends` });
    }
    this.#ended(notOwner(this.shard, 'it was given up'));
    await this.#running;
    this.#tenure.close();
  }

  /** Targets that are not known yet are looked up and made first; the edge's next shipments wait behind this one. */
  #enqueueInOrder(job: Job & { kind: 'shipment' }): void {
    const { edge } = job.shipment;
    const before = this.#preparing.get(edge);
    const opening = this.state === 'opening';
    const preparing = opening ? null : prepareTargets(this.#parts, this.#shardState, job.shipment);
    if (!before && !opening && !preparing) {
      this.#enqueue(job);
      return;
    }
    const turn = this.#prepare(job, before, preparing).finally(() => {
      if (this.#preparing.get(edge) === turn) this.#preparing.delete(edge);
    });
    this.#preparing.set(edge, turn);
  }

  async #prepare(job: Job & { kind: 'shipment' }, before?: Promise<void>, preparing?: Promise<void> | null) {
    await before;
    // What a stream's target is only the ledger says.
    if (this.state === 'opening') await this.opened.catch(() => {});
    await (preparing ?? prepareTargets(this.#parts, this.#shardState, job.shipment));
    this.#enqueue(job);
  }

  #enqueue(job: Job): void {
    if (this.state === 'closed') job.reject(notOwner(this.shard, 'it was given up'));
    else if (!this.#queue.add(job)) job.reject(overloaded(this.shard, this.#queue.bytes));
    else this.#parts.telemetry.emit(queueChanged, { shard: this.shard, bytes: this.#queue.bytes });
  }

  async #run(): Promise<void> {
    while (!this.#tenure.ended.aborted) {
      await this.#queue.arrival();
      if (this.#tenure.ended.aborted) return;
      const jobs = this.#queue.take(this.#pace.limits);
      this.#parts.telemetry.emit(queueChanged, { shard: this.shard, bytes: this.#queue.bytes });
      if (jobs.length === 0) continue;
      const started = performance.now();
      try {
        await this.#commit(jobs);
      } catch (error) {
        const failure = this.#understood(error, performance.now() - started);
        this.#failGroup(jobs, failure);
        if (isCode(failure, 'fenced')) return this.#lose('fenced', failure);
        // Aborted and known to be: nothing to find out.
        if (isCode(failure, 'brokerUnavailable') || isCode(failure, 'topicNotCreatable')) continue;
        await this.#take().catch((final) => this.#lose(isCode(final, 'fenced') ? 'fenced' : 'failed', final));
      }
    }
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    const { targets, telemetry, clock, topics, routing } = this.#parts;
    const run = new GroupRun({
      shard: this.shard,
      state: this.#shardState,
      jobs,
      destinations: this.#destinations,
      producer: this.#tenure.producer,
      targets,
      routing,
      telemetry,
      clock,
      topics,
      onDiverged: (found) => this.#watch.found(found),
    });
    const ledgerEnd = await run.commit(new Map<string, Exclusion>());
    this.#tenure.committed(ledgerEnd);
    if (ledgerEnd !== null) crashPoint('hub.commit.done');
    this.#pace.ended(run.late);
    run.answer();
  }

  /** What did not answer is parked; where that is what every transaction needs, it is the whole shard's trouble, and said so. */
  #understood(error: unknown, costMs: number): Error {
    if (!(error instanceof OutcomeUnknown)) return error instanceof Error ? error : new Error(String(error));
    const { ledger, audit } = this.#parts.topics;
    const isOwn = ({ topic }: { topic: string }): boolean => topic === ledger || topic === audit;
    const others = error.unanswered.filter((partition) => !isOwn(partition));
    this.#parts.targets.unanswered(others, error.reason, costMs);
    const own = error.unanswered.find(isOwn);
    if (!own) return error;
    const { operation, subject, reason, cause } = error;
    const why = `${reason}; every transaction of shard ${this.shard} needs ${own.topic}/${own.partition}, so all of its edges wait`;
    return new OutcomeUnknown({ operation, subject, reason: why, cause }, error.unanswered);
  }

  #failGroup(jobs: readonly Job[], failure: Error): void {
    const code = failure instanceof TributaryError ? failure.code : 'internal';
    this.#lastError = failure.message;
    this.#parts.telemetry.emit(transactionFailed, { shard: this.shard, code, reason: reasonOf(failure) });
    const told = toldTo(failure, this.shard);
    for (const job of jobs) job.reject(told);
  }

  /** The first time, and whenever nobody knows what a transaction did. @throws what ends the ownership */
  async #take(): Promise<void> {
    if (!(await this.#tenure.take())) throw notOwner(this.shard, 'it was given up');
  }

  #newTenure(): Tenure {
    const { topics } = this.#parts;
    return new Tenure(
      {
        ...this.#parts,
        ledger: topics.ledger,
        beside: [topics.audit, topics.deadLetter],
        memory: {
          clear: () => {
            this.#shardState = emptyState();
          },
          fold: (record, where) => applyChange(this.#shardState, decodeChange(record, where)),
          targets: () => targetsOf(this.#shardState),
        },
        onTrouble: (failure, attempt, retryAfterMs) => this.#notTaken(failure, attempt, retryAfterMs),
        onServing: ({ first, tookMs }) => this.#serving(first, tookMs),
      },
      this.shard,
    );
  }

  /** What waits is told to come again: nobody knows how long this takes. */
  #notTaken(failure: Error, attempt: number, retryAfterMs: number): void {
    this.#lastError = failure.message;
    const doing = this.state === 'opening' ? 'open' : 'find out what the ledger says';
    const event = attempt === 1 ? shardTrouble : shardTroubleAgain;
    this.#parts.telemetry.emit(event, { shard: this.shard, doing, reason: reasonOf(failure), retryAfterMs });
    for (const job of this.#queue.takeAll()) job.reject(toldTo(failure, this.shard));
  }

  #serving(first: boolean, tookMs: number): void {
    if (first) this.#watch.checkAll();
    const entries = this.#shardState.streams.size + this.#shardState.places.size;
    this.#parts.telemetry.emit(shardTaken, { shard: this.shard, term: this.term, entries, tookMs });
  }

  #lose(cause: 'fenced' | 'failed', error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (!this.#tenure.end()) return;
    this.#lastError = failure.message;
    this.#parts.telemetry.emit(shardLost, { shard: this.shard, cause, reason: reasonOf(failure) });
    this.#ended(notOwner(this.shard, cause === 'fenced' ? 'another hub has taken it over' : 'it failed here'));
    this.#tenure.close();
    this.#onLost(cause, failure);
  }

  #ended(told: TributaryError): void {
    this.#watch.close();
    for (const job of this.#queue.takeAll()) job.reject(told);
    this.#queue.wake();
  }
}

const isCode = (error: unknown, code: TributaryError['code']): boolean =>
  error instanceof TributaryError && error.code === code;
