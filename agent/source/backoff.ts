export { Waiter } from '../../shared/waiter.ts';

/** Exponential backoff with full jitter: uniformly between 0 and min(max, base * 2^failures). */
export function backoffMs(failures: number, { baseMs, maxMs }: { baseMs: number; maxMs: number }): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
}
