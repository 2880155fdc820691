import { TributaryError } from '../../shared/errors.ts';
import { type StreamId, streamKey } from '../../shared/identity.ts';
import { type Cluster, readCommitted } from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import { readRecords } from '../../shared/records/index.ts';
import { decodeChange } from '../ledger/codec.ts';
import type { Counts, GapEntry, TargetEntry } from '../ledger/entries.ts';
import { parsePlaceKey, parseStreamKey } from '../ledger/keys.ts';
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
  readonly gaps: readonly Range[];
  /** Some gaps were joined, with records between them: only their number is exact. */
  readonly coalesced: boolean;
  readonly closed: boolean;
}

const MAX_LEDGER_BATCH_RAW_BYTES = 64 * MIB;

/**
 * Folds every shard of the ledger as it is committed now.
 * @throws TributaryError `brokerUnavailable`, `brokerRefused` (no such topic), what {@link decodeChange} throws
 */
export async function readExpected(
  cluster: Cluster,
  ledgerTopic: string,
  only: { readonly edges?: readonly string[]; readonly topics?: readonly string[] } = {},
): Promise<Map<string, ExpectedStream>> {
  const { topics } = await cluster.metadata([ledgerTopic]);
  const topic = topics.get(ledgerTopic);
  if (topic?.errorCode !== 0) throw noLedger(ledgerTopic);
  const expected = new Map<string, ExpectedStream>();
  for (const { partition } of topic.partitions) {
    const state = emptyState();
    const where = { topic: ledgerTopic, topicId: topic.topicId, partition };
    await readCommitted(cluster, where, {
      from: null,
      until: 'stable',
      purpose: 'ledger',
      visit: (header, batch) => {
        for (const { key, value, offsetDelta } of readRecords(batch, { maxRawBytes: MAX_LEDGER_BATCH_RAW_BYTES })) {
          const at = `${ledgerTopic}/${partition} at offset ${header.baseOffset + offsetDelta}`;
          if (key) applyChange(state, decodeChange({ key, value }, at));
        }
        return true;
      },
    });
    for (const stream of streamsOf(state)) {
      const wanted = isAmong(only.edges, stream.id.edge) && isAmong(only.topics, stream.target.topic);
      if (wanted) expected.set(stream.key, stream);
    }
  }
  return expected;
}

const isAmong = (names: readonly string[] | undefined, name: string): boolean =>
  names === undefined || names.length === 0 || names.includes(name);

/** All streams that a shard still knows: the open ones and its places' ancestors. */
export function streamsOf(state: ShardState): ExpectedStream[] {
  const streams: ExpectedStream[] = [];
  for (const [key, { next, counts, target }] of state.streams) {
    const id = parseStreamKey(key);
    if (id) streams.push({ id, key, next, counts, target, ...gapsOf(state.gaps.get(key) ?? []), closed: false });
  }
  for (const [placeKey, { ancestors }] of state.places) {
    const place = parsePlaceKey(placeKey);
    if (!place) continue;
    for (const { epoch, next, counts, target } of ancestors) {
      const id: StreamId = { ...place, epoch };
      const key = streamKey(id);
      streams.push({ id, key, next, counts, target, ...gapsOf(state.gaps.get(key) ?? []), closed: true });
    }
  }
  return streams;
}

function gapsOf(entries: readonly GapEntry[]): { gaps: Range[]; coalesced: boolean } {
  const gaps = normalise(entries.map(({ first, last }) => ({ first, last })));
  return { gaps, coalesced: entries.some(({ coalesced }) => coalesced > 0) };
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
