/** Which record the source shows in front of an offset: whether a position still says the truth. */
import { EARLIEST, type FetchedPartition, fetchRaw, LATEST, listOffsets } from '../../../shared/kafka/index.ts';
import { limits } from '../../../shared/limits.ts';
import { RecordsError, walkRecords } from '../../../shared/records/index.ts';
import type { Partition } from './partition.ts';
import { type PlannedBatch, planBatches } from './plan.ts';
import { crcOfRecord } from './recordCrc.ts';
import { answered, type Parts } from './shared.ts';

export interface RecordBelow {
  /** {@link crcOfRecord} */
  readonly crc: number;
  readonly timestamp: number;
  /** Of its batch. */
  readonly leaderEpoch: number;
}

/** Offsets looked at, from near to far: in front of a position there may be markers, aborted records, and holes. */
const SPANS = [1, 16, 256, 4096];
const MAX_FETCHES = 32;
const MAX_WAIT_MS = 100;
const WALK = { maxRawBytes: limits.maxBatchRawBytes };

/**
 * The last record below `end`, as the source's isolation shows it. A text says why there is none: the log begins behind
 * it or ends in front of it, or what is in front of it can't be read.
 * @throws Error if a broker doesn't answer, or not with an answer that decides; it may be asked again
 */
export async function recordBelow(parts: Parts, partition: Partition, end: number): Promise<RecordBelow | string> {
  const start = await offsetOf(parts, partition, EARLIEST);
  const reached = await offsetOf(parts, partition, LATEST);
  if (reached < end) return `the topic ends at offset ${reached} now`;
  if (start >= end) return `the topic begins at offset ${start} now`;
  const budget = { fetches: MAX_FETCHES };
  for (const span of SPANS) {
    const from = Math.max(start, end - span);
    const found = await lastIn(parts, partition, { from, end }, budget);
    if (found !== null) return found;
    if (from === start) break;
  }
  return `no record was found in front of offset ${end}`;
}

async function offsetOf({ cluster, settings }: Parts, partition: Partition, timestamp: number): Promise<number> {
  const question = { topic: partition.topic, partition: partition.partition, timestamp };
  const [answer] = await listOffsets(cluster, [question], settings.isolation);
  if (answer?.errorCode !== 0) throw new Error(answered(answer?.errorCode ?? -1));
  return answer.offset;
}

async function lastIn(
  parts: Parts,
  partition: Partition,
  range: { readonly from: number; readonly end: number },
  budget: { fetches: number },
): Promise<RecordBelow | string | null> {
  let last: RecordBelow | null = null;
  for (let next = range.from; next < range.end; ) {
    if (budget.fetches <= 0) return `too much lies in front of offset ${range.end}`;
    budget.fetches -= 1;
    const plan = planBatches(await fetchFrom(parts, partition, next), next, parts.settings.isolation);
    if (plan.problem) return plan.problem.message;
    if (plan.next <= next) throw new Error(`nothing is read at offset ${next}`);
    try {
      for (const planned of plan.batches) last = lastOf(planned, range.end) ?? last;
    } catch (error) {
      if (error instanceof RecordsError) return error.message;
      throw error;
    }
    next = plan.next;
  }
  return last;
}

/** @throws RecordsError */
function lastOf({ header, batch }: PlannedBatch, end: number): RecordBelow | null {
  const seen: { key: Buffer | null; value: Buffer | null; timestamp: number }[] = [];
  if (header.baseOffset >= end) return null;
  walkRecords(batch, WALK, ({ offsetDelta, key, value, timestamp }) => {
    if (header.baseOffset + offsetDelta < end) seen[0] = { key, value, timestamp };
  });
  const [last] = seen;
  if (!last) return null;
  return {
    crc: crcOfRecord(last.key, last.value),
    timestamp: last.timestamp,
    leaderEpoch: header.partitionLeaderEpoch,
  };
}

async function fetchFrom(parts: Parts, partition: Partition, offset: number): Promise<FetchedPartition> {
  const { cluster, settings } = parts;
  const { topic, topicId, partition: number, leader, leaderEpoch } = partition;
  const wanted = { topic, topicId, partition: number, offset, currentLeaderEpoch: leaderEpoch };
  const request = {
    isolation: settings.isolation,
    maxWaitMs: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: settings.fetchPartitionBytes,
    partitions: [{ ...wanted, maxBytes: settings.fetchPartitionBytes }],
  };
  const [answer] = await fetchRaw(cluster, leader, request, `source-${settings.name}-check`);
  if (answer?.errorCode !== 0) throw new Error(answered(answer?.errorCode ?? -1));
  return answer;
}
