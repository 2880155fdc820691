import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../errors.ts';
import { MIB } from '../limits.ts';
import { type BatchHeader, splitBatches } from '../records/index.ts';
import { AbortedBatches } from './aborted.ts';
import type { Cluster } from './cluster.ts';
import { isRetriable, kafkaErrorName } from './errorTable.ts';
import { fetchRaw } from './fetchRaw.ts';
import { listOffsets } from './offsets.ts';
import type { FetchedPartition } from './wire/fetch.ts';
import { EARLIEST, LATEST } from './wire/listOffsets.ts';

export interface PartitionToRead {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

export interface ReadCommittedOptions {
  /** First offset to read; null: the log's start. */
  readonly from: number | null;
  /**
   * `end`: until the high watermark of now, waiting for open transactions in front of it. `stable`: what is committed now,
   * no waiting. An offset: until there, waiting as for `end`.
   */
  readonly until: 'end' | 'stable' | number;
  /**
   * Committed data batches in their order; the first may begin below `from`, with records that no consumer would see (Kafka
   * deletes from the front by offset, in its files by segment). Returning false ends the reading.
   */
  readonly visit: (header: BatchHeader, batch: Buffer, from: number) => boolean | undefined;
  /** Names the connection and the errors: `ledger`. */
  readonly purpose: string;
}

export interface ReadCommittedResult {
  /** Where the log began when the reading began. */
  readonly logStart: number;
  /** The offset behind the last one looked at. */
  readonly next: number;
}

const FETCH_BYTES = 4 * MIB;
/** Without any progress for this long the reading fails. Markers of a fenced owner may take seconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;
const LEADER_NOT_AVAILABLE = 5;
const REQUEST_TIMED_OUT = 7;

/**
 * Reads a partition as `read_committed`, batch by batch: aborted batches and markers are left out.
 * @throws TributaryError `brokerUnavailable` (the caller may try again), `brokerRefused`; what `visit` throws
 */
export async function readCommitted(
  cluster: Cluster,
  where: PartitionToRead,
  options: ReadCommittedOptions,
): Promise<ReadCommittedResult> {
  const isolation = options.until === 'stable' ? 'read_committed' : 'read_uncommitted';
  const logStart = await edgeOf(cluster, where, EARLIEST, 'read_uncommitted', options.purpose);
  const end =
    typeof options.until === 'number'
      ? options.until
      : await edgeOf(cluster, where, LATEST, isolation, options.purpose);
  const from = options.from ?? logStart;
  let position = from;
  let deadline = performance.now() + PATIENCE_MS;
  while (position < end) {
    const fetched = await fetchOnce(cluster, where, position, deadline, options.purpose);
    if (!fetched) continue;
    const visit = (header: BatchHeader, batch: Buffer) => options.visit(header, batch, from);
    const next = visitBatches(fetched, position, visit);
    if (next === 'stopped') return { logStart, next: position };
    if (next > position) deadline = performance.now() + PATIENCE_MS;
    // Compaction may have left nothing between here and the end.
    else if (fetched.lastStableOffset >= end) return { logStart, next: end };
    else if (performance.now() > deadline) throw stuck(where, position, end, options.purpose);
    else await sleep(PAUSE_MS);
    position = Math.max(position, next);
  }
  return { logStart, next: position };
}

async function edgeOf(
  cluster: Cluster,
  { topic, partition }: PartitionToRead,
  timestamp: number,
  isolation: 'read_committed' | 'read_uncommitted',
  purpose: string,
): Promise<number> {
  const [answer] = await listOffsets(cluster, [{ topic, partition, timestamp }], isolation);
  if (answer && answer.errorCode === 0) return answer.offset;
  throw refused(purpose, `${topic}/${partition}`, answer?.errorCode ?? -1);
}

/** Null: the leader has to be asked for again. */
async function fetchOnce(
  cluster: Cluster,
  { topic, topicId, partition }: PartitionToRead,
  offset: number,
  deadline: number,
  purpose: string,
): Promise<FetchedPartition | null> {
  const leader = await cluster.leader(topic, partition);
  if (leader) {
    const wanted = { topic, topicId, partition, offset, currentLeaderEpoch: -1, maxBytes: FETCH_BYTES };
    const bounds = { isolation: 'read_committed' as const, maxWaitMs: 250, minBytes: 1, maxBytes: FETCH_BYTES };
    const request = { ...bounds, partitions: [wanted] };
    const [fetched] = await fetchRaw(cluster, leader.nodeId, request, `${purpose}-${partition}`);
    if (fetched && fetched.errorCode === 0) return fetched;
    // A broker that throttles its client answers with nothing at all.
    const code = fetched?.errorCode ?? REQUEST_TIMED_OUT;
    if (!isRetriable(code) || performance.now() > deadline) throw refused(purpose, `${topic}/${partition}`, code);
  } else if (performance.now() > deadline) throw refused(purpose, `${topic}/${partition}`, LEADER_NOT_AVAILABLE);
  cluster.forget(topic);
  await sleep(PAUSE_MS);
  return null;
}

function visitBatches(
  fetched: FetchedPartition,
  from: number,
  visit: (header: BatchHeader, batch: Buffer) => boolean | undefined,
): number | 'stopped' {
  const aborted = new AbortedBatches(fetched.aborted);
  let position = from;
  for (const { header, batch } of splitBatches(fetched.records)) {
    const next = header.baseOffset + header.lastOffsetDelta + 1;
    const dropped = aborted.drops(header, batch);
    if (next <= position) continue;
    if (!dropped && !header.control && visit(header, batch) === false) return 'stopped';
    position = next;
  }
  return position;
}

function refused(purpose: string, subject: string, code: number): TributaryError {
  const retriable = isRetriable(code);
  return new TributaryError({
    code: retriable ? 'brokerUnavailable' : 'brokerRefused',
    operation: `read ${purpose}`,
    subject,
    reason: `Kafka answers ${kafkaErrorName(code)} (${code})`,
    retry: retriable ? 'retried' : 'final',
  });
}

function stuck({ topic, partition }: PartitionToRead, position: number, end: number, purpose: string): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: `read ${purpose}`,
    subject: `${topic}/${partition}`,
    reason: `offset ${position} of ${end} is reached and nothing more becomes stable: an open transaction is in front`,
    retry: 'retried',
  });
}
