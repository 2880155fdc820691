/** A full buffer: what waits, what makes room, and what becomes a gap. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TopicConfig } from '../../../agent/config.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import type { Parcel } from '../../../agent/stages.ts';
import { TopicPolicies } from '../../../agent/topicPolicies.ts';
import { KIB, MIB } from '../../../shared/limits.ts';
import { codeOf, open, openNew, pointBehind, record, records, TestClock, takeAll, valuesOf } from './support.ts';

const topic = (match: string, more: Partial<TopicConfig> = {}): TopicConfig => ({
  ...{ match, whenFull: 'block', priority: 'normal' },
  ...more,
});
const big = (name: string, to = 'orders') =>
  record('', { topic: to, value: Buffer.concat([Buffer.from(`${name};`), randomBytes(100 * KIB)]) });

/** Files of the buffer on disk, all of them. */
const onDisk = (path: string): number =>
  ['', '-wal', '-shm', '.reserve'].reduce((sum, suffix) => {
    return sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);

const nameOf = (parcel: Parcel): string[] => valuesOf(parcel).map((value) => value.slice(0, value.indexOf(';')));

function sums(intake: SealingIntake) {
  let [captured, buffered, gaps] = [0, 0, 0];
  for (const place of intake.stats().places) {
    captured += place.captured;
    buffered += place.buffered;
    gaps += place.gaps;
  }
  return { captured, buffered, gaps };
}

const MAX = 8 * MIB;
const evicting = (...topics: TopicConfig[]) => openNew({ maxBytes: MAX, policies: new TopicPolicies(topics) });

describe('evictOldest', () => {
  test('never refuses, never exceeds the cap, and names what is gone; what is behind keeps its tips', async () => {
    const { intake, path } = evicting(topic('orders', { whenFull: 'evictOldest' }));
    const tips = new Map<number, string>();
    for (let i = 0; i < 300; i++) {
      await intake.capture({ records: [big(`r${i}`)] });
      expect(onDisk(path)).toBeLessThanOrEqual(MAX);
    }
    await intake.sealTail(0);
    expect(onDisk(path)).toBeLessThanOrEqual(MAX);
    const { captured, buffered, gaps } = sums(intake);
    expect(captured).toBe(300);
    expect(gaps).toBeGreaterThan(200);
    expect(buffered + gaps).toBe(300);
    const parcels = takeAll(intake);
    const [gap, ...rest] = parcels;
    expect(gap).toMatchObject({ kind: 'gap', reason: 'evicted', first: 0, last: gaps - 1 });
    expect(rest.flatMap(nameOf)).toEqual(Array.from({ length: buffered }, (_, i) => `r${gaps + i}`));
    parcels.forEach((parcel, i) => {
      if (i > 0) expect(parcel.previousTip).toEqual(parcels[i - 1]!.tip);
      tips.set(parcel.last, parcel.tip.toString('hex'));
    });
    await intake.close();
  });

  test('rows under way stay until the connection is gone', async () => {
    const { intake } = evicting(topic('orders', { whenFull: 'evictOldest' }));
    for (let i = 0; i < 20; i++) await intake.capture({ records: [big(`r${i}`)] });
    await intake.sealTail(0);
    const sent = takeAll(intake).slice(0, 3);
    const last = sent.at(-1)!;
    intake.nothingUnderWay();
    const again = intake.take({ after: 0, maxBytes: 1, maxParcels: 1 });
    expect(again[0]).toMatchObject({ first: 0 });
    for (let i = 20; i < 200; i++) await intake.capture({ records: [big(`r${i}`)] });
    // Offered rows of this connection were all kept, the others went.
    const kept = takeAll(intake);
    expect(kept[0]).toMatchObject({ kind: 'sealed', first: 0 });
    expect(kept.some(({ kind }) => kind === 'gap')).toBe(true);
    await intake.settle([{ streamId: last.stream.id, points: [pointBehind(last)] }]);
    expect(intake.stats().places[0]).toMatchObject({ delivered: last.last + 1 });
  });

  test('what was delivered without a receipt, and given up since, counts as the hub has it', async () => {
    const { intake } = evicting(topic('orders', { whenFull: 'evictOldest' }));
    for (let i = 0; i < 20; i++) await intake.capture({ records: [big(`r${i}`)] });
    await intake.sealTail(0);
    const [sent] = takeAll(intake);
    intake.letIn(intake.lineage().map(({ epoch }) => epoch));
    intake.nothingUnderWay();
    for (let i = 20; i < 120; i++) await intake.capture({ records: [big(`r${i}`)] });
    const [gap, next] = takeAll(intake);
    // It keeps its ends, as it may have been sent.
    expect(gap).toMatchObject({ kind: 'gap', first: sent!.first, last: sent!.last, tip: sent!.tip });
    const { gaps } = sums(intake);
    const of = { first: gap!.first, last: next!.last };
    const known = [{ first: next!.first, last: next!.last }];
    await intake.settle([{ streamId: gap!.stream.id, points: [pointBehind(next!)], gaps: { of, known } }]);
    const count = sent!.last - sent!.first + 1;
    expect(intake.stats().places[0]).toMatchObject({ delivered: count, gaps: gaps - count });
  });

  test('a topic that blocks waits, and leaves a share to the others', async () => {
    const { intake } = evicting(topic('logs', { whenFull: 'evictOldest' }));
    let code = 'nothing';
    while (code === 'nothing') code = await codeOf(intake.capture({ records: [big('o')] }));
    expect(code).toBe('bufferFull');
    expect(intake.stats().room).toMatchObject({ kind: 'full', reason: 'the buffer is full' });
    for (let i = 0; i < 60; i++) await intake.capture({ records: [big(`l${i}`, 'logs')] });
    const of = (name: string) => intake.stats().places.find((place) => place.topic === name)!;
    expect(of('orders').gaps).toBe(0);
    expect(of('logs').gaps).toBeGreaterThan(20);
    expect(of('logs').buffered).toBeGreaterThan(0);
  });
});

test('many places with little each, and receipts of all of them, stay within the cap', async () => {
  const maxBytes = 16 * MIB;
  const { intake, path } = openNew({ maxBytes });
  let most = 0;
  for (let i = 0, code = 'nothing'; code === 'nothing' && i < 200; i++) {
    const group = Array.from({ length: 200 }, (_, n) => record(`r${i}`, { partition: (i * 200 + n) % 1_000 }));
    code = await codeOf(intake.capture({ records: group }));
    most = Math.max(most, onDisk(path));
  }
  await intake.sealTail(0);
  most = Math.max(most, onDisk(path));
  for (const parcel of takeAll(intake)) {
    await intake.settle([{ streamId: parcel.stream.id, points: [pointBehind(parcel)] }]);
    most = Math.max(most, onDisk(path));
  }
  expect(most).toBeLessThanOrEqual(maxBytes);
  expect(sums(intake).buffered).toBe(0);
});

test('evictLowest: the lowest go first, and the lowest of all give themselves up', async () => {
  const { intake, path } = evicting(
    topic('alarms', { whenFull: 'evictLowest', priority: 'high' }),
    topic('orders', { whenFull: 'evictLowest' }),
    topic('logs', { whenFull: 'evictLowest', priority: 'low' }),
  );
  const of = (name: string) => intake.stats().places.find((place) => place.topic === name);
  for (let i = 0; i < 20; i++) await intake.capture({ records: [big(`l${i}`, 'logs')] });
  for (let i = 0; i < 30; i++) await intake.capture({ records: [big(`o${i}`)] });
  for (let i = 0; i < 20; i++) await intake.capture({ records: [big(`a${i}`, 'alarms')] });
  expect(of('logs')!.gaps).toBeGreaterThan(0);
  expect(of('orders')!.gaps).toBe(0);
  for (let i = 20; i < 100; i++) await intake.capture({ records: [big(`a${i}`, 'alarms')] });
  expect(of('logs')!.buffered).toBe(0);
  expect(of('orders')!.buffered).toBe(0);
  expect(of('alarms')!.gaps).toBeGreaterThan(0);
  const before = of('alarms')!.gaps;
  for (let i = 20; i < 40; i++) await intake.capture({ records: [big(`l${i}`, 'logs')] });
  expect(of('logs')!.captured).toBe(40);
  // A few found room that was left.
  expect(of('logs')!.gaps).toBeGreaterThan(30);
  expect(of('alarms')!.gaps).toBe(before);
  expect(onDisk(path)).toBeLessThanOrEqual(MAX);
});

describe('maxAge', () => {
  const policies = () => new TopicPolicies([topic('orders', { maxAge: 3_600_000 })]);

  test('what is older goes, what is younger stays; a wall clock that jumps makes nothing old', async () => {
    const clock = new TestClock();
    const { intake } = openNew({ clock, policies: policies() });
    await intake.capture({ records: records('a', 3) });
    await intake.sealTail(0);
    clock.wallMs += 10 * 365 * 86_400_000;
    clock.pass(1_800_000);
    await intake.capture({ records: records('b', 2) });
    expect(sums(intake)).toEqual({ captured: 5, buffered: 5, gaps: 0 });
    clock.pass(2_400_000);
    await intake.capture({ records: records('c', 1) });
    await expect.poll(() => sums(intake)).toEqual({ captured: 6, buffered: 3, gaps: 3 });
    await intake.sealTail(0);
    expect(takeAll(intake).map(({ kind, first, last }) => [kind, first, last])).toEqual([
      ['gap', 0, 2],
      ['sealed', 3, 5],
    ]);
  });

  test('over boots the time that agents have seen counts, not the wall clock', async () => {
    const clock = new TestClock();
    const { intake, path } = openNew({ clock, policies: policies(), bootId: 'one' });
    await intake.capture({ records: records('a', 3) });
    await intake.sealTail(0);
    clock.pass(1_200_000);
    await intake.capture({ records: records('b', 1) });
    await intake.close();
    const later = new TestClock();
    later.wallMs = 0;
    const second = open(path, { clock: later, policies: policies(), bootId: 'two' }).intake;
    later.pass(2_400_000);
    await second.capture({ records: records('c', 1) });
    expect(sums(second)).toEqual({ captured: 5, buffered: 5, gaps: 0 });
    later.pass(500_000);
    await second.capture({ records: records('d', 1) });
    await expect.poll(() => sums(second).gaps).toBe(3);
  });
});
