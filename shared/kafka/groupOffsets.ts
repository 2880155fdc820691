/** A consumer group's offsets, read and written from outside the group. */
import type { Cluster } from './cluster.ts';
import { saysStaleCoordinator } from './errorTable.ts';
import { answeredWith } from './failures.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import { type ListedGroup, listGroupsApi } from './wire/listGroups.ts';
import { type GroupOffset, offsetCommit } from './wire/offsetCommit.ts';
import { type FetchedGroup, type FetchedGroupOffset, offsetFetch } from './wire/offsetFetch.ts';

const PATIENCE: Patience = { withinMs: 10_000, firstDelayMs: 20, maxDelayMs: 500 };
const COORDINATOR_NOT_AVAILABLE = 15;
const GROUPS_PER_REQUEST = 100;

/**
 * Commits as a consumer without membership.
 * @throws TributaryError `brokerRefused`: the group has members of its own (UNKNOWN_MEMBER_ID), or no right to it;
 *   `brokerUnavailable`
 */
export async function commitGroupOffsets(
  cluster: Cluster,
  group: string,
  offsets: readonly GroupOffset[],
): Promise<void> {
  if (offsets.length === 0) return;
  await patiently(PATIENCE, async () => {
    const nodeId = await cluster.coordinator('group', group);
    const answers = await (await cluster.connection(nodeId, 'group')).send(offsetCommit, { group, offsets });
    const bad = answers.find((answer) => answer.errorCode !== 0);
    if (bad) throw groupFailure(cluster, 'commit offsets', group, bad.errorCode);
  });
}

/** Null: every partition that the group has an offset for. Partitions without one answer offset -1. */
export async function fetchGroupOffsets(
  cluster: Cluster,
  group: string,
  partitions: readonly { topic: string; partition: number }[] | null = null,
): Promise<FetchedGroupOffset[]> {
  return patiently(PATIENCE, async () => {
    const nodeId = await cluster.coordinator('group', group);
    const [answer] = await (await cluster.connection(nodeId, 'group')).send(offsetFetch, [{ group, partitions }]);
    const code = answer ? errorOf(answer) : COORDINATOR_NOT_AVAILABLE;
    if (!answer || code !== 0) throw groupFailure(cluster, 'read offsets', group, code);
    return answer.offsets;
  });
}

/**
 * All offsets of many groups, in one request to each coordinator for up to a hundred groups. A group that can't be read
 * answers its error, the others are not touched by that.
 */
export async function fetchOffsetsOfGroups(
  cluster: Cluster,
  groups: readonly string[],
): Promise<Map<string, FetchedGroupOffset[] | Error>> {
  const results = new Map<string, FetchedGroupOffset[] | Error>();
  for (let at = 0; at < groups.length; at += GROUPS_PER_REQUEST) {
    await fetchChunk(cluster, groups.slice(at, at + GROUPS_PER_REQUEST), results);
  }
  return results;
}

async function fetchChunk(
  cluster: Cluster,
  groups: readonly string[],
  results: Map<string, FetchedGroupOffset[] | Error>,
): Promise<void> {
  const open = (): string[] => groups.filter((group) => !results.has(group));
  let stillOpen: Error | null = null;
  const attempt = async (): Promise<void> => {
    stillOpen = null;
    const byNode = await byCoordinator(cluster, open(), results);
    await Promise.all(
      [...byNode].map(async ([nodeId, members]) => {
        const questions = members.map((group) => ({ group, partitions: null }));
        const connection = await cluster.connection(nodeId, 'group');
        for (const answer of await connection.send(offsetFetch, questions)) {
          const code = errorOf(answer);
          const failure = code === 0 ? null : groupFailure(cluster, 'read offsets', answer.group, code);
          if (failure instanceof TryAgain) stillOpen = failure;
          else results.set(answer.group, failure ?? answer.offsets);
        }
      }),
    );
    if (stillOpen) throw stillOpen;
  };
  try {
    await patiently(PATIENCE, attempt);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    for (const group of open()) results.set(group, failure);
  }
}

async function byCoordinator(
  cluster: Cluster,
  groups: readonly string[],
  failures: Map<string, FetchedGroupOffset[] | Error>,
): Promise<Map<number, string[]>> {
  const byNode = new Map<number, string[]>();
  await Promise.all(
    groups.map(async (group) => {
      try {
        const nodeId = await cluster.coordinator('group', group);
        byNode.set(nodeId, [...(byNode.get(nodeId) ?? []), group]);
      } catch (error) {
        failures.set(group, error instanceof Error ? error : new Error(String(error)));
      }
    }),
  );
  return byNode;
}

/** All groups of the cluster: each broker is asked for those that it coordinates. @throws TributaryError */
export async function listGroups(cluster: Cluster): Promise<ListedGroup[]> {
  return patiently(PATIENCE, async () => {
    const { brokers } = await cluster.metadata([]);
    const answers = await Promise.all(
      brokers.map(async ({ nodeId }) => {
        const answer = await (await cluster.connection(nodeId, 'group')).send(listGroupsApi, null);
        if (answer.errorCode === 0) return answer.groups;
        const failure = answeredWith('list groups', `node ${nodeId}`, answer.errorCode);
        throw saysStaleCoordinator(answer.errorCode) ? new TryAgain(failure) : failure;
      }),
    );
    return answers.flat();
  });
}

const errorOf = (answer: FetchedGroup): number =>
  answer.errorCode || (answer.offsets.find((offset) => offset.errorCode !== 0)?.errorCode ?? 0);

function groupFailure(cluster: Cluster, operation: string, group: string, code: number): Error {
  const failure = answeredWith(operation, `group ${group}`, code);
  if (!saysStaleCoordinator(code)) return failure;
  cluster.forgetCoordinator('group', group);
  return new TryAgain(failure);
}
