import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BufferStats } from '../../../agent/buffer/index.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import { open, openCounting, openNew, pointBehind, records, TestClock, takeAll, valuesOf } from './support.ts';

/** Batches of five records, one a capture. */
const FIVES = { seal: { sealRecords: 5 } };
async function fill(intake: SealingIntake, names: string, partition = 0): Promise<void> {
  for (const name of names) await intake.capture({ records: records(name, 5, { partition }) });
}
const counts = (stats: BufferStats, partition = 0) => {
  const { captured, delivered, buffered, gaps } = stats.places.find((place) => place.partition === partition)!;
  return [captured, delivered, buffered, gaps];
};
const elsewhere = () => randomBytes(16);

describe('settle', () => {
  test('a point with an equal tip deletes what is below it', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    const [a, b] = takeAll(intake);
    const settled = await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(b!)] }]);
    expect(settled).toEqual([{ streamId: a!.stream.id, settledNext: 10 }]);
    expect(takeAll(intake).map(({ first }) => first)).toEqual([10]);
    expect(counts(intake.stats())).toEqual([15, 10, 5, 0]);
  });

  test('the highest point that agrees counts, whatever stands around it', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    const [a, b, c] = takeAll(intake);
    const points = [
      { next: c!.last + 1, tip: elsewhere() },
      pointBehind(a!),
      pointBehind(b!),
      { next: 12, tip: c!.tip },
      { next: 4711, tip: c!.tip },
    ];
    expect(await intake.settle([{ streamId: a!.stream.id, points }])).toMatchObject([{ settledNext: 10 }]);
  });

  test('another tip, a point inside a batch, a lower point and an unknown stream delete nothing', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    const [a, b] = takeAll(intake);
    const streamId = a!.stream.id;
    await intake.settle([{ streamId, points: [pointBehind(a!)] }]);
    await intake.settle([
      { streamId, points: [{ next: 10, tip: elsewhere() }] },
      { streamId, points: [{ next: 10, tip: a!.tip }] },
      { streamId, points: [{ next: 8, tip: b!.tip }] },
      { streamId, points: [pointBehind(a!), { next: 0, tip: a!.previousTip }] },
      { streamId: 99, points: [pointBehind(b!)] },
    ]);
    expect(takeAll(intake).map(({ first }) => first)).toEqual([5, 10]);
    expect(counts(intake.stats())).toEqual([15, 5, 10, 0]);
  });

  test('dead letters count as delivered and apart', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'ab');
    const [a, b] = takeAll(intake);
    const receipt = { streamId: a!.stream.id, points: [pointBehind(b!)], deadLettered: [{ first: 3, last: 6 }] };
    await intake.settle([receipt]);
    await intake.settle([receipt]);
    expect(intake.stats().places[0]).toMatchObject({ delivered: 10, deadLettered: 4, buffered: 0 });
  });

  test('more than one transaction may delete is deleted in several, and resolves at the end', async () => {
    const { intake } = openNew({ seal: { sealRecords: 1 } });
    await intake.capture({ records: records('a', 2_100) });
    const all = takeAll(intake);
    const streamId = all[0]!.stream.id;
    expect(await intake.settle([{ streamId, points: [pointBehind(all.at(-1)!)] }])).toMatchObject([
      { settledNext: 2_100 },
    ]);
    expect(takeAll(intake)).toEqual([]);
    expect(counts(intake.stats())).toEqual([2_100, 2_100, 0, 0]);
  });
});

describe('take', () => {
  test('stops at bytes and at parcels, but gives one row at least', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abcd');
    expect(intake.take({ after: 0, maxBytes: 1, maxParcels: 10 })).toHaveLength(1);
    expect(intake.take({ after: 0, maxBytes: 1e6, maxParcels: 3 })).toHaveLength(3);
    const [first] = intake.take({ after: 0, maxBytes: 1, maxParcels: 1 });
    expect(intake.take({ after: first!.id, maxBytes: 1e6, maxParcels: 9 }).map((p) => p.first)).toEqual([5, 10, 15]);
  });

  test('passes over what is to be skipped', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'ab', 0);
    await fill(intake, 'cd', 1);
    const [a] = takeAll(intake);
    const skip = (id: number, first: number) => id === a!.stream.id && first >= 5;
    expect(
      intake
        .take({ after: 0, maxBytes: 1e6, maxParcels: 9, skip })
        .flatMap(valuesOf)
        .map((v) => v[0]),
    ).toEqual([...'aaaaaccccc', ...'ddddd']);
  });
});

