import { expect, test } from 'vitest';
import { Seldom } from '../../../shared/telemetry/seldom.ts';

function newSeldom(everyMs: number) {
  let now = 0;
  const clock = { now: () => now, monotonicMs: () => now };
  return { seldom: new Seldom(everyMs, clock), pass: (ms: number) => (now += ms) };
}

test('a key is said once in a while, others in their own time', () => {
  const { seldom, pass } = newSeldom(100);
  expect([seldom.says('a'), seldom.says('a')]).toEqual([true, false]);
  pass(60);
  expect([seldom.says('b'), seldom.says('a')]).toEqual([true, false]);
  pass(60);
  expect([seldom.says('a'), seldom.says('b')]).toEqual([true, false]);
});

test('whoever makes up keys is not said without end, until some have aged', () => {
  const { seldom, pass } = newSeldom(100);
  const said = Array.from({ length: 5_000 }, (_, i) => seldom.says(`key-${i}`)).filter(Boolean);
  expect(said).toHaveLength(1_000);
  pass(100);
  expect(seldom.says('key-4999')).toBe(true);
});
