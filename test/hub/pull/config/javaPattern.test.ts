import { describe, expect, test } from 'vitest';
import { anyOf, nameFilter } from '../../../../hub/pull/config/index.ts';
import { checkPatterns, fromJava } from '../../../../hub/pull/config/javaPattern.ts';

describe('names and expressions', () => {
  test('match whole names; exclude wins; nothing is included by an empty list', () => {
    const accepts = nameFilter({ include: ['orders.*', 'b'], exclude: ['.*\\.internal'] });
    expect(['orders', 'orders.eu', 'b'].every(accepts)).toBe(true);
    expect(['xorders', 'bb', 'orders.internal'].some(accepts)).toBe(false);
    expect(nameFilter({ include: [], exclude: [] })('x')).toBe(false);
  });

  test('an alternative of one entry does not reach into the next', () => {
    const accepts = anyOf(['a|b', 'c']);
    expect(['a', 'b', 'c'].every(accepts)).toBe(true);
    expect(['ac', 'bc', 'ab'].some(accepts)).toBe(false);
  });
});

describe("Java's own", () => {
  test.each([
    ['\\Qa.b\\E.*', 'a.bx', 'axb'],
    ['\\p{Alpha}+', 'abc', 'a1'],
    ['[\\p{Digit}x]+', '1x2', 'y'],
    ['\\P{Digit}+', 'abc', 'a1'],
    ['\\Aabc\\z', 'abc', 'abcd'],
    ['x\\-y', 'x-y', 'xy'],
    ['[\\-.]internal', '-internal', 'xinternal'],
    ['a{2}', 'aa', 'a{2}'],
    ['(?:a|b)+', 'abab', 'c'],
  ])('%s means the same here', (source, yes, no) => {
    const accepts = anyOf([source]);
    expect([accepts(yes), accepts(no)]).toEqual([true, false]);
  });

  test.each([
    'a++',
    'a*+',
    '(?i)abc',
    '[a-z&&[^b]]',
    '[a[bc]]',
    '[]a]',
    '\\h',
    '\\R',
    '(?>a)',
    'a{1',
    '(',
    '*',
    '\\p{Lu}',
    'a\\',
  ])('%s is told, not guessed', (source) => {
    expect(fromJava(source)).toHaveProperty('problem');
    expect(checkPatterns(['fine', source])?.problem).toContain(`"${source}"`);
  });
});
