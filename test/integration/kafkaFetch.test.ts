/** Raw reading, offsets, groups and administration against a real broker. */
import { describe, expect, it } from 'vitest';
import {
  commitGroupOffsets,
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  EARLIEST,
  type FetchedPartition,
  type FetchPartition,
  FetchSession,
  fetchGroupOffsets,
  fetchRaw,
  type Isolation,
  incrementalAlterConfigs,
  LATEST,
  listOffsets,
  offsetForLeaderEpoch,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { encodeBatch, readRecords, splitBatches } from '../../shared/records/index.ts';
import { cluster, createTopic, endOffsets, kafkaJs, produce, uniqueTopic, untilSettled } from '../support/kafka.ts';

const MAX_RAW_BYTES = 32 * 1024 * 1024;

interface Read {
  readonly offset?: number;
  readonly isolation?: Isolation;
  readonly topicId?: string;
  readonly maxBytes?: number;
  readonly currentLeaderEpoch?: number;
  readonly maxWaitMs?: number;
}
async function fetchOne(topic: string, read: Read = {}): Promise<FetchedPartition> {
  const leader = await cluster().leader(topic, 0);
  const [answer] = await fetchRaw(
    cluster(),
    leader!.nodeId,
    {
      isolation: read.isolation ?? 'read_committed',
      maxWaitMs: read.maxWaitMs ?? 1_000,
      minBytes: 1,
      maxBytes: read.maxBytes ?? 50_000_000,
      partitions: [
        {
          topic,
          ...(read.topicId ? { topicId: read.topicId } : {}),
          partition: 0,
          offset: read.offset ?? 0,
          currentLeaderEpoch: read.currentLeaderEpoch ?? -1,
          maxBytes: read.maxBytes ?? 50_000_000,
        },
      ],
    },
    'test fetch',
  );
  return answer!;
}
const topicIdOf = async (topic: string): Promise<string> =>
  (await cluster().metadata([topic])).topics.get(topic)!.topicId;
const valuesIn = (fetched: FetchedPartition): string[] =>
  [...splitBatches(fetched.records)]
    .filter(({ header }) => !header.control)
    .flatMap(({ batch }) => readRecords(batch, { maxRawBytes: MAX_RAW_BYTES }).map((record) => String(record.value)));

describe('fetchRaw', () => {
  it.each(['by name', 'by id'])('reads what kafkajs wrote, %s', async (how) => {
    const topic = await createTopic('kafka-fetch');
    await produce(topic, [{ value: 'a' }, { value: 'b', key: 'k', headers: { h: 'x' } }]);
    const topicId = await topicIdOf(topic);
    const fetched = await fetchOne(topic, how === 'by id' ? { topicId } : {});
    expect(fetched).toMatchObject({
      topic,
      partition: 0,
      errorCode: 0,
      highWatermark: 2,
      logStartOffset: 0,
      aborted: [],
    });
    if (how === 'by id') expect(fetched.topicId).toBe(topicId);
    expect(valuesIn(fetched)).toEqual(['a', 'b']);
  });

  it('names aborted transactions, and stops before open ones with read_committed', async () => {
    const topic = await createTopic('kafka-fetch');
    const producer = await TransactionalProducer.open(cluster(), {
      transactionalId: uniqueTopic('kafka-txn'),
      transactionTimeoutMs: 60_000,
    });
    const send = (value: string) => {
      const blob = encodeBatch([{ key: null, value: Buffer.from(value), timestamp: Date.now(), headers: [] }], {
        codec: 'none',
      });
      return producer.send([{ topic, partition: 0, blob, records: 1 }]);
    };
    await send('committed');
    await producer.commit();
    const { producerId } = producer;
    const [aborted] = await send('aborted');
    await producer.abort();
    await untilSettled(topic);
    await produce(topic, [{ value: 'plain' }]);
    await send('open');
    const committed = await fetchOne(topic);
    expect(committed.aborted).toEqual([{ producerId, firstOffset: (aborted as { offset: number }).offset }]);
    expect(valuesIn(committed)).toEqual(['committed', 'aborted', 'plain']);
    expect(committed.lastStableOffset).toBe(5);
    const everything = await fetchOne(topic, { isolation: 'read_uncommitted' });
    expect(valuesIn(everything)).toEqual(['committed', 'aborted', 'plain', 'open']);
    expect(everything.highWatermark).toBe(6);
    await producer.abort();
    producer.close();
  });

  it('answers error codes as data: offset out of range, leader epoch too new, topic id of a topic that is gone', async () => {
    const topic = await createTopic('kafka-fetch');
    await produce(topic, [{ value: 'a' }]);
    expect((await fetchOne(topic, { offset: 99 })).errorCode).toBe(1);
    expect((await fetchOne(topic, { currentLeaderEpoch: 99 })).errorCode).toBe(75);
    const other = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
    expect((await fetchOne(topic, { topicId: other })).errorCode).toBe(100);
  });

  it('waits for data in a long poll without holding up a produce', async () => {
    const topic = await createTopic('kafka-fetch');
    const waiting = fetchOne(topic, { maxWaitMs: 20_000 });
    await produce(topic, [{ value: 'arrived' }]);
    const fetched = await waiting;
    expect([fetched.errorCode, valuesIn(fetched)]).toEqual([0, ['arrived']]);
  });
});

describe('FetchSession', () => {
  it('answers only what is new; partitions leave and come back; another session takes nothing from it', async () => {
    const topic = await createTopic('kafka-session', { partitions: 3 });
    const topicId = await topicIdOf(topic);
    const { nodeId } = (await cluster().leader(topic, 0))!;
    const session = new FetchSession(cluster(), nodeId, 'test session');
    const at = (partition: number, offset: number): FetchPartition => {
      return { topic, topicId, partition, offset, currentLeaderEpoch: -1, maxBytes: 1_000_000 };
    };
    const bounds = { isolation: 'read_committed', maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000 } as const;
    const fetch = async (partitions: FetchPartition[]) => {
      const answer = await session.fetch({ ...bounds, partitions });
      return answer.partitions.map((p) => [p.topic, p.partition, p.errorCode, valuesIn(p).join()]);
    };
    const [zero, one, two] = [at(0, 0), at(1, 0), at(2, 0)];
    expect((await fetch([zero, one, two])).length).toBe(3);
    expect(await fetch([zero, one, two])).toEqual([]);
    await produce(topic, [{ partition: 1, value: 'a' }]);
    expect(await fetch([zero, one, two])).toEqual([[topic, 1, 0, 'a']]);
    await produce(
      topic,
      [0, 1, 2].map((partition) => ({ partition, value: `b${partition}` })),
    );
    const oneOn = at(1, 1);
    expect((await fetch([oneOn, two])).sort()).toEqual([
      [topic, 1, 0, 'b1'],
      [topic, 2, 0, 'b2'],
    ]);
    const other = new FetchSession(cluster(), nodeId, 'test session 2');
    expect((await other.fetch({ ...bounds, partitions: [zero] })).partitions).toHaveLength(1);
    expect(await fetch([zero, at(1, 2), at(2, 1)])).toEqual([[topic, 0, 0, 'b0']]);
    expect(await fetch([at(0, 99), at(1, 2), at(2, 1)])).toEqual([[topic, 0, 1, '']]);
  });
});

describe('offsets', () => {
  it('lists ends, starts and offsets by time; an unknown partition fails', async () => {
    const topic = await createTopic('kafka-offsets', { partitions: 2 });
    await produce(
      topic,
      [1_000, 2_000, 3_000].map((t) => ({ partition: 1, value: `${t}`, timestamp: `${t}` })),
    );
    const ask = [
      { topic, partition: 1, timestamp: EARLIEST },
      { topic, partition: 1, timestamp: LATEST },
      { topic, partition: 0, timestamp: LATEST },
    ];
    const answers = await Promise.all(ask.map((question) => listOffsets(cluster(), [question])));
    expect(answers.map(([answer]) => answer?.offset)).toEqual([0, 3, 0]);
    expect((await listOffsets(cluster(), [{ topic, partition: 1, timestamp: 1_500 }]))[0]).toMatchObject({ offset: 1 });
    expect(await endOffsets(topic, 'read_committed')).toEqual(
      new Map([
        [0, 0],
        [1, 3],
      ]),
    );
  });

  it('says where a leader epoch ends', async () => {
    const topic = await createTopic('kafka-epochs');
    await produce(topic, [{ value: 'a' }, { value: 'b' }]);
    const leader = await cluster().leader(topic, 0);
    const [now, before] = await Promise.all(
      [leader!.leaderEpoch, leader!.leaderEpoch + 1].map((leaderEpoch) =>
        offsetForLeaderEpoch(cluster(), [{ topic, partition: 0, leaderEpoch }]),
      ),
    );
    expect(now).toMatchObject([{ errorCode: 0, leaderEpoch: leader!.leaderEpoch, endOffset: 2 }]);
    expect(before).toMatchObject([{ errorCode: 0, leaderEpoch: -1, endOffset: -1 }]);
  });

  it('commits group offsets that kafkajs sees, and reads those of kafkajs; refuses where the group has members', async () => {
    const topic = await createTopic('kafka-group', { partitions: 2 });
    const group = uniqueTopic('kafka-group');
    await commitGroupOffsets(cluster(), group, [
      { topic, partition: 0, offset: 7 },
      { topic, partition: 1, offset: 9, metadata: 'm' },
    ]);
    const admin = kafkaJs().admin();
    await admin.connect();
    const [seen] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const sorted = seen?.partitions.toSorted((a, b) => a.partition - b.partition);
    expect(sorted?.map(({ offset, metadata }) => [offset, metadata])).toEqual([
      ['7', null],
      ['9', 'm'],
    ]);
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '11' }] });
    await admin.disconnect();
    const own = await fetchGroupOffsets(cluster(), group, [{ topic, partition: 0 }]);
    expect(own).toMatchObject([{ topic, partition: 0, offset: 11, errorCode: 0 }]);
    expect((await fetchGroupOffsets(cluster(), group)).length).toBe(2);

    const consumer = kafkaJs().consumer({ groupId: group, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic });
    const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.run({ eachMessage: async () => {} });
    await joined;
    await expect(commitGroupOffsets(cluster(), group, [{ topic, partition: 0, offset: 1 }])).rejects.toMatchObject({
      code: 'brokerRefused',
      reason: expect.stringContaining('UNKNOWN_MEMBER_ID'),
    });
    await consumer.disconnect();
  });
});

