/** The structure's rules as a test. Each failure says which file breaks which rule and what to do about it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { schemaOf } from '../bin/configRoles.ts';
import { ROLES } from '../bin/roleNames.ts';
import { rowsOf } from '../shared/config/markdown.ts';
import { CRASH_POINTS } from '../shared/crashPoint.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE_FOLDERS = ['agent', 'hub', 'shared', 'bin', 'deploy'];
const MAX_LINES = 400;

/** `values`: whatever it exports. `types`: only `import type`, so that nothing of it runs. */
type May = Readonly<Record<string, 'values' | 'types'>>;

/**
 * Who may import whom: the one table of directions. A room may always import its own files; rooms of agent and hub also
 * `stages.ts` of their side (types), `shared/` and `proto/`. What is not written here is not allowed: agent and hub never
 * meet, shared knows neither, and the data plane (source .. forward, receive .. write) knows nothing of the control plane
 * (control, fleet, dashboard).
 */
const ROOMS: Readonly<Record<string, May>> = {
  'agent/stages.ts': {},
  'agent/config.ts': {},
  'agent/topicPolicies.ts': { 'agent/config.ts': 'types' },
  'agent/source': {},
  'agent/rules': {},
  'agent/buffer': {},
  'agent/seal': { 'agent/buffer': 'values', 'agent/topicPolicies.ts': 'values' },
  'agent/forward': { 'agent/buffer': 'types', 'agent/topicPolicies.ts': 'types' },
  // `tributary buffer`: a stopped agent's file, in a process of its own.
  'agent/care': { 'agent/buffer': 'values' },
  'agent/control': { 'agent/buffer': 'types', 'agent/forward': 'values', 'agent/source': 'types' },

  'hub/stages.ts': { 'hub/ledger': 'types' },
  'hub/config.ts': {},
  'hub/receive': {},
  'hub/verify': {},
  'hub/ledger': {},
  'hub/sequence': { 'hub/ledger': 'values' },
  'hub/membership': {},
  'hub/write': { 'hub/ledger': 'values', 'hub/membership': 'values', 'hub/sequence': 'values' },
  // Whole clusters: no edge, no shipment. Positions are a ledger of the same kind, shards are shared out in the same way.
  'hub/pull': { 'hub/ledger': 'values', 'hub/membership': 'values' },
  'hub/answers.ts': {},
  'hub/fleet': { 'hub/answers.ts': 'values', 'hub/receive': 'types', 'hub/sequence': 'types' },
  // Operators' view of pulls, and what they may do to them; operations are handed in.
  'hub/flows': { 'hub/answers.ts': 'values', 'hub/pull': 'types' },
  // Pages: they ask the APIs, from the browser.
  'hub/dashboard': {},
  // `tributary verify`: reads what the others wrote, in a process of its own.
  'hub/prove': { 'hub/ledger': 'values', 'hub/sequence': 'values', 'hub/write': 'values' },

  'shared/records': {},
  'shared/names': {},
  'shared/telemetry': {},
  'shared/wire': {},
  'shared/kafka': { 'shared/records': 'values', 'shared/telemetry': 'values' },
  'shared/config': { 'shared/kafka': 'types' },

  bin: {
    'agent/config.ts': 'values',
    'hub/config.ts': 'values',
    'agent/assemble.ts': 'values',
    'hub/assemble.ts': 'values',
    'hub/assemblePull.ts': 'values',
    'hub/prove': 'values',
    'hub/fleet': 'types',
    'hub/flows': 'types',
    // Where an agent's socket is, and what it answers.
    'agent/control/operator.ts': 'values',
    'agent/forward': 'types',
    'agent/care': 'values',
    'hub/pull': 'values',
    // The form of a token's hash, for `tributary token new`.
    'hub/receive/tokens.ts': 'values',
    deploy: 'values',
  },
  deploy: {},
};

/** The only files that see the concrete parts of all rooms of their side. */
const ASSEMBLERS: Readonly<Record<string, string>> = {
  'agent/assemble.ts': 'agent/',
  'hub/assemble.ts': 'hub/',
  'hub/assemblePull.ts': 'hub/',
};

