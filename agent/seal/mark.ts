/** What was captured up to now, in one look at the catalog. */
import type { CapturedMark } from '../buffer/index.ts';
import { viewOf } from './read.ts';
import { isRetired } from './retain.ts';
import type { Sealer } from './sealer.ts';

/**
 * Between two commits the catalog is what is on disk, so everything that was acknowledged before now is below `next`.
 * Of each place its newest stream: the hub takes that one only behind all earlier ones. So a mark has no more entries than
 * there are places, however often the agent was started. Null while a fork moves rows: what was captured has no sequence
 * in its new stream yet.
 */
export function takeMark(sealer: Sealer): CapturedMark | null {
  const streams: CapturedMark['streams'][number][] = [];
  for (const { chain, moving } of sealer.file.catalog.places()) {
    if (moving.length > 0) return null;
    const stream = chain.at(-1);
    if (stream === undefined || isRetired(sealer, stream)) continue;
    // No rule withholds or refuses records yet.
    streams.push({
      stream: viewOf(stream),
      next: stream.next,
      settledNext: stream.settled.next,
      withheld: 0,
      refused: 0,
    });
  }
  return { capturedAtMs: sealer.stampMs(), streams };
}
