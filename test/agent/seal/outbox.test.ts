import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BufferStats } from '../../../agent/buffer/index.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import { tipAfterGap } from '../../../shared/identity.ts';
import {
  allValues,
  copyBuffer,
  corrupt,
  folder,
  isSealed,
  open,
  openCounting,
  openNew,
  pointBehind,
  readTable,
  records,
  TestClock,
  takeAll,
  valuesOf,
} from './support.ts';

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
    expect(second.lineage()).toEqual([one]);
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
    expect(third.lineage()).toMatchObject([one, { predecessor: one!.epoch }]);
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
    expect(second.lineage()).toEqual([]);
    expect(counts(second.stats())).toEqual([3, 3, 0, 0]);
    await second.capture({ records: records('b', 1) });
    await second.sealTail(0);
    const [b] = takeAll(second);
    expect(b!.stream.previous).toEqual({ epoch: one!.epoch, next: 3, tip: a!.tip });
    expect(second.lineage()).toMatchObject([{ epoch: b!.stream.epoch, predecessor: one!.epoch }]);
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

describe('fork', () => {
  test('what lies behind the agreed point is sealed again under a new epoch that links there', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    await intake.capture({ records: records('d', 1) });
    const [a] = takeAll(intake);
    const before = intake.lineage();
    await intake.fork(a!.stream.id, [pointBehind(a!), { next: 11, tip: elsewhere() }], 'fork');
    const parcels = takeAll(intake);
    expect(parcels.flatMap(valuesOf)).toEqual([...['b', 'c'].flatMap((n) => [0, 1, 2, 3, 4].map((i) => n + i)), 'd0']);
    const { stream } = parcels[0]!;
    expect(stream.previous).toEqual({ epoch: a!.stream.epoch, next: 5, tip: a!.tip });
    expect(parcels.map(({ first }) => first)).toEqual([0, 5, 10]);
    expect(intake.lineage()).toEqual([{ epoch: stream.epoch, predecessor: before[0]!.epoch }]);
    await fill(intake, 'e');
    expect(takeAll(intake).at(-1)).toMatchObject({ first: 11, stream: { id: stream.id } });
    expect(counts(intake.stats())).toEqual([21, 5, 16, 0]);
    expect(intake.stats().places[0]!.maybeDuplicate).toBe(0);
  });

  test('without an agreed point it links to what is settled; unknown tips count as maybe duplicate', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    await intake.capture({ records: records('d', 1) });
    const [a] = takeAll(intake);
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(a!)] }]);
    await intake.fork(a!.stream.id, [{ next: 10, tip: elsewhere() }], 'tipUnknown');
    expect(takeAll(intake)[0]!.stream.previous).toEqual({ epoch: a!.stream.epoch, next: 5, tip: a!.tip });
    expect(intake.stats().places[0]!.maybeDuplicate).toBe(10);
  });

  test('other places go on in the new epoch, linked', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'a', 0);
    await intake.capture({ records: records('x', 2, { partition: 1 }) });
    const [a] = takeAll(intake);
    await intake.fork(a!.stream.id, [], 'fork');
    await fill(intake, 'y', 1);
    const parcels = takeAll(intake).filter(({ stream }) => stream.partition === 1);
    expect(parcels.flatMap(valuesOf)).toEqual(['x0', 'x1', 'y0', 'y1', 'y2', 'y3', 'y4']);
    const [x, y] = parcels;
    expect(y!.stream.previous).toEqual({ epoch: x!.stream.epoch, next: 2, tip: x!.tip });
    expect(x!.id).toBeLessThan(y!.id);
  });

  test('forks of several streams in one answer share an epoch', async () => {
    const { intake } = openNew(FIVES);
    for (const partition of [0, 1, 2]) await fill(intake, 'ab', partition);
    const [before] = intake.lineage();
    const ids = [...new Set(takeAll(intake).map(({ stream }) => stream.id))];
    for (const id of ids) {
      await intake.fork(id, [], 'fork');
      for (const partition of [0, 1, 2]) await fill(intake, 'c', partition);
    }
    const parcels = takeAll(intake);
    expect(new Set(parcels.map(({ stream }) => stream.epoch)).size).toBe(1);
    expect(intake.lineage()).toMatchObject([{ predecessor: before!.epoch }]);
    const values = parcels.filter(({ stream }) => stream.partition === 2).flatMap(valuesOf);
    expect(values.join()).toBe(['a', 'b', 'c', 'c', 'c'].flatMap((n) => [0, 1, 2, 3, 4].map((i) => n + i)).join());
  });

  test("a fork of an older epoch moves the place's newer streams too, in order", async () => {
    const { intake, path } = openNew(FIVES);
    await fill(intake, 'ab');
    await intake.close();
    const { intake: second } = open(path, FIVES);
    await fill(second, 'c');
    const [a, , c] = takeAll(second);
    await second.fork(a!.stream.id, [], 'fork');
    const parcels = takeAll(second);
    expect(
      parcels
        .flatMap(valuesOf)
        .map((v) => v[0])
        .join(''),
    ).toBe('aaaaabbbbbccccc');
    expect(new Set(parcels.map(({ stream }) => stream.epoch)).size).toBe(1);
    expect(parcels[0]!.stream.epoch).not.toBe(c!.stream.epoch);
    expect(parcels[0]!.stream.previous).toMatchObject({ epoch: a!.stream.epoch, next: 0 });
  });

  test('captures during a long move follow in order, and a crash in the middle is gone on with', async () => {
    const options = { seal: { sealRecords: 5, moveRows: 2 } };
    const { intake, path } = openNew(options);
    await fill(intake, 'abcdef');
    const [a] = takeAll(intake);
    const done = intake.fork(a!.stream.id, [pointBehind(a!)], 'fork');
    await fill(intake, 'g');
    const sent = takeAll(intake);
    expect(sent.length).toBeLessThan(6);
    const copy = join(folder(), 'copy.db');
    copyBuffer(path, copy);
    await done;
    expect(
      takeAll(intake)
        .flatMap(valuesOf)
        .map((v) => v[0])
        .join(''),
    ).toBe('bbbbbcccccdddddeeeeefffffggggg');

    const { intake: second } = open(copy, options);
    await second.capture({ records: records('h', 5) });
    await expect.poll(() => allValues(second).length).toBe(35);
    const parcels = takeAll(second);
    expect(
      parcels
        .flatMap(valuesOf)
        .map((v) => v[0])
        .join(''),
    ).toBe('bbbbbcccccdddddeeeeefffffggggghhhhh');
    const streams = [...new Set(parcels.map(({ stream }) => stream.id))].map(
      (id) => parcels.findLast(({ stream }) => stream.id === id)!,
    );
    expect(streams).toHaveLength(2);
    expect(streams[1]!.stream.previous).toEqual({ epoch: streams[0]!.stream.epoch, ...pointBehind(streams[0]!) });
    expect(counts(second.stats())).toEqual([40, 5, 35, 0]);
  });

  test('a fork of the stream that a fork made', async () => {
    const { intake } = openNew({ seal: { sealRecords: 5, moveRows: 1 } });
    await fill(intake, 'abcd');
    const [a] = takeAll(intake);
    const first = intake.fork(a!.stream.id, [], 'fork');
    await fill(intake, 'e');
    const [moved] = takeAll(intake);
    expect(moved!.stream.id).not.toBe(a!.stream.id);
    await Promise.all([first, intake.fork(moved!.stream.id, [], 'fork')]);
    const parcels = takeAll(intake);
    expect(
      parcels
        .flatMap(valuesOf)
        .map((v) => v[0])
        .join(''),
    ).toBe('aaaaabbbbbcccccdddddeeeee');
    expect(parcels[0]!.stream.previous).toMatchObject({ epoch: moved!.stream.epoch, next: 0 });
  });

  test('receipts of a stream that is being moved change nothing', async () => {
    const { intake } = openNew({ seal: { sealRecords: 5, moveRows: 1 } });
    await fill(intake, 'abcd');
    const [a, b] = takeAll(intake);
    const done = intake.fork(a!.stream.id, [], 'fork');
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(b!)] }]);
    await done;
    expect(allValues(intake)).toHaveLength(20);
    await intake.fork(a!.stream.id, [], 'fork');
    expect(counts(intake.stats())).toEqual([20, 0, 20, 0]);
  });
});

