import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BufferStats } from '../../../agent/buffer/index.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import {
  allValues,
  copyBuffer,
  folder,
  moved,
  open,
  openNew,
  pointBehind,
  records,
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

describe('fork', () => {
  test('what lies behind the agreed point is sealed again under a new epoch that links there', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'abc');
    await intake.capture({ records: records('d', 1) });
    const [a] = takeAll(intake);
    const before = intake.lineage();
    await intake.fork(a!.stream.id, [pointBehind(a!), { next: 11, tip: elsewhere() }], 'fork');
    await moved(intake);
    const parcels = takeAll(intake);
    expect(parcels.flatMap(valuesOf)).toEqual([...['b', 'c'].flatMap((n) => [0, 1, 2, 3, 4].map((i) => n + i)), 'd0']);
    const { stream } = parcels[0]!;
    expect(stream.previous).toEqual({ epoch: a!.stream.epoch, next: 5, tip: a!.tip });
    expect(parcels.map(({ first }) => first)).toEqual([0, 5, 10]);
    expect(intake.lineage().at(-1)).toMatchObject({ epoch: stream.epoch, predecessor: before[0]!.epoch });
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
    await moved(intake);
    expect(takeAll(intake)[0]!.stream.previous).toEqual({ epoch: a!.stream.epoch, next: 5, tip: a!.tip });
    expect(intake.stats().places[0]!.maybeDuplicate).toBe(10);
  });

  test('other places go on in the new epoch, linked', async () => {
    const { intake } = openNew(FIVES);
    await fill(intake, 'a', 0);
    await intake.capture({ records: records('x', 2, { partition: 1 }) });
    const [a] = takeAll(intake);
    await intake.fork(a!.stream.id, [], 'fork');
    await moved(intake);
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
      await moved(intake);
      for (const partition of [0, 1, 2]) await fill(intake, 'c', partition);
    }
    const parcels = takeAll(intake);
    expect(new Set(parcels.map(({ stream }) => stream.epoch)).size).toBe(1);
    expect(intake.lineage()).toMatchObject([{ drained: true }, { predecessor: before!.epoch }]);
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
    await moved(second);
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
    await intake.fork(a!.stream.id, [pointBehind(a!)], 'fork');
    await fill(intake, 'g');
    const sent = takeAll(intake);
    expect(sent.length).toBeLessThan(6);
    const copy = join(folder(), 'copy.db');
    copyBuffer(path, copy);
    await moved(intake);
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

  test('it has begun once it resolves; receipts and captures of every place go on while its rows move', async () => {
    const { intake } = openNew({ seal: { sealRecords: 5, moveRows: 1 } });
    await fill(intake, 'abcdefghijklmnopqrst');
    await fill(intake, 'xy', 1);
    const parcels = takeAll(intake);
    const [a, x] = [parcels[0]!, parcels.find(({ stream }) => stream.partition === 1)!];
    await intake.fork(a.stream.id, [pointBehind(a)], 'fork');
    expect(intake.mark()).toBeNull();
    const [settled] = await intake.settle([{ streamId: x.stream.id, points: [pointBehind(x)] }]);
    expect(settled).toEqual({ streamId: x.stream.id, settledNext: 5 });
    await fill(intake, 'z', 1);
    await fill(intake, 'u');
    const taken = takeAll(intake);
    expect(
      taken
        .filter(({ stream }) => stream.partition === 1)
        .flatMap(valuesOf)
        .join(''),
    ).toMatch(/^y.*z4$/);
    // Also what has moved of it can be confirmed already.
    const first = taken.find(({ stream }) => stream.partition === 0)!;
    await intake.settle([{ streamId: first.stream.id, points: [pointBehind(first)] }]);
    expect(counts(intake.stats())).toEqual([105, 10, 95, 0]);
    expect(intake.mark()).toBeNull();
    await moved(intake);
    const letters = takeAll(intake).filter(({ stream }) => stream.partition === 0);
    expect(letters.map((parcel) => valuesOf(parcel)[0]![0]).join('')).toBe('cdefghijklmnopqrstu');
  });

  test('a fork of the stream that a fork made', async () => {
    const { intake } = openNew({ seal: { sealRecords: 5, moveRows: 1 } });
    await fill(intake, 'abcd');
    const [a] = takeAll(intake);
    await intake.fork(a!.stream.id, [], 'fork');
    await fill(intake, 'e');
    const [again] = takeAll(intake);
    expect(again!.stream.id).not.toBe(a!.stream.id);
    expect(intake.mark()).toBeNull();
    await intake.fork(again!.stream.id, [], 'fork');
    await moved(intake);
    const parcels = takeAll(intake);
    expect(
      parcels
        .flatMap(valuesOf)
        .map((v) => v[0])
        .join(''),
    ).toBe('aaaaabbbbbcccccdddddeeeee');
    expect(parcels[0]!.stream.previous).toMatchObject({ epoch: again!.stream.epoch, next: 0 });
  });

  test('receipts of a stream that is being moved change nothing', async () => {
    const { intake } = openNew({ seal: { sealRecords: 5, moveRows: 1 } });
    await fill(intake, 'abcd');
    const [a, b] = takeAll(intake);
    await intake.fork(a!.stream.id, [], 'fork');
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(b!)] }]);
    await moved(intake);
    expect(allValues(intake)).toHaveLength(20);
    await intake.fork(a!.stream.id, [], 'fork');
    await moved(intake);
    expect(counts(intake.stats())).toEqual([20, 0, 20, 0]);
  });
});