function filesUnder(folder: string, ending = '.ts'): string[] {
  const absolute = join(ROOT, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.includes('node_modules/'))
    .sort();
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sources = SOURCE_FOLDERS.flatMap((folder) => filesUnder(folder));
const tests = filesUnder('test');

/** `agent/buffer/rows.ts` is of room `agent/buffer`, `shared/clock.ts` of `shared`, `bin/x/y.ts` of `bin`. */
function roomOf(file: string): string {
  const [top = '', second = '', third] = file.split('/');
  if (top === 'bin' || top === 'deploy' || top === 'proto') return top;
  if (third === undefined) return top === 'shared' ? 'shared' : `${top}/${second}`;
  return `${top}/${second}`;
}

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(STATEMENT)].map((found) => {
    const target = relative(ROOT, resolve(ROOT, dirname(file), found[2] ?? found[3] ?? ''));
    return { file, target: target.split(sep).join('/'), typeOnly: found[1] !== undefined };
  });
}

/** Why an import breaks the directions, or null. */
function objection({ file, target, typeOnly }: Import): string | null {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === to || to === 'proto' || (to.startsWith('shared') && !from.startsWith('shared'))) return null;
  const side = ASSEMBLERS[file];
  if (side !== undefined) return to.startsWith(side) ? null : `${file} puts ${side} together and nothing else`;
  if (from === 'shared') return 'files directly in shared/ import only each other';
  if (to === 'shared') return null;
  if (to === `${from.split('/')[0]}/stages.ts`) return typeOnly ? null : `write "import type": stages.ts is types only`;
  const may = ROOMS[from];
  if (!may) return `room ${from} is new: give it a row in ROOMS of test/tidy.test.ts, and a line in ARCHITECTURE.md`;
  const allowed = may[target] ?? may[to];
  if (allowed === 'values' || (allowed === 'types' && typeOnly)) return null;
  if (allowed === 'types')
    return `${from} may know only types of ${to}: write "import type", or get the thing handed in`;
  return `${from} must not import ${to}: get what you need handed in by assemble.ts, or move it to shared/`;
}

