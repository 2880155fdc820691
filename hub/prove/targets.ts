import { type Cluster, readCommitted } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import { type BatchHeader, readProvenance, walkRecords } from '../../shared/records/index.ts';
import type { ExpectedStream } from './expected.ts';
import type { Records } from './records.ts';

const PROGRESS_EVERY_RECORDS = 100_000;
const PARTITIONS_AT_ONCE = 4;

/** What was found of a target partition; `topicId` is empty where there is no such topic. */
export interface TargetFound {
  readonly topicId: string;
  readonly logStart: number;
}

export const targetKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Reads every partition of every target topic once; returns where each log began. */
export async function readTargets(
  cluster: Cluster,
  expected: readonly ExpectedStream[],
  records: Records,
  onProgress?: (read: number, expected: number) => void,
): Promise<Map<string, TargetFound>> {
  const names = [...new Set(expected.map(({ target }) => target.topic))];
  const found = new Map<string, TargetFound>();
  if (names.length === 0) return found;
  const total = expected.reduce((sum, { counts }) => sum + counts.records, 0);
  const { topics } = await cluster.metadata(names);
  const work = [...topics.values()].flatMap(({ name, topicId, errorCode, partitions }) =>
    errorCode === 0 ? partitions.map(({ partition }) => ({ topic: name, topicId, partition })) : [],
  );
  let announced = 0;
  const readOne = async (where: (typeof work)[number]): Promise<void> => {
    const visit = (header: BatchHeader, batch: Buffer, from: number): boolean => {
      walkRecords(batch, { maxRawBytes: limits.maxBatchRawBytes }, (view) => {
        const offset = header.baseOffset + view.offsetDelta;
        if (offset >= from) records.see(where.topic, where.partition, offset, readProvenance(view.headers()));
      });
      if (records.read - announced >= PROGRESS_EVERY_RECORDS) {
        announced = records.read;
        onProgress?.(records.read, total);
      }
      return true;
    };
    const purpose = `topic-${where.topic}`;
    const { logStart } = await readCommitted(cluster, where, { from: null, until: 'end', purpose, visit });
    found.set(targetKey(where.topic, where.partition), { topicId: where.topicId, logStart });
  };
  const next = async (): Promise<void> => {
    for (let where = work.pop(); where; where = work.pop()) await readOne(where);
  };
  await Promise.all(Array.from({ length: PARTITIONS_AT_ONCE }, next));
  return found;
}
