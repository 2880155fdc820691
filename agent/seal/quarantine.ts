/**
 * Setting rows aside that can't be sent, without breaking their stream's chain: a gap takes their place, and the rows
 * behind it get new tips. For these each blob must be read and hashed (some hundred MB/s), but only the narrow parcel
 * rows are written.
 *
 * As many tips as one transaction may change are changed at once, the rest in the background; the stream's `chained` says
 * how far that is. Until then the rows behind that point, and those of the place's later streams, whose link may still
 * change, are not sent (see {@link sendableBelow}). What is captured meanwhile goes to the end as always, behind the old tip,
 * and gets its new one when its turn comes. A hub that confirms an old tip had all of it before: settle.ts.
 */
import { type Tip, tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import type { ParcelRow, Point, StreamState } from '../buffer/index.ts';
import { KIND_GAP, KIND_SEALED } from '../buffer/rows.ts';
import type { Step, StepBudget } from './background.ts';
import { gapRow, type Sealer } from './sealer.ts';
import { isStale } from './settle.ts';

const ROWS_AT_ONCE = 256;
const MAX_DETAIL = 500;

/** Moves the rows that touch first..last into quarantine. A gap takes their place and their id. Inside a transaction. */
export function quarantineRows(sealer: Sealer, stream: StreamState, first: number, last: number, reason: string): void {
  const rows = rowsTouching(sealer, stream, first, last);
  if (rows.length === 0) return;
  const { file } = sealer;
  file.catalog.touchStream(stream);
  file.catalog.touchPlace(stream.place);
  for (const row of rows) setAside(sealer, stream, row, reason);
  const [head, end] = [rows[0]!, rows.at(-1)!];
  const facts = {
    ...head,
    minTimestamp: Math.min(...rows.map((row) => row.minTimestamp)),
    maxTimestamp: Math.max(...rows.map((row) => row.maxTimestamp)),
    position: end.position,
  };
  const detail = reason.slice(0, MAX_DETAIL);
  const gap = gapRow(stream.id, head.first, end.last, head.previousTip, 'quarantined', detail, facts);
  file.rows.addParcel({ ...gap, formerTip: end.formerTip ?? end.tip }, null, head.id);
  // In front of a gap with an old tip others wait already: its own tip is made new together with theirs.
  if (!isStale(stream, head.first)) stream.chained = { next: end.last + 1, tip: gap.tip };
  chainSome(sealer, stream, sealer.stepBudget());
}

function rowsTouching(sealer: Sealer, stream: StreamState, first: number, last: number): ParcelRow[] {
  const { rows } = sealer.file;
  const found: ParcelRow[] = [];
  const from = rows.holding(stream.id, first);
  let next = from === undefined || from.last < first ? first : from.first;
  for (;;) {
    const some = rows.ofStream(stream.id, next, ROWS_AT_ONCE);
    for (const row of some) {
      if (row.first > last) return found;
      found.push(row);
    }
    if (some.length < ROWS_AT_ONCE) return found;
    next = some.at(-1)!.first + 1;
  }
}

function setAside(sealer: Sealer, stream: StreamState, row: ParcelRow, reason: string): void {
  const { file, settings } = sealer;
  if (row.kind === KIND_SEALED) {
    const blob = file.rows.rawContent(row.id);
    file.rows.quarantine(stream, { ...row, reason: reason.slice(0, MAX_DETAIL), blob }, settings.quarantineBytes);
    stream.place.gaps += row.last - row.first + 1;
  }
  file.rows.removeParcel(row.id, row.kind);
}

/** New tips for some rows from `chained` on; at the stream's end, also for the link of the stream behind it. */
export function chainSome(sealer: Sealer, stream: StreamState, budget: StepBudget): Step {
  if (stream.chained === null) return { done: true, freedAfter: null };
  const { rows, catalog } = sealer.file;
  let { next, tip } = stream.chained;
  const some = rows.ofStream(stream.id, next, budget.rows);
  for (const row of some) {
    if (budget.bytes <= 0) break;
    const previousTip = tip;
    tip = tipOf(sealer, row, previousTip);
    rows.setTips(row, previousTip, tip, row.formerTip ?? row.tip);
    next = row.last + 1;
    budget.bytes -= row.bytes;
  }
  catalog.touchStream(stream);
  const done = next === stream.sealed.next;
  stream.chained = done ? null : { next, tip };
  if (done) endAt(sealer, stream, { next, tip });
  return { done, freedAfter: (some[0]?.id ?? 1) - 1 };
}

/** The tip behind a row that comes behind `previousTip`. */
export const tipOf = ({ file }: Sealer, row: ParcelRow, previousTip: Tip): Tip =>
  row.kind === KIND_GAP
    ? tipAfterGap(previousTip, row.first, row.last, row.reason!)
    : tipAfterBatch(previousTip, file.rows.rawContent(row.id) ?? Buffer.alloc(0));

function endAt(sealer: Sealer, stream: StreamState, end: Point): void {
  stream.sealed = end;
  relink(sealer, stream, end.tip);
  sealer.dropDrained(stream);
  sealer.file.catalog.dropEmptyEpochs();
}

/** Rows of the stream that begin below may be sent. The others wait for tips, their own or the link to the stream before, or for their queue. */
export function sendableBelow(stream: StreamState): number {
  if (stream.moveOrder !== null || stream.place.requeue) return 0;
  const oldest = stream.place.chain.find((one) => one === stream || one.chained !== null);
  return oldest === stream ? (stream.chained?.next ?? Number.POSITIVE_INFINITY) : 0;
}

/** The hub takes the stream behind only once this one is drained, so its link may still change. */
export function relink(sealer: Sealer, stream: StreamState, tip: Tip): void {
  const successor = stream.place.chain[stream.place.chain.indexOf(stream) + 1];
  if (successor?.previous?.epoch !== stream.epoch.epoch || successor.previous.next !== stream.sealed.next) return;
  sealer.file.catalog.touchStream(successor);
  successor.previous = { ...successor.previous, tip };
}
