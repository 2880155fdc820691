import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import { allValues, folder, moved, open, readTable, takeAll } from './support.ts';

const CHILD = join(import.meta.dirname, 'child.ts');

interface Child {
  readonly process: ChildProcess;
  /** Highest number acknowledged. */
  acked: number;
  readonly lines: string[];
  readonly ended: Promise<unknown>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] as const };
  const running = spawn(process.execPath, [CHILD, ...args], { ...options, stdio: [...options.stdio] });
  const child: Child = { process: running, acked: 0, lines: [], ended: once(running, 'close') };
  createInterface({ input: running.stdout! }).on('line', (line) => {
    child.lines.push(line);
    if (line.startsWith('acked ')) child.acked = Number(line.slice(6));
  });
  return child;
}

/** What the file says after a kill: every record below its position once, those acknowledged among them. */
async function check(intake: SealingIntake, acked: number): Promise<number> {
  const position = intake.positions('kafka:')[0]?.position.nextOffset ?? 0;
  expect(position).toBeGreaterThanOrEqual(acked);
  const [place] = intake.stats().places;
  expect(place?.captured ?? 0).toBe(position);
  const settled = place?.delivered ?? 0;
  const expected = Array.from({ length: position - settled }, (_, i) => String(settled + i));
  expect(allValues(intake)).toEqual(expected);
  expect(place?.buffered ?? 0).toBe(expected.length);
  return position;
}

describe('kill -9', () => {
  test('what was acknowledged is there, once and in order, with the position behind it', async () => {
    const path = join(folder(), 'buffer.db');
    let acked = 0;
    for (const after of [1, 7, 20, 33, 60]) {
      const child = start([path, '10', '0', 'settle']);
      await expect.poll(() => child.lines.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(after);
      child.process.kill('SIGKILL');
      await child.ended;
      const { intake } = open(path, { seal: { sealRecords: 50 } });
      expect(child.acked).toBeGreaterThan(acked);
      acked = await check(intake, child.acked);
      await intake.close();
    }
  });

  test.each([
    ['agent.buffer.written', 20, 20],
    ['agent.buffer.committed', 20, 30],
    ['agent.receipt.settled', 10, 10],
  ])('at %s', async (point, acked, stored) => {
    const path = join(folder(), 'buffer.db');
    const size = point === 'agent.receipt.settled' ? '60' : '10';
    const times = point === 'agent.receipt.settled' ? 1 : 3;
    const child = start([path, size, '0', 'settle'], { TRIBUTARY_CRASH_AT: `${point}:${times}` });
    await child.ended;
    const unit = Number(size) / 10;
    expect(child.process.signalCode).toBe('SIGKILL');
    expect(child.acked).toBe(acked * unit);
    const { intake } = open(path);
    expect(await check(intake, child.acked)).toBe(stored * unit);
    if (point === 'agent.receipt.settled') expect(intake.stats().places[0]?.delivered).toBe(60);
  });
});

describe('kill -9 in the middle', () => {
  /** Whether it was: rows that are still where they were, or with tips of before. */
  const unfinished = (path: string): unknown[] =>
    readTable(path, 'SELECT id FROM stream WHERE moveOrder IS NOT NULL OR chainedNext IS NOT NULL');

  test.each([1, 2, 7, 12])('of a fork, behind commit %i: the next run moves the rest, once and in order', async (n) => {
    const path = join(folder(), 'buffer.db');
    const child = start([path, '50', '0', `fork:${n}`]);
    await child.ended;
    expect([child.process.signalCode, child.lines.includes('begun')]).toEqual(['SIGKILL', true]);
    expect(unfinished(path)).toHaveLength(1);
    const { intake } = open(path, { seal: { sealRecords: 50, moveRows: 3 } });
    await moved(intake);
    expect(await check(intake, child.acked)).toBeGreaterThanOrEqual(41 * 50);
    await intake.close();
    expect(unfinished(path)).toEqual([]);
  });

  test.each([2, 3, 7, 12])('of a quarantine, behind commit %i: the next run gives the rest new tips', async (n) => {
    const path = join(folder(), 'buffer.db');
    const child = start([path, '50', '0', `quarantine:${n}`]);
    await child.ended;
    expect([child.process.signalCode, child.lines.includes('begun')]).toEqual(['SIGKILL', true]);
    expect(unfinished(path)).toHaveLength(1);
    const { intake } = open(path, { seal: { sealRecords: 50, moveRows: 3 } });
    const position = intake.positions('kafka:')[0]!.position.nextOffset!;
    expect(position).toBeGreaterThanOrEqual(child.acked);
    const expected = Array.from({ length: Number(position) - 50 }, (_, i) => String(50 + i));
    await expect.poll(() => allValues(intake), { interval: 5, timeout: 20_000 }).toEqual(expected);
    const parcels = takeAll(intake);
    for (const [i, { previousTip }] of parcels.entries()) if (i > 0) expect(previousTip).toEqual(parcels[i - 1]!.tip);
    expect(intake.stats().places).toMatchObject([{ captured: Number(position), gaps: 50, buffered: expected.length }]);
    await intake.close();
    expect(unfinished(path)).toEqual([]);
  });
});

describe('a second process', () => {
  test('is told who holds the buffer; after a kill it opens at once', async () => {
    const path = join(folder(), 'buffer.db');
    const holder = start([path, '0']);
    await expect.poll(() => holder.lines, { timeout: 20_000, interval: 5 }).toContain('open');
    const pid = holder.process.pid!;
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'bufferLocked', reason: expect.stringContaining(`${pid}`) }),
    );
    const second = start([path, '1', '1']);
    await second.ended;
    expect(second.lines.join()).toMatch(new RegExp(`^error bufferLocked .*process ${pid}`));
    holder.process.kill('SIGKILL');
    await holder.ended;
    expect(takeAll(open(path).intake)).toEqual([]);
  });

  test('nor does this process open it twice', () => {
    const path = join(folder(), 'buffer.db');
    open(path);
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'bufferLocked' }));
  });
});
