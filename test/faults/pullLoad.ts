/**
 * Producers into the source of a pull run: idempotent ones in every codec, and transactional ones that abort now and then.
 * Each goes on where it stopped. What has no answer is doubted and never sent again: it may be there, or not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import {
  type Cluster,
  IdempotentProducer,
  type OutgoingBatch,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import type { LedgerOfTruth } from './ledgerOfTruth.ts';
import type { Random } from './random.ts';

const { Kafka, logLevel } = kafkajs;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
type Codec = (typeof CODECS)[number];

/** Topics of the source, and their partitions. */
export const SOURCE_TOPICS = { orders: 4, codecs: CODECS.length, payments: 3 } as const;

const BATCH = 20;
const PAUSE_MS = 25;
const RETRY_MS = 200;
const PADDING = 'x'.repeat(60);
const ABORTED_SHARE = 0.3;

export interface PullLoad {
  start(): void;
  /** Resolves when everything that was sent has an answer, or has none for good. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** What one producer does over and over. */
interface Work {
  once(): Promise<void>;
  close(): Promise<void> | void;
}

function loadOf(work: Work): PullLoad {
  let on = false;
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    while (on) {
      await work.once();
      await sleep(PAUSE_MS);
    }
  };
  return {
    start: () => {
      on = true;
      running = run();
    },
    stop: () => {
      on = false;
      return running;
    },
    close: async () => {
      on = false;
      await running;
      await work.close();
    },
  };
}

const linesOf = (topic: keyof typeof SOURCE_TOPICS): { topic: string; partition: number; line: string }[] =>
  Array.from({ length: SOURCE_TOPICS[topic] }, (_, partition) => ({ topic, partition, line: `${topic}-${partition}` }));

const textOf = (line: string, n: number): string => `${line}/${n} ${PADDING}`;

function batch(topic: string, partition: number, name: string, from: number, codec: Codec): OutgoingBatch {
  const records = Array.from({ length: BATCH }, (_, index) => ({
    key: Buffer.from(`k${index % 7}`),
    value: Buffer.from(textOf(name, from + index)),
    timestamp: Date.now(),
    headers: [],
  }));
  return { topic, partition, records: BATCH, blob: encodeBatch(records, { codec }) };
}

/** An ordinary client, one partition after the other. */
export function ordersLoad(brokers: readonly string[], truth: LedgerOfTruth): PullLoad {
  const kafka = new Kafka({ clientId: 'fault-producer', brokers: [...brokers], logLevel: logLevel.NOTHING });
  let producer: Producer | null = null;
  const send = async (line: string, partition: number): Promise<void> => {
    const from = truth.next(line);
    const messages = Array.from({ length: BATCH }, (_, n) => ({ partition, value: textOf(line, from + n) }));
    try {
      if (!producer) {
        producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
        await producer.connect();
      }
      truth.sent(line, from + BATCH);
      await producer.send({ topic: 'orders', messages, acks: -1 });
      truth.accepted(line, from + BATCH);
    } catch {
      truth.sent(line, from + BATCH);
      truth.doubted(line, from + BATCH);
      await producer?.disconnect().catch(() => {});
      producer = null;
      await sleep(RETRY_MS);
    }
  };
  return loadOf({
    once: async () => {
      for (const { line, partition } of linesOf('orders')) await send(line, partition);
    },
    close: () => producer?.disconnect(),
  });
}

/** A partition in each codec. */
export function codecsLoad(cluster: Cluster, truth: LedgerOfTruth): PullLoad {
  const producer = new IdempotentProducer(cluster, 'fault codecs');
  const lines = linesOf('codecs');
  const once = async (): Promise<void> => {
    const from = lines.map(({ line }) => truth.next(line));
    const batches = lines.map(({ topic, partition, line }, at) =>
      batch(topic, partition, line, from[at] ?? 0, CODECS[at] ?? 'none'),
    );
    for (const [at, { line }] of lines.entries()) truth.sent(line, (from[at] ?? 0) + BATCH);
    const outcomes = await producer.send(batches).catch(() => []);
    for (const [at, { line }] of lines.entries()) {
      const to = (from[at] ?? 0) + BATCH;
      if (outcomes[at]?.kind === 'landed') truth.accepted(line, to);
      else truth.doubted(line, to);
    }
    if (outcomes.length === 0) await sleep(RETRY_MS);
  };
  return loadOf({ once, close: () => producer.close() });
}

/** Transactions over all partitions; what is aborted has a line's name that nobody was promised. */
export function paymentsLoad(cluster: Cluster, truth: LedgerOfTruth, random: Random): PullLoad {
  const lines = linesOf('payments');
  const options = { transactionalId: 'fault-payments', transactionTimeoutMs: 30_000 };
  let producer: TransactionalProducer | null = null;
  let usable = false;
  const ready = async (): Promise<TransactionalProducer> => {
    if (!producer) producer = await TransactionalProducer.open(cluster, options);
    else if (!usable) {
      await producer.fence();
      // A broker killed behind an abort may have lost its marker: the next commit would make visible what was aborted.
      const { orphans } = await producer.orphans(producer.lastPartitions);
      if (orphans.length > 0) await producer.endOrphans(orphans, producer.lastEnding ?? 'aborted');
    }
    usable = true;
    return producer;
  };
  const once = async (): Promise<void> => {
    const from = truth.next(lines[0]?.line ?? '');
    const aborts = random.next() < ABORTED_SHARE;
    const batches = lines.map(({ topic, partition, line }) =>
      batch(topic, partition, aborts ? `${line}-aborted` : line, from, random.pick(CODECS)),
    );
    let sent = false;
    try {
      const open = await ready();
      if (!aborts) for (const { line } of lines) truth.sent(line, from + BATCH);
      sent = !aborts;
      const outcomes = await open.send(batches);
      if (aborts || outcomes.some(({ kind }) => kind !== 'landed')) await open.abort();
      else {
        await open.commit();
        for (const { line } of lines) truth.accepted(line, from + BATCH);
        return;
      }
    } catch {
      usable = false;
      await sleep(RETRY_MS);
    }
    if (sent) for (const { line } of lines) truth.doubted(line, from + BATCH);
  };
  return loadOf({ once, close: () => producer?.close() });
}
