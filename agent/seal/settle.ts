/** Deleting what the hub has confirmed. */

import { keepsTip, sameTip } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import type { PlaceState, Point, Receipt, StreamState } from '../buffer/index.ts';
import type { SequenceSpan } from '../buffer/outbox.ts';
import { KIND_SEALED, type RowEnds } from '../buffer/rows.ts';
import { PAGE_BYTES } from '../buffer/schema.ts';
import { keepOrRemove } from './retain.ts';
import type { Sealer } from './sealer.ts';

/** A row with a tip from before a quarantine in front of it: it must not be sent so. */
export const isStale = ({ chained }: StreamState, first: number): boolean => chained !== null && first >= chained.next;

/** The highest of `points` that is a boundary of the stream's rows with an equal tip, above what is settled. */
export function agreedPoint(sealer: Sealer, stream: StreamState, points: Receipt['points']): Agreed | null {
  let best: Agreed | null = null;
  for (const { next, tip } of points) {
    if (next <= stream.settled.next || next > stream.sealed.next || (best !== null && next <= best.point.next))
      continue;
    const row = sealer.file.rows.holding(stream.id, next - 1);
    if (row === undefined || row.last !== next - 1) continue;
    if (sameTip(row.tip, tip)) best = { point: { next, tip: row.tip }, former: isStale(stream, row.first) };
    else if (row.formerTip !== null && sameTip(row.formerTip, tip)) {
      best = { point: { next, tip: row.formerTip }, former: true };
    }
  }
  return best;
}
export interface Agreed {
  readonly point: Point;
  /** The hub has the chain as it was before a quarantine: it had taken what was set aside here. */
  readonly former: boolean;
}

/** Rows that one transaction may still delete. */
export interface SettleBudget {
  rows: number;
  bytes: number;
}
/** What one transaction deletes: each row may touch a page or two, which go into the log. */
export const settleBudget = ({ file }: Sealer): SettleBudget => ({
  rows: Math.max(64, Math.min(2_000, Math.floor(file.space.headroomBytes / PAGE_BYTES))),
  bytes: 64 * MIB,
});

/**
 * Deletes the rows below the agreed point and counts them as delivered, oldest first, as far as the budget goes.
 * Returns whether it got there.
 */
export function settleTo(
  sealer: Sealer,
  stream: StreamState,
  agreed: Agreed,
  of: SettleBudget,
  receipt?: Receipt,
): boolean {
  const { file } = sealer;
  const rows = file.rows.endsBelow(stream.id, agreed.point.next, Math.max(1, of.rows));
  file.catalog.touchStream(stream);
  file.catalog.touchPlace(stream.place);
  const before = stream.settled.next;
  for (const row of rows) {
    if (of.bytes <= 0) break;
    const had = countSettled(stream.place, row, agreed.former, receipt?.gaps);
    // What was given up here and is there can't be sent again.
    keepOrRemove(sealer, stream, row, agreed.former || had > 0);
    of.rows -= 1;
    of.bytes -= row.bytes;
    stream.settled = { next: row.last + 1, tip: agreed.former ? (row.formerTip ?? row.tip) : row.tip };
  }
  if (stream.settled.next === agreed.point.next) stream.settled = agreed.point;
  // Behind what the hub confirmed by old tips the old chain goes on.
  if (stream.chained !== null && stream.settled.next > stream.chained.next) stream.chained = stream.settled;
  stream.place.deadLettered += overlap(receipt?.deadLettered ?? [], before, stream.settled.next - 1);
  return stream.settled.next >= agreed.point.next;
}

/** Returns how many records of a gap the hub has all the same. */
function countSettled(place: PlaceState, row: RowEnds, former: boolean, said: Receipt['gaps']): number {
  const count = row.last - row.first + 1;
  const isSaid = said !== undefined && row.first >= said.of.first && row.last <= said.of.last;
  const gaps = isSaid ? overlap(said.known, row.first, row.last) : null;
  if (row.kind === KIND_SEALED) {
    // Another copy of this buffer may have given some of it up.
    place.delivered += count - (gaps ?? 0);
    place.gaps += gaps ?? 0;
    return 0;
  }
  // Set aside here, but the hub had it already; or given up here when it was there, without a receipt.
  const had = former && row.formerTip !== null ? count : isGivenUp(row) && gaps !== null ? count - gaps : 0;
  place.delivered += had;
  place.gaps -= had;
  return had;
}

const isGivenUp = ({ reason }: RowEnds): boolean => reason !== null && keepsTip(reason);

function overlap(ranges: readonly SequenceSpan[], low: number, high: number): number {
  let sum = 0;
  for (const { first, last } of ranges) sum += Math.max(0, Math.min(last, high) - Math.max(first, low) + 1);
  return sum;
}

/** One receipt, as far as the budget goes. Returns whether nothing is left to do for it. */
export function settleReceipt(sealer: Sealer, receipt: Receipt, budget: SettleBudget): boolean {
  const { catalog } = sealer.file;
  const stream = catalog.streams.get(receipt.streamId);
  if (stream === undefined || stream.moveOrder !== null) return true;
  const agreed = agreedPoint(sealer, stream, receipt.points);
  if (agreed === null) return true;
  markContacted(sealer, stream);
  if (!settleTo(sealer, stream, agreed, budget, receipt)) return false;
  sealer.dropDrained(stream);
  catalog.dropEmptyEpochs();
  return true;
}

export function markContacted(sealer: Sealer, { epoch }: StreamState): void {
  if (epoch.contacted) return;
  sealer.file.catalog.touchEpoch(epoch);
  epoch.contacted = true;
}
