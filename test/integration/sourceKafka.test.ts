import { CompressionTypes } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { crcOfRecord } from '../../agent/source/kafka/recordCrc.ts';
import { intakeError, MemoryIntake } from '../agent/source/memoryIntake.ts';
import { until } from '../agent/source/until.ts';
import { captured, Field, storedOffset, texts } from './sourceSupport.ts';

const numbers = (from: number, to: number, prefix = ''): string[] =>
  Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`);

test('a record arrives as it was written, with its position in the same capture', async () => {
  const field = await Field.open();
  const topic = await field.topic('orders', 3);
  const producer = await field.producer();
  const headers = { trace: 'abc', binary: Buffer.from([0, 255]) };
  await producer.send({
    topic,
    messages: [
      { key: 'k', value: Buffer.from([1, 0, 255]), headers, timestamp: '1000', partition: 1 },
      { key: null, value: null, timestamp: '2000', partition: 1 },
    ],
  });
  const intake = new MemoryIntake();
  await field.source(intake, { topics: [topic] });
  await captured(intake, 2);
  expect(intake.captured).toEqual([
    {
      topic,
      partition: 1,
      key: Buffer.from('k'),
      value: Buffer.from([1, 0, 255]),
      headers: [
        [Buffer.from('trace'), Buffer.from('abc')],
        [Buffer.from('binary'), Buffer.from([0, 255])],
      ],
      timestamp: 1000,
      stamp: 'source',
      source: `kafka:${topic}/1/0`,
    },
    {
      topic,
      partition: 1,
      key: null,
      value: null,
      headers: [],
      timestamp: 2000,
      stamp: 'source',
      source: `kafka:${topic}/1/1`,
    },
  ]);
  const capture = intake.captures.find(({ records }) => records.length > 0);
  expect(capture?.sourcePartitions?.get(topic)).toBe(3);
  const { clusterId } = await field.admin.describeCluster();
  expect(capture?.positions?.find(({ key }) => key === `kafka:kafka:${topic}:1`)?.position).toMatchObject({
    kind: 'kafka',
    clusterId,
    topic,
    topicId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    partition: 1,
    leaderEpoch: 0,
    nextOffset: 2,
    lastRecordCrc: crcOfRecord(null, null),
    lastTimestamp: 2000,
  });
});

describe('which topics', () => {
  test('names, expressions without internal topics, and what is excluded', async () => {
    const field = await Field.open();
    const [named, first, second, excluded, other] = await Promise.all(
      ['named', 'sensor.a', 'sensor.b', 'sensor.x', 'other'].map((name) => field.topic(name)),
    );
    const internal = await field.topic(`__${field.prefix}.sensor.c`);
    for (const topic of [named, first, second, excluded, other, internal]) await field.send(topic!, [topic!]);
    const intake = new MemoryIntake();
    const topics = [named!, `/(__)?${field.prefix}\\.sensor\\..*/`];
    const { source } = await field.source(intake, { topics, exclude: [`/.*\\.x/`] });
    await captured(intake, 3);
    expect(texts(intake).sort()).toEqual([named, first, second].sort());
    expect(source.state()).toEqual({ name: 'kafka', state: 'running' });
  });

  test('new topics and new partitions are noticed, and read from their oldest record', async () => {
    const field = await Field.open();
    const first = await field.topic('t.first');
    await field.send(first, ['before']);
    const intake = new MemoryIntake();
    const { source } = await field.source(intake, { topics: [`/${field.prefix}\\.t\\..*/`], from: 'latest' });
    await until('the first is known', () => storedOffset(intake, first) === 1);
    const second = await field.topic('t.second');
    await field.send(second, ['new topic']);
    await captured(intake, 1);
    await field.admin.createPartitions({ topicPartitions: [{ topic: first, count: 2 }] });
    await until('the partition takes records', () =>
      field.send(first, ['new partition'], 1).then(
        () => true,
        () => false,
      ),
    );
    await captured(intake, 2);
    expect(texts(intake)).toEqual(['new topic', 'new partition']);
    expect(source.state().state).toBe('running');
  });

  test('a named topic that is not there yet is said, and read once it is', async () => {
    const field = await Field.open();
    const intake = new MemoryIntake();
    const { source } = await field.source(intake, { topics: [`${field.prefix}.later`] });
    await until('its absence is said', () => source.state().reason?.includes('later is not there yet') ?? false);
    expect(await field.admin.listTopics()).not.toContain(`${field.prefix}.later`);
    await field.send(await field.topic('later'), ['x']);
    await captured(intake, 1);
    await until('nothing more is said', () => source.state().reason === undefined);
  });

  test('latest begins behind what was there, at the first run only', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, ['old']);
    const intake = new MemoryIntake();
    const first = await field.source(intake, { topics: [topic], from: 'latest' });
    await until('the end is stored', () => storedOffset(intake, topic) === 1);
    await first.source.close();
    await field.send(topic, ['while away']);
    await field.source(intake, { topics: [topic], from: 'latest' });
    await captured(intake, 1);
    expect(texts(intake)).toEqual(['while away']);
  });
});

describe('transactions', () => {
  test('aborted records are passed over, others of the same time are not', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    const one = await field.producer({
      transactionalId: `${field.prefix}-1`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    const two = await field.producer({
      transactionalId: `${field.prefix}-2`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    const [a, b] = [await one.transaction(), await two.transaction()];
    const send = (to: { send(r: object): Promise<unknown> }, value: string) =>
      to.send({ topic, messages: [{ value }] });
    await send(a, 'a1 aborted');
    await send(b, 'b1 committed');
    await field.send(topic, ['plain']);
    await send(a, 'a2 aborted');
    await a.abort();
    const again = await one.transaction();
    await send(again, 'a3 committed');
    await send(b, 'b2 committed');
    await b.commit();
    await again.commit();
    const last = await two.transaction();
    await send(last, 'b3 aborted');
    await last.abort();

    const intake = new MemoryIntake();
    await field.source(intake, { topics: [topic] });
    await captured(intake, 4);
    expect(texts(intake)).toEqual(['b1 committed', 'plain', 'a3 committed', 'b2 committed']);
    // Behind the last marker, though no record goes with it.
    const end = Number((await field.admin.fetchTopicOffsets(topic))[0]?.high);
    await until('the position passes the last marker', () => storedOffset(intake, topic) === end);

    const everything = new MemoryIntake();
    await field.source(everything, { topics: [topic], isolation: 'read_uncommitted' });
    await captured(everything, 7);
  });

  test('an open transaction holds back what is behind it until it ends', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    const producer = await field.producer({ transactionalId: field.prefix, maxInFlightRequests: 1, idempotent: true });
    const transaction = await producer.transaction();
    await field.send(topic, ['before']);
    await transaction.send({ topic, messages: [{ value: 'inside' }] });
    await field.send(topic, ['behind']);
    const intake = new MemoryIntake();
    await field.source(intake, { topics: [topic] });
    await captured(intake, 1);
    await transaction.commit();
    await captured(intake, 3);
    expect(texts(intake)).toEqual(['before', 'inside', 'behind']);
  });
});

test('log-append time: the broker’s timestamp is the record’s', async () => {
  const field = await Field.open();
  const topic = await field.topic('t', 1, { 'message.timestamp.type': 'LogAppendTime' });
  const before = Date.now();
  await field.send(topic, ['x']);
  const intake = new MemoryIntake();
  await field.source(intake, { topics: [topic] });
  await captured(intake, 1);
  expect(intake.captured[0]?.timestamp).toBeGreaterThanOrEqual(before - 1_000);
  expect(intake.captured[0]?.timestamp).toBeLessThanOrEqual(Date.now() + 1_000);
});

describe('nothing lost, nothing twice', () => {
  test('over restarts, with captures that fail and a buffer that is full', async () => {
    const field = await Field.open();
    const topic = await field.topic('t', 3);
    const expected: string[][] = [[], [], []];
    const produce = async (round: number): Promise<void> => {
      for (const partition of [0, 1, 2]) {
        const some = numbers(round * 200, round * 200 + 200, `${partition}/`);
        expected[partition]!.push(...some);
        for (let i = 0; i < 200; i += 20) await field.send(topic, some.slice(i, i + 20), partition);
      }
    };
    const intake = new MemoryIntake();
    const options = { topics: [topic], captureRecords: 50, fetchPartitionBytes: 2_000 };
    await produce(0);
    const first = await field.source(intake, options);
    await until('it has begun', () => intake.captured.length >= 50);
    await first.source.close();
    expect(intake.captured.length).toBeLessThanOrEqual(600);

    intake.failNext(intakeError('bufferFull'), 3);
    const second = await field.source(intake, options);
    await produce(1);
    await captured(intake, 1_200);
    expect(second.telemetry.named('source_waiting')).toMatchObject([{ what: 'buffer' }]);
    expect(second.telemetry.named('source_recovered')).toMatchObject([{ what: 'buffer' }]);
    for (const partition of [0, 1, 2]) {
      const own = intake.captured.filter((record) => record.partition === partition);
      expect(own.map(({ value }) => value?.toString())).toEqual(expected[partition]);
      expect(own.map(({ source }) => source)).toEqual(numbers(0, 400, `kafka:${topic}/${partition}/`));
    }
  });

  test('a capture that did not become durable is read again by the next run', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, numbers(0, 10));
    const intake = new MemoryIntake();
    intake.failNext(intakeError('bufferFailed'));
    const first = await field.source(intake, { topics: [topic] });
    await until('it has stopped', () => first.source.state().state === 'failed');
    expect(intake.captured).toHaveLength(0);
    await first.source.close();
    await field.source(intake, { topics: [topic] });
    await captured(intake, 10);
    expect(texts(intake)).toEqual(numbers(0, 10));
  });

  test('a source that is full holds nothing but what it has fetched, and shows that it waits', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, numbers(0, 100));
    const intake = new MemoryIntake();
    intake.failNext(intakeError('bufferFull'), 6);
    const { source } = await field.source(intake, { topics: [topic] });
    await until('it waits', () => source.state().state === 'waiting');
    await captured(intake, 100);
    await until('it runs', () => source.state().state === 'running');
  });

  test('records larger than a fetch, all codecs that kafkajs has, batches that begin before the position', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    const producer = await field.producer();
    const large = 'x'.repeat(300_000);
    for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
      await producer.send({ topic, compression, messages: [{ value: 'a' }, { value: large }, { value: 'b' }] });
    }
    const intake = new MemoryIntake();
    const options = { topics: [topic], fetchBytes: 1_000, fetchPartitionBytes: 1_000 };
    const first = await field.source(intake, options);
    await captured(intake, 6);
    await first.source.close();
    expect(texts(intake).map((text) => text.length)).toEqual([1, 300_000, 1, 1, 300_000, 1]);
    // In the middle of a batch: what lies before the position is not captured again.
    const key = `kafka:kafka:${topic}:0`;
    const stored = intake.stored.get(key)!;
    intake.stored.set(key, { key, position: { ...stored.position, nextOffset: 2 } });
    intake.captured.length = 0;
    await field.source(intake, options);
    await captured(intake, 4);
    expect(texts(intake).map((text) => text.length)).toEqual([1, 1, 300_000, 1]);
  });
});
