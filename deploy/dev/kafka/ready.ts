import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, fetchGroupOffsets } from '../../../shared/kafka/index.ts';

/** So many names fall on every partition of the offsets topic, as good as certainly. */
const PROBED_GROUPS = 16;

/**
 * Waits until a broker answers a question for metadata with itself in it, and its group coordinator has loaded: a young
 * broker refuses groups for a moment, which some clients take for the end.
 * @throws what `check` throws (it is asked before each attempt), or an Error at the deadline
 */
export async function untilItAnswers(brokers: readonly string[], withinMs: number, check: () => void): Promise<void> {
  const cluster = Cluster.open({ brokers, clientId: 'tributary-launch', connectTimeoutMs: 2_000 });
  const deadline = performance.now() + withinMs;
  try {
    for (;;) {
      check();
      if (await isReady(cluster).catch(() => false)) return;
      if (performance.now() > deadline) throw new Error(`Kafka did not answer within ${withinMs / 1000} s`);
      await sleep(100);
    }
  } finally {
    cluster.close();
  }
}

async function isReady(cluster: Cluster): Promise<boolean> {
  if ((await cluster.metadata([])).brokers.length === 0) return false;
  const groups = Array.from({ length: PROBED_GROUPS }, (_, i) => `tributary-probe-${i}`);
  await Promise.all(groups.map((group) => fetchGroupOffsets(cluster, group)));
  return true;
}
