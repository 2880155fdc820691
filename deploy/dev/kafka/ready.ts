import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../../shared/kafka/index.ts';

/**
 * Waits until a broker answers a question for metadata with itself in it.
 * @throws what `check` throws (it is asked before each attempt), or an Error at the deadline
 */
export async function untilItAnswers(brokers: readonly string[], withinMs: number, check: () => void): Promise<void> {
  const cluster = Cluster.open({ brokers, clientId: 'tributary-launch', connectTimeoutMs: 2_000 });
  const deadline = performance.now() + withinMs;
  try {
    for (;;) {
      check();
      const answer = await cluster.metadata([]).catch(() => null);
      if (answer && answer.brokers.length > 0) return;
      if (performance.now() > deadline) throw new Error(`Kafka did not answer within ${withinMs / 1000} s`);
      await sleep(100);
    }
  } finally {
    cluster.close();
  }
}
