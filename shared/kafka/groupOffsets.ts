/** A consumer group's offsets, read and written from outside the group. */
import type { Cluster } from './cluster.ts';
import { saysStaleCoordinator } from './errorTable.ts';
import { answeredWith } from './failures.ts';
import { type Patience, patiently, TryAgain } from './patience.ts';
import { type GroupOffset, offsetCommit } from './wire/offsetCommit.ts';
import { type FetchedGroupOffset, offsetFetch } from './wire/offsetFetch.ts';

const PATIENCE: Patience = { withinMs: 10_000, firstDelayMs: 20, maxDelayMs: 500 };

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
    const answer = await (await cluster.connection(nodeId, 'group')).send(offsetFetch, { group, partitions });
    const code = answer.errorCode || (answer.offsets.find((offset) => offset.errorCode !== 0)?.errorCode ?? 0);
    if (code !== 0) throw groupFailure(cluster, 'read offsets', group, code);
    return answer.offsets;
  });
}

function groupFailure(cluster: Cluster, operation: string, group: string, code: number): Error {
  const failure = answeredWith(operation, `group ${group}`, code);
  if (!saysStaleCoordinator(code)) return failure;
  cluster.forgetCoordinator('group', group);
  return new TryAgain(failure);
}
