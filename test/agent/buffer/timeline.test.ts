import { describe, expect, test } from 'vitest';
import { type Anchor, ageMs, type Boot, hubTimeOf, ranSince, type Timeline } from '../../../agent/buffer/timeline.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** When the first boot began. */
const T = Date.UTC(2026, 5, 1);

const boot = (id: number, lastMs: number, wallMs = 0): Boot => ({ id, firstMs: 0, lastMs, offsetMs: wallMs });
const anchor = (id: number, monotonicMs: number, hubMs: number, errorMs = 0): Anchor => ({
  ...{ boot: id, monotonicMs, hubMs, errorMs },
});
const at = (id: number, monotonicMs: number) => ({ boot: id, monotonicMs });

describe('the hub time of a moment', () => {
  test('in a boot with contact follows the monotonic clock, before and behind it', () => {
    const line: Timeline = { boots: [boot(1, HOUR_MS)], anchors: [anchor(1, 5_000, T)] };
    expect(hubTimeOf(line, at(1, 0))).toBe(T - 5_000);
    expect(hubTimeOf(line, at(1, 6_500))).toBe(T + 1_500);
  });

  test('between two contacts corrects a clock that runs too slowly, or slept', () => {
    const line: Timeline = { boots: [boot(1, HOUR_MS)], anchors: [anchor(1, 0, T), anchor(1, 1_000, T + 3_000)] };
    expect(hubTimeOf(line, at(1, 500))).toBe(T + 1_500);
    expect(hubTimeOf(line, at(1, 1_100))).toBe(T + 3_100);
  });

  test('is not known before any contact', () => {
    expect(hubTimeOf({ boots: [boot(1, 100, T)], anchors: [] }, at(1, 50))).toBeNull();
  });

  test('of a boot without contact lies between the boots around it, and the time that the machine was off is spread', () => {
    const boots = [boot(1, HOUR_MS), boot(2, HOUR_MS), boot(3, 2 * HOUR_MS), boot(4, 0)];
    const anchors = [anchor(1, 0, T), anchor(4, 0, T + 13 * HOUR_MS)];
    // 13 hours, 4 of them running: three times 3 hours off.
    expect(hubTimeOf({ boots, anchors }, at(2, 0))).toBe(T + 4 * HOUR_MS);
    expect(hubTimeOf({ boots, anchors }, at(3, HOUR_MS))).toBe(T + 9 * HOUR_MS);
  });

  test('of a boot without contact believes a wall clock that fits, and none that does not', () => {
    const wallMs = T + 2 * HOUR_MS;
    const between = (offsetMs: number): Timeline => ({
      boots: [boot(1, HOUR_MS), boot(2, HOUR_MS, offsetMs), boot(3, 0)],
      anchors: [anchor(1, 0, T), anchor(3, 0, T + 10 * HOUR_MS)],
    });
    expect(hubTimeOf(between(wallMs), at(2, 60_000))).toBe(wallMs + 60_000);
    const spread = T + 5 * HOUR_MS + 60_000;
    expect(hubTimeOf(between(0), at(2, 60_000))).toBe(spread);
    expect(hubTimeOf(between(T + 3650 * DAY_MS), at(2, 60_000))).toBe(spread);
    // It would have to be on still when the next one began.
    expect(hubTimeOf(between(T + 9.5 * HOUR_MS), at(2, 60_000))).toBe(spread);
  });

  test('before the first contact ever: right in front of it, or by a wall clock that fits', () => {
    const line = (offsetMs: number): Timeline => ({
      boots: [boot(1, HOUR_MS, offsetMs), boot(2, HOUR_MS, 0), boot(3, 0)],
      anchors: [anchor(3, 0, T)],
    });
    expect(hubTimeOf(line(0), at(1, 0))).toBe(T - 2 * HOUR_MS);
    expect(hubTimeOf(line(0), at(2, 0))).toBe(T - HOUR_MS);
    expect(hubTimeOf(line(T - 7 * DAY_MS), at(1, 0))).toBe(T - 7 * DAY_MS);
  });

  test('never runs past the next known time, whatever is missing', () => {
    const line: Timeline = { boots: [boot(2, 50), boot(3, 0)], anchors: [anchor(3, 0, T)] };
    expect(hubTimeOf(line, at(2, HOUR_MS))).toBe(T);
    // Of a boot that was forgotten.
    expect(hubTimeOf(line, at(1, HOUR_MS))).toBe(T);
  });
});

describe('an age', () => {
  const now = (id: number, monotonicMs: number) => ({ boot: id, monotonicMs, createdMs: 0 });

  test('within a boot is that of the monotonic clock', () => {
    const line: Timeline = { boots: [boot(1, 0)], anchors: [] };
    expect(ageMs(line, at(1, 100), now(1, 350))).toBe(250);
  });

  test('over boots without contact is the time that agents ran', () => {
    const line: Timeline = { boots: [boot(1, 1_000), boot(2, 500), boot(3, 0)], anchors: [] };
    expect(ageMs(line, at(1, 400), now(3, 20))).toBe(600 + 500 + 20);
  });

  test('over boots with contact counts the time that the machine was off', () => {
    const boots = [boot(1, 1_000), boot(2, 0)];
    const anchors = [anchor(1, 0, T), anchor(2, 0, T + DAY_MS)];
    expect(ageMs({ boots, anchors }, at(1, 400), now(2, 0))).toBe(DAY_MS - 400);
  });
});

test('the time that agents have run since then is told by no clock on the wall, however well that fits', () => {
  const boots = [boot(1, HOUR_MS, T), boot(2, 3 * HOUR_MS), boot(3, HOUR_MS)];
  const line: Timeline = { boots, anchors: [anchor(3, 0, T + 300 * DAY_MS)] };
  const now = { ...at(3, HOUR_MS), createdMs: 0 };
  expect(ageMs(line, at(1, 0), now)).toBeGreaterThan(299 * DAY_MS);
  expect(ranSince(line, at(1, 0), now)).toBe(5 * HOUR_MS);
  expect(ranSince(line, at(1, HOUR_MS / 2), now)).toBe(4.5 * HOUR_MS);
  expect(ranSince(line, at(3, HOUR_MS / 4), now)).toBe(0.75 * HOUR_MS);
});
