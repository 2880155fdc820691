import { expect, test } from 'vitest';
import { Sampled } from '../../../../hub/pull/metrics/sampled.ts';

test('least, greatest and mean of the last half to whole minute', () => {
  const sampled = new Sampled();
  expect(sampled.spread(0)).toBeNull();
  sampled.record(90, 0);
  sampled.record(10, 29_000);
  sampled.record(20, 31_000);
  expect(sampled.spread(31_000)).toEqual({ min: 10, max: 90, avg: 40 });
  expect(sampled.spread(60_000)).toEqual({ min: 20, max: 20, avg: 20 });
  expect(sampled.spread(91_000)).toBeNull();
});

test('a rate is over half a minute at least, and falls to nothing', () => {
  const sampled = new Sampled();
  expect(sampled.rate(0)).toBe(0);
  sampled.record(3_000, 1_000);
  expect(sampled.rate(1_000)).toBe(100);
  sampled.record(3_000, 41_000);
  expect(sampled.rate(41_000)).toBe(150);
  // The first sample is over: what is left counts over its own time.
  expect(sampled.rate(61_000)).toBe(100);
  expect(sampled.rate(200_000)).toBe(0);
});

test('two samples are kept, however much is recorded', () => {
  const sampled = new Sampled();
  for (let ms = 0; ms < 3_600_000; ms += 1_000) sampled.record(ms, ms);
  expect(sampled.spread(3_600_000)?.min).toBeGreaterThanOrEqual(3_540_000);
});
