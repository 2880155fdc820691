/** A `read_committed` consumer of the central topics that survives broker kills; feeds the checker, each offset once. */
import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import '../support/kafkajsZstd.ts';
import type { LedgerOfTruth } from './ledgerOfTruth.ts';

export class Watcher {
  readonly #consumer: Consumer;
  readonly #truth: LedgerOfTruth;
  /** Next offset per topic and partition: a rejoined group may read some again. */
  readonly #next = new Map<string, bigint>();

  private constructor(consumer: Consumer, truth: LedgerOfTruth) {
    this.#consumer = consumer;
    this.#truth = truth;
  }

  static async open(brokers: string[], topics: string[], truth: LedgerOfTruth): Promise<Watcher> {
    const kafka = new Kafka({
      clientId: 'fault-checker',
      brokers,
      logLevel: logLevel.NOTHING,
      retry: { retries: 1_000, maxRetryTime: 1_000 },
    });
    const consumer = kafka.consumer({
      groupId: `checker-${randomUUID()}`,
      maxWaitTimeInMs: 200,
      sessionTimeout: 30_000,
    });
    const watcher = new Watcher(consumer, truth);
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({ autoCommit: true, eachBatch: async ({ batch }) => watcher.#take(batch) });
    return watcher;
  }

  #take(batch: { topic: string; partition: number; messages: { offset: string; value: Buffer | null }[] }): void {
    const key = `${batch.topic}/${batch.partition}`;
    let next = this.#next.get(key) ?? 0n;
    for (const { offset, value } of batch.messages) {
      if (BigInt(offset) < next) continue;
      next = BigInt(offset) + 1n;
      this.#truth.saw(value ?? Buffer.alloc(0));
    }
    this.#next.set(key, next);
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }
}
