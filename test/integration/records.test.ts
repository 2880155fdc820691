/**
 * Batches that went through a real broker: what other clients produced is read from the log as it lies there, what was
 * encoded here is taken by the broker and read by kafkajs and by Kafka's own tools.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findJava, kafkaJars } from '../../deploy/dev/kafka/launch.ts';
import { fetchRaw, TransactionalProducer } from '../../shared/kafka/index.ts';
import {
  type BatchHeader,
  encodeBatch,
  encodeSealed,
  type PlainRecord,
  patchBatch,
  type ReadRecord,
  readProvenance,
  readRecords,
  type SealRecord,
  splitBatches,
} from '../../shared/records/index.ts';
import { brokers, cluster, consumeAll, createTopic, javaTool, kafkaJs, uniqueTopic } from '../support/kafka.ts';

const MAX_RAW_BYTES = 2 ** 25;
const PATIENCE_MS = 30_000;
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Kafka's own tools, where this machine has Java and the jars, or can fetch them. */
const withJava = test.runIf((await findJava()) !== null && (await kafkaJars()) !== null);

/** The log of partition 0 from its beginning until `count` records are there. */
async function fetched(topic: string, count: number): Promise<{ headers: BatchHeader[]; records: ReadRecord[] }> {
  const headers: BatchHeader[] = [];
  const records: ReadRecord[] = [];
  const deadline = Date.now() + PATIENCE_MS;
  for (let offset = 0; records.length < count && Date.now() < deadline; ) {
    const leader = await cluster().leader(topic, 0);
    const partition = { topic, partition: 0, offset, currentLeaderEpoch: -1, maxBytes: 2 ** 20 };
    const request = {
      isolation: 'read_uncommitted',
      maxWaitMs: 200,
      minBytes: 1,
      maxBytes: 2 ** 22,
      partitions: [partition],
    } as const;
    const [answer] = await fetchRaw(cluster(), leader!.nodeId, request, 'records test');
    for (const { header, batch } of splitBatches(answer!.records)) {
      headers.push(header);
      if (!header.control) records.push(...readRecords(batch, { maxRawBytes: MAX_RAW_BYTES }));
      offset = header.baseOffset + header.lastOffsetDelta + 1;
    }
  }
  return { headers, records };
}

