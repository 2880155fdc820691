import { expect, test } from 'vitest';
import { ageText, sizeText, table } from '../../bin/lines.ts';

test('numbers stand to the right, text to the left, nothing is a dash', () => {
  expect(
    table(
      ['A', 'COUNT', 'B'],
      [
        ['x', 7, null],
        ['yyy', 1234, 'z'],
      ],
    ).split('\n'),
  ).toEqual(['A    COUNT  B', 'x        7  -', 'yyy   1234  z']);
  expect(table(['A'], [])).toBe('A');
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [20 * 2 ** 30, '20.0 GiB'],
  [150 * 2 ** 20, '150 MiB'],
  [2 ** 60, '1048576 TiB'],
])('%i bytes', (bytes, text) => expect(sizeText(bytes)).toBe(text));

test.each([
  [-5, '0.0 s'],
  [1_500, '1.5 s'],
  [90_000, '90 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
  [5 * 86_400_000, '5 d'],
])('%i ms', (ms, text) => expect(ageText(ms)).toBe(text));
