import type { EdgeId } from '../../shared/identity.ts';
import type { IncidentCause, StreamEntry, TargetEntry } from '../ledger/entries.ts';
import { parseStreamKey } from '../ledger/keys.ts';
import type { Sequencing } from './context.ts';

/** What was found of a stream's target, against what the ledger said when it was looked for. */
export interface Divergence {
  /** Key of the stream in the ledger. */
  readonly stream: string;
  readonly cause: IncidentCause;
  /** As the ledger had it. */
  readonly target: TargetEntry;
  readonly foundTopicId: string | null;
  readonly lostFrom: number;
}

/** A target that has been lost with its topic: where the stream's next record goes binds anew. */
export const LOST_TOPIC = '';

/**
 * Writes down what Kafka has lost of open streams, and lets them go on: the same topic and partition, with nothing in it
 * that the ledger believes in. What was found of a target that the stream does not have any more is old news.
 */
export function recordIncidents(context: Sequencing, found: readonly Divergence[]): void {
  for (const divergence of found) {
    const id = parseStreamKey(divergence.stream);
    const entry = context.staging.stream(divergence.stream);
    if (!id || !entry || isOld(entry.target, divergence.target)) continue;
    writeIncident(context, id.edge, entry.next, divergence);
    const target = reset(entry.target, divergence);
    context.staging.putStream(divergence.stream, id.edge, { ...entry, target, updatedAtMs: context.nowMs });
  }
}

/** A stream is closed by a successor that goes to another topic of the same name. */
export function incidentAtClose(
  context: Sequencing,
  stream: { readonly key: string; readonly edge: EdgeId; readonly entry: StreamEntry },
  successor: { readonly topic: string; readonly topicId: string },
): void {
  const { target, next } = stream.entry;
  if (target.topic !== successor.topic || target.topicId === successor.topicId || target.lastOffset < 0) return;
  const foundTopicId = successor.topicId;
  const divergence = { stream: stream.key, cause: 'replaced', target, foundTopicId, lostFrom: 0 } as const;
  writeIncident(context, stream.edge, next, divergence);
}

function writeIncident(context: Sequencing, edge: EdgeId, next: number, divergence: Divergence): void {
  const { stream, cause, target, foundTopicId, lostFrom } = divergence;
  const total = (context.staging.incident(stream)?.total ?? 0) + 1;
  const value = { v: 1, cause, target, foundTopicId, lostFrom, next, atMs: context.nowMs, total } as const;
  context.staging.putIncident(stream, edge, value);
  context.facts.push({ kind: 'incident', edge, stream, incident: value });
}

/** It was recorded already: since then the stream has another topic, or believes in nothing, or in less. */
const isOld = (now: TargetEntry, then: TargetEntry): boolean =>
  now.topicId !== then.topicId || now.lastOffset < then.lastOffset;

function reset(now: TargetEntry, { cause, target, foundTopicId }: Divergence): TargetEntry {
  const nothing = { ...now, lastOffset: -1, leaderEpoch: -1 };
  if (cause !== 'truncated') return { ...nothing, topicId: foundTopicId ?? LOST_TOPIC };
  // What was written since lies behind the loss.
  return now.lastOffset === target.lastOffset ? nothing : now;
}
