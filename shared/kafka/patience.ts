/** Bounded patience: try, wait a little longer each time, give up at a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly withinMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** Thrown by an attempt that may be made again; its cause is what is thrown when patience ends. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** Delay before attempt `n` (from 1): doubling, with jitter so that many clients do not come back at once. */
export function backoffMs(n: number, firstDelayMs: number, maxDelayMs: number): number {
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(n - 1, 20));
  return full * (0.5 + Math.random() / 2);
}

/**
 * Repeats an attempt for as long as it throws {@link TryAgain} and the deadline is not reached. What else it throws
 * passes through.
 */
export async function patiently<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patience.withinMs;
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const delay = backoffMs(n, patience.firstDelayMs, patience.maxDelayMs);
      if (performance.now() + delay > deadline) throw error.cause;
      await sleep(delay);
    }
  }
}

/** Null: not within that time. What was begun goes on. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, ms));
  });
  const first = await Promise.race([work, timeout]);
  clearTimeout(timer);
  return first;
}
