/**
 * Random sequences of everything that happens to a buffer, against a model that knows only which records were
 * acknowledged, confirmed and given up. After each step: what can be read is the model's records, in order, in whole
 * chains, and captured = delivered + buffered + gaps. A transaction moves, or gives new tips to, two rows only, so that
 * everything else happens in the middle of forks and quarantines too.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Parcel } from '../../../agent/stages.ts';
import { EMPTY_TIP, sameTip } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import {
  copyBuffer,
  corrupt,
  folder,
  type Opened,
  onDisk,
  open,
  pointBehind,
  record,
  takeAll,
  valuesOf,
} from './support.ts';

const OPTIONS = { maxBytes: 16 * MIB, seal: { sealRecords: 8, sealRawBytes: 4_000, moveRows: 2 } };
const KEY = 'kafka:model:0';
type State = 'buffered' | 'delivered' | 'gap';

interface Model {
  /** Names of the records of each partition, in order, and what became of them. */
  readonly places: Map<number, Map<string, State>>;
  captures: number;
}
interface Real {
  opened: Opened;
  readonly folder: string;
  opens: number;
  /** Streams in which gaps were seen. */
  readonly withGaps: Set<number>;
  /** Files of before, closed at the end. */
  readonly left: Opened[];
}

const placeOf = (model: Model, partition: number): Map<string, State> => {
  const place = model.places.get(partition) ?? new Map<string, State>();
  model.places.set(partition, place);
  return place;
};
const inState = (place: Map<string, State>, state: State): string[] =>
  [...place].filter(([, is]) => is === state).map(([name]) => name);

/** What the records between the rows' ends are called, by the model. */
function mark(model: Model, names: readonly string[], partition: number, state: State): void {
  const place = placeOf(model, partition);
  for (const name of names) place.set(name, state);
}

function checkChains(parcels: readonly Parcel[]): void {
  const ends = new Map<number, Parcel>();
  const newest = new Map<number, Parcel>();
  let id = 0;
  for (const parcel of parcels) {
    expect(parcel.id).toBeGreaterThan(id);
    id = parcel.id;
    const { stream } = parcel;
    const before = ends.get(stream.id);
    if (before !== undefined) {
      expect([parcel.first, sameTip(parcel.previousTip, before.tip)]).toEqual([before.last + 1, true]);
    } else {
      const older = newest.get(stream.partition);
      if (parcel.first === 0) expect(sameTip(parcel.previousTip, EMPTY_TIP)).toBe(true);
      if (older !== undefined) expect(stream.previous).toEqual({ epoch: older.stream.epoch, ...pointBehind(older) });
    }
    const current = newest.get(stream.partition);
    // An older stream of a place never comes after a newer one.
    if (current !== undefined && current.stream.id !== stream.id) expect(before).toBeUndefined();
    ends.set(stream.id, parcel);
    newest.set(stream.partition, parcel);
  }
}

/** Reads everything and compares. Rows that turn out broken become gaps in the model too. */
function check(model: Model, { opened, withGaps }: Real): void {
  const { intake, path } = opened;
  const parcels = takeAll(intake);
  checkChains(parcels);
  for (const { kind, stream } of parcels) if (kind === 'gap') withGaps.add(stream.id);
  const stats = intake.stats();
  for (const [partition, place] of model.places) {
    const seen = parcels.filter(({ stream }) => stream.partition === partition).flatMap(valuesOf);
    // What is in the tail, moving, or waiting for new tips can't be read yet: a beginning of what there is.
    expect(seen).toEqual(inState(place, 'buffered').slice(0, seen.length));
    const found = stats.places.find((one) => one.partition === partition)!;
    const { captured, delivered, buffered, gaps } = found;
    const expected = [place.size, ...(['delivered', 'buffered', 'gap'] as const).map((s) => inState(place, s).length)];
    expect([captured, delivered, buffered, gaps]).toEqual(expected);
  }
  expect(intake.positions(KEY)[0]?.position.nextOffset ?? 0).toBe(model.captures);
  expect(onDisk(path)).toBeLessThanOrEqual(OPTIONS.maxBytes);
}

