/** docs/from-mirrormaker.md and docs/topologies.md say what is there: properties, events, files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadPull } from '../../bin/pullFile.ts';
import { ownProperties } from '../../hub/pull/config/flowProperties.ts';
import { verdictPage } from '../../hub/pull/config/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGES = ['docs/from-mirrormaker.md', 'docs/topologies.md'];
const FILES = readdirSync(join(ROOT, 'docs/topologies')).map((name) => join('docs/topologies', name));

test('docs/reference/mirrormaker.md is what the declarations say; "node bin/tributary.js config docs" writes it anew', () => {
  expect(read('docs/reference/mirrormaker.md')).toBe(verdictPage());
});

test.each(FILES)('%s is right, every line of it counts, and the page shows it', (file) => {
  expect(loadPull(join(ROOT, file)).remarks).toEqual([]);
  expect(read('docs/topologies.md')).toContain(`(${file.slice('docs/'.length)})`);
});

test.each(PAGES)(
  '%s names properties, events and metrics that there are, and links to files that there are',
  (page) => {
    const text = read(page);
    const known = new Set(ownProperties.map(({ name }) => name));
    const properties = [...text.matchAll(/tributary\.(?:on|mm2|delivery|provenance)[a-z0-9.]*/g)].map(([name]) => name);
    expect(properties.filter((name) => !known.has(name))).toEqual([]);
    const sources = readdirSync(join(ROOT, 'hub/pull'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const named = [...text.matchAll(/`((?:tributary_)?pull_[a-z_]+)`/g)].map(([, name]) => name!);
    expect(named.filter((name) => !sources.some((source) => source.includes(`'${name}'`)))).toEqual([]);
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(1);
    const missing = links.filter((link) => {
      try {
        readFileSync(resolve(ROOT, dirname(page), link));
        return false;
      } catch {
        return true;
      }
    });
    expect(missing).toEqual([]);
  },
);
