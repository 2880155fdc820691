import type { Counts, TargetEntry } from '../ledger/entries.ts';
import { edgePlaceKey, parseStreamKey } from '../ledger/keys.ts';
import type { Staging } from './staging.ts';

/** What Kafka said about the batches of a stream in this transaction. */
export interface Written {
  /** Of the last record that landed; -1: none did. */
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  /** Records that went to the dead letter topic instead. */
  readonly deadLettered: number;
}

/** Where a stream's records have gone so far, open or closed in this very transaction. */
export function targetOf(staging: Staging, key: string): TargetEntry | null {
  return staging.stream(key)?.target ?? ancestorAt(staging, key)?.ancestor.target ?? null;
}

/** Completes the staged entry of a stream with what only the broker could say. */
export function amendWritten(staging: Staging, key: string, written: Written): void {
  const id = parseStreamKey(key);
  if (!id) return;
  const entry = staging.stream(key);
  if (entry) {
    const { target, counts } = entry;
    staging.putStream(key, id.edge, { ...entry, target: moved(target, written), counts: dead(counts, written) });
    return;
  }
  const found = ancestorAt(staging, key);
  if (!found) return;
  const { place, ancestor, placeId } = found;
  const amended = { ...ancestor, target: moved(ancestor.target, written), counts: dead(ancestor.counts, written) };
  const ancestors = place.ancestors.map((known) => (known === ancestor ? amended : known));
  staging.putPlace(placeId, id.edge, { ...place, ancestors, totals: dead(place.totals, written) });
}

function ancestorAt(staging: Staging, key: string) {
  const id = parseStreamKey(key);
  if (!id) return null;
  const placeId = edgePlaceKey(id.edge, id);
  const place = staging.place(placeId);
  const ancestor = place?.ancestors.findLast((known) => known.epoch === id.epoch);
  return place && ancestor ? { place, ancestor, placeId } : null;
}

const moved = (target: TargetEntry, { lastOffset, leaderEpoch }: Written): TargetEntry =>
  lastOffset < 0 ? target : { ...target, lastOffset, leaderEpoch };

const dead = (counts: Counts, { deadLettered }: Written): Counts => ({
  ...counts,
  records: counts.records - deadLettered,
  deadLettered: counts.deadLettered + deadLettered,
});
