/**
 * A producer with a transactional id: the only writer to Kafka.
 *
 * States: `open` (between transactions or in one; a transaction begins with the first send), `unknown` (a request inside a
 * transaction was not answered, or not as expected: only {@link TransactionalProducer.fence} leads on), `fenced` (another
 * producer has the id), `closed`.
 *
 * Two protocols. 2 (cluster's `transaction.version` 2): Produce v12 adds partitions by itself, EndTxn v5 answers the next
 * epoch, sequences begin at 0 after each. 1: AddPartitionsToTxn first, Produce up to v11, EndTxn up to v4, sequences go
 * on over commits and aborts. Which one holds is asked anew at each {@link TransactionalProducer.fence}.
 *
 * Invariants:
 * - Order is kept in each partition; a batch is never in the log behind one that was sent after it.
 * - A sequence that may be in the log is never given to other bytes.
 * - Nothing is sent in an epoch after a request in it went unanswered; late ones are then refused by the broker.
 * - After the connection to the coordinator was lost nothing is sent before the last transaction's partitions were looked at
 *   (orphans.ts).
 */
import { reasonOf, TributaryError } from '../../errors.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Cluster } from '../cluster.ts';
import { closedError, deepReason } from '../failures.ts';
import type { Patience } from '../patience.ts';
import { produceV11, produceV12 } from '../wire/produce.ts';
import { Ambiguous, OutcomeUnknown } from './ambiguous.ts';
import { type Ending, type ProducerIdentity, TransactionCoordinator } from './coordinator.ts';
import { orphansEnded, partitionsUnasked, producerReady, transactionFailed } from './events.ts';
import type { Lane } from './lane.ts';
import { findOrphans, type Orphan, type OrphanSearch, type PartitionName } from './orphans.ts';
import { judge, type Outcome, refusal, unavailable } from './outcome.ts';
import { lanesOf, type OutgoingBatch } from './outgoing.ts';
import { Fenced, LANE_PATIENCE_MS, Pipeline, replicationTimeoutMs } from './pipeline.ts';
import { Sequences } from './sequence.ts';
import { Touched } from './touched.ts';

export interface ProducerOptions {
  readonly transactionalId: string;
  /** The coordinator aborts a transaction that is older; at most the broker's `transaction.max.timeout.ms`. */
  readonly transactionTimeoutMs: number;
  readonly telemetry?: Telemetry;
  /** 1: even where the cluster could do 2. Default: what the cluster can. */
  readonly protocol?: 1;
}
type State = 'open' | 'unknown' | 'fenced' | 'closed';
/** How long a transaction waits for its coordinator before it begins. */
const MEND_PATIENCE: Patience = { withinMs: 5_000, firstDelayMs: 20, maxDelayMs: 200 };
/** Part of a call's time in which something new is sent; the rest is for answers. */
const SENDING_SHARE = 0.8;

