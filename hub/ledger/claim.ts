/** Claims of a ledger partition: who owns it, since which term. Every ledger has them, the hub's and the pulls'. */
import { TributaryError } from '../../shared/errors.ts';
import type { Cluster, TransactionalProducer } from '../../shared/kafka/index.ts';
import { ledgerBatches } from './batches.ts';
import { decodeOwn, encodeChange, type LedgerRecord, type OwnChange } from './codec.ts';
import type { GenesisEntry } from './entries.ts';
import { checkGenesis, type LedgerIdentity } from './open.ts';
import { type PartitionToRead, readPartition } from './read.ts';

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
      const own = decodeOwn(record, `${where.topic}/${where.partition} at ${record.offset}`);
      if (own?.kind === 'claim' && own.value.owner !== self) owner = own.value.owner;
      return owner === null;
    },
  });
  return owner;
}

export interface Claim {
  readonly where: PartitionToRead;
  readonly identity: LedgerIdentity;
  readonly owner: string;
  readonly nowMs: number;
  /** As the ledger has it. */
  readonly genesis: GenesisEntry | null;
}

/**
 * Writes the claim (and, first of all in shard 0, the genesis) in a transaction of its own. Its offset is the term.
 * @throws TributaryError `wrongHub`, `outcomeUnknown`, `fenced`, `brokerUnavailable`
 */
export async function claimShard(
  producer: TransactionalProducer,
  { where, identity, owner, nowMs, genesis }: Claim,
): Promise<{ readonly term: number; readonly records: readonly LedgerRecord[] }> {
  checkGenesis(where, identity, genesis);
  const changes: OwnChange[] = [];
  if (where.partition === 0 && !genesis) {
    changes.push({ kind: 'genesis', id: '', value: { v: 1, ...identity, createdAtMs: nowMs } });
  }
  changes.push({ kind: 'claim', id: '', value: { v: 1, owner, claimedAtMs: nowMs } });
  const { topic, partition } = where;
  const records = changes.map(encodeChange);
  const batches = ledgerBatches(records, nowMs).map((batch) => ({ topic, partition, ...batch }));
  const [outcome] = await producer.send(batches);
  if (outcome?.kind !== 'landed') {
    await producer.abort();
    throw unwritable(`${topic}/${partition}`, outcome?.name ?? 'nothing');
  }
  await producer.commit();
  return { term: outcome.offset + records.length - 1, records };
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
