import { expect, test } from 'vitest';
import { topicChoice } from '../../../../agent/source/kafka/topicChoice.ts';

test('names ask for themselves, an expression for everything', () => {
  expect(topicChoice(['a', 'b'], []).ask).toEqual(['a', 'b']);
  expect(topicChoice(['a', '/b.*/'], []).ask).toBeNull();
});

test('expressions match whole names, never internal ones; names may', () => {
  const { chooses } = topicChoice(['/.*or.*/', '__own'], ['/.*\\.tmp/', 'orx']);
  expect(
    ['orders', 'my.orders', '__consumer_orders', '__own', 'a.or.tmp', 'orx', 'x'].map((t) => chooses(t, false)),
  ).toEqual([true, true, false, true, false, false, false]);
  expect(chooses('orders', true)).toBe(false);
  expect(topicChoice(['/or/'], []).chooses('orders', false)).toBe(false);
  expect(topicChoice(['/a|b/'], []).chooses('ab', false)).toBe(false);
});

test('an expression that does not compile is a mistake of the configuration', () => {
  expect(() => topicChoice(['/(/'], [])).toThrow(/regular expression/);
});