/** The sealed rows with their records, and which of them is the n-th. */
function choose(real: Real, n: number): { parcels: Parcel[]; chosen: Parcel | undefined } {
  const parcels = takeAll(real.opened.intake);
  return { parcels, chosen: parcels[n % Math.max(1, parcels.length)] };
}
/** The n-th row of its place's oldest stream: a hub knows no newer one before that is drained. */
function chooseOldest(real: Real, n: number): { parcels: Parcel[]; chosen: Parcel | undefined } {
  const { parcels, chosen } = choose(real, n);
  const oldest = parcels.find(({ stream }) => stream.partition === chosen?.stream.partition);
  const same = parcels.filter(({ stream }) => stream.id === oldest?.stream.id);
  return { parcels, chosen: same[n % Math.max(1, same.length)] };
}
const upTo = (parcels: readonly Parcel[], chosen: Parcel): Parcel[] =>
  parcels.filter(({ stream, last }) => stream.id === chosen.stream.id && last <= chosen.last);

let actions = 0;
type Command = fc.AsyncCommand<Model, Real>;
/** A command that checks everything afterwards. */
const command = (name: string, run: (model: Model, real: Real) => Promise<void>): Command => ({
  check: () => true,
  run: async (model, real) => {
    actions += 1;
    await run(model, real);
    check(model, real);
  },
  toString: () => name,
});

interface Part {
  readonly partition: number;
  readonly count: number;
  readonly agent: boolean;
  readonly bytes: number;
}
const capture = (parts: readonly Part[]): Command =>
  command(`capture ${JSON.stringify(parts)}`, async (model, { opened }) => {
    const captures = parts.map(({ partition, count, agent, bytes }) => {
      const place = placeOf(model, partition);
      model.captures += 1;
      const records = Array.from({ length: count }, () => {
        const name = `${partition}-${place.size}-`.padEnd(bytes, '.');
        place.set(name, 'buffered');
        return record(name, { partition, stamp: agent ? 'agent' : 'source' });
      });
      const position = { kind: 'kafka', topic: 'orders', partition, nextOffset: model.captures };
      return opened.intake.capture({ records, positions: [{ key: KEY, position }] });
    });
    await Promise.all(captures);
  });

const sealTail = (): Command =>
  command('sealTail', async (_, { opened }) => {
    await opened.intake.sealTail(0);
  });

const settle = (n: number, truth: boolean): Command =>
  command(`settle ${n} ${truth}`, async (model, real) => {
    const { parcels, chosen } = chooseOldest(real, n);
    if (chosen === undefined) return;
    const { next, tip } = pointBehind(chosen);
    const points = truth
      ? [
          { next: 1, tip: randomBytes(16) },
          { next, tip },
        ]
      : [
          { next, tip: randomBytes(16) },
          { next: next - 1, tip },
          { next: next + 1, tip },
        ];
    const names = upTo(parcels, chosen).flatMap(valuesOf);
    await real.opened.intake.settle([{ streamId: chosen.stream.id, points }]);
    if (truth) mark(model, names, chosen.stream.partition, 'delivered');
  });

const fork = (n: number, agreed: boolean, steps: number): Command =>
  command(`fork ${n} ${agreed} ${steps}`, async (model, real) => {
    const { parcels, chosen } = chooseOldest(real, n);
    if (chosen === undefined) return;
    const points = [{ next: chosen.last + 2, tip: randomBytes(16) }, ...(agreed ? [pointBehind(chosen)] : [])];
    const names = upTo(parcels, chosen).flatMap(valuesOf);
    await real.opened.intake.fork(chosen.stream.id, points, agreed ? 'fork' : 'tipUnknown');
    if (agreed) mark(model, names, chosen.stream.partition, 'delivered');
    await goOn(steps);
  });

