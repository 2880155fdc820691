/** A list's expression that can't be matched as Java does stops the start, by its place in the file. */
import { describe, expect, test } from 'vitest';
import { readMm2, readPullYaml } from '../../../../hub/pull/config/index.ts';
import { checkPatterns } from '../../../../hub/pull/config/patterns.ts';
import { ConfigError } from '../../../../shared/config/index.ts';
import { NameFilter } from '../../../../shared/names/index.ts';

describe('a list is right where the filter takes it', () => {
  test.each([['a++'], ['[a-z&&[^b]]'], ['(?>a)'], ['a{1'], ['('], ['*'], ['\\p{Lu}'], ['a\\']])(
    '%s is told with what is wrong in it',
    (source) => {
      const wrong = checkPatterns(['fine', source]);
      expect(wrong).toMatchObject({ at: 1, problem: expect.stringContaining(`"${source}"`) });
      expect(() => new NameFilter({ exclude: ['fine', source] })).toThrow();
    },
  );

  test('what only holds together is taken, as the filter takes it: a comma within brackets, a flag', () => {
    expect(checkPatterns(['(a', 'b)c', '(?i)x', 'y'])).toBeNull();
    const { accepts } = new NameFilter({ include: ['(a', 'b)c', '(?i)x', 'y'], exclude: [] });
    expect(['ac', 'bc', 'X', 'Y', 'b)c', 'a'].map(accepts)).toEqual([true, true, true, true, false, false]);
  });

  test('what is wrong only together is told of the whole list', () => {
    expect(checkPatterns(['(?<n>a)', '(?<n>b)'])).toMatchObject({
      at: null,
      problem: expect.stringContaining('twice'),
    });
  });

  test('an empty list is one', () => {
    expect(checkPatterns([])).toBeNull();
  });
});

describe('the start ends, and names the place', () => {
  const places = (read: () => unknown): string[] => {
    try {
      read();
    } catch (error) {
      if (error instanceof ConfigError) return error.mistakes.map(({ line, path }) => `${line} ${path}`);
      throw error;
    }
    return [];
  };

  test("in MirrorMaker 2's file", () => {
    const text = `clusters = A, B
A.bootstrap.servers = a:1
B.bootstrap.servers = b:1
A->B.enabled = true
A->B.topics = orders.*, a++
topics.exclude = [a[b]]
groups = (?>x)
A->B.config.properties.exclude = a$b, b
`;
    expect(places(() => readMm2(Buffer.from(text), { file: 'mm2.properties', env: {}, targets: [] })).sort()).toEqual([
      '5 A->B.topics',
      '6 topics.exclude',
      '7 groups',
      '8 A->B.config.properties.exclude',
    ]);
  });

  test('in hub.yaml', () => {
    const text = `clusters: { A: { brokers: ["a:1"] }, B: { brokers: ["b:1"] } }
flows:
  - source: A
    target: B
    topics: { include: ["orders", "a++"], exclude: ["[a[b]]"] }
    groups: { exclude: ["(?<n>a)", "(?<n>b)"] }
`;
    const read = () => readPullYaml(text, { file: 'hub.yaml', env: {}, targets: [], others: [] });
    expect(places(read)).toEqual([
      '5 flows[0].topics.include[1]',
      '5 flows[0].topics.exclude[0]',
      '6 flows[0].groups.exclude',
    ]);
  });
});
