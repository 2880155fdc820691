import { expect, test } from 'vitest';
import { roomAfter } from '../../../../hub/pull/copy/owner.ts';

test('a transaction that took long makes the next one smaller, a quick one larger', () => {
  const max = 64 * 2 ** 20;
  expect(roomAfter(max, 30e6, 60_000, max)).toBe(2_500_000);
  expect(roomAfter(max, 1_000, 60_000, max)).toBe(256 * 1024);
  expect(roomAfter(100_000, 0, 60_000, max)).toBe(100_000);
  expect(roomAfter(1_000_000, 1_000_000, 5_000, max)).toBe(1_000_000);
  expect(roomAfter(1_000_000, 1_000_000, 100, max)).toBe(2_000_000);
  expect(roomAfter(max, 1_000, 100, max)).toBe(max);
});
