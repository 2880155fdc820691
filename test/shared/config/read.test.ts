import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';
import type { TObject } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ConfigError,
  choice,
  dictionary,
  duration,
  flag,
  integer,
  list,
  loadConfig,
  oneOf,
  optional,
  parseConfig,
  path,
  Secret,
  secret,
  section,
  size,
  switchOr,
  text,
} from '../../../shared/config/index.ts';

const schema = section(
  {
    name: text({ says: 'A name.', pattern: /^[a-z]+$/, allowed: 'lower-case letters' }),
    count: integer({ says: 'A number.', default: 3, minimum: 1, maximum: 9 }),
    on: flag({ says: 'A switch.', default: false }),
    mode: choice(['fast', 'safe'], { says: 'A word.', default: 'safe' }),
    maxBytes: size({ says: 'A size.', default: '1MiB', minimum: '1KiB' }),
    lingerMs: duration({ says: 'A duration.', default: '250ms', maximum: '1h' }),
    token: optional(secret({ says: 'A secret.' })),
    file: optional(path({ says: 'A file.', mustExist: true })),
    tls: switchOr(section({ ca: optional(text({ says: 'A text.' })) }, { says: 'Details.' }), {
      says: 'A switch with details.',
      default: false,
    }),
    parts: list(
      oneOf(
        {
          left: section({ size: integer({ says: 'A number.' }) }, { says: 'Left.' }),
          right: section({ depth: integer({ says: 'A number.', default: 1 }) }, { says: 'Right.' }),
        },
        { says: 'A part.' },
      ),
      { says: 'Parts.', default: [] },
    ),
    more: dictionary(integer({ says: 'A number.' }), { says: 'Numbers by name.', default: {} }),
    inner: section({ depth: integer({ says: 'A number.', default: 7 }) }, { says: 'A section without duties.' }),
  },
  {
    says: 'All kinds.',
    checks: [
      {
        needs: ['count', 'mode'],
        run: ({ count, mode }, report) => {
          if (mode === 'fast' && count > 5) report('count', { problem: 'is too much for fast' });
        },
      },
    ],
  },
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-config-'));
  writeFileSync(join(folder, 'token'), 'hush-hush\n');
  writeFileSync(join(folder, 'empty'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (yaml: string, env: Record<string, string> = {}) =>
  parseConfig(schema, yaml, { file: join(folder, 'x.yaml'), env });

/** path, line:column and text of each mistake. */
function mistakes(yaml: string, env: Record<string, string> = {}, of: TObject = schema): string[] {
  try {
    parseConfig(of, yaml, { file: join(folder, 'x.yaml'), env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).code).toBe('configInvalid');
    return (error as ConfigError).lines().map((line) => line.slice(join(folder, 'x.yaml').length + 1));
  }
  return [];
}

describe('values', () => {
  test('what is not said has its default, sections too', () => {
    expect(read('name: abc')).toEqual({
      name: 'abc',
      count: 3,
      on: false,
      mode: 'safe',
      maxBytes: 1024 * 1024,
      lingerMs: 250,
      tls: false,
      parts: [],
      more: {},
      inner: { depth: 7 },
    });
  });

  test('what is said counts; an empty section is one without words', () => {
    const yaml = `
name: abc
maxBytes: 20GiB
lingerMs: 1500
tls: { ca: x }
parts: [{ left: { size: 4 } }, { right: }]
more: { a: 1, b: 2 }
inner:
`;
    expect(read(yaml)).toMatchObject({
      maxBytes: 20 * 2 ** 30,
      lingerMs: 1500,
      tls: { ca: 'x' },
      parts: [{ left: { size: 4 } }, { right: { depth: 1 } }],
      more: { a: 1, b: 2 },
      inner: { depth: 7 },
    });
  });

  test('relative paths are taken from the folder of the file', () => {
    expect(read('{ name: a, file: ./token }').file).toBe(join(folder, 'token'));
  });
});

describe('${env:X} and ${file:/p}', () => {
  test('as a whole, inside a value, more than one, and escaped', () => {
    const env = { NAME: 'abc', A: 'x', B: 'y' };
    expect(read('{ name: "${env:NAME}", tls: { ca: "${env:A}/${env:B}/$${env:A}" } }', env)).toMatchObject({
      name: 'abc',
      tls: { ca: 'x/y/${env:A}' },
    });
  });

  test('numbers, switches, sizes and words may come from there', () => {
    const env = { N: '4', ON: 'true', S: '2MiB', W: 'fast' };
    const yaml = '{ name: a, count: "${env:N}", on: "${env:ON}", maxBytes: "${env:S}", mode: "${env:W}" }';
    expect(read(yaml, env)).toMatchObject({ count: 4, on: true, maxBytes: 2 * 2 ** 20, mode: 'fast' });
  });

  test('a file gives its text without the last line end', () => {
    expect(read('{ name: a, token: "${file:token}" }').token?.reveal()).toBe('hush-hush');
    expect(read(`{ name: a, token: "\${file:${folder}/token}" }`).token?.reveal()).toBe('hush-hush');
  });

  test('what is missing is a mistake at its setting, once', () => {
    expect(
      mistakes('name: "${env:GONE}"\ntoken: "${file:/gone}"\nmode: "${vault:x}"\ncount: "${env:EMPTY}"', { EMPTY: '' }),
    ).toEqual([
      '1:7: name: the environment variable GONE is not set; set it',
      expect.stringMatching(/^2:8: token: can't read the file \(ENOENT.*; create it, readable for this user$/),
      '3:7: mode: "${vault:x}" is unknown; use ${env:NAME}, ${file:/path} or ${property:/path:key}, or $${ for a literal ${',
      '4:8: count: the environment variable EMPTY is empty; set it',
    ]);
    expect(mistakes('{ name: a, token: "${file:empty}" }')[0]).toContain('is empty');
    expect(mistakes('{ name: a, token: "${env:X" }')[0]).toContain('is not closed');
  });

  test('a key of a Java properties file', () => {
    writeFileSync(join(folder, 'x.properties'), '# comment\ncount : 7\ntoken = two\\u0020words\nempty =\n');
    expect(read('{ name: a, count: "${property:x.properties:count}" }').count).toBe(7);
    expect(read('{ name: a, token: "${property:x.properties:token}" }').token?.reveal()).toBe('two words');
    expect(mistakes('{ name: a, token: "${property:x.properties:gone}" }')[0]).toContain('x.properties has no "gone"');
    expect(mistakes('{ name: a, token: "${property:x.properties:empty}" }')[0]).toContain('has nothing for "empty"');
    expect(mistakes('{ name: a, token: "${property:x.properties}" }')[0]).toContain('is unknown');
  });

  test('a secret knows the references that it came from, where it is nothing else', () => {
    const of = (token: string) => read(`{ name: a, token: "${token}" }`, { X: 'hush' }).token?.reference;
    expect(of('${env:X}')).toBe('${env:X}');
    expect(of('${file:token}')).toBe(`\${file:${join(folder, 'token')}}`);
    expect(of('hush-${env:X}')).toBeNull();
    expect(of('hush')).toBeNull();
  });

  test('a secret prints nowhere', () => {
    const { token } = read('{ name: a, token: hush-hush }');
    expect(token).toBeInstanceOf(Secret);
    const printed = [
      String(token),
      JSON.stringify({ token }),
      format('%s %o %j', token, { token }, { token }),
      `${token}`,
    ];
    expect(printed.join()).not.toContain('hush');
  });

  test('a mistake never shows what came out of a reference, nor a secret', () => {
    const env = { P: 'hush-hush' };
    const all = mistakes(
      'name: "${env:P}"\ncount: "${env:P}"\nmode: "${env:P}"\nmaxBytes: "${env:P}"\ntoken: [hush-hush]',
      env,
    );
    expect(all).toHaveLength(5);
    expect(all.join()).not.toContain('hush');
    expect(all[0]).toContain('"${env:P}" is not allowed here');
  });
});

describe('mistakes', () => {
  test('all at once, in the order of the file', () => {
    const yaml = `name: ABC
conut: 3
count: 99
on: yes please
maxBytes: 20gb
lingerMs: 2h
parts:
  - { left: { size: x } }
  - { left: { size: 1 }, right: {} }
  - { middle: {} }
  - 7
more: [1]
tls: 4
file: ./gone
`;
    expect(mistakes(yaml)).toEqual([
      '1:7: name: "ABC" is not allowed here; lower-case letters',
      '2:1: conut: is not a known option; did you mean "count"?',
      '3:8: count: 99 is out of range; write a whole number from 1 to 9',
      '4:5: on: "yes please" is neither true nor false',
      expect.stringMatching(/^5:11: maxBytes: "gb" is not a unit .*did you mean GB\?; write a size such as 512KiB/),
      '6:11: lingerMs: "2h" is too large; at most 1h',
      '8:21: parts[0].left.size: "x" is not a whole number; write a whole number',
      '9:5: parts[1]: has left and right; write exactly one of left, right',
      '10:7: parts[2].middle: is not a known option; known here: left, right',
      '11:5: parts[3]: is one value, not a section; known here: left, right',
      '12:7: more: is a list, not a section',
      '13:6: tls: is neither true, false nor a section',
      expect.stringMatching(/^14:7: file: can't read it \(ENOENT.*\); name a file that this user can read$/),
    ]);
  });

  test('a missing option says what it is for', () => {
    expect(mistakes('count: 2')).toEqual(['1:1: name: is missing; A name']);
    expect(mistakes('{ name: a, parts: [ left: ] }')).toEqual(['1:27: parts[0].left.size: is missing; A number']);
    expect(mistakes('')).toEqual(['1:1: name: is missing; A name']);
  });

  test('a check over several options runs as soon as those are right, whatever the others are', () => {
    expect(mistakes('{ name: A, mode: fast, count: 6 }')).toEqual([
      '1:9: name: "A" is not allowed here; lower-case letters',
      '1:31: count: is too much for fast',
    ]);
    expect(mistakes('{ name: a, mode: fast, count: many }')).toHaveLength(1);
  });

  test('bad YAML has line and column', () => {
    expect(mistakes('name: abc\ncount: [1, 2\n')[0]).toMatch(/^[23]:\d+: not valid YAML: /);
    expect(mistakes('name: a\nname: b')[0]).toMatch(/^2:1: not valid YAML: .*unique/);
    expect(mistakes('name: a\n\tcount: 2')[0]).toMatch(/^2:\d+: not valid YAML: /);
    expect(mistakes('name: *gone')[0]).toMatch(/^1:\d+: not valid YAML: /);
    expect(mistakes('a: 1\n---\nb: 2')[0]).toContain('not valid YAML');
  });

  test('a list or a value instead of the file', () => {
    expect(mistakes('[1, 2]')[0]).toMatch(/^1:1: is a list, not a section/);
    expect(mistakes('hello')[0]).toMatch(/^1:1: is one value, not a section/);
  });

  test('anchors work, bombs of them do not', () => {
    expect(read('{ name: &n abc, tls: { ca: *n } }').tls).toEqual({ ca: 'abc' });
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`);
    }
    expect(mistakes(bomb.join('\n'))).toEqual([expect.stringContaining('more than 20000 values')]);
    expect(mistakes('name: &a [*a]')[0]).toContain('nested deeper');
  });
});

test('a file that is not there, is a folder or is too large', () => {
  const failing = (file: string) => {
    try {
      loadConfig(schema, file);
    } catch (error) {
      return (error as ConfigError).lines()[0];
    }
    return 'loaded';
  };
  expect(failing(join(folder, 'gone.yaml'))).toMatch(/gone\.yaml: can't be read \(ENOENT/);
  expect(failing(folder)).toContain('is not a file');
  writeFileSync(join(folder, 'large.yaml'), `# ${'x'.repeat(1024 * 1024)}\nname: a`);
  expect(failing(join(folder, 'large.yaml'))).toContain('is larger than');
});
