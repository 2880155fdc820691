/** The questions to a transaction coordinator: who am I, take these partitions, end it; and how the last one ended. */
import { TributaryError } from '../../errors.ts';
import type { Cluster } from '../cluster.ts';
import type { RawConnection } from '../connection.ts';
import { saysStaleCoordinator } from '../errorTable.ts';
import { answeredWith } from '../failures.ts';
import { type Patience, patiently, TryAgain } from '../patience.ts';
import { addPartitionsToTxn } from '../wire/addPartitionsToTxn.ts';
import type { WireApi } from '../wire/api.ts';
import { describeTransaction } from '../wire/describeTransactions.ts';
import { type EndTxnResponse, endTxnV4, endTxnV5 } from '../wire/endTxn.ts';
import { initProducerId } from '../wire/initProducerId.ts';
import { Ambiguous, Fenced } from './pipeline.ts';

export type Ending = 'committed' | 'aborted';
const ENDINGS: Readonly<Record<string, Ending>> = {
  Ongoing: 'aborted',
  PrepareCommit: 'committed',
  CompleteCommit: 'committed',
  PrepareAbort: 'aborted',
  PrepareEpochFence: 'aborted',
  CompleteAbort: 'aborted',
};

export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Completing the previous owner's transaction was seen to take 9 seconds. */
const INIT_PATIENCE: Patience = { withinMs: 60_000, firstDelayMs: 2, maxDelayMs: 200 };
const END_PATIENCE: Patience = { withinMs: 5_000, firstDelayMs: 2, maxDelayMs: 100 };
/** The previous transaction's markers are still being written. */
const ADD_PATIENCE: Patience = { withinMs: 10_000, firstDelayMs: 1, maxDelayMs: 20 };
const CONCURRENT_TRANSACTIONS = 51;
const NOT_ATTEMPTED = 55;
const isFenced = (code: number): boolean => code === 47 || code === 90;

export class TransactionCoordinator {
  readonly #cluster: Cluster;
  readonly #transactionalId: string;
  readonly #purpose: string;
  #link: RawConnection | null = null;

  constructor(cluster: Cluster, transactionalId: string, purpose: string) {
    this.#cluster = cluster;
    this.#transactionalId = transactionalId;
    this.#purpose = purpose;
  }

  /** Whether the connection of the last answer was lost since: the coordinator may have started again, or be another. */
  get lost(): boolean {
    return this.#link?.lost ?? false;
  }

