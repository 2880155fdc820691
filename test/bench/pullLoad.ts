/**
 * The work of `pull`, in a process of its own: `fill` writes the source topic, `copy` copies it. First message: what; second: go.
 */
import { Copier, PullShards } from '../../hub/pull/copy/index.ts';
import { systemClock } from '../../shared/clock.ts';
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
import { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';
import { telemetryValue } from './preload.ts';

export interface PullLoad {
  readonly system: 'exactlyOnce' | 'atLeastOnce' | 'raw';
  readonly brokers: string;
  readonly round: number;
  readonly records: number;
  readonly bytes: number;
  readonly batch: number;
  readonly partitions: number;
  readonly shards: number;
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

const SOURCE = 'bench-source';
const FETCH_BYTES = 8 << 20;
const FETCH_PARTITION_BYTES = 2 << 20;
const COMMIT_BYTES = 16 << 20;

const open = ({ brokers }: PullLoad): Cluster => Cluster.open({ brokers: brokers.split(',') });

async function makeTopic(cluster: Cluster, name: string, partitions: number): Promise<void> {
  const configs = { 'compression.type': 'producer' };
  await createTopics(cluster, [{ name, partitions, replicationFactor: -1, configs }]);
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, timestamp: LATEST }));
  await listOffsets(cluster, all);
}

async function fill(load: PullLoad): Promise<Copy> {
  const cluster = open(load);
  await makeTopic(cluster, SOURCE, load.partitions);
  const producer = new IdempotentProducer(cluster, 'bench fill');
  return async () => {
    let sent = 0;
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
        batches.push({ topic: SOURCE, partition: i % load.partitions, blob, records: count });
        sent += count;
      }
      const outcomes = await producer.send(batches);
      if (outcomes.some(({ kind }) => kind !== 'landed')) throw new Error('the source was not filled');
    }
    cluster.close();
    return { bytes: 0, records: sent };
  };
}

async function raw(load: PullLoad, target: string): Promise<Copy> {
  const cluster = open(load);
  const producer = await TransactionalProducer.open(cluster, { transactionalId: target, transactionTimeoutMs: 60_000 });
  const offsets = new Array<number>(load.partitions).fill(0);
  const leader = (await cluster.leader(SOURCE, 0))!.nodeId;
  const topicId = (await cluster.topics([SOURCE])).get(SOURCE)!.topicId;
  const fetch = (): Promise<FetchedPartition[]> => {
    const partitions = offsets.map((offset, partition) => ({
      ...{ topic: SOURCE, topicId, partition, offset, currentLeaderEpoch: -1, maxBytes: FETCH_PARTITION_BYTES },
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

async function pull(load: PullLoad, target: string): Promise<Copy> {
  const [source, cluster] = [open(load), open(load)];
  const telemetry = new ProcessTelemetry({ level: 'error' });
  const parts = { cluster, telemetry, clock: systemClock };
  const shards = PullShards.open(parts, {
    topic: `pulls-${load.system}-${load.round}`,
    deadLetterTopic: 'pulls.dead',
    shards: load.shards,
    replicationFactor: -1,
    instance: 'bench',
  });
  let [records, bytes] = [0, 0];
  let done: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const copier = Copier.open({
    ...parts,
    name: { source: 'a', target: 'b' },
    source,
    shards,
    partitions: Array.from({ length: load.partitions }, (_, partition) => ({
      topic: SOURCE,
      partition,
      targetTopic: target,
    })),
    settings: { delivery: load.system === 'atLeastOnce' ? 'atLeastOnce' : 'exactlyOnce' },
    listener: {
      copied: (batch) => {
        records += batch.records;
        if (records === load.records) done();
      },
    },
  });
  copier.pause(SOURCE);
  const ready = (): boolean => copier.snapshot().partitions.every((p) => p.position !== null);
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 50));
  return async () => {
    copier.resume(SOURCE);
    await all;
    bytes = copier.snapshot().partitions.reduce((sum, p) => sum + p.bytes, 0);
    return { records, bytes };
  };
}

async function prepare(load: PullLoad): Promise<Copy> {
  if (process.argv[2] === 'fill') return fill(load);
  const target = `bench-${load.system}-${load.round}`;
  const cluster = open(load);
  await makeTopic(cluster, target, load.partitions);
  cluster.close();
  return load.system === 'raw' ? raw(load, target) : pull(load, target);
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
      copy = await prepare(message);
      process.send?.({ ready: true });
    }
  };
  work().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});
process.once('SIGTERM', () => process.exit(0));
