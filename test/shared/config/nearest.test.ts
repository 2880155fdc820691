import { expect, test } from 'vitest';
import { nearest } from '../../../shared/config/index.ts';
import { editDistance } from '../../../shared/config/nearest.ts';

test('the nearest known word', () => {
  const known = ['topics', 'brokers', 'from', 'maxBytes', 'token'];
  expect(nearest('form', known)).toBe('from');
  expect(nearest('maxbytes', known)).toBe('maxBytes');
  expect(nearest('tokn', known)).toBe('token');
  expect(nearest('brok', known)).toBe('brokers');
});

test('nothing is near to a word of another kind', () => {
  expect(nearest('zzzzzz', ['topics', 'from'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
});

test('edits are counted, a swap of neighbours as one', () => {
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('form', 'from')).toBe(1);
});
