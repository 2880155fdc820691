/** Include and exclude lists, and Java's expressions in them. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILTER_DEFAULTS, javaPattern, NameFilter, splitList } from '../../../shared/names/index.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../support/mirror/oracle.ts';

const accepted = (settings: { include?: string[]; exclude?: string[] }, names: string[]): string[] => {
  const filter = new NameFilter({ exclude: [], ...settings });
  return names.filter(filter.accepts);
};

describe('lists', () => {
  it('a comma list: blanks around commas do not count', () => {
    expect(splitList(' orders , payments.*,x ')).toEqual(['orders', 'payments.*', 'x']);
    expect(splitList('  ')).toEqual([]);
  });

  it('MirrorSourceConfigTest: topic matching, list of topics; the whole name counts', () => {
    const names = ['topic1', 'topic2', 'topic11', 'a.topic1'];
    expect(accepted({ include: ['topic1', 'topic2'] }, names)).toEqual(['topic1', 'topic2']);
    expect(accepted({ include: ['topic.*'] }, names)).toEqual(['topic1', 'topic2', 'topic11']);
  });

  it('MirrorSourceConfigTest: all topics, no topics', () => {
    expect(accepted({ include: ['.*'] }, ['a', 'b.c'])).toEqual(['a', 'b.c']);
    expect(accepted({ include: [] }, ['a', 'b.c', ''])).toEqual([]);
  });

  it('exclude wins', () => {
    expect(accepted({ include: ['.*'], exclude: ['b.*'] }, ['a', 'b', 'bc'])).toEqual(['a']);
  });

  it('the defaults leave out what is internal', () => {
    const { topics, topicsExclude, groups, groupsExclude } = FILTER_DEFAULTS;
    const names = ['orders', 'mm2-configs.a.internal', 'x.replica', '__consumer_offsets', 'a.checkpoints.internal'];
    const taken = accepted({ include: [...topics], exclude: [...topicsExclude] }, names);
    expect(taken).toEqual(['orders', 'a.checkpoints.internal']);
    const groupNames = ['shop', 'console-consumer-123', 'connect-sink', '__x'];
    expect(accepted({ include: [...groups], exclude: [...groupsExclude] }, groupNames)).toEqual(['shop']);
  });

  it('MirrorSourceConnectorTest.testConfigPropertyFiltering: config matching', () => {
    const filter = new NameFilter({ exclude: FILTER_DEFAULTS.configPropertiesExclude });
    expect(filter.accepts('cleanup.policy')).toBe(true);
    expect(filter.accepts('min.insync.replicas')).toBe(false);
    expect(filter.accepts('message.timestamp.type')).toBe(false);
    expect(filter.accepts('min.insync.replicas.x')).toBe(true);
  });

  it('remembers no more names than its bound, and stays right', () => {
    const filter = new NameFilter({ include: ['t[02468]*'], exclude: [] });
    const wrong = Array.from({ length: 150_000 }, (_, i) => `t${i}`).filter(
      (name) => filter.accepts(name) !== /^t[02468]*$/.test(name),
    );
    expect(wrong).toEqual([]);
  });
});

describe("Java's own means the same here", () => {
  it.each([
    ['\\Qa.b\\E.*', 'a.bx', 'axb'],
    ['\\p{Alpha}+', 'abc', 'a1'],
    ['[\\p{Digit}x]+', '1x2', 'y'],
    ['\\P{Digit}+', 'abc', 'a1'],
    ['\\p{Punct}', '~', 'a'],
    ['\\Aabc\\z', 'abc', 'abcd'],
    ['x\\-y', 'x-y', 'xy'],
    ['[\\-.]internal', '-internal', 'xinternal'],
    ['a{2}', 'aa', 'a{2}'],
    ['(?:a|b)+', 'abab', 'c'],
    ['a|b', 'b', 'ab'],
    ['(?i)abc', 'aBC', 'abd'],
    ['[]a]', ']', 'b'],
  ])('%s', (source, yes, no) => {
    const pattern = javaPattern(source);
    expect([pattern.test(yes), pattern.test(no)]).toEqual([true, false]);
  });
});

describe("what can't be matched as Java does is refused by name", () => {
  it.each([
    ['a++', 'possessive'],
    ['(?>a)', 'group'],
    ['(a)\\1', '\\\\1'],
    ['[a-z&&[^b]]', '&&'],
    ['[a[bc]]', 'within brackets'],
    ['\\bx', '\\\\b'],
    ['(?x)a b', 'flags'],
    ['\\p{IsGreek}', 'p{IsGreek}'],
    ['a{,3}', 'repeated'],
    ['a$b', 'middle'],
    ['(a', 'not closed'],
    ['a)', 'closes nothing'],
    ['[a', 'not closed'],
    ['*a', 'repeated'],
    ['a\\', 'backslash'],
    ['\\p{Lu}', 'p{Lu}'],
    ['\\R', '\\\\R'],
    ['a{1', 'repeated'],
  ])('%s', (pattern, named) => {
    expect(() => javaPattern(pattern)).toThrow(named);
  });
});

describe('beside java.util.regex', () => {
  let oracle: MirrorOracle | NoOracle | undefined;
  beforeAll(async () => {
    oracle = await mirrorOracle('MirrorOracle');
  });
  afterAll(() => {
    if (oracle && 'close' in oracle) oracle.close();
  });

  const atom = fc.constantFrom(
    ...['a', 'B', 'k', '.', '\\.', '-', '_', '\\-', '\\_', '0', '[a-c]', '[^a]', '[.\\-]', '[]a]', '[^]a]', '[a-]'],
    ...['[-a]', '[\\w-]', '\\d', '\\W', '\\S', '\\h', '(?:a|b)', '(ab)', '(?<n>b)', '(?i)', '(?i:a)', '(?!a)', '(?=b)'],
    ...[
      '(?<=a)',
      '\\Qa.b\\E',
      '\\x41',
      '\\u0062',
      '\\p{Alpha}',
      '\\P{Digit}',
      '[\\p{Punct}a]',
      '[\\p{Upper}k]',
      '^',
      '$',
      '|',
      ',',
      '}',
    ],
    ...[
      '{',
      '\\A',
      '\\z',
      '\\Z',
      '[A-z]',
      '[^\\d]',
      '\\t',
      'é',
      '😀',
      '[😀-😂]',
      '(',
      ')',
      '[a&&b]',
      '((?i)b)',
      '(?:(?i)b|a)',
      '(?i)[^b]',
      '&',
      '#',
    ],
  );
  const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '++', '??', '{,2}', '**');
  const pattern = fc
    .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 5 })
    .map((pieces) => pieces.map((piece) => piece.join('')).join(''));
  const text = fc
    .array(fc.constantFrom('a', 'b', 'A', 'B', 'k', 'K', '.', '-', '_', '0', 'é', '😀', '😁', '&', ']', ','), {
      maxLength: 5,
    })
    .map((parts) => parts.join(''));

  it('what is not refused matches the same texts, for generated expressions', async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const cases = fc.sample(fc.tuple(pattern, text), { numRuns: 20_000, seed: 7 });
    const theirs = await oracle.ask(cases.map(([p, t]) => ['match', p, t].join('\t')));
    let compared = 0;
    const different: unknown[] = [];
    cases.forEach(([p, t], i) => {
      let ours: boolean;
      try {
        ours = javaPattern(p).test(t);
      } catch {
        return;
      }
      compared += 1;
      if (String(ours) !== theirs[i]) different.push([p, t, ours, theirs[i]]);
    });
    expect(different.slice(0, 10)).toEqual([]);
    expect(compared).toBeGreaterThan(5_000);
    expect(theirs.filter((answer) => answer === 'true').length).toBeGreaterThan(200);
  });
});
