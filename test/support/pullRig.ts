/**
 * Pull processes for one test, in this process: clusters, shards and a flow each, over the run's Kafka as source and target.
 * Source topics and their targets (`<topic>.copy`) have names of their own; all of it is gone when the test ends.
 */
import { onTestFinished } from 'vitest';
import {
  Copier,
  type CopierOptions,
  type CopySettings,
  type PartitionSnapshot,
  PullShards,
  type PullShardsSettings,
} from '../../hub/pull/copy/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { Cluster, deleteTopics, fetchRaw, TransactionalProducer } from '../../shared/kafka/index.ts';
import { type BatchHeader, encodeBatch, type PlainRecord, splitBatches } from '../../shared/records/index.ts';
import { brokers, type Consumed, cluster, consumeAll, createTopic, uniqueTopic, untilSettled } from './kafka.ts';
import { type LogLine, rigTelemetry } from './rigTelemetry.ts';

export interface PullProcess {
  readonly copier: Copier;
  readonly shards: PullShards;
  readonly lines: LogLine[];
  readonly telemetry: ReturnType<typeof rigTelemetry>;
  state(topic: string, partition?: number): PartitionSnapshot;
  close(): Promise<void>;
}

export interface PullStart {
  /** Source topics: all their partitions, each into its copy. */
  readonly topics: readonly string[];
  readonly settings?: Partial<CopySettings>;
  readonly shards?: Partial<PullShardsSettings>;
  readonly copier?: Partial<CopierOptions>;
  readonly clientIds?: { readonly source: string; readonly target: string };
}

export const copyOf = (topic: string): string => `${topic}.copy`;

export class PullRig {
  readonly ledger = uniqueTopic('pulls');
  readonly #processes: PullProcess[] = [];
  #started = 0;

  static open(): PullRig {
    const rig = new PullRig();
    onTestFinished(async () => {
      await Promise.all(rig.#processes.map((one) => one.close()));
      await deleteTopics(cluster(), [rig.ledger, `${rig.ledger}.dead`, `${rig.ledger}.maps`]);
    });
    return rig;
  }

  /** A source topic and its copy. */
  async topic(
    prefix: string,
    options: {
      partitions?: number;
      configs?: Record<string, string>;
      target?: Record<string, string>;
      name?: string;
    } = {},
  ): Promise<string> {
    const topic = await createTopic(prefix, options);
    await makeCopy(topic, options);
    return topic;
  }

  async start({ topics, settings, shards: over, copier: more, clientIds }: PullStart): Promise<PullProcess> {
    const lines: LogLine[] = [];
    const telemetry = rigTelemetry('pull', lines);
    this.#started += 1;
    const name = `pull-${this.#started}`;
    const target = Cluster.open({ brokers: brokers(), clientId: clientIds?.target ?? name }, telemetry);
    const source = Cluster.open({ brokers: brokers(), clientId: clientIds?.source ?? `${name}-source` }, telemetry);
    const parts = { cluster: target, clock: systemClock, telemetry };
    const shards = PullShards.open(parts, {
      topic: this.ledger,
      deadLetterTopic: `${this.ledger}.dead`,
      shards: 2,
      replicationFactor: 1,
      instance: name,
      sessionTimeoutMs: 6_000,
      transactionMs: 50,
      ...over,
    });
    const copier = Copier.open({
      name: { source: 'a', target: 'b' },
      source,
      shards,
      partitions: await specsOf(topics),
      settings: settings ?? {},
      telemetry,
      clock: systemClock,
      ...more,
    });
    let closing: Promise<void> | null = null;
    const process: PullProcess = {
      copier,
      shards,
      lines,
      telemetry,
      state: (topic, partition = 0) => {
        const found = copier.snapshot().partitions.find((p) => p.topic === topic && p.partition === partition);
        if (!found) throw new Error(`${topic}/${partition} is not copied here`);
        return found;
      },
      close: () => {
        closing ??= (async () => {
          await copier.close();
          await shards.close();
          source.close();
          target.close();
        })();
        return closing;
      },
    };
    this.#processes.push(process);
    return process;
  }
}

export async function specsOf(topics: readonly string[]) {
  const { topics: found } = await cluster().metadata(topics);
  return topics.flatMap((topic) =>
    (found.get(topic)?.partitions ?? []).map(({ partition }) => ({ topic, partition, targetTopic: copyOf(topic) })),
  );
}

async function makeCopy(topic: string, options: { partitions?: number; target?: Record<string, string> }) {
  const configs = { 'compression.type': 'producer', ...options.target };
  await createTopic('', { partitions: options.partitions ?? 1, configs, name: copyOf(topic) });
}

/** Until everything that the source holds now is copied and settled; then both sides' records. */
export async function copied(
  process: PullProcess,
  topic: string,
  ends: ReadonlyMap<number, number>,
): Promise<{ source: Plain[]; target: Plain[] }> {
  await untilCopied(process, topic, ends);
  const [source, target] = await Promise.all([consumeAll(topic), consumeAll(copyOf(topic))]);
  return { source: source.map(plainOf), target: target.map(plainOf) };
}

export async function untilCopied(
  process: PullProcess,
  topic: string,
  ends: ReadonlyMap<number, number>,
  withinMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const behind = [...ends].filter(([partition, end]) => (process.state(topic, partition).position ?? -1) < end);
    if (behind.length === 0) break;
    if (performance.now() > deadline) {
      throw new Error(`not copied: ${JSON.stringify(behind.map(([partition]) => process.state(topic, partition)))}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await untilSettled(copyOf(topic));
}

export interface Plain {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: unknown;
}

/** All of a record but its offset, as kafkajs sees it. */
export const plainOf = ({ partition, key, value, timestamp, headers }: Consumed): Plain => ({
  partition,
  key: key?.toString('latin1') ?? null,
  value: value?.toString('latin1') ?? null,
  timestamp: Number(timestamp),
  headers: Object.entries(headers ?? {}).map(([name, values]) => [name, String(values)]),
});

/** The data batches of partition 0, as they lie in the log. */
export async function batchesOf(topic: string): Promise<{ header: BatchHeader; batch: Buffer }[]> {
  const leader = await cluster().leader(topic, 0);
  const partition = { topic, partition: 0, offset: 0, currentLeaderEpoch: -1, maxBytes: 2 ** 24 };
  const bounds = { isolation: 'read_uncommitted', maxWaitMs: 200, minBytes: 1, maxBytes: 2 ** 24 } as const;
  const [answer] = await fetchRaw(cluster(), leader!.nodeId, { ...bounds, partitions: [partition] }, 'pull test');
  return [...splitBatches(answer!.records)].filter(({ header }) => !header.control);
}

export const headersOf = async (topic: string): Promise<BatchHeader[]> =>
  (await batchesOf(topic)).map(({ header }) => header);

/** A producer that commits or aborts as a test wants. */
export async function transactional(): Promise<TransactionalProducer> {
  const transactionalId = uniqueTopic('pull-source');
  const producer = await TransactionalProducer.open(cluster(), { transactionalId, transactionTimeoutMs: 60_000 });
  onTestFinished(() => producer.close());
  return producer;
}

export const batchOf = (
  topic: string,
  records: readonly Partial<PlainRecord>[],
  codec: Parameters<typeof encodeBatch>[1]['codec'] = 'none',
) => ({
  topic,
  partition: 0,
  records: records.length,
  blob: encodeBatch(
    records.map((record) => ({ key: null, value: null, timestamp: Date.now(), headers: [], ...record })),
    { codec },
  ),
});
