/**
 * Deliveries that stay for a while (`buffer.retainDelivered`), so that they can be sent again where the hub loses them.
 *
 * They are in the space that is left: what is captured needs it first, so whoever needs room calls {@link makeRoom}, and
 * an eighth of the buffer stays free of them. They grow old only by other deliveries: while nothing is delivered (the hub
 * is away, or has lost its ledger and the operator has not decided yet) none is given up for its age. Age is time that
 * agents have run on the file, no wall clock.
 *
 * A stream stays in its place's chain, drained, until nothing is retained of it; so what can be sent again always is the
 * end of something whose links are known. Rows are given up in the order of their delivery, and those of all epochs but the
 * newest `limits.retainedEpochs`.
 */

import { sameTip } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { ParcelRow, PlaceState, Point, StreamState } from '../buffer/index.ts';
import { type RetainedRow, sumsOf } from '../buffer/retained.ts';
import type { Step, StepBudget } from './background.ts';
import type { Sealer } from './sealer.ts';

export interface RetainSettings {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

const ROWS_AT_ONCE = 64;

/** Everything of it is delivered and it gets nothing more: it is there for its retained rows. */
export function isRetired(sealer: Sealer, stream: StreamState): boolean {
  return stream.retained.rows > 0 && sealer.isDrained(stream);
}

/** A delivered row: kept, or deleted. */
export function keepOrRemove(sealer: Sealer, stream: StreamState, row: ParcelRow, former: boolean): void {
  const { file, settings } = sealer;
  // What the hub has under another tip could not be sent again behind what it has.
  if (settings.retain === null || former) {
    file.rows.removeParcel(row.id, row.kind);
    return;
  }
  file.retained.keep(row, sealer.runMs());
  file.catalog.countRetained(stream, sumsOf(row), 1);
}

/** Whether more is retained than may be. */
export function isOverRetained(sealer: Sealer): boolean {
  const { file, settings } = sealer;
  if (file.catalog.retained.rows === 0) return false;
  if (settings.retain === null || file.catalog.retained.bytes > settings.retain.maxBytes) return true;
  const [oldest] = file.retained.oldest(1);
  return oldest !== undefined && sealer.runMs() - oldest.runMs > settings.retain.maxAgeMs;
}

/** Gives up what is too old or too much, as far as the budget goes. Inside a transaction. */
export function trimRetained(sealer: Sealer, budget: StepBudget): Step {
  const { retain } = sealer.settings;
  const { catalog } = sealer.file;
  const nowMs = sealer.runMs();
  const oldestEpoch = catalog.epochs.at(-limits.retainedEpochs)?.id ?? Number.NEGATIVE_INFINITY;
  giveUp(sealer, budget, ({ runMs, stream }) => {
    if (retain === null || nowMs - runMs > retain.maxAgeMs || catalog.retained.bytes > retain.maxBytes) return true;
    return (catalog.streams.get(stream)?.epoch.id ?? Number.NEGATIVE_INFINITY) < oldestEpoch;
  });
  return { done: budget.rows > 0 && budget.bytes > 0, freedAfter: null };
}

/** Gives up what stands in the way of something else, while that `lacks` room, as far as the budget goes. Inside a transaction. */
export function makeRoom(sealer: Sealer, budget: StepBudget, lacks: () => boolean): void {
  let left = 0;
  giveUp(sealer, budget, () => {
    if (left === 0 && !lacks()) return false;
    left = left === 0 ? 16 : left - 1;
    return true;
  });
}

/** Gives up rows, those that were delivered first, while `wanted` says so and the budget lasts. */
function giveUp(sealer: Sealer, budget: StepBudget, wanted: (row: RetainedRow) => boolean): void {
  const { file } = sealer;
  const places = new Set<PlaceState>();
  for (let more = file.catalog.retained.rows > 0; more; ) {
    const some = file.retained.oldest(Math.min(ROWS_AT_ONCE, Math.max(1, budget.rows)));
    more = some.length > 0;
    for (const row of some) {
      if (budget.rows <= 0 || budget.bytes <= 0 || !wanted(row)) {
        more = false;
        break;
      }
      const stream = dropRetained(sealer, row);
      if (stream?.retained.rows === 0) places.add(stream.place);
      budget.rows -= 1;
      budget.bytes -= row.bytes;
    }
  }
  for (const place of places) sweepPlace(sealer, place);
}

export function dropRetained({ file }: Sealer, row: RetainedRow): StreamState | undefined {
  const stream = file.catalog.streams.get(row.stream);
  file.retained.drop(row.id, row.kind);
  file.catalog.countRetained(stream, sumsOf(row), -1);
  return stream;
}

/** Streams that were there for their retained rows only. */
export function sweepPlace(sealer: Sealer, place: PlaceState): void {
  for (const stream of [...place.chain]) {
    sealer.dropDrained(stream);
    if (place.chain[0] === stream) break;
  }
  sealer.file.catalog.dropEmptyEpochs();
}

/** Where the rows begin that are retained of a stream in front of its settled point without a hole, none of them below `from`. */
export function retainedFrom({ file }: Sealer, stream: StreamState, from: number): number {
  let end = stream.settled;
  for (;;) {
    const some = file.retained.below(stream.id, end.next, ROWS_AT_ONCE);
    for (const row of some) {
      if (!fitsBefore(row, end, from) || !file.retained.holds(row)) return end.next;
      end = { next: row.first, tip: row.previousTip };
    }
    if (some.length < ROWS_AT_ONCE) return end.next;
  }
}

const fitsBefore = ({ first, last, tip }: RetainedRow, end: Point, from: number): boolean =>
  last + 1 === end.next && first >= from && sameTip(tip, end.tip);

/**
 * Some of what is retained in front of the settled point goes back to the rows that are to be sent: the point goes back with
 * it. Returns whether there may be more. Inside a transaction.
 */
export function restoreSome({ file }: Sealer, stream: StreamState, from: number): boolean {
  const { place } = stream;
  const some = file.retained.below(stream.id, stream.settled.next, ROWS_AT_ONCE);
  file.catalog.touchStream(stream);
  file.catalog.touchPlace(place);
  for (const row of some) {
    if (!fitsBefore(row, stream.settled, from) || !file.retained.holds(row)) return false;
    file.retained.restore(row);
    const sums = sumsOf(row);
    file.catalog.countRetained(stream, sums, -1);
    place.delivered -= sums.records;
    place.deadLettered = Math.min(place.deadLettered, place.delivered);
    stream.settled = { next: row.first, tip: row.previousTip };
  }
  return some.length === ROWS_AT_ONCE;
}

/** Gives up some of what is retained from `from` on. Returns whether there may be more. Inside a transaction. */
export function dropSome(sealer: Sealer, stream: StreamState, from: number): boolean {
  const some = sealer.file.retained.below(stream.id, stream.settled.next, ROWS_AT_ONCE);
  for (const row of some) {
    if (row.last < from) return false;
    dropRetained(sealer, row);
  }
  return some.length === ROWS_AT_ONCE;
}