/** Runs Kafka's console producer on these lines. */
async function javaProduce(topic: string, codec: string, lines: readonly string[]): Promise<void> {
  const [java, classPath] = await Promise.all([findJava(), kafkaJars()]);
  if (!java || !classPath) throw new Error('Java 17 and Maven are needed for this test');
  const properties = ['parse.key=true', 'parse.headers=true', 'null.marker=NULL'].flatMap((p) => [
    '--reader-property',
    p,
  ]);
  const settings = ['linger.ms=500', 'batch.size=500000'].flatMap((p) => ['--command-property', p]);
  const tool = [
    'org.apache.kafka.tools.ConsoleProducer',
    '--bootstrap-server',
    brokers().join(','),
    '--topic',
    topic,
    '--compression-codec',
    codec,
  ];
  const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', classPath];
  const child = spawn(java, [...flags, ...tool, ...settings, ...properties], { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4000);
  });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the console producer ended with ${code}: ${complaints}`);
}

describe('read from the log', () => {
  withJava.each(['gzip', 'snappy', 'lz4', 'zstd'])("Java's producer, %s", async (codec) => {
    const topic = await createTopic('records-java');
    const count = 1500;
    const lines = range(count).map((i) => (i % 3 ? `n:${i},e:\tkey-${i % 7}\tvalue number ${i}` : `NULL\tNULL\tNULL`));
    await javaProduce(topic, codec, lines);
    const { headers, records } = await fetched(topic, count);
    expect(new Set(headers.map((header) => header.codec))).toEqual(new Set([codec]));
    expect(records.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      range(count).map((i) => {
        if (i % 3 === 0) return { key: null, value: null, headers: [] };
        const own = [
          [utf8('n'), utf8(`${i}`)],
          [utf8('e'), Buffer.alloc(0)],
        ];
        return { key: utf8(`key-${i % 7}`), value: utf8(`value number ${i}`), headers: own };
      }),
    );
  });

  test.each([
    ['none', 0],
    ['gzip', 1],
    ['zstd', 4],
  ])("kafkajs's producer, %s", async (codec, compression) => {
    const topic = await createTopic('records-kafkajs');
    const producer = kafkaJs().producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const messages = range(500).map((i) => ({
      key: i % 2 ? `key-${i}` : null,
      value: i % 5 ? `value number ${i}` : null,
      headers: { n: `${i}` },
      timestamp: `${1_750_000_000_000 + i}`,
    }));
    await producer.send({ topic, compression, messages });
    await producer.disconnect();
    const { headers, records } = await fetched(topic, 500);
    expect(headers.map((header) => header.codec)).toEqual([codec]);
    expect(records.map(({ offsetDelta, ...one }) => one)).toEqual(
      messages.map(({ key, value, headers, timestamp }) => ({
        key: key === null ? null : utf8(key),
        value: value === null ? null : utf8(value),
        timestamp: Number(timestamp),
        headers: [[utf8('n'), utf8(headers.n)]],
      })),
    );
  });
});

/** Text that console tools print as it is. */
const sealRecords = (count: number): SealRecord[] =>
  range(count).map((i) => ({
    key: i % 3 ? utf8(`key-${i}`) : null,
    value: i % 7 === 6 ? null : utf8(`value-${i}`),
    timestamp: 1_750_000_000_000 + ((i * 37) % 1000),
    headers: i % 2 ? [[utf8('own'), utf8(`${i}`)]] : [],
    source: `kafka:orders/3/${i}`,
    ...(i % 4 ? {} : { policy: '9' }),
  }));
const EPOCH = '0123456789abcdef01234567';
const sealed = (records: readonly SealRecord[], firstSequence: number, codec: 'none' | 'zstd'): Buffer =>
  encodeSealed({ edge: 'store-1', epoch: EPOCH, firstSequence, records, codec });

/** Sends batches in one transaction, in their order. */
async function send(topic: string, blobs: readonly Buffer[], counts: readonly number[]): Promise<void> {
  const settings = { transactionalId: uniqueTopic('records'), transactionTimeoutMs: 30_000 };
  const producer = await TransactionalProducer.open(cluster(), settings);
  const outcomes = await producer.send(blobs.map((blob, i) => ({ topic, partition: 0, blob, records: counts[i]! })));
  expect(outcomes.map(({ kind }) => kind)).toEqual(blobs.map(() => 'landed'));
  await producer.commit();
  await producer.close();
}

describe('taken by the broker', () => {
  test('sealed batches: kafkajs reads the records and their provenance', async () => {
    const topic = await createTopic('records-ours', { configs: { 'compression.type': 'producer' } });
    const records = sealRecords(300);
    const blobs = [sealed(records.slice(0, 200), 0, 'zstd'), sealed(records.slice(200), 200, 'none')];
    await send(topic, blobs, [200, 100]);

    const consumed = await consumeAll(topic);
    expect(
      consumed.map(({ key, value, timestamp, headers = {} }) => ({ key, value, timestamp, own: headers.own })),
    ).toEqual(
      records.map(({ key, value, timestamp, headers }) => ({
        key,
        value,
        timestamp: `${timestamp}`,
        own: headers[0]?.[1] ?? undefined,
      })),
    );
    const provenance = consumed.map(({ headers = {} }) =>
      readProvenance(Object.entries(headers).map(([name, value]) => [utf8(name), value as Buffer])),
    );
    expect(provenance).toEqual(
      records.map(({ source, policy }, sequence) => ({
        ...{ edge: 'store-1', epoch: EPOCH, sequence, source },
        ...(policy === undefined ? {} : { policy }),
      })),
    );
  });

  withJava('sealed batches: the console consumer prints the records and their provenance', async () => {
    const topic = await createTopic('records-console', { configs: { 'compression.type': 'producer' } });
    const records = sealRecords(60);
    await send(topic, [sealed(records.slice(0, 50), 0, 'zstd'), sealed(records.slice(50), 50, 'none')], [50, 10]);
    const lines = (await consoleConsumer(topic, records.length)).trimEnd().split('\n');
    expect(lines).toEqual(records.map(consoleLine));
  });

  test('times and bytes of every kind, shifted, land as they are', async () => {
    const topic = await createTopic('records-odd', {
      configs: { 'message.timestamp.before.max.ms': `${2n ** 63n - 1n}` },
    });
    const odd: PlainRecord[] = [
      { key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: 0, headers: [] },
      { key: null, value: null, timestamp: 1_750_000_000_000, headers: [[utf8('n'), null]] },
      {
        key: Buffer.from([0xff, 0]),
        value: Buffer.alloc(70_000, 7),
        timestamp: 5,
        headers: [[utf8('höhe'), Buffer.alloc(0)]],
      },
    ];
    const blob = encodeBatch(odd, { codec: 'zstd' });
    patchBatch(blob, { shiftMs: 1000 });
    await send(topic, [blob], [3]);
    const { records } = await fetched(topic, 3);
    expect(records.map(({ offsetDelta, ...one }) => one)).toEqual(
      odd.map((one) => ({ ...one, timestamp: one.timestamp + 1000 })),
    );
    const consumed = await consumeAll(topic);
    expect(consumed.map(({ timestamp }) => timestamp)).toEqual(['1000', '1750000001000', '1005']);
  });

  withJava("Kafka's own log reader finds nothing wrong with a file of our batches", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'records-'));
    try {
      const records = sealRecords(40);
      const blobs = [sealed(records.slice(0, 25), 0, 'zstd'), sealed(records.slice(25), 25, 'none')];
      patchBatch(blobs[1]!, { baseOffset: 25, partitionLeaderEpoch: 4 });
      const file = join(folder, '00000000000000000000.log');
      writeFileSync(file, Buffer.concat(blobs));
      const dump = await javaTool('org.apache.kafka.tools.DumpLogSegments', ['--files', file, '--print-data-log']);
      const batches = dump.split('\n').filter((line) => line.startsWith('baseOffset'));
      expect(batches.map((line) => /baseOffset: (\d+) lastOffset: (\d+) count: (\d+)/.exec(line)?.slice(1))).toEqual([
        ['0', '24', '25'],
        ['25', '39', '15'],
      ]);
      expect(batches.map((line) => /compresscodec: (\w+) .*isvalid: (\w+)/.exec(line)?.slice(1))).toEqual([
        ['zstd', 'true'],
        ['none', 'true'],
      ]);
      const lines = [...dump.matchAll(/^\| offset: (\d+) CreateTime: (\d+) .* headerKeys: \[.*\](.*)$/gm)];
      expect(lines.map(([, ...facts]) => facts)).toEqual(
        records.map(({ key, value, timestamp }, i) => {
          const contents = `${key ? ` key: ${key}` : ''}${value ? ` payload: ${value}` : ''}`;
          return [`${i}`, `${timestamp}`, contents];
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function consoleConsumer(topic: string, count: number): Promise<string> {
  const properties = ['print.headers=true', 'print.key=true', 'print.timestamp=true'].flatMap((p) => [
    '--formatter-property',
    p,
  ]);
  const from = [
    '--bootstrap-server',
    brokers().join(','),
    '--topic',
    topic,
    '--from-beginning',
    '--isolation-level',
    'read_committed',
  ];
  return javaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...from,
    '--max-messages',
    `${count}`,
    ...properties,
  ]);
}

/** What the console consumer prints for record `i` of {@link sealRecords}. */
function consoleLine({ key, value, timestamp, headers, source, policy }: SealRecord, i: number): string {
  const all = [
    ...headers.map(([name, content]) => `${name}:${content}`),
    'tributary.edge:store-1',
    `tributary.epoch:${EPOCH}`,
    `tributary.sequence:${i}`,
    `tributary.source:${source}`,
    ...(policy === undefined ? [] : [`tributary.policy:${policy}`]),
  ];
  return [`CreateTime:${timestamp}`, all.join(','), `${key}`, `${value}`].join('\t');
}
