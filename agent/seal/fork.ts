/**
 * A fork: the hub's chain of a stream is not ours behind some point. What lies behind it is sealed again, under another
 * epoch, as the first rows of a new stream that links to that point.
 *
 * The streams concerned (the forked one and the place's later ones) are taken out of the place's chain and marked
 * `moving`, with an order, in one transaction; then their rows move in bounded transactions, one row to one row. What is
 * captured of the place meanwhile follows in the last moving stream and moves too, so that order is kept and nobody waits.
 * After a crash the next run goes on; what it moves goes into its own epoch, linked behind what has moved before.
 */
import { limits } from '../../shared/limits.ts';
import { RecordsError, type SealRecord, unsealRecords } from '../../shared/records/index.ts';
import type { ParcelRow, PlaceState, StreamState } from '../buffer/index.ts';
import { KIND_GAP } from '../buffer/rows.ts';
import type { Step, StepBudget } from './background.ts';
import { CHECKSUM } from './events.ts';
import type { Sealer } from './sealer.ts';
import { markContacted } from './settle.ts';

export type ForkCause = 'fork' | 'tipUnknown';

/**
 * The first transaction: marks what has to move, which is all behind the settled point. (What the hub has confirmed was
 * settled before.)
 */
export function beginFork(sealer: Sealer, stream: StreamState, cause: ForkCause): void {
  const { catalog, rows } = sealer.file;
  const { place } = stream;
  markContacted(sealer, stream);
  catalog.touchPlace(place);
  if (cause === 'tipUnknown') {
    const behind = stream.sealed.next - stream.settled.next;
    place.maybeDuplicate += behind - rows.gapRecords(stream.id, stream.settled.next);
  }
  const concerned = place.chain.slice(place.chain.indexOf(stream));
  for (const one of concerned) sealer.sealTail(one);
  // Sequences of this run's epoch that nobody has seen can be given out anew.
  const seen = concerned.filter((one) => one === stream || one.offeredNext > 0);
  if (seen.some((one) => one.epoch === sealer.epoch)) sealer.openEpoch();
  place.last = { epoch: stream.epoch.epoch, ...stream.settled };
  place.chain = place.chain.filter((one) => !concerned.includes(one));
  const before = (place.moving[0]?.moveOrder ?? 0) - concerned.length;
  concerned.forEach((one, i) => {
    catalog.touchStream(one);
    one.moveOrder = before + i;
    // Moved rows are sealed again: their tips do not matter any more.
    one.chained = null;
  });
  place.moving = [...concerned, ...place.moving];
  sealer.sweep();
}

/** Moves some rows. */
export function moveSome(sealer: Sealer, place: PlaceState, budget: StepBudget): Step {
  const { rows, catalog } = sealer.file;
  for (;;) {
    const stream = place.moving[0];
    if (stream === undefined) return { done: true, freedAfter: null };
    if (budget.rows <= 0 || budget.bytes <= 0) return { done: false, freedAfter: null };
    const some = rows.ofStream(stream.id, 0, 1);
    if (some[0] !== undefined) {
      moveRow(sealer, stream, some[0]);
      budget.rows -= 1;
      budget.bytes -= some[0].bytes;
    } else if (stream.tailRows > 0) sealer.sealTail(stream);
    else {
      if (stream.retained.rows > 0) catalog.retire(stream);
      else catalog.removeStream(stream);
      if (place.moving.length === 0) catalog.dropEmptyEpochs();
    }
  }
}

function moveRow(sealer: Sealer, from: StreamState, row: ParcelRow): void {
  const { rows, catalog } = sealer.file;
  const target = sealer.chainStream(from.place);
  const count = row.last - row.first + 1;
  const records = row.kind === KIND_GAP ? null : unseal(sealer, row);
  catalog.touchStream(target);
  if (records !== null && records.length === count) sealer.seal(target, records, row);
  else {
    if (row.kind !== KIND_GAP) setAside(sealer, from, row);
    const [reason, detail] =
      row.kind === KIND_GAP ? [row.reason!, row.detail ?? ''] : (['quarantined', CHECKSUM] as const);
    target.next += count;
    sealer.addGap(target, count, reason, detail, row);
  }
  rows.removeParcel(row.id, row.kind);
}

function unseal(sealer: Sealer, row: ParcelRow): SealRecord[] | null {
  const blob = sealer.file.rows.content(row);
  if (blob === null) return null;
  try {
    return unsealRecords(blob, { maxRawBytes: limits.maxBatchRawBytes });
  } catch (error) {
    if (error instanceof RecordsError) return null;
    throw error;
  }
}

function setAside(sealer: Sealer, stream: StreamState, row: ParcelRow): void {
  const { rows, catalog } = sealer.file;
  rows.quarantine(stream, { ...row, reason: CHECKSUM, blob: rows.rawContent(row.id) }, sealer.settings.quarantineBytes);
  catalog.touchPlace(stream.place);
  stream.place.gaps += row.last - row.first + 1;
  const { topic, partition } = stream.place;
  sealer.onSetAside({ topic, partition, first: row.first, last: row.last, reason: CHECKSUM });
}
