import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamCheck } from '../../../hub/prove/streamCheck.ts';

function checked(sequences: readonly number[]): StreamCheck {
  const check = new StreamCheck();
  for (const sequence of sequences) check.see(sequence);
  return check;
}

test('a stream that is contiguous, once and in order has nothing to name', () => {
  const check = checked([0, 1, 2, 3]);
  expect(check.missingBelow(4)).toEqual([]);
  expect(check.repeated.count + check.misplaced.count).toBe(0);
  expect(check.records).toBe(4);
});

test('names a hole, a missing end and a missing beginning by their ranges', () => {
  expect(checked([0, 1, 5, 6]).missingBelow(10)).toEqual([
    { first: 2, last: 4 },
    { first: 7, last: 9 },
  ]);
  expect(checked([3, 4]).missingBelow(5)).toEqual([{ first: 0, last: 2 }]);
  expect(checked([]).missingBelow(3)).toEqual([{ first: 0, last: 2 }]);
});

test('names a repeat and does not take it for a misplaced record', () => {
  const check = checked([0, 1, 2, 1, 2, 3]);
  expect(check.repeated).toEqual({ ranges: [{ first: 1, last: 2 }], count: 2 });
  expect(check.misplaced.count).toBe(0);
});

test('names a swapped pair as misplaced and not as missing', () => {
  const check = checked([0, 2, 1, 3]);
  expect(check.misplaced).toEqual({ ranges: [{ first: 1, last: 1 }], count: 1 });
  expect(check.missingBelow(4)).toEqual([]);
});

test('for any order and number of repeats: members, repeats and holes add up', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), (sequences) => {
      const check = checked(sequences);
      const different = new Set(sequences);
      expect(check.records).toBe(different.size);
      expect(check.repeated.count).toBe(sequences.length - different.size);
      const missing = check.missingBelow(31).reduce((sum, { first, last }) => sum + last - first + 1, 0);
      expect(missing).toBe(31 - different.size);
    }),
  );
});
