import { type Cluster, readCommitted } from '../../shared/kafka/index.ts';
import { readRecords } from '../../shared/records/index.ts';

export interface Read {
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/**
 * All committed records of a topic, partition by partition; none where there is no such topic. `end`: waits for transactions
 * that are open now.
 */
export async function readTopic(cluster: Cluster, topic: string, until: 'end' | 'stable' = 'end'): Promise<Read[]> {
  const known = (await cluster.metadata([topic])).topics.get(topic);
  const records: Read[] = [];
  if (known?.errorCode !== 0) return records;
  for (const { partition } of known.partitions) {
    const where = { topic, topicId: known.topicId, partition };
    await readCommitted(cluster, where, {
      ...{ from: null, until, purpose: 'faults' },
      visit: (_header, batch) => {
        for (const { key, value } of readRecords(batch, { maxRawBytes: 1e8 })) records.push({ partition, key, value });
        return true;
      },
    });
  }
  return records;
}
