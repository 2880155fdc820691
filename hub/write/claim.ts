/** Taking a shard: what its ledger partition says, and the claim that makes a new term. */
import { TributaryError } from '../../shared/errors.ts';
import type { Cluster, TransactionalProducer } from '../../shared/kafka/index.ts';
import { ledgerBatches } from '../ledger/batches.ts';
import { decodeChange, encodeChange, type LedgerChange } from '../ledger/codec.ts';
import type { KnownTarget } from '../ledger/mend.ts';
import { type PartitionToRead, readPartition } from '../ledger/read.ts';
import { checkGenesis, type LedgerIdentity } from '../ledger/topics.ts';
import { applyChange, type ShardState } from '../sequence/index.ts';

/**
 * Folds the partition into the state, from an offset (null: all of it) to its end of now. To be called after the fence:
 * then nothing more can come from an owner before.
 * @returns the offset behind the last one read
 */
export function readShard(
  cluster: Cluster,
  where: PartitionToRead,
  from: number | null,
  state: ShardState,
): Promise<number> {
  const subject = `${where.topic}/${where.partition}`;
  return readPartition(cluster, where, {
    from,
    until: 'end',
    visit: (record) => {
      applyChange(state, decodeChange(record, `${subject} at ${record.offset}`));
      return true;
    },
  });
}

/** Where the shard's open streams write, and each place's newest closed one. */
export function targetsOf(state: ShardState): KnownTarget[] {
  const newest = [...state.places.values()].flatMap(({ ancestors }) => ancestors.at(-1) ?? []);
  return [...state.streams.values(), ...newest].map(({ target }) => target);
}

/** Who else has claimed the shard behind `from`, as far as it is committed now; null: nobody. */
export async function supersededBy(
  cluster: Cluster,
  where: PartitionToRead,
  from: number,
  self: string,
): Promise<string | null> {
  let owner: string | null = null;
  await readPartition(cluster, where, {
    from,
    until: 'stable',
    visit: (record) => {
      const change = decodeChange(record, `${where.topic}/${where.partition} at ${record.offset}`);
      if (change.kind === 'claim' && change.value.owner !== self) owner = change.value.owner;
      return owner === null;
    },
  });
  return owner;
}

export interface ClaimInput {
  readonly where: PartitionToRead;
  readonly identity: LedgerIdentity;
  readonly owner: string;
  readonly nowMs: number;
  readonly state: ShardState;
}

/**
 * Writes the claim (and, first of all in shard 0, the genesis) in a transaction of its own. Its offset is the term.
 * @throws TributaryError `wrongHub`, `outcomeUnknown`, `fenced`, `brokerUnavailable`
 */
export async function claimShard(producer: TransactionalProducer, input: ClaimInput): Promise<{ term: number }> {
  const { where, identity, owner, nowMs, state } = input;
  checkGenesis(where, identity, state.genesis);
  const changes: LedgerChange[] = [];
  if (where.partition === 0 && !state.genesis) {
    changes.push({ kind: 'genesis', id: '', value: { v: 1, ...identity, createdAtMs: nowMs } });
  }
  changes.push({ kind: 'claim', id: '', value: { v: 1, owner, claimedAtMs: nowMs } });
  const { topic, partition } = where;
  const batches = ledgerBatches(changes.map(encodeChange), nowMs);
  const [outcome] = await producer.send(batches.map(({ blob, records }) => ({ topic, partition, blob, records })));
  if (outcome?.kind !== 'landed') {
    await producer.abort();
    throw unwritable(`${topic}/${partition}`, outcome?.name ?? 'nothing');
  }
  await producer.commit();
  for (const change of changes) applyChange(state, change);
  return { term: outcome.offset + changes.length - 1 };
}

function unwritable(subject: string, name: string): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation: 'claim shard',
    subject,
    reason: `Kafka answers ${name}`,
    retry: 'retried',
  });
}