describe('epochs', () => {
  test('each run has its own; a place links to where its stream ended, its older epoch first', async () => {
    const { intake, path } = openNew();
    expect(intake.lineage()).toEqual([]);
    await intake.capture({ records: records('a', 2) });
    await intake.capture({ records: records('x', 1, { partition: 1 }) });
    const [one] = intake.lineage();
    await intake.close();
    const { intake: second } = open(path);
    expect(second.lineage()).toEqual([{ ...one, sendable: true }]);
    await second.capture({ records: records('b', 2) });
    await second.sealTail(0);
    const two = second.lineage()[1];
    expect(two).toMatchObject({ predecessor: one!.epoch });
    const parcels = takeAll(second);
    expect(parcels.flatMap(valuesOf)).toEqual(['a0', 'a1', 'x0', 'b0', 'b1']);
    const [a, x, b] = parcels;
    expect(a!.stream).toMatchObject({ epoch: one!.epoch, previous: null });
    expect(x!.stream).toMatchObject({ epoch: one!.epoch, previous: null });
    expect(b!.stream).toMatchObject({ epoch: two!.epoch, previous: { epoch: one!.epoch, next: 2, tip: a!.tip } });
    expect([b!.first, b!.id > a!.id]).toEqual([0, true]);
  });

  test('a run without records has none, and its predecessors stay linked', async () => {
    const { intake, path } = openNew();
    await intake.capture({ records: records('a', 1) });
    const [one] = intake.lineage();
    await intake.close();
    await open(path).intake.close();
    const third = open(path).intake;
    await third.capture({ records: records('b', 1) });
    expect(third.lineage()).toMatchObject([{ epoch: one!.epoch, predecessor: null }, { predecessor: one!.epoch }]);
  });

  test('a drained epoch is left behind: its totals, and the point that the next stream links to, stay', async () => {
    const { intake, path, file } = openNew();
    await intake.capture({ records: records('a', 3) });
    await intake.sealTail(0);
    const [a] = takeAll(intake);
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(a!)] }]);
    const [one] = intake.lineage();
    expect(file.catalog.streams.size).toBe(1);
    await intake.close();
    const { intake: second, file: secondFile } = open(path);
    expect(secondFile.catalog.streams.size).toBe(0);
    // It stays known to be known, so that the hub can be told what comes after it.
    expect(second.lineage()).toEqual([{ ...one, known: true, drained: true, sendable: false }]);
    expect(counts(second.stats())).toEqual([3, 3, 0, 0]);
    await second.capture({ records: records('b', 1) });
    await second.sealTail(0);
    const [b] = takeAll(second);
    expect(b!.stream.previous).toEqual({ epoch: one!.epoch, next: 3, tip: a!.tip });
    expect(second.lineage().at(-1)).toMatchObject({ epoch: b!.stream.epoch, predecessor: one!.epoch });
    expect(secondFile.catalog.epochs).toHaveLength(2);
    await second.settle([{ streamId: b!.stream.id, points: [pointBehind(b!)] }]);
    expect(secondFile.catalog.epochs).toHaveLength(1);
  });

  test('a drained stream of an older epoch goes while the run lasts', async () => {
    const { intake, path } = openNew();
    await intake.capture({ records: records('a', 3) });
    await intake.close();
    const { intake: second, file } = open(path);
    await second.capture({ records: records('b', 1) });
    await second.sealTail(0);
    const [a, b] = takeAll(second);
    await second.settle([{ streamId: a!.stream.id, points: [pointBehind(a!)] }]);
    expect([...file.catalog.streams.keys()]).toEqual([b!.stream.id]);
    expect(takeAll(second)[0]!.stream.previous).toMatchObject({ next: 3, tip: a!.tip });
  });
});

describe('notes and stats', () => {
  test('notes survive', async () => {
    const { intake, path } = openNew();
    expect(intake.meta.get('hub')).toBeNull();
    intake.meta.set('hub', 'a');
    intake.meta.set('hub', 'b');
    await intake.close();
    expect(open(path).intake.meta.get('hub')).toBe('b');
  });

  test('ages follow the monotonic clock and the time that agents ran, never the wall clock', async () => {
    const clock = new TestClock();
    const { intake, path } = openNew({ clock, bootId: 'one' });
    await intake.capture({ records: records('a', 1) });
    clock.pass(500);
    expect(intake.stats().oldestAgeMs).toBe(500);
    clock.wallMs -= 1e9;
    await intake.sealTail(0);
    expect(intake.stats().oldestAgeMs).toBe(500);
    await intake.close();
    clock.wallMs += 3e9;
    clock.sinceMs = 7;
    const { intake: second } = open(path, { clock, bootId: 'two' });
    expect(second.stats().oldestAgeMs).toBe(500);
    clock.pass(40);
    expect(second.stats().oldestAgeMs).toBe(540);
  });

  test('the metrics say what the file says', async () => {
    const { intake, path } = openNew(FIVES);
    await fill(intake, 'abc');
    await intake.close();
    const { intake: second, registry } = openCounting(path);
    const [a] = takeAll(second);
    await second.settle([{ streamId: a!.stream.id, points: [pointBehind(a!)] }]);
    const text = await registry.metrics();
    expect(text).toContain('tributary_agent_records_captured_total 15');
    expect(text).toContain('tributary_agent_records_delivered_total 5');
    expect(text).toContain('tributary_agent_buffer_records 10');
  });
});