describe('administration', () => {
  it('makes, grows, configures and deletes topics, and says what went wrong with which', async () => {
    const name = uniqueTopic('kafka-admin');
    const topic = { name, partitions: 2, replicationFactor: 1, configs: { 'compression.type': 'producer' } };
    const bad = { ...topic, name: `${name}-bad`, replicationFactor: 9 };
    const made = await createTopics(cluster(), [topic, bad]);
    expect(made.map(({ errorCode }) => errorCode)).toEqual([0, 38]);
    expect(made[1]?.errorMessage).toContain('replication');
    expect((await createTopics(cluster(), [topic]))[0]?.errorCode).toBe(36);
    expect((await createPartitions(cluster(), [{ name, count: 5 }]))[0]?.errorCode).toBe(0);
    expect((await createPartitions(cluster(), [{ name, count: 3 }]))[0]?.errorCode).toBe(37);
    const change = { kind: 'topic' as const, name, set: { 'retention.ms': '1234567', 'compression.type': null } };
    expect((await incrementalAlterConfigs(cluster(), [change]))[0]?.errorCode).toBe(0);
    // The broker hears of changes a moment after the controller has made them.
    const described = async () => {
      const resource = { kind: 'topic' as const, name };
      const [answer] = await describeConfigs(cluster(), [resource], ['retention.ms', 'compression.type']);
      return Object.fromEntries(answer?.configs ?? []);
    };
    const changed = { 'retention.ms': '1234567', 'compression.type': 'producer' };
    await expect.poll(described, { timeout: 20_000 }).toEqual(changed);
    const broker = String((await cluster().metadata([])).brokers[0]?.nodeId);
    const [settings] = await describeConfigs(cluster(), [{ kind: 'broker', name: broker }]);
    expect(settings?.configs.get('auto.create.topics.enable')).toBe('false');
    expect((await deleteTopics(cluster(), [name, `${name}-none`])).map((r) => r.errorCode)).toEqual([0, 3]);
  });

  it('does not make a topic by asking for it', async () => {
    const name = uniqueTopic('kafka-never');
    expect((await cluster().metadata([name])).topics.get(name)?.errorCode).toBe(3);
    expect(await cluster().leader(name, 0)).toBeNull();
    expect((await cluster().metadata(null)).topics.has(name)).toBe(false);
  });
});
