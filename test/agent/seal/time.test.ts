import { describe, expect, test } from 'vitest';
import type { SealedParcel } from '../../../agent/stages.ts';
import { unsealRecords } from '../../../shared/records/index.ts';
import { type Opened, open, openNew, record, TestClock, takeAll } from './support.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** The true time. */
const T = Date.UTC(2026, 5, 1);

/** A machine: the wall clock says what it likes. */
class Machine extends TestClock {
  trueMs = T;
  constructor(wallMs: number) {
    super();
    this.wallMs = wallMs;
  }
  override pass(ms: number): void {
    super.pass(ms);
    this.trueMs += ms;
  }
  reboot(offMs: number, wallMs: number): void {
    this.trueMs += offMs;
    this.sinceMs = 3;
    this.wallMs = wallMs;
  }
}

const contact = ({ intake }: Opened, clock: Machine, errorMs = 20): void =>
  intake.noteHubTime({ monotonicMs: clock.sinceMs, hubMs: clock.trueMs, errorMs });

/** Stamps as an HTTP source does; the value is when it really was. */
async function capture({ intake }: Opened, clock: Machine, topic = 'orders'): Promise<void> {
  const stamped = { stamp: 'agent', timestamp: clock.now(), topic } as const;
  await intake.capture({ records: [record(String(clock.trueMs), stamped)] });
}

/** How far each record's time at the hub is from when it really was. */
async function errors({ intake }: Opened): Promise<number[]> {
  await intake.sealTail(Number.NEGATIVE_INFINITY);
  return takeAll(intake)
    .filter((parcel): parcel is SealedParcel => parcel.kind === 'sealed')
    .flatMap(({ blob, shiftMs }) =>
      unsealRecords(blob, { maxRawBytes: 1e6 }).map(
        ({ value, timestamp }) => Number(timestamp) + shiftMs - Number(String(value)),
      ),
    );
}

describe('records that the agent stamped', () => {
  test.each([
    ['a machine that starts in 1970', 5_000],
    ['a machine that is ten years ahead', T + 10 * YEAR_MS],
    ['a machine that is two seconds behind', T - 2_000],
  ])('of %s are right after contact', async (_, wallMs) => {
    const clock = new Machine(wallMs);
    const opened = openNew({ clock, bootId: 'one' });
    await capture(opened, clock);
    clock.pass(7 * DAY_MS);
    await capture(opened, clock);
    contact(opened, clock);
    clock.pass(60_000);
    await capture(opened, clock);
    expect(await errors(opened)).toEqual([0, 0, 0]);
  });

  test('are right each on its own side of steps of the clock, in one tail', async () => {
    const clock = new Machine(T);
    const opened = openNew({ clock, bootId: 'one' });
    for (const step of [0, -40 * YEAR_MS, 3 * DAY_MS, 50 * YEAR_MS, -1_500]) {
      clock.wallMs += step;
      await capture(opened, clock);
      clock.pass(10_000);
    }
    contact(opened, clock);
    expect(await errors(opened)).toEqual([0, 0, 0, 0, 0]);
  });

  test('stay as they are where the clock is right within the tolerance, or nobody knows better', async () => {
    const clock = new Machine(T + 900);
    const opened = openNew({ clock, bootId: 'one' });
    await capture(opened, clock);
    expect(await errors(opened)).toEqual([900]);
    contact(opened, clock);
    expect(await errors(opened)).toEqual([900]);
    // A round trip of 8 s proves no error of 4 s.
    const slow = new Machine(T + 4_000);
    const other = openNew({ clock: slow, bootId: 'one' });
    await capture(other, slow);
    contact(other, slow, 4_000);
    expect(await errors(other)).toEqual([4_000]);
  });

  test('of boots without contact lie between the known times, those of the clock that was right at their own', async () => {
    const clock = new Machine(T);
    const { path, intake } = openNew({ clock, bootId: 'one' });
    const first = { path, intake } as Opened;
    contact(first, clock);
    clock.pass(DAY_MS);
    await capture(first, clock);
    await intake.close();
    // Without a clock, for two hours; the machine was off for an hour before and will be for an hour behind.
    clock.reboot(3_600_000, 0);
    const second = open(path, { clock, bootId: 'two' });
    await capture(second, clock);
    clock.pass(7_200_000);
    await capture(second, clock);
    await second.intake.close();
    clock.reboot(3_600_000, 1_000);
    const third = open(path, { clock, bootId: 'three' });
    await capture(third, clock);
    contact(third, clock);
    expect(await errors(third)).toEqual([0, 0, 0, 0]);
  });

  test('and were stamped before the clock was set, and committed behind that', async () => {
    const clock = new Machine(T - YEAR_MS);
    const opened = openNew({ clock, bootId: 'one' });
    const captured = capture(opened, clock);
    clock.wallMs += YEAR_MS;
    await captured;
    contact(opened, clock);
    expect(await errors(opened)).toEqual([0]);
  });
});

