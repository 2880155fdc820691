// Java's own reading of generated texts is compared in test/hub/pull/config/oracle.test.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProperty, parseProperties } from '../../../shared/config/index.ts';

test('keys, values and their places', () => {
  const { entries, problems } = parseProperties(
    '# comment\n! another\n\n a = 1 \n b:2\r\nc 3\nd\ne = x, \\\n    y, \\\r\n\t# z\nf\\ g\\=h = \\t\\u0041\\q\n',
  );
  expect(entries).toEqual([
    { key: 'a', value: '1 ', line: 4, column: 2 },
    { key: 'b', value: '2', line: 5, column: 2 },
    { key: 'c', value: '3', line: 6, column: 1 },
    { key: 'd', value: '', line: 7, column: 1 },
    { key: 'e', value: 'x, y, # z', line: 8, column: 1 },
    { key: 'f g=h', value: '\tAq', line: 11, column: 1 },
  ]);
  expect(problems).toEqual([]);
});

test('a \\u without four digits is told with its line', () => {
  expect(parseProperties('a=1\nb=\\u12x4\n').problems).toEqual([expect.objectContaining({ line: 2 })]);
});

test('what is written is read back, in plain ASCII', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(
      text.filter((key) => key !== ''),
      text,
      (key, value) => {
        const line = formatProperty(key, value);
        expect(line).toMatch(/^[ -~]*$/);
        expect(parseProperties(`${line}\n`).entries).toEqual([expect.objectContaining({ key, value })]);
      },
    ),
  );
});
