/** Deliveries that are kept: what they cost, when they are given up, and that a hub which has lost them gets them again. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HubPoints, HubWord } from '../../../agent/buffer/index.ts';
import { carryOutSteps } from '../../../agent/seal/hub.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import type { RetainSettings } from '../../../agent/seal/retain.ts';
import { Sealer } from '../../../agent/seal/sealer.ts';
import type { Parcel } from '../../../agent/stages.ts';
import { systemClock } from '../../../shared/clock.ts';
import { drawEpoch, EMPTY_TIP, epochPlaceKey, sameTip, tipAfterBatch, tipAfterGap } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import {
  copyBuffer,
  corrupt,
  folder,
  moved,
  type Opened,
  open,
  pointBehind,
  readTable,
  records,
  TestClock,
  takeAll,
  valuesOf,
} from './support.ts';

const SEAL = { sealRecords: 10, sealRawBytes: 10_000_000 };
const KEEP: RetainSettings = { maxAgeMs: 1e9, maxBytes: 1e9 };
type Points = Map<string, { next: number; tip: Buffer }>;

const run = (path: string, retain: RetainSettings | null = KEEP, more: Parameters<typeof open>[1] = {}): Opened =>
  open(path, { seal: { ...SEAL, retain }, ...more });
const newFile = (): string => join(folder(), 'buffer.db');
const word = (points: Points, blank = points.size === 0): HubWord => ({
  ...{ points: points as unknown as HubPoints, blank, epoch: drawEpoch(), detail: 'a test', notes: {} },
});
const rowsOf = (intake: SealingIntake): Parcel[] => intake.take({ after: -1_000, maxBytes: 1e9, maxParcels: 10_000 });

/** Takes rows as a hub does that has `points`: links, sequences and tips must be right. Returns its ends and what it has read. */
function hubTakes(rows: readonly Parcel[], points: Points): { ends: Points; values: string[] } {
  const ends: Points = new Map(points);
  const values: string[] = [];
  for (const row of rows) {
    const key = epochPlaceKey(row.stream);
    const { previous } = row.stream;
    const known = ends.get(key);
    if (known === undefined && previous !== null) {
      const before = ends.get(epochPlaceKey({ ...row.stream, epoch: previous.epoch }));
      expect(before?.next).toBe(previous.next);
      expect(sameTip(before!.tip, previous.tip)).toBe(true);
    }
    const end = known ?? { next: 0, tip: EMPTY_TIP };
    expect(row.first).toBe(end.next);
    expect(sameTip(row.previousTip, end.tip)).toBe(true);
    const { previousTip, first, last } = row;
    const tip =
      row.kind === 'gap' ? tipAfterGap(previousTip, first, last, row.reason) : tipAfterBatch(previousTip, row.blob);
    expect(sameTip(row.tip, tip)).toBe(true);
    values.push(...valuesOf(row));
    ends.set(key, { next: row.last + 1, tip: row.tip });
  }
  return { ends, values };
}

