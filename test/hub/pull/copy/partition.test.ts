import { expect, test } from 'vitest';
import { Partition, type WaitReason } from '../../../../hub/pull/copy/partition.ts';
import type { Clock } from '../../../../shared/clock.ts';

/** How long ten thousand partitions, each of them refused so often, go on waiting; and at how many moments they are asked about. */
function waits(reason: WaitReason, attempts: number) {
  const nowMs = 1_000;
  const clock: Clock = { now: () => 0, monotonicMs: () => nowMs };
  const spec = { topic: 'orders', partition: 0, targetTopic: 'copy' };
  const retries = Array.from({ length: 10_000 }, () => {
    const partition = new Partition(spec, 'a->b/orders/0', 0, clock, () => {});
    partition.own(null);
    for (let i = 0; i < attempts; i += 1) partition.wait(reason, '');
    const { state } = partition;
    return state.kind === 'waiting' ? state.retryAtMs - nowMs : Number.NaN;
  });
  return { longestMs: Math.max(...retries), moments: new Set(retries).size };
}

test('what all wait for together is asked about together, and soon: thousands of copies that were just made', () => {
  for (const reason of ['targetMissing', 'sourceUnreachable', 'targetUnavailable'] as const) {
    const first = waits(reason, 1);
    expect(first.moments).toBeLessThanOrEqual(2);
    const late = waits(reason, 20);
    expect(late.moments).toBeLessThanOrEqual(4);
    expect(late.longestMs).toBeLessThanOrEqual(5_500);
  }
  // One partition's own matter has its own clock.
  expect(waits('targetRefused', 20).moments).toBeGreaterThan(1_000);
});