export class TransactionalProducer {
  readonly transactionalId: string;
  readonly #cluster: Cluster;
  readonly #options: ProducerOptions;
  readonly #purpose: string;
  readonly #coordinator: TransactionCoordinator;
  readonly #sequences = new Sequences();
  #state: State = 'unknown';
  #identity: ProducerIdentity = { transactionalId: '', producerId: -1n, producerEpoch: -1 };
  #protocol: 1 | 2 = 1;
  /** Version 1: partitions of the open transaction. */
  #added = new Set<string>();
  /** Whether the coordinator may know of an open transaction. */
  #begun = false;
  #landed = 0;
  readonly #touched = new Touched();
  /** How the last transaction ended, as far as the coordinator or its answer said. */
  #ending: Ending | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(cluster: Cluster, options: ProducerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.transactionalId = options.transactionalId;
    this.#purpose = `transaction ${options.transactionalId}`;
    this.#coordinator = new TransactionCoordinator(cluster, options.transactionalId, this.#purpose);
  }

  /**
   * Takes the transactional id; whoever had it is fenced.
   * @throws TributaryError `brokerUnavailable`, `brokerRefused`
   */
  static async open(cluster: Cluster, options: ProducerOptions): Promise<TransactionalProducer> {
    const producer = new TransactionalProducer(cluster, options);
    await producer.fence();
    return producer;
  }

  get producerId(): bigint {
    return this.#identity.producerId;
  }
  get producerEpoch(): number {
    return this.#identity.producerEpoch;
  }
  get protocol(): 1 | 2 {
    return this.#protocol;
  }
  /** How the id's last transaction ended, whoever made it; null: not known. */
  get lastEnding(): Ending | null {
    return this.#ending;
  }
  /** Where this producer's last transactions wrote, or may have. */
  get lastPartitions(): PartitionName[] {
    return this.#touched.all;
  }

  /**
   * Takes the id again: what was open is aborted, or was committed before; after this the log says which. The only way on
   * after `outcomeUnknown`.
   * @throws TributaryError `brokerUnavailable`, `brokerRefused`, `fenced` (another takes the id at this moment)
   */
  fence(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state === 'closed') throw closedError(this.transactionalId);
      const started = performance.now();
      this.#state = 'unknown';
      this.#touched.interrupted();
      this.#ending = (await this.#coordinator.lastEnding()) ?? (this.#begun ? null : this.#ending);
      await this.#init();
      this.#protocol = this.#options.protocol ?? (await this.#clusterProtocol());
      this.#forgetTransaction();
      if (this.#state === 'unknown') this.#state = 'open';
      const { producerId, producerEpoch } = this.#identity;
      this.#options.telemetry?.emit(producerReady, {
        transactionalId: this.transactionalId,
        producerId: String(producerId),
        producerEpoch,
        protocol: this.#protocol,
        tookMs: Math.round(performance.now() - started),
      });
    });
  }

  async #init(): Promise<void> {
    try {
      this.#identity = await this.#coordinator.init(this.#options.transactionTimeoutMs);
    } catch (error) {
      throw error instanceof Fenced ? this.#toFenced(error) : error;
    }
    this.#sequences.reset();
  }

  /**
   * Where this id has a transaction open although none is: to be asked after {@link fence}.
   * @throws TributaryError `brokerUnavailable`
   */
  async orphans(partitions: readonly PartitionName[]): Promise<OrphanSearch> {
    const search = await findOrphans(this.#cluster, this.#identity.producerId, partitions);
    const { unasked } = search;
    if (unasked.length > 0) {
      this.#options.telemetry?.emit(partitionsUnasked, { transactionalId: this.transactionalId, partitions: unasked });
    }
    return search;
  }

  /**
   * Gives orphans the marker that they lack.
   * @throws TributaryError `fenced`, `outcomeUnknown`, `brokerUnavailable`
   */
  endOrphans(orphans: readonly Orphan[], ending: Ending): Promise<void> {
    return this.#inTurn(async () => {
      this.#mustBeOpen();
      await this.#endOrphans(orphans, ending);
    });
  }

  async #endOrphans(orphans: readonly Orphan[], ending: Ending): Promise<void> {
    try {
      const bad = await this.#coordinator.addPartitions(this.#identity, orphans);
      if (bad[0]) throw new Ambiguous(`AddPartitionsToTxn answered ${bad[0].errorCode} for ${bad[0].topic}`);
      await this.#coordinator.end(this.#identity, ending === 'committed', 1);
      // The markers are there when the id can be taken again; and all sequences begin anew.
      await this.#init();
    } catch (error) {
      throw this.#toFailure('end orphaned transaction', error);
    }
    this.#options.telemetry?.emit(orphansEnded, { transactionalId: this.transactionalId, orphans, ending });
  }

  /** The markers of the last transaction may never have been written where its coordinator has gone since. */
  async #mendLast(): Promise<void> {
    if (!this.#coordinator.lost) return;
    this.#cluster.forgetCoordinator('transaction', this.transactionalId);
    // Also makes a new connection, whose loss would be noticed.
    const ending = (await this.#coordinator.lastEnding(MEND_PATIENCE)) ?? this.#ending;
    const { orphans } = await this.orphans(this.lastPartitions);
    if (orphans.length === 0) return;
    if (!ending) throw new Ambiguous('how the last transaction ended is not known');
    await this.#endOrphans(orphans, ending);
  }

  async #clusterProtocol(): Promise<1 | 2> {
    const features = await this.#cluster.features();
    if ((features.get('transaction.version') ?? 0) < 2) return 1;
    const nodeId = await this.#cluster.coordinator('transaction', this.transactionalId);
    return (await this.#cluster.connection(nodeId, this.#purpose)).speaks(produceV12) ? 2 : 1;
  }

  /**
   * Sends batches within the transaction, which the first send begins. Outcomes in the order of the batches. Any number of
   * batches a partition; calls run one after the other. What is not sent within most of `withinMs` is `late` (or unavailable),
   * what is not answered within it is unknown: the error names those partitions ({@link OutcomeUnknown}).
   * @throws TributaryError `fenced`, `outcomeUnknown`
   */
  send(batches: readonly OutgoingBatch[], withinMs = Number.POSITIVE_INFINITY): Promise<Outcome[]> {
    return this.#inTurn(async () => {
      this.#mustBeOpen();
      const outcomes = new Array<Outcome | undefined>(batches.length);
      try {
        if (!this.#begun) await this.#mendLast();
        await this.#sendAll(batches, withinMs, (index, outcome) => {
          outcomes[index] = outcome;
          if (outcome.kind === 'landed') this.#landed += 1;
        });
      } catch (error) {
        throw this.#toFailure('send in transaction', error);
      }
      return outcomes.map((outcome) => outcome ?? unavailable(-1));
    });
  }

  async #sendAll(
    batches: readonly OutgoingBatch[],
    withinMs: number,
    settle: (index: number, outcome: Outcome) => void,
  ): Promise<void> {
    const started = performance.now();
    const lanes = lanesOf(batches, this.#sequences, this.#protocol === 1, settle);
    const allowed = this.#protocol === 1 ? await this.#addPartitions(lanes) : lanes;
    if (allowed.length === 0) return;
    this.#begun = true;
    this.#touched.add(allowed);
    const pipeline = new Pipeline(
      {
        cluster: this.#cluster,
        api: this.#protocol === 2 ? produceV12 : produceV11,
        ...this.#identity,
        purpose: this.#purpose,
        replicationTimeoutMs: replicationTimeoutMs(this.#cluster, withinMs),
        coordinatorLost: () => this.#coordinator.lost,
        sendUntilMs: started + withinMs * SENDING_SHARE,
        answerUntilMs: started + withinMs,
      },
      allowed,
    );
    await pipeline.run();
  }

  /** Version 1. The lanes that are in the transaction; the others are settled. */
  async #addPartitions(lanes: readonly Lane[]): Promise<Lane[]> {
    const keyOf = (p: { topic: string; partition: number }): string => `${p.topic}/${p.partition}`;
    const fresh = lanes.filter((lane) => !this.#added.has(keyOf(lane)));
    if (fresh.length === 0) return [...lanes];
    const deadline = performance.now() + LANE_PATIENCE_MS;
    let bad = await this.#coordinator.addPartitions(this.#identity, fresh);
    while (bad.some((answer) => judge(answer.errorCode, -1) === 'again') && performance.now() < deadline) {
      // A topic that was just made is not known everywhere at once.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const final = bad.filter((answer) => judge(answer.errorCode, -1) !== 'again');
      const retried = bad.filter((answer) => judge(answer.errorCode, -1) === 'again');
      bad = [...final, ...(await this.#coordinator.addPartitions(this.#identity, retried))];
    }
    const codes = new Map(bad.map((answer) => [keyOf(answer), answer.errorCode]));
    const allowed: Lane[] = [];
    for (const lane of lanes) {
      const code = codes.get(keyOf(lane));
      if (code !== undefined) lane.giveUp(judge(code, -1) === 'again' ? unavailable(code) : refusal(code, null));
      else {
        this.#added.add(keyOf(lane));
        allowed.push(lane);
      }
    }
    return allowed;
  }

  /**
   * Makes what landed visible to `read_committed`, soon after this resolves. Without anything landed it aborts.
   * @throws TributaryError `fenced`, `outcomeUnknown`: committed or not
   */
  commit(): Promise<void> {
    return this.#end(true);
  }

  /** @throws TributaryError `fenced`, `outcomeUnknown` */
  abort(): Promise<void> {
    return this.#end(false);
  }

  #end(commit: boolean): Promise<void> {
    return this.#inTurn(async () => {
      this.#mustBeOpen();
      if (!this.#begun) return;
      try {
        const committed = commit && this.#landed > 0;
        const next = await this.#coordinator.end(this.#identity, committed, this.#protocol);
        this.#ending = committed ? 'committed' : 'aborted';
        this.#touched.ended();
        if (next) this.#identity = { transactionalId: this.transactionalId, ...next };
      } catch (error) {
        throw this.#toFailure(commit ? 'commit transaction' : 'abort transaction', error);
      }
      if (this.#protocol === 2) this.#sequences.reset();
      else this.#sequences.endTransaction();
      this.#forgetTransaction();
    });
  }

  #forgetTransaction(): void {
    this.#begun = false;
    this.#landed = 0;
    this.#added = new Set();
  }

  #mustBeOpen(): void {
    if (this.#state === 'open') return;
    if (this.#state === 'closed') throw closedError(this.transactionalId);
    if (this.#state === 'fenced') throw this.#fencedError('another producer has taken the id');
    throw this.#unknownError('use transaction', 'an earlier request was not answered; fence first');
  }

  #toFailure(operation: string, error: unknown): TributaryError {
    if (error instanceof Fenced) return this.#toFenced(error);
    if (this.#state === 'open') this.#state = 'unknown';
    const reason = `${reasonOf(error)}${error instanceof Error && error.cause ? `: ${deepReason(error)}` : ''}`;
    this.#tell('unknown', `${operation}: ${reason}`);
    return this.#unknownError(operation, reason, error);
  }

  #toFenced(error: Fenced): TributaryError {
    if (this.#state !== 'closed') this.#state = 'fenced';
    this.#tell('fenced', error.message);
    return this.#fencedError(error.message);
  }

  #tell(outcome: 'unknown' | 'fenced', reason: string): void {
    this.#options.telemetry?.emit(transactionFailed, { transactionalId: this.transactionalId, outcome, reason });
  }

  #fencedError(reason: string): TributaryError {
    return new TributaryError({
      code: 'fenced',
      operation: 'use transaction',
      subject: this.transactionalId,
      reason,
      retry: 'final',
    });
  }

  #unknownError(operation: string, reason: string, cause?: unknown): TributaryError {
    const unanswered = cause instanceof Ambiguous ? cause.unanswered : [];
    return new OutcomeUnknown({ operation, subject: this.transactionalId, reason, cause }, unanswered);
  }

  /** Calls run one after the other, in the order in which they were made. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(work, work);
    this.#tail = run.catch(() => {});
    return run;
  }

  /** Leaves an open transaction to the coordinator's time-out, or to the next owner. Never waits. */
  close(): void {
    this.#state = 'closed';
  }
}
