/** Time comes in through this interface, so that tests can shift and stop it. */
export interface Clock {
  /** Wall clock, ms since 1970. May jump; never used alone to order, expire or back off. */
  now(): number;
  /** Milliseconds that only go forward, since an arbitrary start within this boot. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
};
