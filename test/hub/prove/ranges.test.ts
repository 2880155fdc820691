import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, normalise, type Range, remove, subtract } from '../../../hub/prove/ranges.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
const asRanges = (set: readonly number[]): Range[] => normalise(set.map((n) => ({ first: n, last: n })));
const members = (ranges: readonly Range[]): number[] =>
  ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
const sorted = (set: readonly number[]): number[] => [...set].sort((a, b) => a - b);

test('normalise keeps the members and leaves no two ranges touching', () => {
  fc.assert(
    fc.property(numbers, (set) => {
      const ranges = asRanges(set);
      expect(members(ranges)).toEqual(sorted(set));
      expect(countOf(ranges)).toBe(set.length);
      for (const [i, range] of ranges.entries())
        if (i > 0) expect(range.first).toBeGreaterThan(ranges[i - 1]!.last + 1);
    }),
  );
});

test('subtract is the difference of sets', () => {
  fc.assert(
    fc.property(numbers, numbers, (from, taken) => {
      const left = sorted(from).filter((n) => !taken.includes(n));
      expect(members(subtract(asRanges(from), asRanges(taken)))).toEqual(left);
    }),
  );
});

test('remove takes out one member and says whether it was there', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 60 }), (set, value) => {
      const ranges = asRanges(set);
      expect(remove(ranges, value)).toBe(set.includes(value));
      expect(members(ranges)).toEqual(sorted(set).filter((n) => n !== value));
    }),
  );
});
