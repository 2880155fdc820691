/**
 * A stream's known boundaries: the newest ones all, older ones ever more thinly (two for each power of two of their
 * distance), so that a fixed number of points reaches back to about where an old image left the history.
 *
 * A boundary that lies within the dense part and is not in the ring does not exist at the hub: whoever names it has
 * another history. Below the dense part nothing can be said.
 */

import { limits } from '../../shared/limits.ts';
import type { RingEntry } from '../ledger/entries.ts';

/** Newest boundaries that are all kept. */
export const DENSE = Math.floor(limits.tipRing / 2);

/** The ring with a boundary behind its newest one. */
export function pushBoundary(ring: readonly RingEntry[], next: number, tip: string): readonly RingEntry[] {
  const ordinal = (ring.at(-1)?.[0] ?? 0) + 1;
  const kept = ring.filter(([known]) => isKept(known, ordinal));
  kept.push([ordinal, next, tip]);
  return kept.length > limits.tipRing ? kept.slice(kept.length - limits.tipRing) : kept;
}

function isKept(ordinal: number, newest: number): boolean {
  const age = newest - ordinal;
  if (age < DENSE) return true;
  const roundness = ordinal & -ordinal;
  return age < 4 * roundness;
}

/** Tip at a boundary: as text, `none` where there is no such boundary, `unknown` where the hub can't say any more. */
export function tipAt(ring: readonly RingEntry[], next: number): string | 'none' | 'unknown' {
  const found = ring.findLast((entry) => entry[1] === next);
  if (found) return found[2];
  const newest = ring.at(-1)?.[0] ?? 0;
  const dense = ring.find(([ordinal]) => newest - ordinal < DENSE);
  return dense && next > dense[1] ? 'none' : 'unknown';
}

/** Nothing was forgotten yet: every boundary that the stream ever had is there. */
export const isComplete = (ring: readonly RingEntry[]): boolean => ring.length > 0 && ring.at(-1)![0] === ring.length;
