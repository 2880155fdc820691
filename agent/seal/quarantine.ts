/** Setting rows aside that can't be sent, without breaking their stream's chain. */
import { tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import type { ParcelRow, StreamState } from '../buffer/index.ts';
import { KIND_GAP, KIND_SEALED } from '../buffer/rows.ts';
import { gapRow, type Sealer } from './sealer.ts';

const ROWS_AT_ONCE = 256;
const MAX_DETAIL = 500;

/**
 * Moves the rows that touch first..last into quarantine. A gap takes their place and their id, the rows behind get new
 * tips. Inside a transaction. The tips need each blob behind it to be read and hashed (some hundred MB/s), but only
 * the narrow parcel rows are written.
 */
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
  rechain(sealer, stream, end.last + 1, gap.tip);
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

/** New tips for the rows from sequence `next` on, and for the link of the stream behind. */
function rechain(sealer: Sealer, stream: StreamState, next: number, from: ParcelRow['tip']): void {
  const { rows } = sealer.file;
  let tip = from;
  let at = next;
  for (;;) {
    const some = rows.ofStream(stream.id, at, ROWS_AT_ONCE);
    for (const row of some) {
      const previousTip = tip;
      tip =
        row.kind === KIND_GAP
          ? tipAfterGap(previousTip, row.first, row.last, row.reason!)
          : tipAfterBatch(previousTip, rows.rawContent(row.id) ?? Buffer.alloc(0));
      rows.setTips(row, previousTip, tip, row.formerTip ?? row.tip);
    }
    if (some.length < ROWS_AT_ONCE) break;
    at = some.at(-1)!.last + 1;
  }
  relink(sealer, stream, tip);
  stream.sealed = { next: stream.sealed.next, tip };
}

/** The hub takes the stream behind only once this one is drained, so its link may still change. */
export function relink(sealer: Sealer, stream: StreamState, tip: ParcelRow['tip']): void {
  const successor = stream.place.chain[stream.place.chain.indexOf(stream) + 1];
  if (successor?.previous?.epoch !== stream.epoch.epoch || successor.previous.next !== stream.sealed.next) return;
  sealer.file.catalog.touchStream(successor);
  successor.previous = { ...successor.previous, tip };
}