/** Delivers everything but the newest `keep` rows to a hub that has `points`. */
async function deliver(
  intake: SealingIntake,
  points: Points = new Map(),
  keep = 0,
): Promise<ReturnType<typeof hubTakes>> {
  const rows = takeAll(intake);
  const taken = rows.slice(0, rows.length - keep);
  const took = hubTakes(taken, points);
  await intake.settle(taken.map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
  return took;
}

const shape = (rows: readonly Parcel[]): string[] =>
  rows.map(({ kind, stream: { topic }, first, last }) => `${kind} ${topic} ${first}..${last}`);
const counts = (intake: SealingIntake): number[][] =>
  intake.stats().places.map(({ captured, delivered, buffered, gaps }) => [captured, delivered, buffered, gaps]);
const values = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Two runs, everything of `orders` delivered in both but the last two batches. */
async function twoRuns(retain: RetainSettings | null = KEEP): Promise<Opened & { snapshots: Points[] }> {
  const path = newFile();
  const one = run(path, retain);
  await one.intake.capture({ records: records('a', 30) });
  const { ends: first } = await deliver(one.intake, new Map(), 2);
  const { ends: drained } = await deliver(one.intake, first);
  await one.intake.close();
  const two = run(path, retain);
  await two.intake.capture({ records: records('b', 20) });
  // The rows of the second run begin a stream there.
  const { ends: second } = await deliver(two.intake, drained);
  await two.intake.capture({ records: records('c', 30) });
  const { ends: third } = await deliver(two.intake, second, 2);
  return { ...two, snapshots: [first, second, third] };
}

describe('what is retained', () => {
  it('is not buffered, not sent, and there after a restart; the blob is not copied', async () => {
    const path = newFile();
    const { intake } = run(path);
    await intake.capture({ records: records('a', 30) });
    await deliver(intake);
    expect(counts(intake)).toEqual([[30, 30, 0, 0]]);
    expect(intake.stats().retained).toMatchObject({ records: 30 });
    expect(rowsOf(intake)).toEqual([]);
    await intake.close();
    expect(readTable(path, 'SELECT count(*) AS n, count(DISTINCT id) AS ids FROM content')).toEqual([{ n: 3, ids: 3 }]);
    const again = run(path);
    expect(again.intake.stats().retained.records).toBe(30);
    expect([counts(again.intake), rowsOf(again.intake)]).toEqual([[[30, 30, 0, 0]], []]);
    // What is drained is not named, neither to the hub nor in marks.
    expect([again.intake.standing().length, again.intake.mark()!.streams]).toEqual([1, []]);
    await again.intake.capture({ records: records('b', 10) });
    expect(rowsOf(again.intake).map((row) => row.id)).toEqual([4]);
  });

  it('is nothing without the option, and goes away when the option is taken away', async () => {
    const path = newFile();
    const one = run(path);
    await one.intake.capture({ records: records('a', 3_000) });
    const { ends } = await deliver(one.intake);
    await one.intake.close();
    const two = run(path, null);
    await expect.poll(() => two.intake.stats().retained.records).toBe(0);
    await two.intake.capture({ records: records('b', 10) });
    await deliver(two.intake, ends);
    await two.intake.close();
    expect(readTable(path, 'SELECT (SELECT count(*) FROM content) AS n, (SELECT count(*) FROM stream) AS s')).toEqual([
      { n: 0, s: 1 },
    ]);
  });

  it('is given up beyond its bytes, the first delivered first, with the streams that it kept', async () => {
    const { intake, path } = await twoRuns();
    const { bytes } = intake.stats().retained;
    expect(intake.stats().retained.records).toBe(60);
    await intake.close();
    const less = run(path, { ...KEEP, maxBytes: bytes / 2 });
    await expect.poll(() => less.intake.stats().retained.records).toBe(30);
    expect(less.file.catalog.streams.size).toBe(1);
    expect(less.file.retained.oldest(10).map(({ first }) => first)).toEqual([0, 10, 20]);
  });

  it('is given up by age only where something else is delivered', async () => {
    const clock = new TestClock();
    const { intake } = run(newFile(), { ...KEEP, maxAgeMs: 1_000 }, { clock });
    await intake.capture({ records: records('a', 20) });
    const { ends } = await deliver(intake);
    clock.pass(5_000);
    await intake.capture({ records: records('b', 10) });
    expect(intake.stats().retained).toMatchObject({ records: 20, oldestAgeMs: 5_000 });
    await deliver(intake, ends);
    expect(intake.stats().retained).toMatchObject({ records: 10, oldestAgeMs: 0 });
  });

  it('makes room for what is captured, before anything blocks', async () => {
    const big = (name: string) =>
      records(name, 8).map((one) => ({ ...one, value: Buffer.from(`${name}${'x'.repeat(100_000)}`) }));
    const { intake, file } = open(newFile(), { maxBytes: 16 * MIB, seal: { ...SEAL, codec: 'none', retain: KEEP } });
    let ends: Points = new Map();
    for (let i = 0; i < 60; i++) {
      await intake.capture({ records: big(`n${i}-`) });
      await intake.sealTail(-1);
      ({ ends } = await deliver(intake, ends));
    }
    expect(intake.stats().retained.bytes).toBeGreaterThan(4 * MIB);
    expect(file.bytes()).toBeLessThanOrEqual(16 * MIB);
    // All of it gives way.
    let captured = 0;
    for (let full = false; !full; ) {
      await intake.capture({ records: big(`m${captured}-`) }).then(
        () => {
          captured += 1;
        },
        () => {
          full = true;
        },
      );
    }
    expect([captured > 10, intake.stats().retained.records]).toEqual([true, 0]);
    expect(file.bytes()).toBeLessThanOrEqual(16 * MIB);
  });
});

describe('a hub that has lost what it had confirmed', () => {
  it('was put back: it gets the rows from its end on, over runs, and no gap', async () => {
    const { intake, snapshots } = await twoRuns();
    const points = snapshots[0]!;
    expect(intake.stakes(points as unknown as HubPoints)).toMatchObject([{ lost: 0, kept: 20 + 20 + 30 }]);
    await intake.carryOut(word(points));
    const { values: got } = hubTakes(rowsOf(intake), points);
    expect(got).toEqual([...values('a', 30).slice(10), ...values('b', 20), ...values('c', 30)]);
    expect(counts(intake)).toEqual([[80, 10, 70, 0]]);
    await deliver(intake, points);
    expect([counts(intake), intake.stats().retained.records]).toEqual([[[80, 80, 0, 0]], 80]);
  });

  it('was put back to the run before last: it may have forgotten nothing that counts', async () => {
    const { intake, snapshots } = await twoRuns();
    // The first run's stream is closed there, and forgotten.
    const [key, end] = [...snapshots[2]!].at(-1)!;
    const points: Points = new Map([[key, end]]);
    expect(intake.stakes(points as unknown as HubPoints)).toMatchObject([{ lost: 0, kept: 20 }]);
    await intake.carryOut(word(points));
    expect(hubTakes(rowsOf(intake), points).values).toEqual(values('c', 30).slice(10));
    expect(counts(intake)).toEqual([[80, 60, 20, 0]]);
    // An epoch that the hub may have folded is not named to it once more.
    expect(intake.lineage()).toMatchObject([{ known: true, drained: true }, { known: false }]);
  });

  it('has nothing: all that is retained comes again, in its order', async () => {
    const { intake } = await twoRuns();
    await intake.carryOut(word(new Map()));
    expect(hubTakes(rowsOf(intake), new Map()).values).toEqual([
      ...values('a', 30),
      ...values('b', 20),
      ...values('c', 30),
    ]);
    expect(counts(intake)).toEqual([[80, 0, 80, 0]]);
  });

  it('has nothing, and only the end is retained: a gap in front, the rest behind it', async () => {
    const { intake, path } = await twoRuns();
    const { bytes } = intake.stats().retained;
    await intake.close();
    // Two of six rows are given up.
    const less = run(path, { ...KEEP, maxBytes: (bytes / 6) * 4.5 });
    await expect.poll(() => less.intake.stats().retained.records).toBe(40);
    expect(less.intake.stakes(new Map())).toMatchObject([{ lost: 20, kept: 60 }]);
    await less.intake.carryOut(word(new Map()));
    const rows = rowsOf(less.intake);
    expect(shape(rows)).toEqual([
      'gap orders 0..19',
      'sealed orders 20..29',
      'sealed orders 0..9',
      'sealed orders 10..19',
      'sealed orders 20..29',
      'sealed orders 30..39',
      'sealed orders 40..49',
    ]);
    hubTakes(rows, new Map());
    expect(counts(less.intake)).toEqual([[80, 0, 60, 20]]);
  });

  it('gets the same whenever the power goes', async () => {
    const { intake, file, path } = await twoRuns();
    const said = word(new Map());
    intake.giveWord(said);
    const settings = { ...SEAL, codec: 'zstd', level: 1, quarantineBytes: 1, moveRows: 1, moveBytes: 1 } as const;
    const steps = carryOutSteps(new Sealer(file, { ...settings, retain: KEEP }, systemClock, 1), said);
    let cuts = 0;
    for (let more = true; more; cuts += 1) {
      const copy = newFile();
      copyBuffer(path, copy);
      const after = run(copy);
      await after.intake.carryOut(after.intake.word()!);
      const took = hubTakes(rowsOf(after.intake), new Map());
      expect(took.values).toEqual([...values('a', 30), ...values('b', 20), ...values('c', 30)]);
      more = steps.next().done !== true;
    }
    expect(cuts).toBeGreaterThan(2);
  });

  it('never gets a damaged row as it is', async () => {
    const { intake, path } = await twoRuns();
    await intake.close();
    corrupt(path, 'content', 2);
    const again = run(path);
    await again.intake.carryOut(word(new Map()));
    takeAll(again.intake);
    await moved(again.intake);
    const rows = rowsOf(again.intake);
    hubTakes(rows, new Map());
    expect(shape(rows).slice(0, 3)).toEqual(['sealed orders 0..9', 'gap orders 10..19', 'sealed orders 20..29']);
    expect(counts(again.intake)).toEqual([[80, 0, 70, 10]]);
  });

  it('gets the same from a file that had to be salvaged', async () => {
    const { intake, path } = await twoRuns();
    await intake.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(100), 0, 100, 0);
    closeSync(file);
    const again = run(path);
    expect([again.file.opening.mended?.how, again.intake.stats().retained.records]).toEqual(['salvaged', 60]);
    await again.intake.carryOut(word(new Map()));
    const { values: got } = hubTakes(rowsOf(again.intake), new Map());
    expect(got).toEqual([...values('a', 30), ...values('b', 20), ...values('c', 30)]);
  });
});
