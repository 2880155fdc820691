/** Where batches begin and end. Pure. */
import { encodePosition } from '../buffer/notes.ts';
import { STAMP_AGENT, type TailRow } from '../buffer/rows.ts';
import { SAME_CLOCK_MS } from '../buffer/times.ts';
import type { Captured, StoredPosition } from '../stages.ts';

export interface CutLimits {
  /** Captured bytes (key, value, headers) that a batch is closed at. */
  readonly sealRawBytes: number;
  readonly sealRecords: number;
}

/** Key, value and headers: what limits count. */
export function recordBytes({ key, value, headers }: Captured): number {
  let bytes = (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!;
    bytes += header[0].length + (header[1] === null ? 0 : header[1].length);
  }
  return bytes;
}

/** Records of one place and one stamp, in their order, that one group commit brought. */
export interface Segment {
  readonly agentStamped: boolean;
  readonly records: Captured[];
  bytes: number;
  /** Source positions, each behind the first `at` records; in that order. */
  readonly marks: Mark[];
}
export interface Mark {
  readonly at: number;
  readonly position: Buffer;
  readonly behind: StoredPosition['behind'];
}

/**
 * The furthest source position that the first `to` records of a segment have reached: where a capture ended there its
 * own, within a capture that of its record, and where that has none the one before.
 */
export function positionAt({ records, marks }: Segment, to: number): Buffer | null {
  const next = marks.findIndex(({ at }) => at >= to);
  const mark = marks[next];
  if (mark && mark.at > to) {
    const within = mark.behind?.(records[to - 1]!);
    if (within) return encodePosition(within);
  }
  // Of several that end here the newest counts.
  return marks.findLast(({ at }) => at <= to)?.position ?? null;
}

/** A group seals at once what is this part of a full batch; less goes through the tail, which costs encoding twice. */
const ENOUGH = 4;

export const isEnough = ({ records, bytes }: Segment, { sealRawBytes, sealRecords }: CutLimits): boolean =>
  bytes * ENOUGH >= sealRawBytes || records.length * ENOUGH >= sealRecords;

/**
 * Ends of the batches that a segment is cut into: nearly equal ones, so that no small rest is left over. A record that
 * does not fit beside others is a batch of its own.
 */
export function cutSegment({ records, bytes }: Segment, { sealRawBytes, sealRecords }: CutLimits): number[] {
  const count = records.length;
  const [byBytes, byRecords] = [Math.ceil(bytes / sealRawBytes), Math.ceil(count / sealRecords)];
  if (byBytes <= 1 && byRecords <= 1) return [count];
  const mostRecords = byRecords >= byBytes ? Math.ceil(count / byRecords) : sealRecords;
  // An average record more than the even share: the last batch is then the smaller one, not one too many.
  const enoughBytes = byRecords >= byBytes ? sealRawBytes : bytes / byBytes + bytes / count;
  const ends: number[] = [];
  let [start, size] = [0, 0];
  const close = (end: number): void => {
    if (end > start) ends.push(end);
    [start, size] = [end, 0];
  };
  for (let i = 0; i < count; i++) {
    const next = recordBytes(records[i]!);
    if (size + next > sealRawBytes) close(i);
    size += next;
    if (size >= enoughBytes || i + 1 - start >= mostRecords) close(i + 1);
  }
  close(count);
  return ends;
}

/** Rows of one stream's tail, in runs that can be one batch. */
export function joinRows(rows: readonly TailRow[], { sealRawBytes, sealRecords }: CutLimits): TailRow[][] {
  const runs: TailRow[][] = [];
  let [bytes, records] = [0, 0];
  for (const row of rows) {
    const run = runs.at(-1);
    const count = row.last - row.first + 1;
    bytes += row.rawBytes;
    records += count;
    const follows = run !== undefined && run.at(-1)!.last + 1 === row.first;
    if (follows && sameKind(run[0]!, row) && bytes <= sealRawBytes && records <= sealRecords) run.push(row);
    else {
      runs.push([row]);
      [bytes, records] = [row.rawBytes, count];
    }
  }
  return runs;
}

/** Rows between which the wall clock was set can't be corrected by one shift. */
function sameKind(a: TailRow, b: TailRow): boolean {
  if (a.stamp !== b.stamp) return false;
  if (a.stamp !== STAMP_AGENT) return true;
  const drift = a.createdMs - a.monotonicMs - (b.createdMs - b.monotonicMs);
  return a.boot === b.boot && Math.abs(drift) < SAME_CLOCK_MS;
}
