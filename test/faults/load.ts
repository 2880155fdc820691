/** Producers of a fault run: an ordinary Kafka client and ordinary HTTP clients, each told what was accepted. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { Agent, request } from 'undici';
import type { LedgerOfTruth } from './ledgerOfTruth.ts';

const PADDING = 'x'.repeat(60);
const RETRY_MS = 100;

export interface Load {
  /** Sends until `stop`; resolves when everything sent has an answer. */
  stop(): Promise<void>;
}

/** One line per partition of `topic`; acks=all, idempotent, in order. */
export function kafkaLoad(
  brokers: string[],
  topic: string,
  partitions: number,
  batch: number,
  pauseMs: number,
  truth: LedgerOfTruth,
): Load {
  const kafka = new Kafka({ clientId: 'fault-producer', brokers, logLevel: logLevel.NOTHING, retry: { retries: 50 } });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const stop = new AbortController();
  const done = (async () => {
    await producer.connect();
    const next = Array.from({ length: partitions }, (_, partition) => truth.next(`${topic}-${partition}`));
    while (!stop.signal.aborted) {
      for (let partition = 0; partition < partitions; partition += 1) {
        next[partition] = await sendBatch(producer, topic, partition, next[partition] ?? 0, batch, truth);
      }
      await sleep(pauseMs);
    }
    await producer.disconnect();
  })();
  return {
    stop: () => {
      stop.abort();
      return done;
    },
  };
}

async function sendBatch(
  producer: Producer,
  topic: string,
  partition: number,
  from: number,
  count: number,
  truth: LedgerOfTruth,
): Promise<number> {
  const line = `${topic}-${partition}`;
  const messages = Array.from({ length: count }, (_, index) => ({
    partition,
    key: `k${index % 7}`,
    value: `${line}/${from + index} ${PADDING}`,
  }));
  truth.sent(line, from + count);
  await producer.send({ topic, messages, acks: -1 });
  truth.accepted(line, from + count);
  return from + count;
}

/** One line a client: it sends one request at a time, again with the same key until it has a 2xx. */
export function httpLoad(
  url: string,
  topic: string,
  clients: number,
  batch: number,
  pauseMs: number,
  truth: LedgerOfTruth,
): Load {
  const stop = new AbortController();
  const dispatcher = new Agent({ connections: clients, headersTimeout: 20_000 });
  const client = async (partition: number): Promise<void> => {
    const line = `${topic}-${partition}`;
    for (let from = truth.next(line); !stop.signal.aborted; from += batch) {
      const body = Array.from({ length: batch }, (_, index) => `${line}/${from + index} ${PADDING}`);
      truth.sent(line, from + batch);
      await postUntilAccepted(`${url}/topics/${topic}`, partition, body, dispatcher);
      truth.accepted(line, from + batch);
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, (_, partition) => client(partition)));
  return {
    stop: async () => {
      stop.abort();
      await all;
      await dispatcher.close();
    },
  };
}

async function postUntilAccepted(
  url: string,
  partition: number,
  lines: readonly string[],
  dispatcher: Agent,
): Promise<void> {
  const key = randomUUID();
  const body = lines.map((value) => JSON.stringify({ value, partition })).join('\n');
  for (;;) {
    try {
      const headers = { 'content-type': 'application/vnd.tributary.records+ndjson', 'idempotency-key': key };
      const answer = await request(url, { method: 'POST', headers, body, dispatcher });
      const text = await answer.body.text();
      if (answer.statusCode < 300) return;
      if (answer.statusCode < 500 && answer.statusCode !== 429)
        throw new Error(`HTTP load refused: ${answer.statusCode} ${text}`);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('HTTP load refused')) throw error;
    }
    await sleep(RETRY_MS);
  }
}
