/** Questions that go to each partition's leader: offsets by time, ends of leader epochs. */
import type { Cluster } from './cluster.ts';
import { isRetriable, saysStaleLeader } from './errorTable.ts';
import { answeredWith, noAnswer } from './failures.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import type { WireApi } from './wire/api.ts';
import { type DeletedRecords, deleteRecordsApi, type RecordsToDelete } from './wire/deleteRecords.ts';
import type { Isolation } from './wire/fetch.ts';
import { type ListedOffset, type ListOffsetsPartition, listOffsetsApi } from './wire/listOffsets.ts';
import { type EpochEnd, type EpochQuestion, offsetForLeaderEpochApi } from './wire/offsetForLeaderEpoch.ts';

const DELETE_TIMEOUT_MS = 15_000;
const PATIENCE: Patience = { withinMs: 10_000, firstDelayMs: 20, maxDelayMs: 500 };

interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}
interface Answered extends PartitionName {
  readonly errorCode: number;
}

/**
 * With `read_committed` {@link LATEST} is the last stable offset, otherwise the high watermark. Error codes that are final
 * stay in the answers; an unknown topic is one of them once the patience for it has ended.
 * @throws TributaryError `brokerUnavailable`
 */
export function listOffsets(
  cluster: Cluster,
  partitions: readonly ListOffsetsPartition[],
  isolation: Isolation = 'read_uncommitted',
): Promise<ListedOffset[]> {
  return askLeaders(cluster, listOffsetsApi, partitions, (members) => ({ isolation, partitions: members }));
}

/** Where a leader epoch ended in the log: a smaller end than one's own position means that the log has lost records. */
export function offsetForLeaderEpoch(cluster: Cluster, questions: readonly EpochQuestion[]): Promise<EpochEnd[]> {
  return askLeaders(cluster, offsetForLeaderEpochApi, questions, (members) => members);
}

/** Deletes from the front of partitions. */
export function deleteRecords(cluster: Cluster, partitions: readonly RecordsToDelete[]): Promise<DeletedRecords[]> {
  return askLeaders(cluster, deleteRecordsApi, partitions, (members) => ({
    partitions: members,
    timeoutMs: DELETE_TIMEOUT_MS,
  }));
}

async function askLeaders<P extends PartitionName, Q, A extends Answered>(
  cluster: Cluster,
  api: WireApi<Q, A[]>,
  questions: readonly P[],
  request: (members: readonly P[]) => Q,
): Promise<A[]> {
  const answers = new Map<string, A>();
  const keyOf = (p: PartitionName): string => `${p.topic}/${p.partition}`;
  const open = (): P[] => questions.filter((q) => !answers.has(keyOf(q)));
  let lastErrors: A[] = [];
  await patiently(PATIENCE, async () => {
    const { byNode, leaderless } = await groupByLeader(cluster, open());
    const rounds = await Promise.all(
      [...byNode].map(async ([nodeId, members]) => {
        try {
          return await (await cluster.connection(nodeId, 'query')).send(api, request(members));
        } catch (error) {
          for (const member of members) cluster.forget(member.topic);
          throw new TryAgain(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    );
    const round = rounds.flat();
    lastErrors = round.filter((answer) => isRetriable(answer.errorCode));
    for (const answer of round) {
      if (!isRetriable(answer.errorCode)) answers.set(keyOf(answer), answer);
      else if (saysStaleLeader(answer.errorCode)) cluster.forget(answer.topic);
    }
    const first = open()[0];
    if (first) {
      for (const question of leaderless) cluster.forget(question.topic);
      throw new TryAgain(stillOpen(api.name, first, lastErrors));
    }
  });
  return questions.map((question) => answers.get(keyOf(question)) as A);
}

function stillOpen(name: string, question: PartitionName, lastErrors: readonly Answered[]): Error {
  const subject = `${question.topic}/${question.partition}`;
  const answer = lastErrors.find((a) => a.topic === question.topic && a.partition === question.partition);
  if (answer) return answeredWith(`${name} request`, subject, answer.errorCode);
  return noAnswer(`${name} request`, subject, new Error('the partition is unknown or has no leader'));
}

/** Partitions by their leader's node id; those without a leader apart. */
export async function groupByLeader<P extends PartitionName>(
  cluster: Cluster,
  partitions: readonly P[],
): Promise<{ byNode: Map<number, P[]>; leaderless: P[] }> {
  const topics = await cluster.topics(partitions.map((p) => p.topic));
  const byNode = new Map<number, P[]>();
  const leaderless: P[] = [];
  for (const member of partitions) {
    const leader = topics.get(member.topic)?.partitions.find((p) => p.partition === member.partition)?.leader ?? -1;
    const known = byNode.get(leader);
    // Thousands are asked for at once: a list is added to, not made anew for each.
    if (leader < 0) leaderless.push(member);
    else if (known) known.push(member);
    else byNode.set(leader, [member]);
  }
  return { byNode, leaderless };
}
