import type { KnownTarget } from '../ledger/mend.ts';
import type { ShardState } from '../sequence/index.ts';

/** Of the shard's open streams, and of each place's newest closed one. */
export function targetsOf(state: ShardState): KnownTarget[] {
  const newest = [...state.places.values()].flatMap(({ ancestors }) => ancestors.at(-1) ?? []);
  return [...state.streams.values(), ...newest].map(({ target }) => target);
}
