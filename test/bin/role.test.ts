import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { Cli } from './cli.ts';

const ROLE = fileURLToPath(new URL('./fixtures/role.ts', import.meta.url));
const started: Cli[] = [];
afterEach(async () => {
  for (const cli of started.splice(0)) {
    try {
      cli.kill('SIGKILL');
    } catch {
      // It has ended already.
    }
    await cli.ended;
  }
});

function role(how: string): Cli {
  const cli = new Cli([ROLE, how]);
  started.push(cli);
  return cli;
}
const says = (cli: Cli, event: string): Promise<void> =>
  vi.waitFor(() => expect(cli.events().map((line) => line.event)).toContain(event), { timeout: 20_000, interval: 20 });

test('ready once it is up, drained and 0 after SIGTERM, nothing on stdout', async () => {
  const cli = role('works');
  await says(cli, 'ready');
  cli.kill('SIGTERM');
  const { code, stdout } = await cli.ended;
  expect([code, stdout]).toEqual([0, '']);
  expect(cli.events()).toMatchObject([
    { event: 'starting', role: 'agent', edge: 'store-1', level: 'info' },
    { event: 'ready', pages: '127.0.0.1:1' },
    { event: 'stopping', signal: 'SIGTERM' },
    { event: 'stopped' },
  ]);
});

test('SIGINT does the same', async () => {
  const cli = role('works');
  await says(cli, 'ready');
  cli.kill('SIGINT');
  expect((await cli.ended).code).toBe(0);
});

test('a start that fails is one error line and exit code 1, or 2 where the configuration is to blame', async () => {
  const locked = await role('locked').ended;
  expect(locked.code).toBe(1);
  expect(JSON.parse(locked.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'failed',
    level: 'error',
    code: 'bufferLocked',
    message: 'the start failed: open buffer failed for b.db: process 4711 has it',
  });
  expect((await role('misconfigured').ended).code).toBe(2);
});

test('a signal during a start that does not come to an end', async () => {
  const cli = role('startsForEver');
  await says(cli, 'starting');
  cli.kill('SIGTERM');
  expect((await cli.ended).code).toBe(0);
});

test('a second signal ends a drain that hangs', async () => {
  const cli = role('closesForEver');
  await says(cli, 'ready');
  cli.kill('SIGTERM');
  await says(cli, 'stopping');
  const again = async (): Promise<void> => {
    // Signals within a second count as one, so it is sent until it counts.
    while (started.includes(cli) && !cli.stderr.includes('a second SIGTERM')) {
      cli.kill('SIGTERM');
      await sleep(100);
    }
  };
  await Promise.race([again().catch(() => undefined), cli.ended]);
  expect((await cli.ended).code).toBe(1);
});

test('a role that can not go on ends with 1', async () => {
  const { code, stderr } = await role('endsByItself').ended;
  expect(code).toBe(1);
  expect(stderr).toContain('bufferFailed');
});

test('an error that nobody expected ends the process with 1, and is said', async () => {
  const { code, stderr } = await role('throwsLater').ended;
  expect(code).toBe(1);
  expect(stderr).toContain('an error that nobody expected: boom');
});
