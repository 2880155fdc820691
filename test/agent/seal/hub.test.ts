/** The operator's word on a hub, carried out in the buffer: what a hub that has nothing, or less, would take. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BufferFile, HubPoints, HubWord } from '../../../agent/buffer/index.ts';
import { carryOutSteps } from '../../../agent/seal/hub.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import { Sealer } from '../../../agent/seal/sealer.ts';
import type { Parcel } from '../../../agent/stages.ts';
import { systemClock } from '../../../shared/clock.ts';
import { drawEpoch, EMPTY_TIP, epochPlaceKey, sameTip, tipAfterBatch, tipAfterGap } from '../../../shared/identity.ts';
import { copyBuffer, folder, type Opened, open, pointBehind, records, takeAll, valuesOf } from './support.ts';

const SEAL = { sealRecords: 10, sealRawBytes: 1_000 };

const word = (points: HubPoints, blank: boolean): HubWord => ({
  ...{ points, blank, epoch: drawEpoch(), detail: 'a test', notes: { 'hub.identity': 'new' } },
});

/** Rows that are waiting, in the order of sending. */
const rowsOf = (intake: SealingIntake): Parcel[] => intake.take({ after: -1_000, maxBytes: 1e9, maxParcels: 10_000 });

/** Delivers and deletes all that is in the buffer but the newest `keep` rows. */
async function deliver(intake: SealingIntake, keep = 0): Promise<void> {
  const rows = takeAll(intake);
  const settled = rows.slice(0, rows.length - keep);
  await intake.settle(settled.map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
}

/**
 * Three runs: `orders` delivered in the first one, in the second and in the third, where three batches are left; `sensors` all
 * delivered in the second; `alarms` is new.
 */
async function veteran(): Promise<Opened> {
  const path = join(folder(), 'buffer.db');
  const run = (): Opened => open(path, { seal: SEAL });
  const one = run();
  await one.intake.capture({ records: records('a', 20) });
  await deliver(one.intake);
  await one.intake.close();
  const two = run();
  await two.intake.capture({ records: [...records('b', 10), ...records('s', 10, { topic: 'sensors' })] });
  await deliver(two.intake);
  await two.intake.close();
  const three = run();
  await three.intake.capture({ records: records('c', 50) });
  await deliver(three.intake, 3);
  await three.intake.capture({ records: records('x', 7, { topic: 'alarms' }) });
  await three.intake.sealTail(-1);
  return three;
}

/** Takes the rows as a hub does that has `points`: every link and every tip has to be right. */
function hubTakes(rows: readonly Parcel[], points: HubPoints): Map<string, { next: number; tip: Buffer }> {
  const ends = new Map<string, { next: number; tip: Buffer }>(points);
  for (const row of rows) {
    const key = epochPlaceKey(row.stream);
    const { previous } = row.stream;
    const known = ends.get(key);
    if (known === undefined && previous !== null) {
      expect(ends.get(epochPlaceKey({ ...row.stream, epoch: previous.epoch }))).toEqual({
        next: previous.next,
        tip: previous.tip,
      });
    }
    const end = known ?? { next: 0, tip: EMPTY_TIP };
    expect(row.first).toBe(end.next);
    expect(sameTip(row.previousTip, end.tip)).toBe(true);
    const tip =
      row.kind === 'gap'
        ? tipAfterGap(row.previousTip, row.first, row.last, row.reason)
        : tipAfterBatch(row.previousTip, row.blob);
    expect(sameTip(row.tip, tip)).toBe(true);
    valuesOf(row);
    ends.set(key, { next: row.last + 1, tip: row.tip });
  }
  return ends;
}

const shape = (rows: readonly Parcel[]): string[] =>
  rows.map(({ kind, stream: { topic }, first, last }) => `${kind} ${topic} ${first}..${last}`);

const counts = (intake: SealingIntake): unknown[] =>
  intake
    .stats()
    .places.map(({ topic, captured, delivered, buffered, gaps }) => [...[topic, captured, delivered, buffered, gaps]]);

const AFTER_BLANK = [
  ['orders', 80, 0, 30, 50],
  ['sensors', 10, 0, 0, 10],
  ['alarms', 7, 0, 7, 0],
];

describe('a hub that has nothing', () => {
  it('gets a gap for all that was delivered, epochs that are gone included, and every row that is left', async () => {
    const { intake } = await veteran();
    expect(intake.stakes(new Map()).map(({ topic, lost, kept }) => [topic, lost, kept])).toEqual([
      ['orders', 50, 30],
      ['sensors', 10, 0],
      ['alarms', 0, 7],
    ]);
    const said = word(new Map(), true);
    intake.giveWord(said);
    await intake.carryOut(intake.word()!);
    const rows = rowsOf(intake);
    hubTakes(rows, new Map());
    expect(shape(rows).sort()).toEqual([
      'gap orders 0..19',
      'gap orders 0..29',
      'gap sensors 0..9',
      'sealed alarms 0..6',
      'sealed orders 20..29',
      'sealed orders 30..39',
      'sealed orders 40..49',
    ]);
    expect(counts(intake)).toEqual(AFTER_BLANK);
    // The hub knows no epoch: the first one may have none before it.
    expect(intake.lineage()[0]).toMatchObject({ epoch: said.epoch, predecessor: null });
    expect([intake.word(), intake.meta.get('hub.identity')]).toEqual([null, 'new']);

    await intake.capture({ records: [...records('d', 10), ...records('t', 10, { topic: 'sensors' })] });
    hubTakes(rowsOf(intake), new Map());
    await deliver(intake);
    expect(intake.stats().places.map(({ buffered }) => buffered)).toEqual([0, 0, 0]);
  });

  it('gets the same whenever the power goes', async () => {
    const { intake, file, path } = await veteran();
    await cutEverywhere(intake, file, path, 4);
    expect(counts(intake)).toEqual(AFTER_BLANK);
  });

  it('gets the same where one stream takes several steps', async () => {
    const path = join(folder(), 'buffer.db');
    const { intake, file } = open(path, { seal: { ...SEAL, sealRecords: 1 } });
    await intake.capture({ records: records('a', 5) });
    await deliver(intake);
    await intake.capture({ records: records('b', 600) });
    await cutEverywhere(intake, file, path, 600);
    expect(counts(intake)).toEqual([['orders', 605, 0, 600, 5]]);
  });
});

/** Cuts the power before each step and behind the last; the next run ends what was begun. */
async function cutEverywhere(intake: SealingIntake, file: BufferFile, path: string, sealed: number): Promise<void> {
  const said = word(new Map(), true);
  intake.giveWord(said);
  const settings = {
    ...SEAL,
    codec: 'zstd',
    level: 1,
    retain: null,
    quarantineBytes: 1,
    moveRows: 1,
    moveBytes: 1,
  } as const;
  const steps = carryOutSteps(new Sealer(file, settings, systemClock, 1), said);
  let cut = 0;
  for (let more = true; more; cut += 1) {
    const copy = join(folder(), 'buffer.db');
    copyBuffer(path, copy);
    const after = open(copy, { seal: SEAL });
    await after.intake.carryOut(after.intake.word()!);
    const rows = rowsOf(after.intake);
    hubTakes(rows, new Map());
    expect(rows.filter(({ kind }) => kind === 'sealed')).toHaveLength(sealed);
    expect(after.intake.stats().places.map(({ delivered }) => delivered)).toEqual(intake.stats().places.map(() => 0));
    more = steps.next().done !== true;
  }
  expect(cut).toBeGreaterThan(3);
}

describe('a hub that has less than it had confirmed', () => {
  it('gets a gap from there, chained to what it has', async () => {
    const { intake } = await veteran();
    const [standing] = intake.standing().filter(({ stream, next }) => stream.topic === 'orders' && next === 20);
    const has = { next: 13, tip: tipAfterBatch(EMPTY_TIP, Buffer.from('its own')) };
    const ends = intake.standing().map(({ stream, next, tip }) => [epochPlaceKey(stream), { next, tip }] as const);
    const points = new Map([...ends, [epochPlaceKey(standing!.stream), has] as const]);
    await intake.carryOut(word(points, false));
    const rows = rowsOf(intake);
    expect(shape(rows)).toEqual([
      'gap orders 13..19',
      'sealed orders 20..29',
      'sealed orders 30..39',
      'sealed orders 40..49',
      'sealed alarms 0..6',
    ]);
    hubTakes(rows, points);
    expect(counts(intake)[0]).toEqual(['orders', 80, 43, 30, 7]);
  });

  it('and has lost a whole run: the gap links to what it has of the run before', async () => {
    const { intake } = await veteran();
    const sensors = intake.standing().find(({ stream }) => stream.topic === 'sensors')!;
    const has = { next: 4, tip: tipAfterBatch(EMPTY_TIP, Buffer.from('its own')) };
    const ends = intake.standing().map(({ stream, next, tip }) => [epochPlaceKey(stream), { next, tip }] as const);
    const points = new Map([...ends, [epochPlaceKey(sensors.stream), has] as const]);
    await intake.carryOut(word(points, false));
    const rows = rowsOf(intake);
    expect(shape(rows)[0]).toBe('gap sensors 0..5');
    hubTakes(rows, points);
    expect(counts(intake)[1]).toEqual(['sensors', 10, 4, 0, 6]);
  });
});
