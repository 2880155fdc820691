/** Taking a shard of the pull ledger: what its partition says, and the claim that makes a new term. */
import { TributaryError } from '../../../shared/errors.ts';
import type { Cluster, PartitionToRead, TransactionalProducer } from '../../../shared/kafka/index.ts';
import { ledgerBatches } from '../../ledger/batches.ts';
import type { GenesisEntry } from '../../ledger/entries.ts';
import { readPartition } from '../../ledger/read.ts';
import { checkGenesis, type LedgerIdentity } from '../../ledger/topics.ts';
import { decodePull, encodePull, type PullChange, type PullPosition } from './ledger.ts';

/**
 * Folds the partition into the positions, from an offset (null: all of it) to its end of now. To be called after the fence:
 * then nothing more can come from an owner before.
 */
export async function readPulls(
  cluster: Cluster,
  where: PartitionToRead,
  from: number | null,
  positions: Map<string, PullPosition>,
): Promise<{ next: number; genesis: GenesisEntry | null }> {
  let genesis: GenesisEntry | null = null;
  const next = await readPartition(cluster, where, {
    from,
    until: 'end',
    visit: (record) => {
      const change = decodePull(record, `${where.topic}/${where.partition} at ${record.offset}`);
      if (change.kind === 'genesis') genesis = change.value;
      else if (change.kind === 'flow' && change.value === null) positions.delete(change.id);
      else if (change.kind === 'flow' && change.value !== null) positions.set(change.id, change.value);
      return true;
    },
  });
  return { next, genesis };
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
      const change = decodePull(record, `${where.topic}/${where.partition} at ${record.offset}`);
      if (change.kind === 'claim' && change.value.owner !== self) owner = change.value.owner;
      return owner === null;
    },
  });
  return owner;
}

export interface PullClaim {
  readonly where: PartitionToRead;
  readonly identity: LedgerIdentity;
  readonly owner: string;
  readonly nowMs: number;
  /** As it was read; `known`: it was looked at before. */
  readonly genesis: GenesisEntry | null | 'known';
}

/**
 * Writes the claim (and, first of all in shard 0, the genesis) in a transaction of its own.
 * @returns the term: the claim's offset
 * @throws TributaryError `wrongHub`, `outcomeUnknown`, `fenced`, `brokerUnavailable`
 */
export async function claimPulls(producer: TransactionalProducer, claim: PullClaim): Promise<number> {
  const { where, identity, owner, nowMs, genesis } = claim;
  if (genesis !== 'known') checkGenesis(where, identity, genesis);
  const changes: PullChange[] = [];
  if (where.partition === 0 && genesis === null) {
    changes.push({ kind: 'genesis', value: { v: 1, ...identity, createdAtMs: nowMs } });
  }
  changes.push({ kind: 'claim', value: { v: 1, owner, claimedAtMs: nowMs } });
  const { topic, partition } = where;
  const batches = ledgerBatches(changes.map(encodePull), nowMs);
  const [outcome] = await producer.send(batches.map(({ blob, records }) => ({ topic, partition, blob, records })));
  if (outcome?.kind !== 'landed') {
    await producer.abort();
    throw new TributaryError({
      code: 'brokerUnavailable',
      operation: 'claim pull shard',
      subject: `${topic}/${partition}`,
      reason: `Kafka answers ${outcome?.name ?? 'nothing'}`,
      retry: 'retried',
    });
  }
  await producer.commit();
  return outcome.offset + changes.length - 1;
}
