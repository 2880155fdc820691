import { TributaryError } from '../../shared/errors.ts';
import { type StreamId, streamKey } from '../../shared/identity.ts';
import type { Cluster } from '../../shared/kafka/index.ts';
import { decodeChange } from '../ledger/codec.ts';
import type { Counts, GapEntry, IncidentEntry, TargetEntry } from '../ledger/entries.ts';
import { parsePlaceKey, parseStreamKey } from '../ledger/keys.ts';
import { readPartition } from '../ledger/read.ts';
import { applyChange, emptyState, type ShardState } from '../sequence/index.ts';
import { normalise, type Range } from './ranges.ts';

/** What the ledger says of one stream, open or closed. */
export interface ExpectedStream {
  readonly id: StreamId;
  readonly key: string;
  /** Every sequence below is in central Kafka, a gap or a dead letter. */
  readonly next: number;
  readonly counts: Counts;
  readonly target: TargetEntry;
  /** Where gaps were joined the ranges hold records too: then only `counts.gapped` is exact. */
  readonly gaps: readonly Range[];
  /** What the hub has found missing by itself. */
  readonly incident: IncidentEntry | null;
}

/**
 * Folds every shard of the ledger. `stable`: as it is committed now; `end`: with what is being committed, too.
 * @throws TributaryError `brokerUnavailable`, `brokerRefused`, `verificationFailed` (no such topic), what
 *   {@link decodeChange} throws
 */
export async function readExpected(
  cluster: Cluster,
  ledgerTopic: string,
  until: 'stable' | 'end',
): Promise<Map<string, ExpectedStream>> {
  const { topics } = await cluster.metadata([ledgerTopic]);
  const topic = topics.get(ledgerTopic);
  if (topic?.errorCode !== 0) throw noLedger(ledgerTopic);
  const expected = new Map<string, ExpectedStream>();
  for (const { partition } of topic.partitions) {
    const state = emptyState();
    await readPartition(
      cluster,
      { topic: ledgerTopic, topicId: topic.topicId, partition },
      {
        ...{ from: null, until },
        visit: (record) => {
          applyChange(state, decodeChange(record, `${ledgerTopic}/${partition} at offset ${record.offset}`));
          return true;
        },
      },
    );
    for (const stream of streamsOf(state)) expected.set(stream.key, stream);
  }
  return expected;
}

/** All streams that a shard still knows: the open ones and its places' ancestors. */
export function streamsOf(state: ShardState): ExpectedStream[] {
  const streams: ExpectedStream[] = [];
  for (const [key, { next, counts, target }] of state.streams) {
    const id = parseStreamKey(key);
    if (id) streams.push({ id, key, next, counts, target, ...besides(state, key) });
  }
  for (const [placeKey, { ancestors }] of state.places) {
    const place = parsePlaceKey(placeKey);
    if (!place) continue;
    for (const { epoch, next, counts, target } of ancestors) {
      const id: StreamId = { ...place, epoch };
      const key = streamKey(id);
      streams.push({ id, key, next, counts, target, ...besides(state, key) });
    }
  }
  return streams;
}

function besides(state: ShardState, key: string): Pick<ExpectedStream, 'gaps' | 'incident'> {
  const entries: readonly GapEntry[] = state.gaps.get(key) ?? [];
  const gaps = normalise(entries.map(({ first, last }) => ({ first, last })));
  return { gaps, incident: state.incidents.get(key) ?? null };
}

const noLedger = (topic: string): TributaryError =>
  new TributaryError({
    code: 'verificationFailed',
    operation: 'read ledger',
    subject: topic,
    reason: 'there is no such topic in this cluster',
    hint: 'Name the central brokers and the ledger topic of hub.yaml.',
    retry: 'final',
  });
