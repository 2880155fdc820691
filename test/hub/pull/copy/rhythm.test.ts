import { expect, test } from 'vitest';
import { commitAtMs, type Held } from '../../../../hub/pull/copy/rhythm.ts';

const held = (some: Partial<Held>): Held => ({ startedMs: 1_000, hidden: true, bytes: 100, lastCommitMs: 0, ...some });

test('what was quiet is committed at once, what comes steadily once in the time of a transaction', () => {
  expect(commitAtMs(held({ lastCommitMs: Number.NEGATIVE_INFINITY }), 200)).toBe(Number.NEGATIVE_INFINITY);
  expect(commitAtMs(held({ lastCommitMs: 700 }), 200)).toBe(900);
  expect(commitAtMs(held({ lastCommitMs: 900 }), 200)).toBe(1_100);
  expect(commitAtMs(held({ lastCommitMs: 1_000 }), 200)).toBe(1_200);
});

test('what holds much, and what is visible without a commit, has the whole time', () => {
  expect(commitAtMs(held({ bytes: 100_000 }), 200)).toBe(1_200);
  expect(commitAtMs(held({ hidden: false }), 200)).toBe(1_200);
});