/** Lets the background do so many steps. */
async function goOn(steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) await nextTurn();
}
const turns = (steps: number): Command => command(`turns ${steps}`, () => goOn(steps));

const quarantine = (n: number, rows: number): Command =>
  command(`quarantine ${n} ${rows}`, async (model, real) => {
    const { parcels, chosen } = choose(real, n);
    if (chosen === undefined) return;
    const same = parcels.filter(({ stream, first }) => stream.id === chosen.stream.id && first >= chosen.first);
    const concerned = same.slice(0, rows);
    await real.opened.intake.quarantine(chosen.stream.id, chosen.first, concerned.at(-1)!.first, 'model');
    mark(model, concerned.flatMap(valuesOf), chosen.stream.partition, 'gap');
  });

/**
 * The hub had taken all of the oldest stream up to the n-th row, but the receipt was lost; meanwhile rows went into
 * quarantine here. It tells its point again, which is one of the old chain. (Rows know one old tip only, so this is about
 * a stream's first quarantine.)
 */
const lateReceipt = (n: number, rows: number, steps: number): Command =>
  command(`lateReceipt ${n} ${rows} ${steps}`, async (model, real) => {
    const { parcels, chosen } = chooseOldest(real, n);
    if (chosen === undefined || real.withGaps.has(chosen.stream.id)) return;
    const taken = upTo(parcels, chosen);
    const aside = taken.slice(-1 - rows, -1);
    const { id } = chosen.stream;
    real.withGaps.add(id);
    const { intake } = real.opened;
    if (aside.length > 0) await intake.quarantine(id, aside[0]!.first, aside.at(-1)!.last, 'model');
    await goOn(steps);
    await intake.settle([{ streamId: id, points: [pointBehind(chosen)] }]);
    mark(model, taken.flatMap(valuesOf), chosen.stream.partition, 'delivered');
  });

async function reopen(real: Real, from: string): Promise<void> {
  real.opened = open(from, OPTIONS);
}
const restart = (): Command =>
  command('restart', async (_, real) => {
    await real.opened.intake.close();
    await reopen(real, real.opened.path);
  });
const nextFile = (real: Real): string => {
  real.opens += 1;
  return join(real.folder, `${real.opens}.db`);
};
/** The power fails, perhaps while something is being captured that was not acknowledged. */
const powerCut = (pending: boolean): Command =>
  command(`powerCut ${pending}`, async (_, real) => {
    const to = nextFile(real);
    const late = pending ? real.opened.intake.capture({ records: [record('late')] }) : Promise.resolve();
    copyBuffer(real.opened.path, to);
    await late;
    real.left.push(real.opened);
    await reopen(real, to);
  });
/** A byte flips while the power is off. */
const flip = (n: number, table: 'content' | 'tail'): Command =>
  command(`flip ${n} ${table}`, async (model, real) => {
    const to = nextFile(real);
    copyBuffer(real.opened.path, to);
    const hit = flipOne(to, n, table);
    real.left.push(real.opened);
    await reopen(real, to);
    const { intake } = real.opened;
    if (hit === null) return;
    takeAll(intake);
    // A row that a fork is moving is found broken when its turn comes.
    await expect
      .poll(() => gapsOf(real, hit.partition), { interval: 1 })
      .toBe(gapsIn(model, hit.partition) + hit.count);
    const place = placeOf(model, hit.partition);
    await intake.sealTail(0);
    await expect
      .poll(() => readable(real, hit.partition).length, { interval: 1 })
      .toBe(inState(place, 'buffered').length - hit.count);
    const seen = new Set(readable(real, hit.partition));
    mark(
      model,
      inState(place, 'buffered').filter((name) => !seen.has(name)),
      hit.partition,
      'gap',
    );
  });
