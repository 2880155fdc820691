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
