/**
 * What lies in the source cluster: topics of every kind that a copy can go wrong with, settings, access rules, and groups that have read
 * some of it. Everything is made once; what the mirrors leave in the source is taken away between runs.
 */
import {
  type AclBinding,
  type Cluster,
  commitGroupOffsets,
  createAcls,
  createTopics,
  deleteRecords,
  IdempotentProducer,
  LATEST,
  listOffsets,
  type NewTopic,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { type Codec, encodeBatch, type PlainRecord, type RecordHeader } from '../../shared/records/index.ts';
import { readLog } from './reading.ts';

const NOW = Date.now();
const FOREVER = { 'retention.ms': '-1' };
const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

const topic = (name: string, partitions = 1, configs: Record<string, string> = {}): NewTopic => ({
  name,
  partitions,
  replicationFactor: 1,
  configs,
});

/** Names that MirrorMaker 2 leaves alone, by its lists or its rules; aliases of the runs begin with `east`, `west`. */
const LEFT_ALONE = ['secret-orders', 'orders.internal', 'orders-internal', 'mm2-x.internal', '__hidden', 'a.replica'];

const TOPICS: readonly NewTopic[] = [
  topic('plain', 3, {
    'retention.ms': '7200000',
    'retention.bytes': '100000000',
    'max.message.bytes': '2097152',
    'min.insync.replicas': '1',
    'unclean.leader.election.enable': 'true',
    'segment.bytes': '20000000',
  }),
  topic('codecs', CODECS.length),
  topic('recoded', 1, { 'compression.type': 'gzip' }),
  topic('nulls', 1),
  topic('headers', 1),
  topic('times', 1, FOREVER),
  topic('append-time', 1, { 'message.timestamp.type': 'LogAppendTime' }),
  topic('compacted', 1, {
    'cleanup.policy': 'compact',
    'segment.ms': '200',
    'min.cleanable.dirty.ratio': '0.01',
    'delete.retention.ms': '86400000',
  }),
  topic('transactions', 2),
  topic('truncated', 1),
  topic('empty', 2),
  topic('one-of-three', 3),
  topic('dots.in.name', 1),
  topic('elsewhere.orders', 1),
  topic('under_score', 1),
  // Copies of copies of the targets.
  topic('westdefault.came-from-there', 1),
  topic('westseparator__came-from-there', 1),
  topic('westidentity.came-from-there', 1),
  ...LEFT_ALONE.map((name) => topic(name, 1)),
];

const ACLS: readonly AclBinding[] = [
  rule('plain', 'User:reader', 'read', 'allow'),
  rule('plain', 'User:reader', 'describe', 'allow', '10.0.0.1'),
  rule('plain', 'User:writer', 'write', 'allow'),
  rule('plain', 'User:owner', 'all', 'allow'),
  rule('plain', 'User:thief', 'write', 'deny'),
  rule('plain', 'User:thief', 'all', 'deny'),
  rule('nulls', 'User:reader', 'describeConfigs', 'allow'),
  rule('nulls', 'User:owner', 'alter', 'allow'),
  rule('secret-orders', 'User:reader', 'read', 'allow'),
  rule('*', 'User:auditor', 'read', 'allow'),
  { ...rule('pla', 'User:prefix', 'read', 'allow'), patternType: 'prefixed' },
  { ...rule('readers', 'User:reader', 'read', 'allow'), resourceType: 'group' },
];

function rule(
  resourceName: string,
  principal: string,
  operation: AclBinding['operation'],
  permission: AclBinding['permission'],
  host = '*',
): AclBinding {
  return { resourceType: 'topic', resourceName, patternType: 'literal', principal, host, operation, permission };
}

/** Group, topic, partition, offset. */
const COMMITS: readonly (readonly [group: string, topic: string, partition: number, offset: number])[] = [
  ['readers', 'plain', 0, 0],
  ['readers', 'plain', 1, 450],
  ['readers', 'plain', 2, 999],
  ['at-the-end', 'plain', 0, 1000],
  ['readers', 'codecs', 1, 17],
  ['half-way', 'compacted', 0, 30],
  ['half-way', 'transactions', 0, 14],
  ['half-way', 'empty', 0, 0],
  ['console-consumer-7', 'plain', 0, 10],
  ['only-secrets', 'secret-orders', 0, 1],
];

type Draft = Partial<PlainRecord>;
const record = (draft: Draft): PlainRecord => ({ key: null, value: null, timestamp: NOW, headers: [], ...draft });
const text = (from: number, count: number, more: Draft = {}): Draft[] =>
  Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`k${(from + i) % 50}`),
    value: Buffer.from(`value ${from + i} ${'x'.repeat((from + i) % 97)}`),
    timestamp: NOW - 60_000 + i,
    ...more,
  }));
const header = (name: string, value: string | null): RecordHeader => [
  Buffer.from(name),
  value === null ? null : Buffer.from(value),
];

export async function fillSource(cluster: Cluster): Promise<void> {
  const made = await createTopics(cluster, TOPICS);
  const bad = made.find(({ errorCode }) => errorCode !== 0);
  if (bad) throw new Error(`topic ${bad.name}: ${bad.errorMessage ?? bad.errorCode}`);
  const all = TOPICS.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition, timestamp: LATEST })),
  );
  await listOffsets(cluster, all);
  await plainRecords(new Writer(cluster));
  await transactions(cluster);
  await deleteRecords(cluster, [{ topic: 'truncated', partition: 0, before: 5 }]);
  const refused = (await createAcls(cluster, ACLS)).find(({ errorCode }) => errorCode !== 0);
  if (refused) throw new Error(`access rule: ${refused.errorMessage}`);
  for (const [group, name, partition, offset] of COMMITS) {
    await commitGroupOffsets(cluster, group, [{ topic: name, partition, offset, metadata: `read by ${group}` }]);
  }
  await untilCompacted(cluster);
}

