import { EMPTY_TIP } from '../../shared/identity.ts';
import type { RingEntry } from '../ledger/entries.ts';
import { isComplete, tipAt } from './ring.ts';

/** The part of a parcel that the chain is made of. Tips in hex. */
export interface ChainLink {
  readonly first: number;
  readonly last: number;
  readonly previousTip: string;
  readonly tip: string;
}

/** What the hub knows of a stream's chain. */
export interface History {
  readonly next: number;
  readonly tip: string;
  readonly ring: readonly RingEntry[];
}

/** A boundary that both sides agree on. */
export interface Boundary {
  readonly next: number;
  readonly tip: string;
}

export type RunVerdict =
  /** `fresh`: index of the first link that is new; links before it are repeats. Equal to the run's length: all are. */
  | { readonly kind: 'agrees'; readonly fresh: number; readonly confirmed: Boundary | null }
  | { readonly kind: 'ahead' }
  /**
   * `at`: index of the first link that the hub does not agree with. Not `exact` where links before it may be the hub's own
   * ones, whose boundaries it has forgotten.
   */
  | { readonly kind: 'fork'; readonly at: number; readonly exact: boolean; readonly confirmed: Boundary | null }
  | { readonly kind: 'tipUnknown'; readonly at: number; readonly confirmed: Boundary | null };

/** How many links from `from` on hang together: each begins at the end and with the tip of the one before. */
export function runLength(links: readonly ChainLink[], from: number): number {
  let at = from + 1;
  while (at < links.length) {
    const [before, link] = [links[at - 1]!, links[at]!];
    if (link.first !== before.last + 1 || link.previousTip !== before.tip) break;
    at += 1;
  }
  return at - from;
}

/**
 * Places a run of links against what the hub has. Each tip holds all tips before it, so one boundary that agrees
 * confirms everything of the run below it, and no number is trusted without its tip.
 */
export function placeRun(run: readonly ChainLink[], history: History): RunVerdict {
  const boundaries = boundariesOf(run);
  if (boundaries[0]!.next > history.next) return { kind: 'ahead' };
  const reached = boundaries.findIndex((boundary) => boundary.next >= history.next);
  const below = reached < 0 ? boundaries : boundaries.slice(0, reached);
  const agreed = highestAgreed(below, history.ring);
  if (agreed.conflict !== null) return fork(agreed.conflict, boundaries, agreed.index, history);
  if (reached < 0) return placeBelow(boundaries, agreed.index);
  const boundary = boundaries[reached]!;
  const same = boundary.next === history.next && boundary.tip === history.tip;
  return same
    ? { kind: 'agrees', fresh: reached, confirmed: reached > 0 ? boundary : null }
    : fork(reached, boundaries, agreed.index, history);
}

/** The run ends before the hub's end. */
function placeBelow(boundaries: readonly Boundary[], agreed: number): RunVerdict {
  const end = boundaries.length - 1;
  const confirmed = agreed >= 0 ? boundaries[agreed]! : null;
  if (agreed === end) return { kind: 'agrees', fresh: end, confirmed };
  return { kind: 'tipUnknown', at: Math.max(agreed, 0), confirmed };
}

function boundariesOf(run: readonly ChainLink[]): Boundary[] {
  const first = run[0]!;
  return [
    { next: first.first, tip: first.previousTip },
    ...run.map((link) => ({ next: link.last + 1, tip: link.tip })),
  ];
}

const EMPTY = EMPTY_TIP.toString('hex');

/** Index of the highest boundary that the hub knows with the same tip (-1: none), and of the first with another one. */
function highestAgreed(boundaries: readonly Boundary[], ring: readonly RingEntry[]) {
  let index = -1;
  for (const [at, boundary] of boundaries.entries()) {
    const known = boundary.next === 0 ? EMPTY : tipAt(ring, boundary.next);
    if (known === boundary.tip) index = at;
    else if (known !== 'unknown') return { index, conflict: at };
  }
  return { index, conflict: null };
}

/** `at` and `agreed`: indexes of the first boundary that differs and of the highest that is the same. */
function fork(at: number, boundaries: readonly Boundary[], agreed: number, { ring }: History): RunVerdict {
  const known = agreed >= 0 ? boundaries[agreed]! : null;
  const exact = (at > 0 && agreed === at - 1) || boundaries[at]!.next === 0 || isComplete(ring);
  return { kind: 'fork', at: Math.max(at - 1, 0), exact, confirmed: known && known.next > 0 ? known : null };
}
