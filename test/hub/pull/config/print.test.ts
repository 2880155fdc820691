import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type PullSettings, readMm2, readPullYaml, toProperties, toYaml } from '../../../../hub/pull/config/index.ts';
import { Secret } from '../../../../shared/config/index.ts';
import { ENV, FOLDER, settings } from './arbitrary.ts';

// The settings name stores and certificates that are none.
vi.mock(import('../../../../hub/pull/config/material.ts'), async (original) => ({
  ...(await original()),
  wrongMaterial: () => [],
  wrongTls: () => [],
}));

afterAll(() => rmSync(FOLDER, { recursive: true }));

const fromYaml = (text: string): PullSettings => readPullYaml(text, { file: '/etc/x/pull.yaml', env: ENV }).settings;
const fromProperties = (text: string): PullSettings =>
  readMm2(Buffer.from(text, 'latin1'), { file: 'mm2.properties', env: ENV }).settings;

/** With secrets as text, so that they are compared too. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return { secret: value.reveal(), reference: value.reference };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

describe('what is printed is read back as the same', () => {
  test('as hub.yaml', () => {
    fc.assert(
      fc.property(settings, (one) => {
        expect(plain(fromYaml(toYaml(one).text))).toEqual(plain(one));
      }),
      {
        numRuns: 150,
      },
    );
  });

  test('as properties', () => {
    fc.assert(
      fc.property(settings, (one) => {
        expect(plain(fromProperties(toProperties(one).text))).toEqual(plain(one));
      }),
      { numRuns: 150 },
    );
  });

  test('through both, and no remark is left', () => {
    fc.assert(
      fc.property(settings, (one) => {
        const { text } = toProperties(fromYaml(toYaml(one).text));
        const { settings: again, remarks } = readMm2(Buffer.from(text, 'latin1'), { file: 'x', env: ENV });
        expect(plain(again)).toEqual(plain(one));
        expect(remarks.filter(({ kind }) => kind !== 'hazard')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('secrets', () => {
  const FILE = `
clusters = A, B
bootstrap.servers = x:1
security.protocol = SASL_PLAINTEXT
sasl.mechanism = PLAIN
A.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="hush-hush";
B.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="also-hush";
A->B.enabled = true
`;

  test.each([
    ['hub.yaml', toYaml, fromYaml],
    ['properties', toProperties, fromProperties],
  ] as const)('that stand in the file become variables in %s, and nothing of them is shown', (_, print, read) => {
    const one = fromProperties(FILE);
    const { text, variables } = print(one);
    expect(text).not.toMatch(/hush/);
    expect(variables).toEqual(['A_SASL_PASSWORD', 'B_SASL_PASSWORD']);
    expect(text).toContain('${env:A_SASL_PASSWORD}');
    for (const variable of variables) expect(text.split('\n')[0]).toContain(variable);
    expect(() => read(text)).toThrow(/A_SASL_PASSWORD is not set/);
  });

  test('print as [secret] wherever settings end up', () => {
    expect(JSON.stringify(fromProperties(FILE))).not.toMatch(/hush/);
  });
});
