import { describe, expect, test } from 'vitest';
import { intakeError, MemoryIntake } from '../agent/source/memoryIntake.ts';
import { until } from '../agent/source/until.ts';
import { Gate } from './sourceGate.ts';
import { captured, Field, storedOffset, texts } from './sourceSupport.ts';

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => String(from + i));

describe('what the source finds when it comes back', () => {
  test('retention has overtaken it: it goes on at the log’s start and says exactly what is missing', async () => {
    const field = await Field.open();
    const topic = await field.topic('t', 2);
    await field.send(topic, numbers(0, 10));
    await field.send(topic, ['other'], 1);
    const intake = new MemoryIntake();
    const first = await field.source(intake, { topics: [topic] });
    await captured(intake, 11);
    await first.source.close();
    await field.send(topic, numbers(10, 30));
    await field.deleteBelow(topic, 0, 25);
    const second = await field.source(intake, { topics: [topic] });
    await captured(intake, 16);
    expect(texts(intake).filter((text) => text !== 'other')).toEqual([...numbers(0, 10), ...numbers(25, 30)]);
    expect(second.telemetry.named('kafka_source_overtaken')).toEqual([
      { source: 'kafka', topic, partition: 0, first: 10, last: 24 },
    ]);
    expect(second.source.state()).toEqual({ name: 'kafka', state: 'running' });
  });

  test('the topic was deleted and made again: it begins anew', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, numbers(0, 5));
    const intake = new MemoryIntake();
    const first = await field.source(intake, { topics: [topic] });
    await captured(intake, 5);
    await first.source.close();
    await field.admin.deleteTopics({ topics: [topic] });
    await until('it is gone', async () => !(await field.admin.listTopics()).includes(topic));
    await field.topic('t');
    // More than before: by offsets alone the new records below 5 would be taken for old ones.
    await field.send(topic, numbers(100, 110));
    const second = await field.source(intake, { topics: [topic] });
    await captured(intake, 15);
    expect(texts(intake).slice(5)).toEqual(numbers(100, 110));
    expect(second.telemetry.named('kafka_source_topic_made_again')).toHaveLength(1);
    await until('the new position is stored', () => storedOffset(intake, topic) === 10);
  });

  test('the log is shorter than the position: it goes on at the end and says so', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, numbers(0, 5));
    const intake = new MemoryIntake();
    const first = await field.source(intake, { topics: [topic] });
    await captured(intake, 5);
    await first.source.close();
    const key = `kafka:kafka:${topic}:0`;
    const stored = intake.stored.get(key)!;
    intake.stored.set(key, { key, position: { ...stored.position, nextOffset: 50 } });
    const second = await field.source(intake, { topics: [topic] });
    await until('it was noticed', () => second.telemetry.named('kafka_source_truncated').length === 1);
    expect(second.telemetry.named('kafka_source_truncated')).toEqual([
      { source: 'kafka', topic, partition: 0, first: 5, last: 49 },
    ]);
    await field.send(topic, ['new']);
    await captured(intake, 6);
  });
});

describe('while it runs', () => {
  test('a topic deleted and made again is read from its oldest record', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    const steady = await field.topic('steady');
    await field.send(topic, numbers(0, 3));
    const intake = new MemoryIntake();
    const { telemetry, source } = await field.source(intake, { topics: [topic, steady] });
    await captured(intake, 3);
    await field.admin.deleteTopics({ topics: [topic] });
    await until('it is gone', () => telemetry.named('kafka_source_topic_gone').length === 1);
    await field.topic('t');
    await field.send(topic, numbers(10, 15));
    await field.send(steady, ['steady']);
    await captured(intake, 9);
    expect(texts(intake, topic)).toEqual([...numbers(0, 3), ...numbers(10, 15)]);
    expect(telemetry.named('kafka_source_topic_made_again')).toHaveLength(1);
    await until('nothing is wrong', () => source.state().state === 'running' && source.state().reason === undefined);
  });

  test('a broker that is away is waited for; one line says when it is back', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, ['a']);
    const gate = await Gate.open(field.brokers[0]!);
    const intake = new MemoryIntake();
    gate.shut();
    const { source, telemetry } = await field.source(intake, {
      topics: [topic],
      kafka: { brokers: [gate.address] },
    });
    await until('it waits', () => source.state().state === 'waiting');
    expect(intake.begun).toBe(0);
    gate.letThrough();
    await captured(intake, 1);
    await until('it runs', () => source.state().state === 'running');
    expect(telemetry.named('source_waiting')).toHaveLength(1);
    expect(telemetry.named('source_recovered')).toMatchObject([{ what: 'cluster', durationMs: expect.any(Number) }]);
  });
});

describe('the group’s offsets', () => {
  test('follow what is durable, for other tools to see, and nothing else', async () => {
    const field = await Field.open();
    const topic = await field.topic('t', 2);
    await field.send(topic, numbers(0, 7));
    await field.send(topic, numbers(0, 3), 1);
    const intake = new MemoryIntake();
    const group = `${field.prefix}-group`;
    const { source } = await field.source(intake, { topics: [topic], group, groupCommitMs: 100 });
    const offsets = async (): Promise<string> => {
      const [found] = await field.admin.fetchOffsets({ groupId: group, topics: [topic] });
      return (found?.partitions ?? [])
        .map(({ partition, offset }) => `${partition}:${offset}`)
        .sort()
        .join(' ');
    };
    await until('the offsets are moved', async () => (await offsets()) === '0:7 1:3');
    // Read, but never durable: closing moves the offsets once more, and only to what is.
    intake.failNext(intakeError('bufferFull'), 10_000);
    await field.send(topic, ['last']);
    await until('it waits for room', () => source.state().state === 'waiting');
    await source.close();
    expect(await offsets()).toBe('0:7 1:3');

    const again = new MemoryIntake();
    for (const [key, position] of intake.stored) again.stored.set(key, position);
    const second = await field.source(again, { topics: [topic], group, groupCommitMs: 60_000 });
    await captured(again, 1);
    await second.source.close();
    expect(await offsets()).toBe('0:8 1:3');
    await field.admin.deleteGroups([group]);
  });

  test('a group that has members of its own is a warning, never a stop', async () => {
    const field = await Field.open();
    const topic = await field.topic('t');
    await field.send(topic, ['a']);
    const group = `${field.prefix}-busy`;
    const consumer = field.kafka.consumer({ groupId: group, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise<void>((resolve) => {
      consumer.on(consumer.events.GROUP_JOIN, () => resolve());
    });
    await consumer.run({ eachMessage: async () => {} });
    await joined;
    const intake = new MemoryIntake();
    const { telemetry, source } = await field.source(intake, { topics: [topic], group, groupCommitMs: 50 });
    await captured(intake, 1);
    await until('the warning', () => telemetry.named('kafka_source_group_not_moved').length === 1);
    await field.send(topic, ['b']);
    await captured(intake, 2);
    expect(source.state().state).toBe('running');
    await consumer.disconnect();
  });
});
