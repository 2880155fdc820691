/** A mirror's work seen from outside: what is visible on the target, and what the process has used until then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, LATEST, listOffsets } from '../../shared/kafka/index.ts';
import type { Usage } from './measure.ts';
import type { Running } from './pullSystems.ts';

export interface Watched {
  /** From the start of the process to the first visible record. */
  readonly firstRecordSeconds: number;
  readonly recordsPerSecond: number;
  /** For all records; the start is left out. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

const LOOK_EVERY_MS = 20;
/** Nothing new for so long: that was all. */
const STILL_MS = 1_000;

interface Moment {
  readonly atMs: number;
  readonly visible: number;
  readonly usage: Usage;
}

/**
 * Until `records` are visible in `topics` (those of a transaction's markers count, too, so a look behind the last one is what
 * ends it). @throws Error where it does not come to its end in time
 */
export async function watchCopy(
  cluster: Cluster,
  topics: readonly string[],
  records: number,
  running: Running,
  startedMs: number,
  withinMs: number,
): Promise<Watched> {
  let first: Moment | null = null;
  let before: Moment | null = null;
  let last: Moment | null = null;
  for (;;) {
    const visible = await visibleIn(cluster, topics);
    const now: Moment = { atMs: performance.now(), visible, usage: running.usage() };
    if (visible > 0) first ??= now;
    else before = now;
    if (visible > (last?.visible ?? 0)) last = now;
    if (last && last.visible >= records && now.atMs - last.atMs >= STILL_MS) break;
    if (now.atMs - startedMs > withinMs) throw new Error(`${visible} of ${records} records after ${withinMs / 1000} s`);
    await sleep(LOOK_EVERY_MS);
  }
  const firstRecordSeconds = (first!.atMs - startedMs) / 1000;
  // Where nearly all came at once, from the look before; otherwise what was there at first is not counted.
  const from = first!.visible > records / 2 && before ? before : first!;
  const copied = records - from.visible;
  const seconds = (last.atMs - from.atMs) / 1000;
  const cpuSeconds = ((last.usage.cpuSeconds - from.usage.cpuSeconds) * records) / copied;
  return { firstRecordSeconds, recordsPerSecond: copied / seconds, cpuSeconds, peakRssBytes: last.usage.peakRssBytes };
}

async function visibleIn(cluster: Cluster, topics: readonly string[]): Promise<number> {
  const found = (await cluster.metadata(topics)).topics;
  const questions = [...found.values()].flatMap(({ name, errorCode, partitions }) =>
    errorCode !== 0 || partitions.some(({ leader }) => leader < 0)
      ? []
      : partitions.map(({ partition }) => ({ topic: name, partition, timestamp: LATEST })),
  );
  if (questions.length === 0) return 0;
  const ends = await listOffsets(cluster, questions, 'read_committed');
  return ends.reduce((sum, { offset }) => sum + Math.max(0, offset), 0);
}
