/** The hub has more of a source than the buffer knows: what is passed over, what is captured again, and what is counted. */
import { describe, expect, test } from 'vitest';
import { crcOfRecord } from '../../agent/source/kafka/recordCrc.ts';
import type { StoredPosition } from '../../agent/stages.ts';
import { MemoryIntake } from '../agent/source/memoryIntake.ts';
import { until } from '../agent/source/until.ts';
import { captured, Field, storedOffset, texts } from './sourceSupport.ts';

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `${from + i}`);
/** Longer than any of these tests: nothing is read until the hub has answered. */
const PATIENT = { hubWaitMs: 600_000 };

const keyOf = (topic: string): string => `kafka:kafka:${topic}:0`;

/** Runs a source until it has captured `records`, and answers what its buffer holds then. */
async function runTo(
  field: Field,
  topic: string,
  records: number,
  from: StoredPosition[] = [],
): Promise<StoredPosition> {
  const intake = new MemoryIntake();
  for (const position of from) intake.stored.set(position.key, position);
  const { source } = await field.source(intake, { topics: [topic] });
  await captured(intake, records);
  await source.close();
  return intake.stored.get(keyOf(topic))!;
}

/** A topic with `count` records, in batches of 100 at most, the position of a copy of the buffer behind 4, and the hub's behind all of them. */
async function restored(count = 10) {
  const field = await Field.open();
  const topic = await field.topic('orders');
  await field.send(topic, numbers(0, 4));
  const copied = await runTo(field, topic, 4);
  const producer = await field.producer();
  for (let from = 4; from < count; from += 100) {
    const values = numbers(from, Math.min(count, from + 100));
    await producer.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
  }
  const hub = await runTo(field, topic, count - 4, [copied]);
  const intake = new MemoryIntake();
  intake.stored.set(copied.key, copied);
  return { field, topic, intake, copied, hub: hub.position };
}

const repeatsIn = (intake: MemoryIntake): number =>
  intake.captures.flatMap(({ maybeDuplicate = [] }) => maybeDuplicate).reduce((sum, { records }) => sum + records, 0);

test('a capture knows the position behind each of its records', async () => {
  const field = await Field.open();
  const topic = await field.topic('orders');
  await field.send(topic, numbers(0, 5));
  const intake = new MemoryIntake();
  await field.source(intake, { topics: [topic] });
  await captured(intake, 5);
  const capture = intake.captures.find(({ records }) => records.length > 0);
  const [stored] = (capture?.positions ?? []).filter(({ key }) => key === keyOf(topic));
  const { key, value, timestamp, ...record } = intake.captured[2]!;
  const position = { lastRecordCrc: crcOfRecord(key, value), lastTimestamp: timestamp, nextOffset: 3 };
  expect(stored?.behind?.(intake.captured[2]!)).toEqual({ ...stored?.position, ...position });
  expect(stored?.behind?.(intake.captured[4]!)).toEqual(stored?.position);
  expect(stored?.behind?.({ ...record, key, value, timestamp, source: 'http:factory-1/a/2' })).toBeNull();
});

