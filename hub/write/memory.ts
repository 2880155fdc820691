/** What the hub's ledger says of a shard, read from its partition. */
import type { Cluster } from '../../shared/kafka/index.ts';
import { decodeChange } from '../ledger/codec.ts';
import type { KnownTarget } from '../ledger/mend.ts';
import { type PartitionToRead, readPartition } from '../ledger/read.ts';
import { applyChange, type ShardState } from '../sequence/index.ts';

/** Folds the partition into the state, from an offset (null: all of it) to its end of now. */
export async function readShard(
  cluster: Cluster,
  where: PartitionToRead,
  from: number | null,
  state: ShardState,
): Promise<void> {
  await readPartition(cluster, where, {
    from,
    until: 'end',
    visit: (record) => {
      applyChange(state, decodeChange(record, `${where.topic}/${where.partition} at ${record.offset}`));
      return true;
    },
  });
}

/** Where the shard's open streams write, and each place's newest closed one. */
export function targetsOf(state: ShardState): KnownTarget[] {
  const newest = [...state.places.values()].flatMap(({ ancestors }) => ancestors.at(-1) ?? []);
  return [...state.streams.values(), ...newest].map(({ target }) => target);
}
