/**
 * Two clusters, each copied into the other under the same topic name: refused, and with provenance headers not a loop.
 * Seen red: with a stamp that drops nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { readMm2 } from '../../hub/pull/config/index.ts';
import { PullRun } from '../../hub/pull/run/index.ts';
import {
  Cluster,
  createTopics,
  EARLIEST,
  IdempotentProducer,
  LATEST,
  listOffsets,
  readCommitted,
} from '../../shared/kafka/index.ts';
import { encodeBatch, type PlainRecord, type ReadRecord, readRecords } from '../../shared/records/index.ts';
import { type LogLine, metricOf, rigTelemetry } from '../support/rigTelemetry.ts';
import { until } from './pullSupport.ts';

const POLL = { timeout: 60_000, interval: 50 };
const STARTED = 1_700_000_000_000;
const dir = mkdtempSync(join(tmpdir(), 'tributary-two-ways-'));
const sides = new Map<'A' | 'B', { kafka: LocalKafka; cluster: Cluster }>();

beforeAll(async () => {
  for (const name of ['A', 'B'] as const) {
    const kafka = await startKafka({ dir: join(dir, name) });
    sides.set(name, { kafka, cluster: Cluster.open({ brokers: kafka.brokers, clientId: `tributary-test-${name}` }) });
  }
}, 300_000);
afterAll(async () => {
  for (const { kafka, cluster } of sides.values()) {
    cluster.close();
    await kafka.kill9();
  }
  rmSync(dir, { recursive: true, force: true });
});

const at = (name: 'A' | 'B') => sides.get(name)!;

async function makeTopic(name: string): Promise<void> {
  for (const { cluster } of sides.values()) {
    const configs = { 'retention.ms': '-1', 'compression.type': 'producer' };
    const [made] = await createTopics(cluster, [{ name, partitions: 1, replicationFactor: 1, configs }]);
    expect(made?.errorCode).toBe(0);
    const led = async () => (await cluster.metadata([name])).topics.get(name)?.partitions[0]?.leader ?? -1;
    await until(`leader of ${name}`, async () => (await led()) >= 0);
  }
}

async function write(side: 'A' | 'B', topic: string, records: readonly PlainRecord[]): Promise<void> {
  const producer = new IdempotentProducer(at(side).cluster, 'two ways');
  const blob = encodeBatch(records, { codec: 'lz4' });
  expect(await producer.send([{ topic, partition: 0, records: records.length, blob }])).toMatchObject([
    { kind: 'landed' },
  ]);
  producer.close();
}

async function read(side: 'A' | 'B', topic: string): Promise<ReadRecord[]> {
  const { cluster } = at(side);
  const found: ReadRecord[] = [];
  const { topics } = await cluster.metadata([topic]);
  const where = { topic, topicId: topics.get(topic)?.topicId ?? '', partition: 0 };
  await readCommitted(cluster, where, {
    ...{ from: null, until: 'end', purpose: 'test' },
    visit: (_header, batch) => {
      found.push(...readRecords(batch, { maxRawBytes: 1e8 }));
      return true;
    },
  });
  return found;
}
const valuesOf = async (side: 'A' | 'B', topic: string) => (await read(side, topic)).map(({ value }) => String(value));

const record = (value: string, more: Partial<PlainRecord> = {}): PlainRecord => ({
  key: null,
  value: Buffer.from(value),
  timestamp: STARTED,
  headers: [],
  ...more,
});

function pull(topic: string, ...more: string[]) {
  const text = `
clusters = A, B
A.bootstrap.servers = ${at('A').kafka.brokers.join(',')}
B.bootstrap.servers = ${at('B').kafka.brokers.join(',')}
A->B.enabled = true
B->A.enabled = true
topics = ${topic}
replication.policy.class = IdentityReplicationPolicy
replication.factor = 1
emit.heartbeats.enabled = false
heartbeats.replication.enabled = false
emit.checkpoints.enabled = false
emit.offset-syncs.enabled = false
refresh.topics.interval.seconds = 1
${more.join('\n')}
`;
  const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
  const lines: LogLine[] = [];
  const telemetry = rigTelemetry('pull', lines);
  const run = PullRun.open({ settings, instance: `two-ways-${topic}`, telemetry });
  onTestFinished(() => run.close());
  return { run, lines, telemetry };
}

test('without provenance headers nothing is copied, and each direction says why', async () => {
  await makeTopic('refused');
  await write('A', 'refused', [record('a')]);
  const { run, lines } = pull('refused');
  const said = () => lines.filter(({ event }) => event === 'pull_loop_refused').map(({ flow }) => flow);
  await expect.poll(() => said().sort(), POLL).toEqual(['A->B', 'B->A']);
  expect(run.flows().flatMap(({ copy }) => copy?.partitions ?? [])).toEqual([]);
  expect(await valuesOf('B', 'refused')).toEqual([]);
}, 180_000);

test('with them both clusters get what was written in the other, once, and nothing comes back', async () => {
  await makeTopic('shared');
  const own = {
    key: Buffer.from('k'),
    timestamp: STARTED + 5,
    headers: [[Buffer.from('h'), Buffer.from('1')]] as const,
  };
  await write('A', 'shared', [record('a1', own), record('a2', { value: null, timestamp: STARTED + 9 })]);
  const { run, telemetry } = pull('shared', 'tributary.provenance.headers = true');
  await expect.poll(async () => (await read('B', 'shared')).length, POLL).toBe(2);
  await write('B', 'shared', [record('b1')]);
  await expect.poll(() => valuesOf('A', 'shared'), POLL).toEqual(['a1', 'null', 'b1']);
  // Behind these a record that had come back would lie in front of them.
  await write('A', 'shared', [record('a3')]);
  await expect.poll(() => valuesOf('B', 'shared'), POLL).toEqual(['a1', 'null', 'b1', 'a3']);
  await write('B', 'shared', [record('b2')]);
  await expect.poll(() => valuesOf('A', 'shared'), POLL).toEqual(['a1', 'null', 'b1', 'a3', 'b2']);

  const [source, copy] = [(await read('A', 'shared'))[0]!, (await read('B', 'shared'))[0]!];
  const flowHeader = [Buffer.from('tributary.flow'), Buffer.from(`A->B@${at('A').cluster.clusterId}`)];
  expect({ ...copy, offset: 0 }).toEqual({ ...source, offset: 0, headers: [...source.headers, flowHeader] });
  // Every record of both logs is accounted for: copied, or counted as returned; the positions are behind all of them.
  await expect.poll(() => positions(run), POLL).toEqual(await endsOf('shared'));
  const counts = run.flows().map(({ copy: one }) => one?.partitions[0]);
  expect(counts).toMatchObject([
    { records: 3, returnedRecords: 2, gapCount: 0 },
    { records: 2, returnedRecords: 3, gapCount: 0 },
  ]);
  expect(await metricOf(telemetry, 'tributary_pull_returned_records_total')).toBe(5);
}, 180_000);

const positions = (run: PullRun) => run.flows().map(({ copy }) => copy?.partitions[0]?.position);

async function endsOf(topic: string): Promise<(number | undefined)[]> {
  const of = async (side: 'A' | 'B') => {
    const [start] = await listOffsets(at(side).cluster, [{ topic, partition: 0, timestamp: EARLIEST }]);
    const [end] = await listOffsets(at(side).cluster, [{ topic, partition: 0, timestamp: LATEST }]);
    expect(start?.offset).toBe(0);
    return end?.offset;
  };
  return Promise.all([of('A'), of('B')]);
}
