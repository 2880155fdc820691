/** Rows for the hub. */
import type { BufferFile, ParcelRow, StreamState } from '../buffer/index.ts';
import { decodePosition } from '../buffer/notes.ts';
import { KIND_GAP, STAMP_AGENT } from '../buffer/rows.ts';
import type { BufferedStream, Parcel } from '../stages.ts';
import { sendableBelow } from './quarantine.ts';

const ROWS_AT_ONCE = 256;

export interface TakeOptions {
  readonly after: number;
  readonly maxBytes: number;
  readonly maxParcels: number;
  readonly skip?: (streamId: number, first: number) => boolean;
}

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
  let [after, bytes] = [options.after, 0];
  for (;;) {
    const some = file.read(() => file.rows.after(after, ROWS_AT_ONCE));
    for (const [id, streamId, first, size] of some) {
      after = id;
      const stream = file.catalog.streams.get(streamId);
      if (stream === undefined || options.skip?.(streamId, first)) continue;
      const below = sendable.get(stream) ?? sendableBelow(stream);
      sendable.set(stream, below);
      if (first >= below) continue;
      bytes += size + ROW_BYTES;
      if (parcels.length > 0 && bytes > options.maxBytes) return parcels;
      const view = views.get(stream) ?? viewOf(stream);
      views.set(stream, view);
      parcels.push(takeRow(file, id, view, setAside));
      stream.sent = true;
      if (parcels.length >= options.maxParcels) return parcels;
    }
    if (some.length < ROWS_AT_ONCE) return parcels;
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
  const { topic, partition, lane, sourcePartitions } = place;
  return { id, epoch: epoch.epoch, topic, partition, lane, sourcePartitions, previous };
}
