/** What docs/troubleshooting.md tells people to search for is what the code writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
const sources = ['agent', 'hub', 'shared', 'bin'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
);
const names = new Set(sources.flatMap((text) => [...text.matchAll(/name: '([a-z_]+)'/g)].map(([, name]) => name)));

test('every event and metric that it names is one', () => {
  const named = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test('what is quoted of a message stands in the code', () => {
  const quoted = [
    'it is tried until it works',
    'records are kept, and it is tried again every minute',
    'nothing of the request was taken',
    'the link has damaged it, its checksum is another one',
    'One agent at a time uses a buffer',
    'Set listen to an address of this machine that is free',
    'takes no records now',
    'is not what it claims',
  ].filter((text) => page.includes(text));
  expect(quoted.length).toBe(8);
  expect(quoted.filter((text) => !sources.some((source) => source.includes(text)))).toEqual([]);
});
