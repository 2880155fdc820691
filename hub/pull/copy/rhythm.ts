/**
 * When a transaction is committed that nothing more comes into.
 *
 * Each commit costs the target markers and an entry, and the exact map a run, in every partition that was written to: so while
 * records come steadily a partition is committed once in `everyMs`. But where it had been quiet for that long, nothing is won by
 * letting its records wait: they are committed at once, unless the transaction holds so much that more is on its way.
 */
import { KIB } from '../../../shared/limits.ts';

export interface Held {
  readonly startedMs: number;
  /** Records that nobody sees before the commit. */
  readonly hidden: boolean;
  readonly bytes: number;
  /** When one of its partitions was committed last. */
  readonly lastCommitMs: number;
}

/** A stream, not a trickle. */
const STREAM_BYTES = 64 * KIB;

/** All on the monotonic clock. */
export function commitAtMs({ startedMs, hidden, bytes, lastCommitMs }: Held, everyMs: number): number {
  const latestMs = startedMs + everyMs;
  return hidden && bytes < STREAM_BYTES ? Math.min(latestMs, lastCommitMs + everyMs) : latestMs;
}