describe('asked before anything is read', () => {
  test('the source shows the very record: it goes on behind it, and that is durable before the next record is', async () => {
    const { field, topic, intake, copied, hub } = await restored();
    const { source, telemetry } = await field.source(intake, { topics: [topic], ...PATIENT });
    await until('the topic is found', () => telemetry.named('kafka_source_found').length > 0);
    expect(source.state()).toMatchObject({ state: 'starting', reason: 'the hub is asked what it has' });
    expect(source.reached()).toEqual([copied.position]);
    source.told([hub]);
    expect(source.reached()).toBeNull();
    await until('the position is moved', () => storedOffset(intake, topic) === 10);
    expect(intake.captures).toEqual([{ records: [], positions: [{ key: keyOf(topic), position: hub }] }]);
    await field.send(topic, numbers(10, 12));
    await captured(intake, 2);
    expect(texts(intake)).toEqual(['10', '11']);
    expect(repeatsIn(intake)).toBe(0);
    const before = telemetry.named('kafka_source_delivered_before');
    expect(before).toEqual([{ source: 'kafka', topic, partition: 0, first: 4, last: 9 }]);
    expect(source.state()).toEqual({ name: 'kafka', state: 'running' });
  });

  test('the answer comes before the cluster is seen, for one topic of two', async () => {
    const { field, topic, intake, hub } = await restored();
    const other = await field.topic('other');
    await field.send(other, ['x']);
    const { source } = await field.source(intake, { topics: [topic, other], ...PATIENT });
    source.told([hub]);
    await captured(intake, 1);
    await until('the position is moved', () => storedOffset(intake, topic) === 10);
    expect(texts(intake)).toEqual(['x']);
  });

  test.each([
    [
      'another record',
      (crc: number) => ({ lastRecordCrc: crc + 1 }),
      'the record in front of offset 10 is another one now',
    ],
    ['another time', () => ({ lastTimestamp: 1 }), 'the record in front of offset 10 is another one now'],
    ['no record there yet', () => ({ nextOffset: 11 }), 'the topic ends at offset 10 now'],
    ['a run that began later', () => ({ coveredFrom: 5 }), 'the other run began to read at offset 5 only'],
  ])('%s: everything is captured again, and counted as far as the hub may have it', async (_, change, reason) => {
    const { field, topic, intake, hub } = await restored();
    const { source, telemetry } = await field.source(intake, { topics: [topic], ...PATIENT });
    source.told([{ ...hub, ...change(Number(hub.lastRecordCrc)) }]);
    await captured(intake, 6);
    await field.send(topic, numbers(10, 12));
    await captured(intake, 8);
    expect(texts(intake)).toEqual(numbers(4, 12));
    const until10 = reason.includes('ends') ? 7 : 6;
    expect(repeatsIn(intake)).toBe(until10);
    const again = telemetry.named('kafka_source_captured_again');
    expect(again).toEqual([{ source: 'kafka', topic, partition: 0, first: 4, last: 3 + until10, reason }]);
    expect(telemetry.named('kafka_source_delivered_before')).toEqual([]);
  });

  test('the record is deleted: what is left is read, nothing is passed over in silence', async () => {
    const { field, topic, intake, hub } = await restored();
    await field.deleteBelow(topic, 0, 10);
    await field.send(topic, ['10']);
    const { source, telemetry } = await field.source(intake, { topics: [topic], ...PATIENT });
    source.told([hub]);
    await captured(intake, 1);
    expect(texts(intake)).toEqual(['10']);
    expect(telemetry.named('kafka_source_captured_again')).toMatchObject([
      { reason: 'the topic begins at offset 10 now' },
    ]);
    expect(telemetry.named('kafka_source_overtaken')).toMatchObject([{ first: 4, last: 9 }]);
  });

  test('a topic made again: its records are others, whatever their offsets and bytes', async () => {
    const { field, topic, intake, hub } = await restored();
    await field.admin.deleteTopics({ topics: [topic] });
    await until('the topic is gone', async () => !(await field.admin.listTopics()).includes(topic));
    await field.topic('orders');
    await field.send(topic, numbers(0, 12));
    const { source } = await field.source(intake, { topics: [topic], ...PATIENT });
    source.told([hub]);
    await captured(intake, 12);
    expect(texts(intake)).toEqual(numbers(0, 12));
    expect(repeatsIn(intake)).toBe(0);
  });

  test('markers and aborted records lie in front of the position', async () => {
    const field = await Field.open();
    const topic = await field.topic('orders');
    const producer = await field.producer({
      transactionalId: `${field.prefix}-t`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    const transaction = async (values: string[], commit: boolean): Promise<void> => {
      const open = await producer.transaction();
      await open.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
      await (commit ? open.commit() : open.abort());
    };
    await transaction(['a', 'b'], true);
    const copied = await runTo(field, topic, 2);
    await transaction(['c', 'd'], true);
    for (let i = 0; i < 12; i += 1) await transaction(['no', 'no'], false);
    const intakeOfOriginal = new MemoryIntake();
    intakeOfOriginal.stored.set(copied.key, copied);
    const original = await field.source(intakeOfOriginal, { topics: [topic] });
    await captured(intakeOfOriginal, 2);
    await until('the markers are passed', () => storedOffset(intakeOfOriginal, topic) === 42);
    await original.source.close();
    const hub = intakeOfOriginal.stored.get(copied.key)!.position;

    const intake = new MemoryIntake();
    intake.stored.set(copied.key, copied);
    const { source, telemetry } = await field.source(intake, { topics: [topic], ...PATIENT });
    source.told([hub]);
    await until('the position is moved', () => storedOffset(intake, topic) === 42);
    await transaction(['e'], true);
    await captured(intake, 1);
    expect(texts(intake)).toEqual(['e']);
    expect(telemetry.named('kafka_source_delivered_before')).toHaveLength(1);
  });

  test('a position says where its run began to read: not at the beginning, where that was asked for', async () => {
    const { field, topic } = await restored();
    const intake = new MemoryIntake();
    const positionOf = () => intake.stored.get(keyOf(topic))?.position;
    for (const texts of [['10'], ['11']]) {
      const { source } = await field.source(intake, { topics: [topic], from: 'latest' });
      await until('it has begun', () => positionOf() !== undefined);
      await field.send(topic, texts);
      await until('it is captured', () => storedOffset(intake, topic) === Number(texts[0]) + 1);
      await source.close();
    }
    expect(positionOf()).toMatchObject({ nextOffset: 12, coveredFrom: 10 });
  });

  test('a blank buffer goes on where the hub is; a source of another name begins anew', async () => {
    const { field, topic, hub } = await restored();
    const blank = new MemoryIntake();
    const first = await field.source(blank, { topics: [topic], from: 'latest', ...PATIENT });
    expect(first.source.reached()).toEqual([]);
    first.source.told([{ ...hub, nextOffset: 10 }]);
    await until('the position is moved', () => storedOffset(blank, topic) === 10);
    await first.source.close();

    const renamed = new MemoryIntake();
    const before = await field.source(renamed, { topics: [topic] });
    await captured(renamed, 10);
    await before.source.close();
    const after = await field.source(renamed, { topics: [topic], name: 'other', ...PATIENT });
    after.source.told([hub]);
    await captured(renamed, 20);
  });
});

describe('captured before the hub could be asked', () => {
  test('what it may have is counted once it answers, and the rest is passed over', async () => {
    const { field, topic, intake, copied, hub } = await restored();
    // A record of the restored run stands in front of the hub's position, as far as this buffer can know.
    const { source, telemetry } = await field.source(intake, { topics: [topic], hubWaitMs: 1 });
    await captured(intake, 6);
    expect(source.reached()).toMatchObject([{ topic, nextOffset: copied.position.nextOffset }]);
    await field.send(topic, numbers(10, 14));
    await captured(intake, 10);
    source.told([hub]);
    await until('it is counted', () => repeatsIn(intake) > 0);
    expect(repeatsIn(intake)).toBe(6);
    expect(intake.positions('unasked:')).toEqual([]);
    await field.send(topic, ['14']);
    await captured(intake, 11);
    expect(texts(intake)).toEqual(numbers(4, 15));
    expect(telemetry.named('kafka_source_captured_again')).toMatchObject([{ first: 4, last: 9 }]);
  });

  test('that is remembered over restarts, until the hub was asked', async () => {
    const { field, topic, intake, copied, hub } = await restored();
    const first = await field.source(intake, { topics: [topic], hubWaitMs: 1 });
    await captured(intake, 6);
    await first.source.close();
    await field.send(topic, ['10']);
    const second = await field.source(intake, { topics: [topic], hubWaitMs: 1 });
    await captured(intake, 7);
    await second.source.close();
    const third = await field.source(intake, { topics: [topic], ...PATIENT });
    expect(third.source.reached()).toMatchObject([{ topic, nextOffset: copied.position.nextOffset }]);
    third.source.told([hub]);
    await until('it is counted', () => repeatsIn(intake) > 0);
    expect(repeatsIn(intake)).toBe(6);
    await third.source.close();
    const fourth = await field.source(intake, { topics: [topic], ...PATIENT });
    expect(fourth.source.reached()).toMatchObject([{ nextOffset: 11 }]);
  });

  test('a buffer that was never put back counts nothing', async () => {
    const { field, topic, intake } = await restored();
    const { source } = await field.source(intake, { topics: [topic], hubWaitMs: 1 });
    await captured(intake, 6);
    source.told([]);
    await until('it is forgotten', () => intake.positions('unasked:').length === 0);
    await field.send(topic, ['10']);
    await captured(intake, 7);
    expect(repeatsIn(intake)).toBe(0);
  });

  test('the hub is asked while the source still reads: it goes on behind what was delivered', async () => {
    const { field, topic, intake, hub } = await restored(2_004);
    const { source, telemetry } = await field.source(intake, { topics: [topic], hubWaitMs: 1, captureRecords: 100 });
    const release = intake.hold();
    await until('a capture is under way', () => intake.begun > 0);
    source.told([hub]);
    release();
    await until('the position is moved', () => storedOffset(intake, topic) === 2_004);
    await field.send(topic, ['last']);
    await until('the last one is captured', () => texts(intake).includes('last'));
    const [again] = telemetry.named('kafka_source_captured_again');
    const next = Number(again!.last) + 1;
    expect(next).toBeLessThan(2_004);
    expect(texts(intake)).toEqual([...numbers(4, next), 'last']);
    expect(repeatsIn(intake)).toBe(next - 4);
    expect(telemetry.named('kafka_source_delivered_before')).toMatchObject([{ first: next, last: 2_003 }]);
  });
});
