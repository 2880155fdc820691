import { setTimeout as wait } from 'node:timers/promises';

/** Polls until the condition holds; fails after the deadline, saying what it waited for. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 50_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await wait(20);
  }
}
