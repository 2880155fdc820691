/** A slice of `npm run faults -- life`: always the same seeds, and one more. */
import { expect, test } from 'vitest';
import { liveADay } from '../faults/life/day.ts';

const anySeed = Date.now() % 1_000_000;

test.each([1, 2, anySeed])('hours of an edge, with faults mixed at random: seed %i', async (seed) => {
  const result = await liveADay({ seed, hours: 1, meanFaultMs: 120_000, meanCaptureMs: 20_000 });
  expect(result.wrong).toEqual([]);
  expect(result).toMatchObject({ lost: 0, twice: 0, disorder: 0, unexplained: 0 });
  expect(result.accepted).toBeGreaterThan(100);
});
