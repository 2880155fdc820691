/**
 * An idempotent producer outside of transactions: what it has sent is visible at once, in order, and not twice through its
 * own retries. It fences nobody, and after a request without an answer nobody knows what is in the log: it then takes a new
 * producer id, and what the caller sends again may be there twice.
 */
import { reasonOf, TributaryError } from '../../errors.ts';
import type { Cluster } from '../cluster.ts';
import { answeredWith, closedError } from '../failures.ts';
import { type Patience, patiently, TryAgain } from '../patience.ts';
import { initProducerId } from '../wire/initProducerId.ts';
import { produceV11 } from '../wire/produce.ts';
import { type Outcome, unavailable } from './outcome.ts';
import { lanesOf, type OutgoingBatch } from './outgoing.ts';
import { Pipeline, replicationTimeoutMs } from './pipeline.ts';
import { Sequences } from './sequence.ts';

const INIT_PATIENCE: Patience = { withinMs: 30_000, firstDelayMs: 20, maxDelayMs: 500 };
/** Of no meaning without a transactional id. */
const NO_TIMEOUT_MS = 60_000;

export class IdempotentProducer {
  readonly #cluster: Cluster;
  readonly #purpose: string;
  #sequences = new Sequences();
  #identity: { producerId: bigint; producerEpoch: number } | null = null;
  #closed = false;
  #tail: Promise<unknown> = Promise.resolve();

  /** Asks for its id with the first send. `purpose` names its connections. */
  constructor(cluster: Cluster, purpose: string) {
    this.#cluster = cluster;
    this.#purpose = purpose;
  }

  /**
   * Outcomes in the order of the batches. Any number of batches a partition; calls run one after the other.
   * @throws TributaryError `outcomeUnknown`: some may be in the log; `brokerUnavailable`, `brokerRefused`: none is
   */
  send(batches: readonly OutgoingBatch[]): Promise<Outcome[]> {
    const run = this.#tail.then(() => this.#send(batches));
    this.#tail = run.catch(() => {});
    return run;
  }

  async #send(batches: readonly OutgoingBatch[]): Promise<Outcome[]> {
    if (this.#closed) throw closedError(this.#purpose);
    this.#identity ??= await this.#init();
    const outcomes = new Array<Outcome | undefined>(batches.length);
    const lanes = lanesOf(batches, this.#sequences, true, (index, outcome) => {
      outcomes[index] = outcome;
    });
    const context = {
      cluster: this.#cluster,
      api: produceV11,
      transactionalId: null,
      ...this.#identity,
      purpose: this.#purpose,
      replicationTimeoutMs: replicationTimeoutMs(this.#cluster),
      coordinatorLost: () => false,
      sendUntilMs: Number.POSITIVE_INFINITY,
      answerUntilMs: Number.POSITIVE_INFINITY,
    };
    try {
      await new Pipeline(context, lanes).run();
    } catch (error) {
      this.#identity = null;
      throw new TributaryError({
        code: 'outcomeUnknown',
        operation: 'send',
        subject: this.#purpose,
        reason: reasonOf(error),
        retry: 'retried',
        cause: error,
      });
    }
    return outcomes.map((outcome) => outcome ?? unavailable(-1));
  }

  /** A new id: every partition's sequence begins at 0. */
  #init(): Promise<{ producerId: bigint; producerEpoch: number }> {
    return patiently(INIT_PATIENCE, async () => {
      const nodeId = await this.#cluster.controller();
      const connection = await this.#cluster.connection(nodeId, this.#purpose);
      const answer = await connection.send(initProducerId, {
        transactionalId: null,
        transactionTimeoutMs: NO_TIMEOUT_MS,
      });
      const { errorCode, producerId, producerEpoch } = answer;
      if (errorCode === 0) {
        this.#sequences = new Sequences();
        return { producerId, producerEpoch };
      }
      const failure = answeredWith('get producer id', this.#purpose, errorCode);
      throw failure.retry === 'retried' ? new TryAgain(failure) : failure;
    });
  }

  close(): void {
    this.#closed = true;
  }
}
