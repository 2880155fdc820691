/** What was captured up to now, in one look at the catalog. */
import type { BufferFile, CapturedMark } from '../buffer/index.ts';
import { viewOf } from './read.ts';

/**
 * Between two commits the catalog is what is on disk, so everything that was acknowledged before `nowMs` is below `next`.
 * Null while a fork moves rows: what was captured has no sequence in its new stream yet.
 */
export function takeMark({ catalog }: BufferFile, nowMs: number): CapturedMark | null {
  const streams: CapturedMark['streams'][number][] = [];
  for (const stream of catalog.streams.values()) {
    if (stream.moveOrder !== null) return null;
    // No rule withholds or refuses records yet.
    streams.push({
      stream: viewOf(stream),
      next: stream.next,
      settledNext: stream.settled.next,
      withheld: 0,
      refused: 0,
    });
  }
  return { capturedAtMs: nowMs, streams };
}
