/** Time comes in through this interface, so that tests can shift and stop it. */
export interface Clock {
  /** Wall clock, ms since 1970. May jump; never used alone to order, expire or back off. */
  now(): number;
  /** Milliseconds that only go forward, since an arbitrary start within this boot. */
  monotonicMs(): number;
  /** Calls back after so many of these milliseconds; returns how not to. Absent: the process's timers. */
  after?(ms: number, callback: () => void): () => void;
}

export function callAfter(clock: Clock, ms: number, callback: () => void): () => void {
  if (clock.after) return clock.after(Math.max(0, ms), callback);
  const timer = setTimeout(callback, Math.max(0, ms));
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
};
