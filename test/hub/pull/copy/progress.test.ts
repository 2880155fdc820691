/** What a commit says of a partition. */
import { expect, test } from 'vitest';
import type { Chunk } from '../../../../hub/pull/copy/chunk.ts';
import { Partition, type WaitReason } from '../../../../hub/pull/copy/partition.ts';
import type { Piece } from '../../../../hub/pull/copy/plan.ts';
import { Progress } from '../../../../hub/pull/copy/progress.ts';
import { DEFAULT_COPY } from '../../../../hub/pull/copy/settings.ts';
import { systemClock } from '../../../../shared/clock.ts';

/** A partition in trouble, of which something was written that had been fetched before; whether that ends the trouble. */
function endsBy(reason: WaitReason): boolean {
  const spec = { topic: 'orders', partition: 0, targetTopic: 'copy' };
  const partition = new Partition(spec, 'a->b/orders/0', 0, systemClock, () => {});
  partition.own(null);
  const over: Partition[] = [];
  const flow = {
    name: { source: 'a', target: 'b' },
    settings: { ...DEFAULT_COPY, offsetMaps: false },
    listener: {},
    settled: () => {},
    recovered: (one: Partition) => over.push(one),
  };
  const target = { topic: 'copy', topicId: 't', partition: 0 };
  const plan = { next: 10, leaderEpoch: 3, problem: null };
  const chunk = { flow, partition, from: -1, plan, topicId: 's', target, gap: null, newTarget: false };
  const progress = new Progress(partition, chunk as unknown as Chunk);
  const piece = { first: 0, last: 9, records: 10, blob: Buffer.alloc(1), maxTimestamp: 1, deltas: null };
  progress.begin(chunk as unknown as Chunk);
  progress.landed(piece as unknown as Piece, 0);
  progress.complete(chunk as unknown as Chunk);
  partition.trouble = { reason, sinceMs: 0, attempts: 1 };
  progress.entry();
  expect(progress.settle(0)).toMatchObject({ next: 10 });
  return over.includes(partition);
}

test('what lands ends a trouble of the target, and never one of the source: it was fetched before that', () => {
  expect((['targetUnavailable', 'targetRefused', 'recordTooLarge'] as const).map(endsBy)).toEqual([true, true, true]);
  expect((['sourceUnreachable', 'sourceRefused', 'sourceLeaderless'] as const).map(endsBy)).toEqual([
    false,
    false,
    false,
  ]);
});
