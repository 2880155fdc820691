/**
 * A real Kafka for tests. Importing this file waits until it answers. What is made here goes when the test file ends.
 *
 * Reading and writing are kafkajs's, as somebody else's opinion of what Tributary wrote.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import kafkajs, { type KafkaMessage, type Message } from 'kafkajs';
import { afterAll, inject } from 'vitest';
import './kafkajsZstd.ts';
import { findJava, kafkaJars } from '../../deploy/dev/kafka/launch.ts';
import {
  Cluster,
  createTopics,
  deleteTopics,
  EARLIEST,
  type Isolation,
  LATEST,
  listOffsets,
} from '../../shared/kafka/index.ts';

const { Kafka, logLevel } = kafkajs;

/** A first start may fetch Kafka. */
const READY_WITHIN_MS = 300_000;
const SETTLED_WITHIN_MS = 30_000;

const addresses = await findBrokers();

async function findBrokers(): Promise<readonly string[]> {
  const named = process.env.TRIBUTARY_TEST_BROKERS;
  if (named) return named.split(',');
  const run = inject('kafkaRun');
  writeFileSync(join(run, 'wanted'), '');
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (existsSync(join(run, 'ready'))) return readFileSync(join(run, 'ready'), 'utf8').split(',');
    if (existsSync(join(run, 'failed'))) throw new Error(readFileSync(join(run, 'failed'), 'utf8'));
    await sleep(50);
  }
  throw new Error(`the tests' Kafka did not start within ${READY_WITHIN_MS / 1000} s`);
}

/** `host:port` of the brokers that this run tests against. */
export function brokers(): string[] {
  return [...addresses];
}

let made = 0;
/** A name that no other test and no other run uses; also fit for groups and transactional ids. */
export function uniqueTopic(prefix: string): string {
  made += 1;
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${made}`;
}

let shared: Cluster | null = null;
const topics: string[] = [];

/** A cluster client for this test file. */
export function cluster(): Cluster {
  shared ??= Cluster.open({ brokers: brokers(), clientId: 'tributary-test' });
  return shared;
}

afterAll(async () => {
  if (topics.length > 0) await deleteTopics(cluster(), topics);
  shared?.close();
});

/** Makes a topic with a name of its own (or the given one) and answers that name. */
export async function createTopic(
  prefix: string,
  options: { partitions?: number; configs?: Record<string, string>; name?: string } = {},
): Promise<string> {
  const name = options.name ?? uniqueTopic(prefix);
  const topic = { name, partitions: options.partitions ?? 1, replicationFactor: 1, configs: options.configs ?? {} };
  const [result] = await createTopics(cluster(), [topic]);
  if (result?.errorCode !== 0) throw new Error(`topic ${name}: ${result?.errorMessage ?? 'no answer'}`);
  topics.push(name);
  await untilLed(name, topic.partitions);
  return name;
}

/** A topic that was just made has no leaders for a moment, and then leaders that do not know of it yet. */
async function untilLed(name: string, partitions: number): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const topic = (await cluster().metadata([name])).topics.get(name);
    const led = topic?.partitions.filter((p) => p.errorCode === 0 && p.leader >= 0).length ?? 0;
    if (led === partitions) break;
    if (Date.now() > deadline) throw new Error(`topic ${name} has ${led} of ${partitions} leaders`);
    await sleep(20);
  }
  await endOffsets(name, 'read_uncommitted');
}

/** kafkajs on the run's brokers; silent. */
export function kafkaJs(): InstanceType<typeof Kafka> {
  return new Kafka({ clientId: 'tributary-test', brokers: brokers(), logLevel: logLevel.NOTHING });
}

/** Writes through kafkajs, outside any transaction. */
export async function produce(topic: string, messages: readonly Message[]): Promise<void> {
  const producer = kafkaJs().producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [...messages] });
  } finally {
    await producer.disconnect();
  }
}

export type Consumed = KafkaMessage & { readonly partition: number };
export interface ConsumeOptions {
  /** Default true. */
  readonly readCommitted?: boolean;
  /** Default false: waits until every transaction has ended and its markers are written. */
  readonly transactionsMayBeOpen?: boolean;
}

/** All records of a topic as kafkajs sees them, in each partition's order, up to the ends when this is called. */
export async function consumeAll(topic: string, options: ConsumeOptions = {}): Promise<Consumed[]> {
  const readCommitted = options.readCommitted ?? true;
  const ends = await endsOf(topic, readCommitted, options.transactionsMayBeOpen ?? false);
  const records: Consumed[] = [];
  if (ends.size === 0) return records;
  const consumer = kafkaJs().consumer({
    groupId: uniqueTopic('consume-all'),
    readUncommitted: !readCommitted,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    // A broker that has just started loads its coordinator for some seconds on a busy machine.
    retry: { retries: 6 },
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      consumer.on('consumer.end_batch_process', ({ payload }) => {
        const end = ends.get(payload.partition);
        if (end !== undefined && Number(payload.lastOffset) >= end - 1) ends.delete(payload.partition);
        if (ends.size === 0) resolve();
      });
      consumer
        .run({
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) records.push({ ...message, partition: batch.partition });
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}

/** End offsets of the partitions that hold something. */
async function endsOf(topic: string, readCommitted: boolean, mayBeOpen: boolean): Promise<Map<number, number>> {
  if (readCommitted && !mayBeOpen) await untilSettled(topic);
  const ends = await endOffsets(topic, readCommitted ? 'read_committed' : 'read_uncommitted');
  const starts = await offsetsAt(topic, EARLIEST, 'read_uncommitted');
  return new Map([...ends].filter(([partition, end]) => end > (starts.get(partition) ?? 0)));
}

/** Waits until no transaction is open on the topic and all markers are written: EndTxn answers before that. */
export async function untilSettled(topic: string): Promise<void> {
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const stable = await endOffsets(topic, 'read_committed');
    const high = await endOffsets(topic, 'read_uncommitted');
    if ([...high].every(([partition, offset]) => stable.get(partition) === offset)) return;
    if (Date.now() > deadline) throw new Error(`topic ${topic} has had an open transaction for too long`);
    await sleep(20);
  }
}

/** `read_committed`: the last stable offsets; otherwise the high watermarks. */
export function endOffsets(topic: string, isolation: Isolation): Promise<Map<number, number>> {
  return offsetsAt(topic, LATEST, isolation);
}

async function offsetsAt(topic: string, timestamp: number, isolation: Isolation): Promise<Map<number, number>> {
  const partitions = (await cluster().topics([topic])).get(topic)?.partitions ?? [];
  const questions = partitions.map(({ partition }) => ({ topic, partition, timestamp }));
  const answers = await listOffsets(cluster(), questions, isolation);
  return new Map(answers.map((answer) => [answer.partition, answer.offset]));
}

/** Runs one of Kafka's own tools (`org.apache.kafka.tools.consumer.ConsoleConsumer`) and answers what it printed. */
export async function javaTool(mainClass: string, args: readonly string[]): Promise<string> {
  const [java, classPath] = await Promise.all([findJava(), kafkaJars()]);
  if (!java || !classPath) throw new Error('Java 17 and Maven are needed for this test');
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', classPath];
  const { stdout } = await promisify(execFile)(java, [...flags, mainClass, ...args], {
    timeout: 60_000,
    maxBuffer: 2 ** 28,
  });
  return stdout;
}