describe('quarantine', () => {
  test('a gap takes the place of the rows, and the chain goes on behind it', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abcd');
    const [a, b, , d] = takeAll(intake);
    await intake.quarantine(a!.stream.id, 7, 12, 'the target refuses it');
    const parcels = takeAll(intake);
    expect(parcels.map(({ kind, first, last }) => [kind, first, last])).toEqual([
      ['sealed', 0, 4],
      ['gap', 5, 14],
      ['sealed', 15, 19],
    ]);
    const [, gap, rest] = parcels;
    expect(gap).toMatchObject({ id: b!.id, reason: 'quarantined', previousTip: a!.tip });
    expect(gap!.tip).toEqual(tipAfterGap(a!.tip, 5, 14, 'quarantined'));
    expect(rest!.previousTip).toEqual(gap!.tip);
    expect(rest!.tip).not.toEqual(d!.tip);
    expect(counts(intake.stats())).toEqual([20, 0, 10, 10]);
    await fill(intake, 'e');
    expect(takeAll(intake).at(-1)!.previousTip).toEqual(rest!.tip);
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(rest!)] }]);
    expect(counts(intake.stats())).toEqual([25, 10, 5, 10]);
  });

  test('the stream behind links to the new end', async () => {
    const { intake, path } = openNew(FIVES);
    await fill(intake, 'ab');
    await intake.close();
    const { intake: second } = open(path, FIVES);
    await fill(second, 'c');
    const [a] = takeAll(second);
    await second.quarantine(a!.stream.id, 0, 4, 'no');
    const [, b, c] = takeAll(second);
    expect(c!.stream.previous).toEqual({ epoch: b!.stream.epoch, next: 10, tip: b!.tip });
  });

  test('a hub that had taken it after all is still believed by the tip of before', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abcd');
    const [a, , c] = takeAll(intake);
    await intake.quarantine(a!.stream.id, 5, 9, 'checksum');
    expect(counts(intake.stats())).toEqual([20, 0, 15, 5]);
    await intake.fork(a!.stream.id, [pointBehind(c!)], 'fork');
    expect(counts(intake.stats())).toEqual([20, 15, 5, 0]);
    const [d] = takeAll(intake);
    expect(valuesOf(d!)).toEqual(['d0', 'd1', 'd2', 'd3', 'd4']);
    expect(d!.stream.previous).toEqual({ epoch: a!.stream.epoch, ...pointBehind(c!) });
  });

  test('a row that is not what was written becomes a gap when it is read; everything else goes on', async () => {
    const { intake, path } = openNew(FIVES);
    await fill(intake, 'abc');
    const [, b] = takeAll(intake);
    await intake.close();
    corrupt(path, 'content', b!.id);
    const { intake: second } = open(path, FIVES);
    const parcels = takeAll(second);
    expect(parcels.map(({ kind, first }) => [kind, first])).toEqual([
      ['sealed', 0],
      ['gap', 5],
      ['sealed', 10],
    ]);
    expect(parcels[1]).toMatchObject({ reason: 'quarantined', detail: 'checksum' });
    expect(parcels[2]!.previousTip).toEqual(parcels[1]!.tip);
    expect(counts(second.stats())).toEqual([15, 0, 10, 5]);
    expect(allValues(second)).toHaveLength(10);
  });

  test('so does a row of the tail', async () => {
    const { intake, path } = openNew();
    for (const name of 'abc') await intake.capture({ records: records(name, 2) });
    const copy = join(folder(), 'copy.db');
    copyBuffer(path, copy);
    corrupt(copy, 'tail', 2);
    const { intake: second } = open(copy);
    const parcels = takeAll(second);
    expect(parcels.map(({ kind, first }) => [kind, first])).toEqual([
      ['sealed', 0],
      ['gap', 2],
      ['sealed', 4],
    ]);
    expect(counts(second.stats())).toEqual([6, 0, 4, 2]);
  });

  test('a broken row that a fork meets becomes a gap there', async () => {
    const { intake, path } = openNew(FIVES);
    await fill(intake, 'abc');
    const [a, b] = takeAll(intake);
    await intake.close();
    corrupt(path, 'content', b!.id);
    const { intake: second } = open(path, FIVES);
    await second.fork(a!.stream.id, [], 'fork');
    expect(takeAll(second).map(({ kind, first, last }) => [kind, first, last])).toEqual([
      ['sealed', 0, 4],
      ['gap', 5, 9],
      ['sealed', 10, 14],
    ]);
    expect(counts(second.stats())).toEqual([15, 0, 10, 5]);
  });

  test('its table stays below its cap, oldest first', async () => {
    const { intake, file } = openNew({ seal: { sealRecords: 5, quarantineBytes: 1_500 } });
    await fill(intake, 'abcdefgh');
    const all = takeAll(intake).filter(isSealed);
    for (const { stream, first, last } of all) await intake.quarantine(stream.id, first, last, 'no');
    await intake.close();
    const kept = readTable(file.path, 'SELECT first, bytes FROM quarantine ORDER BY id');
    expect(kept.at(-1)).toMatchObject({ first: 35 });
    expect(kept.length).toBeLessThan(8);
    expect(kept.reduce((sum, { bytes }) => sum + Number(bytes), 0)).toBeLessThanOrEqual(1_500);
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

  test('ages follow the monotonic clock within a boot and the wall clock over boots', async () => {
    const clock = new TestClock();
    const { intake, path } = openNew({ clock, bootId: 'one' });
    await intake.capture({ records: records('a', 1) });
    clock.pass(500);
    expect(intake.stats().oldestAgeMs).toBe(500);
    clock.wallMs -= 1e9;
    await intake.sealTail(0);
    expect(intake.stats().oldestAgeMs).toBe(500);
    await intake.close();
    clock.wallMs += 1e9;
    clock.sinceMs = 7;
    clock.wallMs += 500;
    expect(open(path, { clock, bootId: 'two' }).intake.stats().oldestAgeMs).toBe(1_000);
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