class Writer {
  readonly #producer: IdempotentProducer;
  constructor(cluster: Cluster) {
    this.#producer = new IdempotentProducer(cluster, 'differential');
  }
  async write(name: string, drafts: readonly Draft[], partition = 0, codec: Codec = 'none'): Promise<void> {
    const blob = encodeBatch(drafts.map(record), { codec });
    const [outcome] = await this.#producer.send([{ topic: name, partition, blob, records: drafts.length }]);
    if (outcome?.kind !== 'landed') throw new Error(`${name}/${partition}: ${JSON.stringify(outcome)}`);
  }
}

async function plainRecords(writer: Writer): Promise<void> {
  for (let partition = 0; partition < 3; partition += 1) {
    for (let from = 0; from < 1000; from += 250) await writer.write('plain', text(from, 250), partition, 'zstd');
  }
  for (const [partition, codec] of CODECS.entries()) {
    for (let from = 0; from < 60; from += 20) await writer.write('codecs', text(from, 20), partition, codec);
  }
  await writer.write('recoded', text(0, 40), 0, 'lz4');
  const [empty, some] = [Buffer.alloc(0), Buffer.from('some')];
  await writer.write(
    'nulls',
    [null, empty, some].flatMap((key) => [null, empty, some].map((value) => ({ key, value }))),
  );
  await writer.write('headers', headersOfAllKinds());
  const times = [0, 1, 978_307_200_000, NOW - 365 * 86_400_000, NOW + 60_000, -1];
  for (const timestamp of times) await writer.write('times', text(0, 2, { timestamp }), 0, 'zstd');
  await writer.write('times', [...text(0, 1, { timestamp: 5 }), ...text(1, 1, { timestamp: -1 })], 0, 'none');
  for (let i = 0; i < 3; i += 1) await writer.write('append-time', text(i, 5, { timestamp: 1_000 * i }), 0, 'zstd');
  for (let i = 0; i < 20; i += 1) await writer.write('compacted', text(i * 20, 20), 0, i % 2 ? 'lz4' : 'none');
  await writer.write('compacted', [{ key: Buffer.from('k3') }, { key: Buffer.from('k7') }]);
  await writer.write('truncated', text(0, 5));
  await writer.write('truncated', text(5, 5));
  await writer.write('one-of-three', text(0, 9), 1);
  const others = TOPICS.map(({ name }) => name).filter(
    (name) => /[._-]|secret/.test(name) && !['append-time', 'one-of-three'].includes(name),
  );
  for (const name of others) await writer.write(name, text(0, 3));
}

function headersOfAllKinds(): Draft[] {
  const kinds: RecordHeader[][] = [
    [],
    [header('a', 'one')],
    [header('a', ''), header('b', null)],
    [header('twice', '1'), header('other', '2'), header('twice', '3'), header('twice', null)],
    [header('', 'no name')],
    [header('ümläut', 'ß')],
    [[Buffer.from('bytes'), Buffer.from([0, 255, 128])]],
    Array.from({ length: 100 }, (_, i) => header(`h${i}`, `${i}`)),
  ];
  return kinds.map((headers, i) => ({ value: Buffer.from(`${i}`), headers }));
}

/** Committed and aborted ones, of two producers at a time, over two partitions. */
async function transactions(cluster: Cluster): Promise<void> {
  const [one, two] = await Promise.all(
    ['one', 'two'].map((transactionalId) =>
      TransactionalProducer.open(cluster, { transactionalId, transactionTimeoutMs: 60_000 }),
    ),
  );
  const send = (producer: TransactionalProducer, from: number, count: number, partition = 0) => {
    const blob = encodeBatch(text(from, count).map(record), { codec: 'zstd' });
    return producer.send([{ topic: 'transactions', partition, blob, records: count }]);
  };
  await send(one!, 0, 5);
  await send(two!, 100, 5);
  await send(one!, 5, 5, 1);
  await one!.commit();
  await send(one!, 10, 5);
  await two!.abort();
  await send(two!, 105, 5, 1);
  await one!.abort();
  await two!.commit();
  await send(one!, 15, 5);
  await one!.commit();
  for (const producer of [one!, two!]) producer.close();
}

const COMPACTED_WITHIN_MS = 60_000;

/** The active segment is never compacted, so there will always be some records left that have a newer one. */
async function untilCompacted(cluster: Cluster): Promise<void> {
  const writer = new Writer(cluster);
  const deadline = performance.now() + COMPACTED_WITHIN_MS;
  for (let i = 0; ; i += 1) {
    const [log] = await readLog(cluster, 'compacted');
    const [end] = await listOffsets(cluster, [{ topic: 'compacted', partition: 0, timestamp: LATEST }]);
    if (log && log.length < (end?.offset ?? 0) / 2) break;
    if (performance.now() > deadline) throw new Error('the source was not compacted');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await writer.write('compacted', text(400 + i, 1));
  }
}
