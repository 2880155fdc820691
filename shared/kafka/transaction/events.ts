import { defineEvent } from '../../telemetry/event.ts';

export interface ProducerFacts {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
  /** 2: KIP-890's second part; 1: partitions are added by the client. */
  readonly protocol: 1 | 2;
  readonly tookMs: number;
}
export const producerReady = defineEvent<ProducerFacts>({
  name: 'producer_ready',
  log: { level: 'debug', says: (f) => `transactional producer ${f.transactionalId} is ready (protocol ${f.protocol})` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_kafka_producer_inits_total',
      help: 'InitProducerId calls that succeeded: takeovers, and recoveries after an unknown outcome.',
    },
  ],
});

export interface TransactionFailure {
  readonly transactionalId: string;
  readonly outcome: 'unknown' | 'fenced';
  readonly reason: string;
}
export const transactionFailed = defineEvent<TransactionFailure>({
  name: 'transaction_failed',
  // Whoever has the transaction says what it means.
  log: { level: 'debug', says: (f) => `transaction of ${f.transactionalId}: ${f.outcome}: ${f.reason}` },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_kafka_transactions_failed_total',
      help: 'Transactions whose outcome is unknown, and producers fenced by another.',
      labels: (f) => ({ outcome: f.outcome }),
      labelNames: ['outcome'],
    },
  ],
});

export interface OrphansEnded {
  readonly transactionalId: string;
  readonly orphans: readonly { readonly topic: string; readonly partition: number; readonly startOffset: number }[];
  readonly ending: 'committed' | 'aborted';
}
export const orphansEnded = defineEvent<OrphansEnded>({
  name: 'orphaned_transaction_ended',
  log: {
    level: 'warn',
    says: ({ transactionalId, orphans, ending }) =>
      `Kafka had left a transaction of ${transactionalId} open in ${orphans.length} partitions, first ` +
      `${orphans[0]?.topic}/${orphans[0]?.partition} at offset ${orphans[0]?.startOffset}: now it is ${ending} there, too`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_kafka_orphaned_transactions_total',
      help: 'Partitions in which Kafka had lost the end of a transaction, and where it was given.',
      labels: (f) => ({ ending: f.ending }),
      labelNames: ['ending'],
      by: (f) => f.orphans.length,
    },
  ],
});

export interface PartitionsUnasked {
  readonly transactionalId: string;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}
export const partitionsUnasked = defineEvent<PartitionsUnasked>({
  name: 'producers_not_described',
  log: {
    level: 'warn',
    says: ({ transactionalId, partitions }) =>
      `whether ${transactionalId} has an open transaction in ${partitions[0]?.topic}/${partitions[0]?.partition} ` +
      `(${partitions.length} such partitions) can't be asked: no leader, or no READ on the topic`,
  },
  metrics: [],
});
