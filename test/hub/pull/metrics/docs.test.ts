/** docs/metrics.md names what there is, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../../', import.meta.url);

function declared(): Set<string> {
  const folder = new URL('hub/pull/', root);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const names = files.flatMap((file) =>
    [...readFileSync(new URL(file, folder), 'utf8').matchAll(/name\b\W+'(tributary_pull_\w+)'/g)].map(
      ([, name]) => name,
    ),
  );
  return new Set(names.flatMap((name) => name ?? []));
}

test('every metric of pulls has a row, and every name in it is one', () => {
  const page = readFileSync(new URL('docs/metrics.md', root), 'utf8');
  const documented = new Set(page.match(/tributary_pull_\w+/g));
  expect([...documented].sort()).toEqual([...declared()].sort());
  expect(documented.size).toBeGreaterThan(15);
});