const gapsIn = (model: Model, partition: number): number => inState(placeOf(model, partition), 'gap').length;
const gapsOf = ({ opened }: Real, partition: number): number => {
  takeAll(opened.intake);
  return opened.intake.stats().places.find((place) => place.partition === partition)!.gaps;
};
const readable = ({ opened }: Real, partition: number): string[] =>
  takeAll(opened.intake)
    .filter(({ stream }) => stream.partition === partition)
    .flatMap(valuesOf);

function flipOne(path: string, n: number, table: 'content' | 'tail'): { partition: number; count: number } | null {
  const db = new Database(path);
  const owner = table === 'content' ? 'parcel' : 'tail';
  const rows = db
    .prepare(
      `SELECT r.id, p.partition, r.last - r.first + 1 AS count FROM ${table} t JOIN ${owner} r ON r.id = t.id ` +
        'JOIN stream s ON s.id = r.stream JOIN place p ON p.id = s.place ORDER BY r.id',
    )
    .all() as { id: number; partition: number; count: number }[];
  db.close();
  const row = rows[n % Math.max(1, rows.length)];
  if (row === undefined) return null;
  corrupt(path, table, row.id);
  return row;
}

const number = fc.nat(1_000);
const part = fc.record({
  partition: fc.nat(2),
  count: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 1, max: 30 })),
  agent: fc.boolean(),
  bytes: fc.oneof({ weight: 4, arbitrary: fc.constant(12) }, fc.integer({ min: 100, max: 6_000 })),
});
const steps = fc.nat(6);
const commands = [
  fc.array(part, { minLength: 1, maxLength: 4 }).map(capture),
  fc.array(part, { minLength: 1, maxLength: 4 }).map(capture),
  fc.constant(null).map(sealTail),
  fc.tuple(number, fc.boolean()).map(([n, truth]) => settle(n, truth)),
  fc.tuple(number, fc.boolean(), steps).map(([n, agreed, some]) => fork(n, agreed, some)),
  fc.tuple(number, fc.integer({ min: 1, max: 3 })).map(([n, rows]) => quarantine(n, rows)),
  fc.tuple(number, fc.integer({ min: 0, max: 3 }), steps).map(([n, rows, some]) => lateReceipt(n, rows, some)),
  steps.map(turns),
  fc.constant(null).map(restart),
  fc.boolean().map(powerCut),
  fc.tuple(number, fc.constantFrom('content' as const, 'tail' as const)).map(([n, table]) => flip(n, table)),
];

async function runAll(all: Iterable<Command>): Promise<void> {
  const at = folder(MEMORY);
  const real: Real = { opened: open(join(at, '0.db'), OPTIONS), folder: at, opens: 0, withGaps: new Set(), left: [] };
  const model: Model = { places: new Map(), captures: 0 };
  await fc.asyncModelRun(() => ({ model, real }), all as Iterable<fc.AsyncCommand<Model, Real>>);
  // To the end: everything moved and sealed, everything readable.
  const { intake } = real.opened;
  await intake.sealTail(0);
  for (const [partition, place] of model.places) {
    await expect.poll(() => readable(real, partition), { interval: 1 }).toEqual(inState(place, 'buffered'));
  }
  check(model, real);
  await intake.close();
  for (const old of real.left) await old.intake.close();
}

/** What the disk does is not the question here. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const RUNS = Number(process.env.MODEL_RUNS ?? 25);
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) };

test('whatever happens in whatever order, nothing is lost, doubled or out of order', async () => {
  const sequences = fc.commands(commands, { maxCommands: 25, size: 'max' });
  await fc.assert(fc.asyncProperty(sequences, runAll), { numRuns: RUNS, endOnFailure: false, ...SEED });
  // For `npm run faults -- buffer`.
  if (process.env.MODEL_RUNS !== undefined) process.stdout.write(`\nactions ${actions}\n`);
}, 7_200_000);
