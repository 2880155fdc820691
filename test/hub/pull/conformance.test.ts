/** The list of MirrorMaker 2's tests says where each is covered: so it must be. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONFORMANCE } from './conformance.ts';

const text = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const rows = Object.entries(CONFORMANCE).flatMap(([suite, tests]) => tests.map((row) => [suite, ...row] as const));

it('every row that names a file has its test there, by name', () => {
  const wrong = rows.flatMap(([suite, test, where]) => {
    if (typeof where !== 'string') return [];
    if (!existsSync(new URL(`../../../${where}`, import.meta.url))) return [`${suite}.${test}: there is no ${where}`];
    const content = text(where);
    const found = content.includes(`${suite}.${test}`) || (content.includes(suite) && content.includes(test));
    return found || (suite === 'integration' && content.includes(test)) ? [] : [`${suite}.${test} is not in ${where}`];
  });
  expect(wrong).toEqual([]);
});

it('every other row has a reason in words', () => {
  const reasons = rows.flatMap(([, , where]) => (typeof where === 'string' ? [] : [Object.values(where)[0]]));
  expect(reasons.filter((reason) => (reason ?? '').length < 10)).toEqual([]);
  expect(rows.length).toBeGreaterThan(90);
});