  /**
   * How the id's last transaction ended (an open one will be aborted by {@link init}, which also makes the coordinator
   * forget it). Null: there was none, or nobody may know (old brokers, no DESCRIBE on the id).
   * @throws TributaryError `brokerUnavailable`
   */
  lastEnding(patience = INIT_PATIENCE): Promise<Ending | null> {
    return patiently(patience, () =>
      this.#repeatable(async () => {
        const described = await this.#ask(describeTransaction, this.#transactionalId).catch(whereUnspoken);
        const code = described?.errorCode ?? 0;
        if (saysStaleCoordinator(code)) throw this.#answered('describe', code);
        return ENDINGS[described?.state ?? ''] ?? null;
      }),
    );
  }

  /**
   * Takes the transactional id: the previous owner is fenced and its open transaction aborted or completed. May be
   * repeated freely, so lost connections are tried again too.
   * @throws TributaryError `brokerUnavailable`, `brokerRefused`
   */
  init(transactionTimeoutMs: number): Promise<ProducerIdentity> {
    const transactionalId = this.#transactionalId;
    return patiently(INIT_PATIENCE, () =>
      this.#repeatable(async () => {
        const answer = await this.#ask(initProducerId, { transactionalId, transactionTimeoutMs });
        const { errorCode, producerId, producerEpoch } = answer;
        if (errorCode === 0) return { transactionalId, producerId, producerEpoch };
        throw this.#answered('take over', errorCode);
      }),
    );
  }

  /** What may be asked any number of times: a lost connection is one more attempt, perhaps at another coordinator. */
  async #repeatable<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TributaryError) || error.code !== 'brokerUnavailable') throw error;
      this.#cluster.forgetCoordinator('transaction', this.#transactionalId);
      throw new TryAgain(error);
    }
  }

  /**
   * Version 1 only. Answers the partitions that can't be added, with their codes; all others are in the transaction.
   * @throws Fenced, Ambiguous
   */
  async addPartitions(
    who: ProducerIdentity,
    partitions: readonly { topic: string; partition: number }[],
  ): Promise<{ topic: string; partition: number; errorCode: number }[]> {
    const bad: { topic: string; partition: number; errorCode: number }[] = [];
    let left = [...partitions];
    while (left.length > 0) {
      const refused = await this.#inTransaction('AddPartitionsToTxn', ADD_PATIENCE, async () => {
        const answers = await this.#ask(addPartitionsToTxn, { ...who, partitions: left });
        const own = answers.filter((answer) => answer.errorCode !== 0 && answer.errorCode !== NOT_ATTEMPTED);
        const whole = own.find((answer) => isAboutTransaction(answer.errorCode));
        if (whole) throw this.#answered('add partitions', whole.errorCode);
        return own;
      });
      if (refused.length === 0) break;
      bad.push(...refused);
      const names = new Set(refused.map((answer) => `${answer.topic}/${answer.partition}`));
      left = left.filter((p) => !names.has(`${p.topic}/${p.partition}`));
    }
    return bad;
  }

  /**
   * Resolves with the next identity where the coordinator gives one (version 2).
   * @throws Fenced, Ambiguous
   */
  async end(who: ProducerIdentity, commit: boolean, protocol: 1 | 2): Promise<EndTxnResponse['next']> {
    return this.#inTransaction('EndTxn', END_PATIENCE, async () => {
      const answer = await this.#ask(protocol === 2 ? endTxnV5 : endTxnV4, { ...who, commit });
      if (answer.errorCode !== 0) throw this.#answered('end', answer.errorCode);
      return answer.next;
    });
  }

  /** Inside a transaction a missing answer is not asked for again: the outcome is unknown. */
  async #inTransaction<T>(what: string, patience: Patience, attempt: () => Promise<T>): Promise<T> {
    try {
      return await patiently(patience, attempt);
    } catch (error) {
      if (error instanceof Fenced) throw error;
      throw new Ambiguous(`${what} did not succeed`, { cause: error });
    }
  }

  async #ask<Q, A>(api: WireApi<Q, A>, request: Q): Promise<A> {
    const nodeId = await this.#cluster.coordinator('transaction', this.#transactionalId);
    let connection = await this.#cluster.connection(nodeId, this.#purpose);
    // A quota on records must not hold up the transaction's end until its time is over.
    if (connection.silentForMs > 0) connection = await this.#cluster.connection(nodeId, `${this.#purpose} beside`);
    const answer = await connection.send(api, request);
    this.#link = connection;
    return answer;
  }

  /** What an answered error code throws. */
  #answered(operation: string, code: number): Error {
    if (isFenced(code)) return new Fenced(`the coordinator answered ${code}`);
    const failure = answeredWith(`${operation} transaction`, this.#transactionalId, code);
    if (saysStaleCoordinator(code)) this.#cluster.forgetCoordinator('transaction', this.#transactionalId);
    return saysStaleCoordinator(code) || code === CONCURRENT_TRANSACTIONS ? new TryAgain(failure) : failure;
  }
}

function isAboutTransaction(code: number): boolean {
  return isFenced(code) || saysStaleCoordinator(code) || code === CONCURRENT_TRANSACTIONS || (code >= 48 && code <= 53);
}

/** A broker that does not speak the question. */
function whereUnspoken(error: unknown): null {
  if (error instanceof TributaryError && error.code === 'brokerRefused') return null;
  throw error;
}
