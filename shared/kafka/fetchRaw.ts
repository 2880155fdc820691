/** Reads partitions as they lie in the log: raw batches, aborted transactions, watermarks. */
import type { Cluster } from './cluster.ts';
import { answeredWith } from './failures.ts';
import { DEFAULT_REQUEST_TIMEOUT_MS } from './settings.ts';
import { type FetchedPartition, type FetchRequest, fetchV12, fetchV13 } from './wire/fetch.ts';

/** What the broker's own work may take beyond the wait that was asked for. */
const ANSWER_MARGIN_MS = 5_000;

/**
 * One fetch to one node. Partitions' error codes stay in the answer; the caller looks up leaders and retries. By topic id
 * where every partition has one and the broker speaks it. Use one purpose for each fetch that waits.
 * @throws TributaryError `brokerUnavailable`: no answer; reading again is harmless
 */
export async function fetchRaw(
  cluster: Cluster,
  nodeId: number,
  request: FetchRequest,
  purpose: string,
): Promise<FetchedPartition[]> {
  const connection = await cluster.connection(nodeId, purpose);
  const byId = request.partitions.every((p) => p.topicId) && connection.speaks(fetchV13);
  const maxWaitMs = patientWaitMs(cluster, request.maxWaitMs);
  const answer = await connection.send(byId ? fetchV13 : fetchV12, { ...request, maxWaitMs });
  if (answer.errorCode !== 0) throw answeredWith('Fetch request', `node ${nodeId}`, answer.errorCode);
  return byId ? withNames(answer.partitions, request) : withIds(answer.partitions, request);
}

/** What a fetch may wait, so that its answer comes before the request's time is over. */
export function patientWaitMs(cluster: Cluster, maxWaitMs: number): number {
  const patienceMs = (cluster.settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS) - ANSWER_MARGIN_MS;
  return Math.max(0, Math.min(maxWaitMs, patienceMs));
}

function withNames(partitions: readonly FetchedPartition[], request: FetchRequest): FetchedPartition[] {
  const names = new Map(request.partitions.map((p) => [p.topicId ?? '', p.topic]));
  return partitions.map((p) => ({ ...p, topic: names.get(p.topicId) ?? '' }));
}

function withIds(partitions: readonly FetchedPartition[], request: FetchRequest): FetchedPartition[] {
  const ids = new Map(request.partitions.map((p) => [p.topic, p.topicId]));
  return partitions.map((p) => ({ ...p, topicId: ids.get(p.topic) ?? p.topicId }));
}
