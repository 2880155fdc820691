/** Writes a few records outside any transaction: for internal topics whose newest value per key counts. */
import { TributaryError } from '../errors.ts';
import { encodeBatch, type PlainRecord } from '../records/index.ts';
import type { Cluster } from './cluster.ts';
import { isRetriable, saysStaleLeader } from './errorTable.ts';
import { answeredWith, noAnswer } from './failures.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import { produceV11 } from './wire/produce.ts';

/** A topic that was just made has no leader for a moment. */
const PATIENCE: Patience = { withinMs: 15_000, firstDelayMs: 20, maxDelayMs: 500 };
const TIMEOUT_MS = 10_000;
const RECORDS_PER_BATCH = 1_000;
/** Below the smallest `max.message.bytes` that anybody uses. */
const BYTES_PER_BATCH = 512 * 1024;

/**
 * Resolves when all are on all in-sync replicas. After an unanswered request they are written again: at least once.
 * @throws TributaryError `brokerUnavailable`, `brokerRefused`
 */
export async function appendRecords(
  cluster: Cluster,
  topic: string,
  partition: number,
  records: readonly PlainRecord[],
): Promise<void> {
  for (const members of batchesOf(records)) await appendBatch(cluster, topic, partition, members);
}

function batchesOf(records: readonly PlainRecord[]): PlainRecord[][] {
  const batches: PlainRecord[][] = [];
  let current: PlainRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (current.length === RECORDS_PER_BATCH || (current.length > 0 && bytes + size > BYTES_PER_BATCH)) {
      batches.push(current);
      [current, bytes] = [[], 0];
    }
    current.push(record);
    bytes += size;
  }
  return current.length > 0 ? [...batches, current] : batches;
}

async function appendBatch(
  cluster: Cluster,
  topic: string,
  partition: number,
  records: readonly PlainRecord[],
): Promise<void> {
  const subject = `${topic}/${partition}`;
  const request = {
    transactionalId: null,
    timeoutMs: TIMEOUT_MS,
    batches: [{ topic, partition, batch: encodeBatch(records, { codec: 'none' }) }],
  };
  await patiently(PATIENCE, async () => {
    const leader = await cluster.leader(topic, partition);
    if (!leader) {
      cluster.forget(topic);
      throw new TryAgain(noAnswer('append records', subject, new Error('the partition is unknown or has no leader')));
    }
    const { partitions } = await unlessLost(cluster, topic, async () =>
      (await cluster.connection(leader.nodeId, 'append')).send(produceV11, request),
    );
    const [answer] = partitions;
    const code = answer?.errorCode ?? -1;
    if (code === 0) return;
    if (saysStaleLeader(code)) cluster.forget(topic);
    const failure = answeredWith('append records', subject, code, answer?.errorMessage ?? null);
    throw isRetriable(code) ? new TryAgain(failure) : failure;
  });
}

async function unlessLost<T>(cluster: Cluster, topic: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof TributaryError && error.retry === 'final') throw error;
    cluster.forget(topic);
    throw new TryAgain(error instanceof Error ? error : new Error(String(error)));
  }
}
