import { type StreamId, streamKey } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { GapEntry, GapReason } from '../ledger/entries.ts';
import type { VerifiedGap } from '../stages.ts';
import type { Sequencing } from './context.ts';

/** Text from an agent that goes into the ledger is cut at this many characters. */
export const MAX_DETAIL = 200;

/** Writes a taken gap down: in the ledger (joined with the gap that it touches) and once in the audit topic. */
export function takeGap(context: Sequencing, stream: StreamId, gap: VerifiedGap): void {
  const { staging } = context;
  const key = streamKey(stream);
  const count = gap.last - gap.first + 1;
  const detail = gap.detail.slice(0, MAX_DETAIL);
  const { first, last, reason, minTimestamp, maxTimestamp } = gap;
  const neighbour = staging.gaps(key).at(-1);
  const fresh = gapEntry(gap, detail);
  if (neighbour && neighbour.last + 1 === first)
    staging.putGap(key, stream.edge, neighbour.first, join(neighbour, fresh));
  else staging.putGap(key, stream.edge, first, fresh);
  coalesce(context, stream, key);
  const atMs = context.nowMs;
  staging.audit(stream.edge, {
    v: 1,
    kind: 'gap',
    stream: key,
    first,
    last,
    reason,
    detail,
    minTimestamp,
    maxTimestamp,
    atMs,
  });
  context.facts.push({ kind: 'gap', edge: stream.edge, stream: key, reason, count });
}

function gapEntry(gap: VerifiedGap, detail: string): GapEntry {
  const { first, last, reason, minTimestamp, maxTimestamp } = gap;
  const count = last - first + 1;
  const previousTip = gap.previousTip.toString('hex');
  const tip = gap.tip.toString('hex');
  return {
    v: 1,
    first,
    last,
    count,
    reasons: { [reason]: count },
    detail,
    minTimestamp,
    maxTimestamp,
    previousTip,
    tip,
    coalesced: 0,
  };
}

/** Too many gaps: the two with the fewest records between them become one, with the right count, and it is said. */
function coalesce(context: Sequencing, stream: StreamId, key: string): void {
  const { staging } = context;
  const gaps = staging.gaps(key);
  if (gaps.length <= limits.gapsPerStream) return;
  let best = 0;
  for (let at = 1; at + 1 < gaps.length; at += 1) {
    if (between(gaps, at) < between(gaps, best)) best = at;
  }
  const [a, b] = [gaps[best]!, gaps[best + 1]!];
  staging.putGap(key, stream.edge, b.first, null);
  staging.putGap(key, stream.edge, a.first, {
    ...join(a, b),
    coalesced: Math.max(a.coalesced, 1) + Math.max(b.coalesced, 1),
  });
  context.facts.push({ kind: 'gapsCoalesced', edge: stream.edge, stream: key });
}

const between = (gaps: readonly GapEntry[], at: number): number => gaps[at + 1]!.first - gaps[at]!.last;

function join(a: GapEntry, b: GapEntry): GapEntry {
  const reasons: Partial<Record<GapReason, number>> = { ...a.reasons };
  for (const [reason, count] of Object.entries(b.reasons) as [GapReason, number][]) {
    reasons[reason] = (reasons[reason] ?? 0) + count;
  }
  return {
    ...a,
    last: b.last,
    count: a.count + b.count,
    reasons,
    minTimestamp: Math.min(a.minTimestamp, b.minTimestamp),
    maxTimestamp: Math.max(a.maxTimestamp, b.maxTimestamp),
    tip: b.tip,
    coalesced: a.coalesced + b.coalesced,
  };
}
