import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Cli, LAUNCHER, OLD_NODE, ROOT, tributary } from './cli.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

test('npx finds the binary of a clone', async () => {
  const { stdout } = await promisify(execFile)('npx', ['--no-install', '--offline', 'tributary', '--version'], {
    cwd: ROOT,
  });
  expect(stdout.trim()).toBe(version);
});

test('on a Node that is new enough it runs in the same process', async () => {
  expect(await tributary(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

describe('on an old Node', () => {
  // A clone of its own: the launcher, a newer Node, and a main file that does what its argument says.
  let clone: string;
  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'tributary-launcher-'));
    for (const folder of ['bin', 'node_modules/node/bin', 'without/bin'])
      mkdirSync(join(clone, folder), { recursive: true });
    writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
    writeFileSync(join(clone, 'without', 'package.json'), '{"type":"module"}');
    for (const to of ['bin', 'without/bin']) copyFileSync(LAUNCHER, join(clone, to, 'tributary.js'));
    symlinkSync(process.execPath, join(clone, 'node_modules/node/bin/node'));
    writeFileSync(
      join(clone, 'bin', 'main.ts'),
      `import '${join(dirname(LAUNCHER), 'launched.ts')}';
       const [how, ...rest] = process.argv.slice(2);
       if (how === 'exit') process.exit(Number(rest[0]));
       process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });
       setInterval(() => undefined, 1000);
       console.log(JSON.stringify({ pid: process.pid, rest }));
      `,
    );
  });
  afterAll(() => rmSync(clone, { recursive: true }));

  const launch = (args: string[], where = clone): Cli =>
    new Cli([...OLD_NODE, join(where, 'bin', 'tributary.js'), ...args]);
  async function pidOf(cli: Cli): Promise<number> {
    await vi.waitFor(() => expect(cli.stdout).toContain('\n'), { timeout: 20_000, interval: 20 });
    return (JSON.parse(cli.stdout.split('\n')[0] ?? '') as { pid: number }).pid;
  }
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('arguments and exit codes pass through', async () => {
    expect((await launch(['exit', '3']).ended).code).toBe(3);
    const cli = launch(['stay', '--a', 'b c']);
    const pid = await pidOf(cli);
    expect(JSON.parse(cli.stdout)).toEqual({ pid, rest: ['--a', 'b c'] });
    expect(pid).not.toBe(cli.pid);
    cli.kill('SIGTERM');
    expect(await cli.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('drained') });
  });

  test('a signal that ends the program ends the launcher in the same way', async () => {
    const cli = launch(['stay']);
    process.kill(await pidOf(cli), 'SIGKILL');
    expect(await cli.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('a launcher that is killed takes the program with it', async () => {
    const cli = launch(['stay']);
    const pid = await pidOf(cli);
    cli.kill('SIGKILL');
    await cli.ended;
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 20_000, interval: 20 });
  });

  test('without a newer Node it says what is needed', async () => {
    const { code, stderr } = await launch(['--version'], join(clone, 'without')).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tributary: Node 24 or newer is needed, this is v\d+.*Install it\.\n$/);
  });
});
