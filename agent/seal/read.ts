/** Rows for the hub. */
import type { BufferFile, ParcelRow, StreamState, TakeOptions } from '../buffer/index.ts';
import { decodePosition } from '../buffer/notes.ts';
import { KIND_GAP, STAMP_AGENT } from '../buffer/rows.ts';
import type { BufferedStream, Parcel } from '../stages.ts';
import { sendableBelow } from './quarantine.ts';
import type { Sealer } from './sealer.ts';

/** A shipment has a few rows; where many are passed over, more are looked at together. */
const FIRST_ROWS = 32;
const ROWS_AT_ONCE = 256;

/** Bytes of the blob, its row and envelope: a shipment is filled by this. */
const ROW_BYTES = 100;

/** `broken` is called for a row that is not what was written, and puts a gap with the same id in its place. */
export function takeRows(sealer: Sealer, options: TakeOptions, broken: (row: ParcelRow) => void): Parcel[] {
  const { file } = sealer;
  const parcels: Parcel[] = [];
  const views = new Map<StreamState, BufferedStream>();
  const sendable = new Map<StreamState, number>();
  const setAside = (row: ParcelRow): void => {
    broken(row);
    // Tips behind it may have to wait now, and links have changed.
    sendable.clear();
    views.clear();
  };
  const { queue, skip, maxBytes, maxParcels, orNothing = false, seen = { end: false, last: 0 } } = options;
  const least = orNothing ? 0 : 1;
  let [after, bytes] = [options.after, 0];
  seen.end = false;
  for (let atOnce = FIRST_ROWS; ; atOnce = ROWS_AT_ONCE) {
    const some = file.read(() =>
      queue === undefined ? file.rows.after(after, atOnce) : file.rows.afterIn(queue, after, atOnce),
    );
    for (const [id, streamId, first, size] of some) {
      seen.last = after;
      if (parcels.length >= maxParcels) return parcels;
      after = id;
      const stream = file.catalog.streams.get(streamId);
      if (stream === undefined || skip?.(streamId, first)) continue;
      const below = sendable.get(stream) ?? sendableBelow(stream);
      sendable.set(stream, below);
      if (first >= below) continue;
      bytes += size + ROW_BYTES;
      if (parcels.length >= least && bytes > maxBytes) return parcels;
      const view = views.get(stream) ?? viewOf(stream);
      views.set(stream, view);
      parcels.push(takeRow(file, id, view, setAside));
      offered(sealer, stream, parcels.at(-1)!);
    }
    seen.last = after;
    if (some.length < atOnce) {
      seen.end = true;
      return parcels;
    }
  }
}

function offered(sealer: Sealer, stream: StreamState, { last }: Parcel): void {
  stream.offeredNext = Math.max(stream.offeredNext, last + 1);
  stream.offeredFor = sealer.connections;
}

function takeRow(file: BufferFile, id: number, stream: BufferedStream, broken: (row: ParcelRow) => void): Parcel {
  let row = file.read(() => file.rows.parcel(id));
  let blob = row.kind === KIND_GAP ? null : file.read(() => file.rows.content(row));
  if (row.kind !== KIND_GAP && blob === null) {
    broken(row);
    row = file.read(() => file.rows.parcel(id));
    blob = null;
  }
  const { first, last, previousTip, tip, minTimestamp, maxTimestamp } = row;
  const shiftMs = row.stamp === STAMP_AGENT ? file.times.shiftMs(row) : 0;
  const base = { id, stream, first, last, previousTip, tip };
  if (blob === null) {
    const span = { minTimestamp: minTimestamp + shiftMs, maxTimestamp: maxTimestamp + shiftMs };
    return { kind: 'gap', ...base, ...span, reason: row.reason!, detail: row.detail ?? '' };
  }
  const position = row.position === null ? null : decodePosition(row.position);
  return { kind: 'sealed', ...base, minTimestamp, maxTimestamp, blob, shiftMs, position };
}

export function viewOf({ id, epoch, place, previous }: StreamState): BufferedStream {
  const { topic, partition, lane, queue, sourcePartitions } = place;
  return { id, epoch: epoch.epoch, topic, partition, lane, queue, sourcePartitions, previous };
}