describe('import directions', () => {
  test('every import is allowed by the table', () => {
    const wrong = sources.flatMap(importsOf).flatMap((one) => {
      const why = objection(one);
      return why ? [`${one.file} imports ${one.target}: ${why}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test('the rules see what they should', () => {
    const judge = (file: string, target: string, typeOnly = false) => objection({ file, target, typeOnly });
    expect(judge('agent/forward/x.ts', 'hub/write/y.ts')).toContain('must not import');
    expect(judge('hub/write/x.ts', 'hub/fleet/y.ts', true)).toContain('must not import');
    expect(judge('agent/forward/x.ts', 'agent/control/y.ts', true)).toContain('must not import');
    expect(judge('agent/forward/x.ts', 'agent/buffer/y.ts')).toContain('only types');
    expect(judge('agent/forward/x.ts', 'agent/buffer/y.ts', true)).toBeNull();
    expect(judge('shared/records/x.ts', 'agent/stages.ts', true)).toContain('must not import');
    expect(judge('shared/clock.ts', 'shared/records/x.ts')).toContain('only each other');
    expect(judge('agent/assemble.ts', 'agent/forward/x.ts')).toBeNull();
    expect(judge('agent/assemble.ts', 'hub/write/x.ts')).not.toBeNull();
    expect(judge('hub/brandnew/x.ts', 'hub/write/x.ts')).toContain('is new');
    expect(importsOf('bin/commands/up.ts').map(({ target }) => target)).toContain('deploy/dev/up.ts');
  });
});

describe('files', () => {
  test(`no file has more than ${MAX_LINES} lines`, () => {
    const long = [...sources, ...tests].flatMap((file) => {
      const lines = read(file).split('\n').length - 1;
      return lines > MAX_LINES ? [`${file} has ${lines} lines: split it by subject`] : [];
    });
    expect(long).toEqual([]);
  });

  test('every room opens with a comment: invariants, format, lifecycle', () => {
    const folders = new Set(sources.filter((file) => /^(agent|hub|shared)\/[^/]+\//.test(file)).map(roomOf));
    const bare = [...folders].flatMap((room) => {
      const files = sources.filter((file) => file.startsWith(`${room}/`));
      const own = [`${room}/index.ts`, `${room}/${room.split('/')[1]}.ts`].filter((file) => files.includes(file));
      const opened = (own.length > 0 ? own : files).some((file) => opensWithPage(read(file)));
      return opened
        ? []
        : [`${room}: ${own[0] ?? 'one of its files'} must open with a comment of some lines on the room`];
    });
    expect(bare).toEqual([]);
  });

  test('test folders mirror the sources', () => {
    const strays = tests
      .filter((file) => /^test\/(agent|hub|shared|bin)\//.test(file) && file.endsWith('.test.ts'))
      .map((file) => dirname(file).replace('test/', ''))
      .filter((folder) => !existsSync(join(ROOT, folder)));
    expect([...new Set(strays)].map((folder) => `test/${folder} mirrors no folder ${folder}`)).toEqual([]);
  });
});

function opensWithPage(text: string): boolean {
  const comment = /^\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  return comment.split('\n').length >= 4;
}

/** Where a pattern is found, with what to do instead. */
function findings(files: readonly string[], pattern: RegExp, instead: string): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${instead}`] : [])),
  );
}

describe('leftovers', () => {
  const everywhere = [...sources, ...tests].filter((file) => file !== 'test/tidy.test.ts');

  test('nothing is put off, no type check is switched off', () => {
    expect(findings(everywhere, /\b(TODO|FIXME|XXX|HACK)\b/, 'do it, or write an issue')).toEqual([]);
    expect(findings(everywhere, /@ts-(ignore|expect-error|nocheck)/, 'make the types right')).toEqual([]);
  });

  test('nothing is written past telemetry', () => {
    const quiet = sources.filter((file) => /^(agent|hub|shared)\//.test(file));
    expect(findings(quiet, /\bconsole\.\w+\(/, 'define an event and emit it through Telemetry')).toEqual([]);
    const pino = quiet.filter((file) => file !== 'shared/telemetry/telemetry.ts');
    expect(findings(pino, /from 'pino'/, 'define an event and emit it through Telemetry')).toEqual([]);
  });

  test('no test is focused or left out', () => {
    const focused = /\b(test|describe|it)(\.\w+)*\.(only|skip|todo)\b/;
    expect(findings(tests, focused, 'run it, or remove it')).toEqual([]);
  });

  test('nothing names the machine it was written on', () => {
    const paths = new RegExp(`${'/wo'}${'rk'}/|/home/|/Users/`);
    const texts = [...everywhere, ...filesUnder('docs', '.md'), ...filesUnder('bin', '.js')];
    const root = readdirSync(ROOT).filter((file) => /\.(md|json)$/.test(file));
    expect(findings([...texts, ...root], paths, 'name no path of a developer machine')).toEqual([]);
  });
});

test('every option of every configuration says what it means', () => {
  const silent = ROLES.flatMap((role) =>
    Object.entries(schemaOf(role).properties)
      .flatMap(([name, option]) => rowsOf(name, option))
      .filter(({ schema }) => !/^[A-Z`'].*[.]$/s.test((schema as { description?: string }).description ?? ''))
      .map(({ path }) => `${role}: ${path} needs "says": full sentences on its meaning`),
  );
  expect(silent).toEqual([]);
});

describe('crash points', () => {
  test('those in the code are those of shared/crashPoint.ts, and each is reached', () => {
    const code = sources
      .filter((file) => file !== 'shared/crashPoint.ts')
      .flatMap((file) => [...read(file).matchAll(/\bcrashPoint\('([^']+)'\)/g)].map((found) => found[1]));
    const missing = CRASH_POINTS.filter((point) => !code.includes(point));
    expect(missing.map((point) => `${point} is nowhere in the code: call crashPoint('${point}') there`)).toEqual([]);
  });

  test('those of shared/crashPoint.ts are the rows of the table in ARCHITECTURE.md, in that order', () => {
    const [, chapter = ''] = read('ARCHITECTURE.md').split('## Crash table');
    const rows = [...(chapter.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z.]+)`/gm)].map((found) => found[1]);
    expect(rows).toEqual([...CRASH_POINTS]);
  });
});
