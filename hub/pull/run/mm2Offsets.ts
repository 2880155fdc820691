/** The topic in which MirrorMaker 2 keeps its positions (`mm2Entry.ts`): read, written, and whether its owner runs. */
import { appendRecords, type Cluster, createTopics, listGroups, readCommitted } from '../../../shared/kafka/index.ts';
import { partitionOfKey } from '../../../shared/kafka/murmur2.ts';
import { type PlainRecord, readRecords } from '../../../shared/records/index.ts';
import type { Elsewhere } from '../copy/index.ts';
import { decodeMm2, encodeMm2 } from './mm2Entry.ts';

export interface Mm2Topic {
  /** Of the target. */
  readonly cluster: Cluster;
  readonly name: string;
  /** Alias. */
  readonly source: string;
}

const MAX_BATCH_RAW_BYTES = 32 * 1024 * 1024;
/** What Connect makes it with. */
const PARTITIONS = 25;
const CLOSED_STATES = new Set(['Empty', 'Dead']);

/** Of one partition of the source. Topic names hold no `/`. */
export const labelOf = (topic: string, partition: number): string => `${topic}/${partition}`;

/** By {@link labelOf}; empty where there is no such topic. Waits for transactions that are open: they may hold positions. */
export async function readMm2Offsets({ cluster, name, source }: Mm2Topic): Promise<Map<string, Elsewhere>> {
  const offsets = new Map<string, Elsewhere>();
  const known = (await cluster.metadata([name])).topics.get(name);
  if (known?.errorCode !== 0) return offsets;
  for (const { partition } of known.partitions) {
    const where = { topic: name, topicId: known.topicId, partition };
    await readCommitted(cluster, where, {
      ...{ from: null, until: 'end', purpose: 'mm2-offsets' },
      visit: (_header, batch) => {
        for (const { key, value, timestamp } of readRecords(batch, { maxRawBytes: MAX_BATCH_RAW_BYTES })) {
          const entry = decodeMm2(key, value, source);
          if (!entry) continue;
          const label = labelOf(entry.topic, entry.partition);
          if (entry.next === null) offsets.delete(label);
          else offsets.set(label, { next: entry.next, atMs: Number(timestamp) });
        }
        return true;
      },
    });
  }
  return offsets;
}

/**
 * Outside any transaction, after what they speak of was committed: a MirrorMaker 2 without exactly once also reads what was
 * aborted, and would skip.
 */
export async function writeMm2Offsets(
  { cluster, name, source }: Mm2Topic,
  positions: readonly { readonly topic: string; readonly partition: number; readonly next: number }[],
  timestamp: number,
): Promise<void> {
  const partitions = (await cluster.metadata([name])).topics.get(name)?.partitions.length ?? 0;
  const records = positions.map((position): PlainRecord => {
    return { ...encodeMm2(source, position), timestamp, headers: [] };
  });
  const byPartition = Map.groupBy(records, ({ key }) => partitionOfKey(key!, partitions || PARTITIONS));
  await Promise.all([...byPartition].map(([partition, members]) => appendRecords(cluster, name, partition, members)));
}

/** As Connect makes it; one that is there is left as it is. */
export async function ensureMm2Topic({ cluster, name }: Mm2Topic): Promise<void> {
  const configs = { 'cleanup.policy': 'compact' };
  await createTopics(cluster, [{ name, partitions: PARTITIONS, replicationFactor: -1, configs }]);
}

/** Whether a MirrorMaker 2 copies from this source into this cluster now: its workers are a group. */
export async function mm2Runs({ cluster, source }: Mm2Topic): Promise<boolean> {
  const groups = await listGroups(cluster);
  return groups.some(({ group, state }) => group === `${source}-mm2` && !CLOSED_STATES.has(state));
}
