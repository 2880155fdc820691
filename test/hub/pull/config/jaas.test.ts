import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJaas, quote } from '../../../../hub/pull/config/jaas.ts';

test('a login module with its options', () => {
  const jaas = parseJaas(`org.x.ScramLoginModule  required
    username="u\\"s" // a comment
    password='p;\\\\' /* another */ refresh=true;`);
  expect(jaas).toEqual({
    module: 'ScramLoginModule',
    options: new Map([
      ['username', 'u"s'],
      ['password', 'p;\\'],
      ['refresh', 'true'],
    ]),
  });
});

test.each([
  ['', 'does not begin'],
  ['X', 'no "required"'],
  ['X required username="hush"', 'no ;'],
  ['X required username hush;', 'is no list'],
  ['X required username="hush;', 'is no list'],
  ['X required a="hush"; Y required b="c";', 'more than one'],
])('%s is wrong, and no value is shown', (text, problem) => {
  const told = parseJaas(text);
  expect(told).toEqual({ problem: expect.stringContaining(problem) });
  expect(JSON.stringify(told)).not.toContain('hush');
});

test('what is quoted is read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(parseJaas(`M required x=${quote(text)};`)).toEqual({ module: 'M', options: new Map([['x', text]]) });
    }),
  );
});
