/**
 * In a process of its own: `fill` writes a source topic, `raw` copies it as bare bytes (fetched, patched, produced in
 * transactions; nothing checked, no positions). First message: what; everything is open then. Second: go.
 */
import {
  Cluster,
  createTopics,
  type FetchedPartition,
  fetchRaw,
  IdempotentProducer,
  LATEST,
  listOffsets,
  type OutgoingBatch,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { encodeBatch, splitBatches } from '../../shared/records/index.ts';
import { telemetryValue } from './preload.ts';

export interface PullLoad {
  readonly task: 'fill' | 'raw';
  readonly brokers: string;
  readonly source: string;
  /** Of the bare copy. */
  readonly target: string;
  readonly records: number;
  readonly bytes: number;
  readonly batch: number;
  readonly partitions: number;
  readonly codec: 'none' | 'zstd';
}
export interface PullResult {
  readonly bytes: number;
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}
type Copied = Pick<PullResult, 'bytes' | 'records'>;
/** Everything is open: copies when called, resolves when all of it is committed. */
type Copy = () => Promise<Copied>;

const FETCH_BYTES = 8 << 20;
const FETCH_PARTITION_BYTES = 2 << 20;
const COMMIT_BYTES = 16 << 20;

const open = ({ brokers }: PullLoad): Cluster => Cluster.open({ brokers: brokers.split(',') });

async function makeTopic(cluster: Cluster, name: string, partitions: number): Promise<void> {
  await createTopics(cluster, [{ name, partitions, replicationFactor: -1 }]);
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, timestamp: LATEST }));
  await listOffsets(cluster, all);
}

async function fill(load: PullLoad): Promise<Copy> {
  const cluster = open(load);
  await makeTopic(cluster, load.source, load.partitions);
  const producer = new IdempotentProducer(cluster, 'bench fill');
  return async () => {
    let [sent, bytes] = [0, 0];
    while (sent < load.records) {
      const batches: OutgoingBatch[] = [];
      for (let i = 0; i < 64 && sent < load.records; i += 1) {
        const count = Math.min(load.batch, load.records - sent);
        const first = sent;
        const records = Array.from({ length: count }, (_, at) => ({
          key: null,
          value: telemetryValue(first + at, load.bytes),
          timestamp: Date.now(),
          headers: [],
        }));
        const blob = encodeBatch(records, { codec: load.codec });
        batches.push({ topic: load.source, partition: i % load.partitions, blob, records: count });
        sent += count;
        bytes += blob.length;
      }
      const outcomes = await producer.send(batches);
      if (outcomes.some(({ kind }) => kind !== 'landed')) throw new Error('the source was not filled');
    }
    cluster.close();
    return { bytes, records: sent };
  };
}

async function raw(load: PullLoad): Promise<Copy> {
  const { source, target } = load;
  const cluster = open(load);
  await makeTopic(cluster, target, load.partitions);
  const producer = await TransactionalProducer.open(cluster, { transactionalId: target, transactionTimeoutMs: 60_000 });
  const offsets = new Array<number>(load.partitions).fill(0);
  const leader = (await cluster.leader(source, 0))!.nodeId;
  const topicId = (await cluster.topics([source])).get(source)!.topicId;
  const fetch = (): Promise<FetchedPartition[]> => {
    const partitions = offsets.map((offset, partition) => ({
      ...{ topic: source, topicId, partition, offset, currentLeaderEpoch: -1, maxBytes: FETCH_PARTITION_BYTES },
    }));
    const bounds = { isolation: 'read_committed', maxWaitMs: 500, minBytes: 1, maxBytes: FETCH_BYTES } as const;
    return fetchRaw(cluster, leader, { ...bounds, partitions }, 'bench fetch');
  };
  await fetch();
  return async () => {
    let [records, bytes, open] = [0, 0, 0];
    let next = fetch();
    while (records < load.records) {
      const batches: OutgoingBatch[] = [];
      for (const { partition, records: log } of await next) {
        for (const { header, batch } of splitBatches(log)) {
          batches.push({ topic: target, partition, blob: batch, records: header.count });
          offsets[partition] = header.baseOffset + header.count;
          records += header.count;
          bytes += batch.length;
          open += batch.length;
        }
      }
      next = fetch();
      next.catch(() => {});
      await producer.send(batches);
      if (open < COMMIT_BYTES && records < load.records) continue;
      await producer.commit();
      open = 0;
    }
    return { records, bytes };
  };
}

async function measured(copy: Copy): Promise<PullResult> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await copy();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { ...result, seconds, cpuSeconds: (user + system) / 1e6 };
}

let copy: Copy | null = null;
process.on('message', (message: PullLoad | { go: true }) => {
  const work = async (): Promise<void> => {
    if ('go' in message) process.send?.(await measured(copy!));
    else {
      copy = message.task === 'fill' ? await fill(message) : await raw(message);
      process.send?.({ ready: true });
    }
  };
  work().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});
process.once('SIGTERM', () => process.exit(0));
