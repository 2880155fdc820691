import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../../shared/errors.ts';
import {
  type Cluster,
  EARLIEST,
  type FetchedPartition,
  fetchRaw,
  isRetriable,
  kafkaErrorName,
  LATEST,
  listOffsets,
} from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import { type BatchHeader, readRecords, splitBatches, walkRecords } from '../../shared/records/index.ts';
import type { LedgerRecord } from './codec.ts';

export interface PartitionToRead {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

export interface ReadOptions {
  /** First offset to read; null: the log's start. */
  readonly from: number | null;
  /**
   * `end`: until the high watermark of now, waiting for open transactions in front of it: what a new owner needs after
   * InitProducerId. `stable`: what is committed now, no waiting.
   */
  readonly until: 'end' | 'stable';
  /** Committed records in their order. Returning false ends the reading. */
  readonly visit: (record: LedgerRecord & { readonly offset: number }) => boolean | undefined;
}

const FETCH_BYTES = 4 * MIB;
/** Raw bytes of one ledger batch: what {@link ledgerBatches} makes is far below. */
const MAX_BATCH_RAW_BYTES = 64 * MIB;
/** Without any progress for this long the reading fails. Markers of a fenced owner may take seconds. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/**
 * Reads a partition as `read_committed`: aborted batches and markers are left out.
 * @returns the offset behind the last one looked at
 * @throws TributaryError `brokerUnavailable` (retried by the caller), `brokerRefused`
 */
export async function readPartition(cluster: Cluster, where: PartitionToRead, options: ReadOptions): Promise<number> {
  const { topic, partition } = where;
  const isolation = options.until === 'end' ? 'read_uncommitted' : 'read_committed';
  const end = await edgeOf(cluster, topic, partition, LATEST, isolation);
  let position = options.from ?? (await edgeOf(cluster, topic, partition, EARLIEST, 'read_uncommitted'));
  const aborted = new AbortedTransactions();
  let deadline = performance.now() + PATIENCE_MS;
  while (position < end) {
    const fetched = await fetchOnce(cluster, where, position, deadline);
    if (!fetched) continue;
    const next = visitBatches(fetched, position, aborted, options.visit);
    if (next === 'stopped') return position;
    if (next > position) deadline = performance.now() + PATIENCE_MS;
    // Compaction may have left nothing between here and the end.
    else if (fetched.lastStableOffset >= end) return end;
    else if (performance.now() > deadline) throw stuck(where, position, end);
    else await sleep(PAUSE_MS);
    position = Math.max(position, next);
  }
  return position;
}

async function edgeOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  timestamp: number,
  isolation: 'read_committed' | 'read_uncommitted',
): Promise<number> {
  const [answer] = await listOffsets(cluster, [{ topic, partition, timestamp }], isolation);
  if (answer && answer.errorCode === 0) return answer.offset;
  throw refused(`${topic}/${partition}`, answer?.errorCode ?? -1);
}

/** Null: the leader has to be asked for again. */
async function fetchOnce(
  cluster: Cluster,
  { topic, topicId, partition }: PartitionToRead,
  offset: number,
  deadline: number,
): Promise<FetchedPartition | null> {
  const leader = await cluster.leader(topic, partition);
  if (leader) {
    const partitions = [{ topic, topicId, partition, offset, currentLeaderEpoch: -1, maxBytes: FETCH_BYTES }];
    const request = {
      isolation: 'read_committed' as const,
      maxWaitMs: 250,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      partitions,
    };
    const [fetched] = await fetchRaw(cluster, leader.nodeId, request, `ledger-${partition}`);
    if (fetched && fetched.errorCode === 0) return fetched;
    const code = fetched?.errorCode ?? -1;
    if (!isRetriable(code) || performance.now() > deadline) throw refused(`${topic}/${partition}`, code);
  } else if (performance.now() > deadline) throw refused(`${topic}/${partition}`, LEADER_NOT_AVAILABLE);
  cluster.forget(topic);
  await sleep(PAUSE_MS);
  return null;
}

const LEADER_NOT_AVAILABLE = 5;

function visitBatches(
  fetched: FetchedPartition,
  from: number,
  aborted: AbortedTransactions,
  visit: ReadOptions['visit'],
): number | 'stopped' {
  aborted.add(fetched.aborted);
  let position = from;
  for (const { header, batch } of splitBatches(fetched.records)) {
    const next = header.baseOffset + header.lastOffsetDelta + 1;
    if (next <= position) continue;
    if (aborted.keeps(header, batch)) {
      for (const record of readRecords(batch, { maxRawBytes: MAX_BATCH_RAW_BYTES })) {
        const offset = header.baseOffset + record.offsetDelta;
        if (offset < position || record.key === null) continue;
        if (visit({ key: record.key, value: record.value, offset }) === false) return 'stopped';
      }
    }
    position = next;
  }
  return position;
}

/** Which producers' batches are to be left out, from where to their abort marker. */
class AbortedTransactions {
  readonly #upcoming = new Map<string, { producerId: bigint; firstOffset: number }>();
  readonly #active = new Set<bigint>();

  add(transactions: readonly { producerId: bigint; firstOffset: number }[]): void {
    for (const transaction of transactions) {
      const { producerId, firstOffset } = transaction;
      if (!this.#active.has(producerId)) this.#upcoming.set(`${producerId}/${firstOffset}`, transaction);
    }
  }

  /** Whether the batch's records are committed data. */
  keeps(header: BatchHeader, batch: Buffer): boolean {
    for (const [key, { producerId, firstOffset }] of this.#upcoming) {
      if (firstOffset > header.baseOffset + header.lastOffsetDelta) continue;
      this.#active.add(producerId);
      this.#upcoming.delete(key);
    }
    if (header.control) {
      if (isAbortMarker(batch)) this.#active.delete(header.producerId);
      return false;
    }
    return !(header.transactional && this.#active.has(header.producerId));
  }
}

/** A marker's key is its version and its type: 0 abort, 1 commit. */
function isAbortMarker(batch: Buffer): boolean {
  let abort = false;
  walkRecords(batch, { maxRawBytes: MIB }, ({ key }) => {
    abort = key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
  });
  return abort;
}

function refused(subject: string, code: number): TributaryError {
  const retriable = isRetriable(code);
  return new TributaryError({
    code: retriable ? 'brokerUnavailable' : 'brokerRefused',
    operation: 'read ledger',
    subject,
    reason: `Kafka answers ${kafkaErrorName(code)} (${code})`,
    retry: retriable ? 'retried' : 'final',
  });
}

function stuck({ topic, partition }: PartitionToRead, position: number, end: number): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'read ledger',
    subject: `${topic}/${partition}`,
    reason: `offset ${position} of ${end} is reached and nothing more becomes stable: an open transaction is in front`,
    hint: 'Only the shard owner may write to this partition.',
    retry: 'retried',
  });
}
