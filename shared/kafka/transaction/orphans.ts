/**
 * A transaction that has ended everywhere but in some partition.
 *
 * Kafka's coordinator writes the markers after it has answered EndTxn. One that starts again in between reads in its log
 * that markers are owed; a partition for which it knows no leader at that moment it takes for deleted, leaves out, and calls
 * the transaction complete ("these partitions are likely deleted already and hence can be skipped": Kafka 4.3, one
 * broker, killed within milliseconds of a commit; one kill in two under load). Nobody writes that marker later:
 * `read_committed` stops in front of the orphan, and the same producer's NEXT marker in the partition decides it: a commit
 * makes it visible, an abort drops records that were said to be committed.
 *
 * So such a partition gets the marker that it was promised, in a transaction that holds nothing else, before anything is
 * written to it. Version 1 of the protocol does that: the client adds partitions without writing to them.
 */
import type { Cluster } from '../cluster.ts';
import { isRetriable } from '../errorTable.ts';
import { groupByLeader } from '../offsets.ts';
import { type Patience, patiently, TryAgain, within } from '../patience.ts';
import { type DescribedProducers, describeProducersApi } from '../wire/describeProducers.ts';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}
export interface Orphan extends PartitionName {
  /** Its first record's offset. */
  readonly startOffset: number;
}

export interface OrphanSearch {
  readonly orphans: readonly Orphan[];
  /** Could not be asked: no leader for a while, no READ on the topic, gone. What they hold is not known. */
  readonly unasked: readonly PartitionName[];
}

/** Partitions a question. */
const AT_ONCE = 1_000;
/** A broker that says nothing for this long is asked again, or left out. */
const ANSWER_MS = 3_000;
const PATIENCE: Patience = { withinMs: 5_000, firstDelayMs: 20, maxDelayMs: 500 };

/** Where a producer that has no transaction open has one all the same. */
export async function findOrphans(
  cluster: Cluster,
  producerId: bigint,
  partitions: readonly PartitionName[],
): Promise<OrphanSearch> {
  const orphans: Orphan[] = [];
  const unasked: PartitionName[] = [];
  for (let from = 0; from < partitions.length; from += AT_ONCE) {
    const asked = partitions.slice(from, from + AT_ONCE);
    const answers = await describeAll(cluster, asked);
    for (const { topic, partition } of asked) {
      const answer = answers.get(`${topic}/${partition}`);
      if (answer?.errorCode !== 0) unasked.push({ topic, partition });
      const own = answer?.producers.find((producer) => producer.producerId === producerId);
      const startOffset = own?.currentTransactionStartOffset ?? -1;
      if (startOffset >= 0) orphans.push({ topic, partition, startOffset });
    }
  }
  return { orphans, unasked };
}

/** Final answers by partition; those without one could not be asked in time. */
async function describeAll(
  cluster: Cluster,
  partitions: readonly PartitionName[],
): Promise<Map<string, DescribedProducers>> {
  const answers = new Map<string, DescribedProducers>();
  const isOpen = ({ topic, partition }: PartitionName): boolean => !answers.has(`${topic}/${partition}`);
  const ask = async (): Promise<void> => {
    const { byNode } = await groupByLeader(cluster, partitions.filter(isOpen));
    const rounds = await Promise.allSettled(
      [...byNode].map(([nodeId, members]) => within(describe(cluster, nodeId, members), ANSWER_MS)),
    );
    for (const round of rounds) {
      if (round.status === 'rejected' || round.value === null) continue;
      for (const answer of round.value) {
        if (!isRetriable(answer.errorCode)) answers.set(`${answer.topic}/${answer.partition}`, answer);
      }
    }
    const open = partitions.filter(isOpen);
    for (const { topic } of open) cluster.forget(topic);
    if (open.length > 0) throw new TryAgain(new Error('not all partitions have answered'));
  };
  await patiently(PATIENCE, ask).catch(() => {});
  return answers;
}

async function describe(
  cluster: Cluster,
  nodeId: number,
  partitions: readonly PartitionName[],
): Promise<DescribedProducers[]> {
  return (await cluster.connection(nodeId, 'query')).send(describeProducersApi, partitions);
}