test('records with a timestamp of their own are never shifted', async () => {
  const clock = new Machine(1_000);
  const opened = openNew({ clock, bootId: 'one' });
  await opened.intake.capture({ records: [record('1700000000000')] });
  contact(opened, clock);
  expect(await errors(opened)).toEqual([0]);
});

test('a gap in the place of stamped records says when they really were', async () => {
  const clock = new Machine(1_000);
  const opened = openNew({ clock, bootId: 'one' });
  await capture(opened, clock);
  await opened.intake.sealTail(Number.NEGATIVE_INFINITY);
  const [parcel] = takeAll(opened.intake);
  await opened.intake.quarantine(parcel!.stream.id, 0, 0, 'a test');
  contact(opened, clock);
  expect(takeAll(opened.intake)).toMatchObject([{ kind: 'gap', minTimestamp: T, maxTimestamp: T }]);
});

test('a mark does not claim a time that has not come', async () => {
  const clock = new Machine(T + 10 * YEAR_MS);
  const opened = openNew({ clock, bootId: 'one' });
  await capture(opened, clock);
  contact(opened, clock, 300);
  clock.pass(5_000);
  expect(opened.intake.mark()).toMatchObject({ capturedAtMs: T + 5_000 - 300 });
});

describe('what is known of the time', () => {
  test('is in the file, and a snapshot that is resumed is another boot', async () => {
    const clock = new Machine(1_000);
    const { path, intake } = openNew({ clock, bootId: 'one' });
    clock.pass(DAY_MS);
    const first = { path, intake } as Opened;
    await capture(first, clock);
    contact(first, clock);
    await intake.close();
    clock.reboot(DAY_MS, 0);
    const second = open(path, { clock, bootId: 'one' });
    await capture(second, clock);
    contact(second, clock);
    expect(await errors(second)).toEqual([0, 0]);
    await second.intake.close();
    // The same boot goes on.
    clock.pass(1_000);
    expect(await errors(open(path, { clock, bootId: 'one' }))).toEqual([0, 0]);
  });

  test('is bounded, and keeps both ends', async () => {
    const clock = new Machine(1_000);
    const opened = openNew({ clock, bootId: 'one' });
    await capture(opened, clock);
    for (let i = 0; i < 100; i++) {
      contact(opened, clock);
      clock.pass(3_600_000);
    }
    await capture(opened, clock);
    expect(opened.file.times.anchors.length).toBeLessThanOrEqual(16);
    expect(opened.file.times.anchors[0]).toMatchObject({ hubMs: T });
    expect(await errors(opened)).toEqual([0, 0]);
  });

  test('does not come from a hub whose own clock was never set', async () => {
    const clock = new Machine(T);
    const opened = openNew({ clock, bootId: 'one' });
    await capture(opened, clock);
    opened.intake.noteHubTime({ monotonicMs: clock.sinceMs, hubMs: 60_000, errorMs: 1 });
    expect(await errors(opened)).toEqual([0]);
  });
});
