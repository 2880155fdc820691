import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BufferStats } from '../../../agent/buffer/index.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import type { Parcel } from '../../../agent/stages.ts';
import { tipAfterGap } from '../../../shared/identity.ts';
import {
  allValues,
  copyBuffer,
  corrupt,
  folder,
  isSealed,
  moved,
  open,
  openNew,
  pointBehind,
  readTable,
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
    await moved(intake);
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
    await moved(second);
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

describe('with many rows behind it', () => {
  /** Two rows get their new tips in one transaction. */
  const STEPS = { seal: { sealRecords: 5, moveRows: 2 } };
  const lettersOf = (parcels: readonly Parcel[]): string =>
    parcels.map((parcel) => (isSealed(parcel) ? valuesOf(parcel)[0]![0] : '-')).join('');
  const of = (partition: number) => (parcel: Parcel) => parcel.stream.partition === partition;
  /** Waits until nothing waits for a new tip any more; returns the rows, which must be one chain. */
  async function whole(intake: SealingIntake, letters: string): Promise<Parcel[]> {
    await expect.poll(() => lettersOf(takeAll(intake).filter(of(0))), { interval: 1 }).toBe(letters);
    const parcels = takeAll(intake).filter(of(0));
    for (const [i, { first, previousTip, stream }] of parcels.entries()) {
      const before = parcels[i - 1];
      if (before === undefined) continue;
      if (stream.id === before.stream.id) expect([first, previousTip]).toEqual([before.last + 1, before.tip]);
      else expect(stream.previous).toEqual({ epoch: before.stream.epoch, ...pointBehind(before) });
    }
    return parcels;
  }

  test('it has happened once it resolves; rows wait for their tips, everything else goes on', async () => {
    const { intake } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    await fill(intake, 'xyz', 1);
    const all = takeAll(intake);
    const [a, b] = all;
    const x = all.find(of(1))!;
    const freed: number[] = [];
    intake.onRows((after) => void (after === undefined || freed.push(after)));
    await intake.quarantine(a!.stream.id, b!.first, b!.last, 'no');
    const now = takeAll(intake);
    expect(lettersOf(now)).toBe('a-cdxyz');
    expect(now[2]!.previousTip).toEqual(now[1]!.tip);
    await intake.settle([{ streamId: x.stream.id, points: [pointBehind(x)] }]);
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(a!)] }]);
    await fill(intake, 'k');
    expect(lettersOf(takeAll(intake).filter(of(0)))).not.toContain('k');
    const done = await whole(intake, '-cdefghijk');
    expect(counts(intake.stats())).toEqual([55, 5, 45, 5]);
    expect(counts(intake.stats(), 1)).toEqual([15, 5, 10, 0]);
    // Who had passed over them is told where they are.
    expect(freed[0]).toBe(done[3]!.id - 1);
    expect(freed).toHaveLength(4);
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(done.at(-1)!)] }]);
    expect(counts(intake.stats())).toEqual([55, 50, 0, 5]);
  });

  test('what a hub confirms by an old tip in the middle is delivered, and the rest follows that tip', async () => {
    const { intake } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [a, b, , , , , g] = takeAll(intake);
    await intake.quarantine(a!.stream.id, b!.first, b!.last, 'checksum');
    await intake.settle([{ streamId: a!.stream.id, points: [pointBehind(g!)] }]);
    expect(counts(intake.stats())).toEqual([50, 35, 15, 0]);
    const [h] = await whole(intake, 'hij');
    expect(h!.previousTip).toEqual(g!.tip);
    await fill(intake, 'k');
    await whole(intake, 'hijk');
  });

  test('all of it, too: the stream behind goes on', async () => {
    const { intake, path } = openNew(STEPS);
    await fill(intake, 'abcdef');
    await intake.close();
    const { intake: second } = open(path, STEPS);
    await fill(second, 'g');
    const all = takeAll(second);
    const [a, f] = [all[0]!, all[5]!];
    await second.quarantine(a.stream.id, 0, 4, 'checksum');
    expect(lettersOf(takeAll(second))).toBe('-bc');
    await second.settle([{ streamId: a.stream.id, points: [pointBehind(f)] }]);
    const [g] = await whole(second, 'g');
    expect(g!.stream.previous).toEqual({ epoch: a.stream.epoch, ...pointBehind(f) });
    expect(second.lineage().map(({ epoch }) => epoch)).toEqual([g!.stream.epoch]);
  });

  test('another quarantine in the middle, in front of it and behind', async () => {
    const { intake } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [a, b, c, , , , , h] = takeAll(intake);
    const { id } = a!.stream;
    await intake.quarantine(id, c!.first, c!.last, 'no');
    await intake.quarantine(id, b!.first, b!.last, 'no');
    await intake.quarantine(id, h!.first, h!.last, 'no');
    expect(lettersOf(takeAll(intake))).toBe('a--def');
    await whole(intake, 'a--defg-ij');
    expect(counts(intake.stats())).toEqual([50, 0, 35, 15]);
  });

  test('an old tip that a quarantine before it had made is one, too', async () => {
    const { intake } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [a, b, c] = takeAll(intake);
    const { id } = a!.stream;
    await intake.quarantine(id, c!.first, c!.last, 'no');
    const g = (await whole(intake, 'ab-defghij'))[6]!;
    await intake.quarantine(id, b!.first, b!.last, 'no');
    await intake.settle([{ streamId: id, points: [pointBehind(g)] }]);
    expect((await whole(intake, 'hij'))[0]!.previousTip).toEqual(g.tip);
  });

  test('a row that turns out broken when it is read: none behind it is read with its old tip', async () => {
    const { intake, path } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [, b] = takeAll(intake);
    await intake.close();
    corrupt(path, 'content', b!.id);
    const { intake: second } = open(path, STEPS);
    expect(lettersOf(takeAll(second))).toBe('a-cd');
    await whole(second, 'a-cdefghij');
  });

  test('a fork in the middle moves all of it; nothing is left to be done for the old stream', async () => {
    const { intake, path } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [a, b] = takeAll(intake);
    await intake.quarantine(a!.stream.id, b!.first, b!.last, 'no');
    await intake.fork(a!.stream.id, [pointBehind(a!)], 'fork');
    const [first] = await whole(intake, '-cdefghij');
    expect(first!.stream.previous).toEqual({ epoch: a!.stream.epoch, ...pointBehind(a!) });
    await intake.close();
    expect(readTable(path, 'SELECT id FROM stream')).toEqual([{ id: first!.stream.id }]);
  });

  test('a power cut in the middle: the next run goes on, and what it captures follows', async () => {
    const { intake, path } = openNew(STEPS);
    await fill(intake, 'abcdefghij');
    const [a, b] = takeAll(intake);
    await intake.quarantine(a!.stream.id, b!.first, b!.last, 'no');
    const copy = join(folder(), 'copy.db');
    copyBuffer(path, copy);
    const { intake: second } = open(copy, STEPS);
    expect(lettersOf(takeAll(second))).toBe('a-cd');
    await fill(second, 'k');
    await whole(second, 'a-cdefghijk');
    expect(counts(second.stats())).toEqual([55, 0, 50, 5]);
  });
});
