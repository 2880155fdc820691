/** Rows for the hub. */
import type { BufferFile, ParcelRow, StreamState, TakeOptions } from '../buffer/index.ts';
import { decodePosition } from '../buffer/notes.ts';
import { KIND_GAP } from '../buffer/rows.ts';
import type { BufferedStream, Parcel } from '../stages.ts';
import { sendableBelow } from './quarantine.ts';

/** A shipment has a few rows; where many are passed over, more are looked at together. */
const FIRST_ROWS = 32;
const ROWS_AT_ONCE = 256;

/** Bytes of the blob, its row and envelope: a shipment is filled by this. */
const ROW_BYTES = 100;

/** `broken` is called for a row that is not what was written, and puts a gap with the same id in its place. */
export function takeRows(file: BufferFile, options: TakeOptions, broken: (row: ParcelRow) => void): Parcel[] {
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
      stream.sent = true;
    }
    seen.last = after;
    if (some.length < atOnce) {
      seen.end = true;
      return parcels;
    }
  }
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
  const base = { id, stream, first, last, previousTip, tip, minTimestamp, maxTimestamp };
  if (blob === null) return { kind: 'gap', ...base, reason: row.reason!, detail: row.detail ?? '' };
  const position = row.position === null ? null : decodePosition(row.position);
  return { kind: 'sealed', ...base, blob, shiftMs: 0, position };
}

export function viewOf({ id, epoch, place, previous }: StreamState): BufferedStream {
  const { topic, partition, lane, queue, sourcePartitions } = place;
  return { id, epoch: epoch.epoch, topic, partition, lane, queue, sourcePartitions, previous };
}
