/**
 * One shard's memory: what its ledger partition says, folded. Entries are immutable and shared with readers; the maps
 * change only in {@link applyChange}, which both the reader of the ledger and a committed transaction use. So what an
 * owner has in memory and what the next owner will read are the same by construction.
 */

import type { EdgeId } from '../../shared/identity.ts';
import type { LedgerChange } from '../ledger/codec.ts';
import type { EdgeEntry, GapEntry, IncidentEntry, MarkEntry, PlaceEntry, StreamEntry } from '../ledger/entries.ts';

export interface ShardState {
  readonly edges: Map<EdgeId, EdgeEntry>;
  readonly marks: Map<EdgeId, MarkEntry>;
  /** By `<edge>/<epoch>/<lane>/<partition>/<topic>`. */
  readonly streams: Map<string, StreamEntry>;
  /** By `<edge>/<lane>/<partition>/<topic>`. */
  readonly places: Map<string, PlaceEntry>;
  /** By stream, in the order of `first`. Closed streams have theirs too. */
  readonly gaps: Map<string, readonly GapEntry[]>;
  /** By stream, open or closed. */
  readonly incidents: Map<string, IncidentEntry>;
  /** Keys of an edge's open streams and of its places. */
  readonly streamsOf: Map<EdgeId, Set<string>>;
  readonly placesOf: Map<EdgeId, Set<string>>;
}

export const emptyState = (): ShardState => ({
  edges: new Map(),
  marks: new Map(),
  streams: new Map(),
  places: new Map(),
  gaps: new Map(),
  incidents: new Map(),
  streamsOf: new Map(),
  placesOf: new Map(),
});

/** Folds one change in. */
export function applyChange(state: ShardState, change: LedgerChange): void {
  switch (change.kind) {
    case 'genesis':
    case 'claim':
      // Of the ledger itself: its owner keeps them (hub/ledger/tenure.ts).
      return;
    case 'edge':
      put(state.edges, change.id, change.value);
      return;
    case 'mark':
      put(state.marks, change.id, change.value);
      return;
    case 'stream':
      index(state.streamsOf, change.edge, change.id, change.value !== null);
      put(state.streams, change.id, change.value);
      return;
    case 'place':
      index(state.placesOf, change.edge, change.id, change.value !== null);
      put(state.places, change.id, change.value);
      return;
    case 'incident':
      put(state.incidents, change.id, change.value);
      return;
    case 'gap': {
      const gaps = withGap(state.gaps.get(change.id) ?? [], change.first, change.value);
      put(state.gaps, change.id, gaps.length > 0 ? gaps : null);
      return;
    }
  }
}

/** The list with the gap that begins at `first` replaced, added in its order, or taken out. */
export function withGap(gaps: readonly GapEntry[], first: number, gap: GapEntry | null): readonly GapEntry[] {
  const at = gaps.findLastIndex((known) => known.first <= first);
  const replaces = at >= 0 && gaps[at]!.first === first;
  const before = gaps.slice(0, replaces ? at : at + 1);
  return [...before, ...(gap ? [gap] : []), ...gaps.slice(at + 1)];
}

function put<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

function index(map: Map<EdgeId, Set<string>>, edge: EdgeId, key: string, present: boolean): void {
  const keys = map.get(edge);
  if (present) {
    if (keys) keys.add(key);
    else map.set(edge, new Set([key]));
  } else if (keys?.delete(key) && keys.size === 0) map.delete(edge);
}
