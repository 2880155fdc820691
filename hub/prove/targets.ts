import { type Cluster, LATEST, listOffsets, type PartitionToRead, readCommitted } from '../../shared/kafka/index.ts';
import { limits } from '../../shared/limits.ts';
import { type BatchHeader, readProvenance, walkRecords } from '../../shared/records/index.ts';
import type { ExpectedStream } from './expected.ts';
import type { Records } from './records.ts';

const PROGRESS_EVERY_RECORDS = 100_000;
const PARTITIONS_AT_ONCE = 4;

export interface TargetPartition extends PartitionToRead {
  /** Offset up to which it is read, what was not committed yet included. */
  readonly end: number;
}

/** What was found of a target partition. */
export interface TargetFound {
  readonly topicId: string;
  readonly logStart: number;
}

export const targetKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Every partition of the streams' target topics that is there, and where it ends now. */
export async function targetPartitions(
  cluster: Cluster,
  streams: readonly ExpectedStream[],
): Promise<TargetPartition[]> {
  const names = [...new Set(streams.map(({ target }) => target.topic))];
  if (names.length === 0) return [];
  const { topics } = await cluster.metadata(names);
  const there = [...topics.values()].flatMap(({ name, topicId, errorCode, partitions }) =>
    errorCode === 0 ? partitions.map(({ partition }) => ({ topic: name, topicId, partition })) : [],
  );
  const questions = there.map(({ topic, partition }) => ({ topic, partition, timestamp: LATEST }));
  const ends = await listOffsets(cluster, questions, 'read_uncommitted');
  const endOf = new Map(ends.map(({ topic, partition, offset }) => [targetKey(topic, partition), offset]));
  return there.map((where) => ({ ...where, end: endOf.get(targetKey(where.topic, where.partition)) ?? 0 }));
}

/** Reads each partition once; returns, by {@link targetKey}, where its log began. */
export async function readTargets(
  cluster: Cluster,
  partitions: readonly TargetPartition[],
  records: Records,
  onProgress: (read: number) => void,
): Promise<Map<string, TargetFound>> {
  const found = new Map<string, TargetFound>();
  let announced = 0;
  const readOne = async ({ end, ...where }: TargetPartition): Promise<void> => {
    const { topic, topicId, partition } = where;
    const visit = (header: BatchHeader, batch: Buffer, from: number): boolean => {
      walkRecords(batch, { maxRawBytes: limits.maxBatchRawBytes }, (view) => {
        const offset = header.baseOffset + view.offsetDelta;
        // What came since lies in the last batches: the ledger that is compared with may not know of it.
        if (offset >= from && offset < end) records.see(topic, partition, offset, readProvenance(view.headers()));
      });
      if (records.read - announced >= PROGRESS_EVERY_RECORDS) {
        announced = records.read;
        onProgress(records.read);
      }
      return true;
    };
    const { logStart } = await readCommitted(cluster, where, {
      ...{ from: null, until: end, purpose: `topic-${topic}` },
      visit,
    });
    found.set(targetKey(topic, partition), { topicId, logStart });
  };
  const work = [...partitions];
  const next = async (): Promise<void> => {
    for (let where = work.pop(); where; where = work.pop()) await readOne(where);
  };
  await Promise.all(Array.from({ length: PARTITIONS_AT_ONCE }, next));
  return found;
}
