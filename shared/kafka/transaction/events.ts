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
