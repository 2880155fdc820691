import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { flagNumber, median } from './bench.ts';
import { MeasuredProcess, measureSelf, usageOf } from './measure.ts';
import { tableOf } from './table.ts';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

describe('measuring', () => {
  test('a process of its own: CPU time and memory that it really used', async () => {
    const script = `
      const held = Buffer.alloc(100 * 2 ** 20, 1);
      while (process.cpuUsage().user < 300_000) for (let i = 0; i < 1e6; i++) held[i] ^= i;
      process.stdout.write('done');
      process.stdin.resume();`;
    const measured = MeasuredProcess.spawn(process.execPath, ['-e', script]);
    await new Promise((resolve) => measured.child.stdout?.once('data', resolve));
    const usage = measured.usage();
    expect(usage.cpuSeconds).toBeGreaterThan(0.25);
    expect(usage.peakRssBytes).toBeGreaterThan(100 * 2 ** 20);
    await measured.stop();
    expect(measured.usage().peakRssBytes).toBeGreaterThanOrEqual(usage.peakRssBytes);
    expect(measured.child.signalCode).toBe('SIGTERM');
  });

  test('a forked module that ends instead of answering is an error', async () => {
    const measured = MeasuredProcess.fork(RUN, ['no-such-bench']);
    await expect(measured.ask({})).rejects.toThrow('ended with 2');
  });

  test('this process', async () => {
    const { result, seconds, peakRssBytes } = await measureSelf(() => 7);
    expect(result).toBe(7);
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(peakRssBytes).toBeGreaterThan(usageOf(process.pid).rssBytes / 2);
  });
});

test('an unknown bench: exit code 2, and the known ones are named', async () => {
  const failed = promisify(execFile)(process.execPath, [RUN, 'seal', 'nope']);
  await expect(failed).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/called nope\n(.*\n)+ {2}seal /),
  });
});

test('median, flags, table', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  const options = { flags: new Map([['rounds', '1_000']]), log: () => {} };
  expect([flagNumber(options, 'rounds', 1), flagNumber(options, 'other', 5)]).toEqual([1000, 5]);
  expect(() => flagNumber({ ...options, flags: new Map([['rounds', 'x']]) }, 'rounds', 1)).toThrow('--rounds');
  const row = {
    system: 'a',
    recordsPerSecond: 1_234_567,
    bytesPerSecond: 2 ** 21,
    cpuSeconds: 1,
    peakRssBytes: 2 ** 20,
  };
  expect(tableOf('x', { rows: [row], ratios: { vs: 1.5 }, notes: ['why'] }).split('\n')).toEqual([
    '# x',
    'system  records/s  MiB/s  CPU s  peak RSS MiB',
    'a       1,234,567    2.0   1.00           1.0',
    '  vs = 1.5',
    '  why',
  ]);
});
