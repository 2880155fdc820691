/** Read-only pictures of a shard's state, for the fleet and for sessions. */
import type { EdgeId, Epoch, Place } from '../../shared/identity.ts';
import { bounds, logNumber, type Reached } from '../../shared/wire/index.ts';
import type {
  AncestorEntry,
  Counts,
  EpochEntry,
  ForkEntry,
  GapEntry,
  IncidentEntry,
  MarkEntry,
  PositionEntry,
  StreamEntry,
} from '../ledger/entries.ts';
import { parsePlaceKey } from '../ledger/keys.ts';
import { addCounts, furthest } from './open.ts';
import type { ShardState } from './state.ts';

export interface StreamView extends Place {
  readonly epoch: Epoch;
  readonly entry: StreamEntry;
  readonly gaps: readonly GapEntry[];
  readonly incident: IncidentEntry | null;
}
/** All epochs of a place together. */
export interface PlaceView extends Place {
  readonly totals: Counts;
  readonly ancestors: readonly (AncestorEntry & Pick<StreamView, 'gaps' | 'incident'>)[];
  /** Closed streams of which only the totals are left. */
  readonly dropped: number;
  /** Oldest first; one, unless there was a fork. */
  readonly streams: readonly StreamView[];
}
export interface EdgeView {
  readonly edge: EdgeId;
  readonly knownSinceMs: number;
  readonly epochs: readonly EpochEntry[];
  readonly forks: readonly ForkEntry[];
  readonly forksTotal: number;
  readonly mark: MarkEntry | null;
  readonly places: readonly PlaceView[];
}

export const edgesOf = (state: ShardState): readonly EdgeId[] => [...state.edges.keys()];

export function edgeView(state: ShardState, edge: EdgeId): EdgeView | null {
  const entry = state.edges.get(edge);
  if (!entry) return null;
  const places = [...(state.placesOf.get(edge) ?? [])].flatMap((key) => placeView(state, key) ?? []);
  const { knownSinceMs, epochs, forks, forksTotal } = entry;
  return { edge, knownSinceMs, epochs, forks, forksTotal, mark: state.marks.get(edge) ?? null, places };
}

function placeView(state: ShardState, key: string): PlaceView | null {
  const place = parsePlaceKey(key);
  const entry = state.places.get(key);
  if (!place || !entry) return null;
  const { edge, topic, partition, lane } = place;
  const at = `${lane}/${partition}/${topic}`;
  const streams = entry.open.flatMap((epoch) => {
    const id = `${edge}/${epoch}/${at}`;
    const stream = state.streams.get(id);
    return stream ? [{ epoch, topic, partition, lane, entry: stream, ...besides(state, id) }] : [];
  });
  const ancestors = entry.ancestors.map((known) => ({
    ...known,
    ...besides(state, `${edge}/${known.epoch}/${at}`),
  }));
  const totals = streams.reduce((sum, stream) => addCounts(sum, stream.entry.counts), entry.totals);
  return { topic, partition, lane, totals, ancestors, dropped: entry.dropped, streams };
}

const besides = (state: ShardState, stream: string): Pick<StreamView, 'gaps' | 'incident'> => ({
  gaps: state.gaps.get(stream) ?? [],
  incident: state.incidents.get(stream) ?? null,
});

/** Rough size on the wire beside its names; all told positions together stay well within a session's answer. */
const POSITION_BYTES = 64;
const POSITIONS_BYTES = bounds.smallBodyBytes / 2;

/**
 * The positions in its sources up to which the hub has an edge's records, of those logs that the agent has not read so
 * far: of each place the furthest of any of its streams, closed ones and other branches of a fork included. What is in
 * order has nothing here, because an agent's own position is never behind what it has delivered.
 */
export function positionsBeyond(
  state: ShardState,
  edge: EdgeId,
  reached: readonly Reached[],
): readonly PositionEntry[] {
  const known = new Map(reached.map(({ log, nextOffset }) => [log, nextOffset]));
  const beyond: PositionEntry[] = [];
  let bytes = 0;
  for (const key of state.placesOf.get(edge) ?? []) {
    const best = furthestOf(state, edge, key);
    if (best === null || best.nextOffset <= (known.get(logNumber(best)) ?? -1)) continue;
    bytes += best.clusterId.length + best.topic.length + best.topicId.length + POSITION_BYTES;
    // What is left out is captured again: twice, and not lost.
    if (beyond.length >= bounds.positions || bytes > POSITIONS_BYTES) return beyond;
    beyond.push(best);
  }
  return beyond;
}

function furthestOf(state: ShardState, edge: EdgeId, key: string): PositionEntry | null {
  const place = state.places.get(key);
  const at = key.slice(edge.length + 1);
  const positions = (place?.open ?? []).map((epoch) => state.streams.get(`${edge}/${epoch}/${at}`)?.position ?? null);
  return positions.reduce(furthest, place?.position ?? null);
}
