import type { StreamId } from '../../shared/identity.ts';
import { streamKey } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { ForkCause, ForkEntry, PointEntry } from '../ledger/entries.ts';
import type { Sequencing } from './context.ts';

/**
 * Writes into the edge's entry that two histories were seen. The same finding again (an agent that has not heard the
 * answer) changes nothing, so that retries cost no transaction.
 */
export function recordFork(
  context: Sequencing,
  stream: StreamId,
  cause: ForkCause,
  ours: PointEntry | null,
  theirs: PointEntry | null,
): void {
  const edge = context.staging.edge(stream.edge);
  if (!edge) return;
  const { epoch, lane, partition, topic, edge: id } = stream;
  const fork: ForkEntry = { epoch, lane, partition, topic, cause, ours, theirs, atMs: context.nowMs };
  if (edge.forks.some((known) => sameFinding(known, fork))) return;
  const forks = [...edge.forks, fork].slice(-limits.forksPerEdge);
  context.staging.putEdge(id, { ...edge, forks, forksTotal: edge.forksTotal + 1 });
  context.facts.push({ kind: 'fork', edge: id, stream: streamKey(stream), cause });
}

function sameFinding(a: ForkEntry, b: ForkEntry): boolean {
  const place = a.epoch === b.epoch && a.lane === b.lane && a.partition === b.partition && a.topic === b.topic;
  return place && a.cause === b.cause && a.theirs?.next === b.theirs?.next && a.theirs?.tip === b.theirs?.tip;
}
