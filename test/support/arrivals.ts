/** When agents come back after an outage of their hub: the backoff of the product, with a clock of its own. */
import { Backoff } from '../../agent/forward/backoff.ts';
import { FORWARDER_DEFAULTS } from '../../agent/forward/settings.ts';
import { seeded } from './random.ts';

export interface OutageOptions {
  readonly agents: number;
  readonly outageMs: number;
  readonly seed: number;
}

/** For each agent: ms from the end of the outage to its first attempt after it. All have lost their connection at once. */
export function arrivals({ agents, outageMs, seed }: OutageOptions): number[] {
  const random = seeded(seed);
  const { firstBackoffMs: firstMs, maxBackoffMs: maxMs } = FORWARDER_DEFAULTS;
  return Array.from({ length: agents }, () => {
    const backoff = new Backoff({ firstMs, maxMs, random });
    let now = 0;
    while (now < outageMs) now += backoff.next();
    return now - outageMs;
  });
}

export function perSecond(all: readonly number[]): number[] {
  const counts: number[] = [];
  for (const ms of all) {
    const second = Math.floor(ms / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

export const peakPerSecond = (all: readonly number[]): number => Math.max(...perSecond(all));
