/** Read-only pictures of a shard's state, for the fleet and for sessions. */
import type { EdgeId, Epoch, Place } from '../../shared/identity.ts';
import type {
  AncestorEntry,
  Counts,
  EpochEntry,
  ForkEntry,
  GapEntry,
  MarkEntry,
  PositionEntry,
  StreamEntry,
} from '../ledger/entries.ts';
import { edgePlaceKey, parsePlaceKey } from '../ledger/keys.ts';
import { openedApart } from './forks.ts';
import { addCounts, furthest } from './open.ts';
import type { ShardState } from './state.ts';

export interface StreamView extends Place {
  readonly epoch: Epoch;
  readonly entry: StreamEntry;
  readonly gaps: readonly GapEntry[];
}
/** All epochs of a place together. */
export interface PlaceView extends Place {
  readonly totals: Counts;
  readonly ancestors: readonly (AncestorEntry & { readonly gaps: readonly GapEntry[] })[];
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
    return stream ? [{ epoch, topic, partition, lane, entry: stream, gaps: state.gaps.get(id) ?? [] }] : [];
  });
  const ancestors = entry.ancestors.map((known) => ({
    ...known,
    gaps: state.gaps.get(`${edge}/${known.epoch}/${at}`) ?? [],
  }));
  const totals = streams.reduce((sum, stream) => addCounts(sum, stream.entry.counts), entry.totals);
  return { topic, partition, lane, totals, ancestors, dropped: entry.dropped, streams };
}

/**
 * Where the hub knows an edge's sources to be further than an agent that holds these epochs may think: for each place
 * at which one of them opened apart from what the hub has, the furthest position of any stream of that place.
 */
export function positionsFor(state: ShardState, edge: EdgeId, epochs: readonly Epoch[]): readonly PositionEntry[] {
  const apart = openedApart(state.edges.get(edge)?.forks ?? [], new Set(epochs));
  const keys = new Set(apart.map((fork) => edgePlaceKey(edge, fork)));
  return [...keys].flatMap((key) => {
    const place = state.places.get(key);
    const at = key.slice(edge.length + 1);
    const positions = (place?.open ?? []).map((epoch) => state.streams.get(`${edge}/${epoch}/${at}`)?.position ?? null);
    const best = positions.reduce(furthest, place?.position ?? null);
    return best ? [best] : [];
  });
}
