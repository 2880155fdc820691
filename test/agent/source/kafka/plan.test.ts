import { describe, expect, test } from 'vitest';
import { planBatches } from '../../../../agent/source/kafka/plan.ts';
import type { AbortedTransaction, FetchedPartition } from '../../../../shared/kafka/index.ts';
import { batchOf, concat, markerOf } from './batches.ts';

const fetched = (records: Buffer, aborted: AbortedTransaction[] = []): FetchedPartition => ({
  topic: 't',
  topicId: '',
  partition: 0,
  errorCode: 0,
  highWatermark: 100,
  lastStableOffset: 100,
  logStartOffset: 0,
  preferredReplica: -1,
  aborted,
  records,
});
const bases = (plan: ReturnType<typeof planBatches>): number[] => plan.batches.map(({ header }) => header.baseOffset);

test('batches in order; the next fetch begins behind the last, over holes', () => {
  const records = concat(batchOf(10, ['a', 'b']), batchOf(15, ['c'], { lastOffsetDelta: 4, epoch: 7 }));
  const plan = planBatches(fetched(records), 10, 'read_committed');
  expect(bases(plan)).toEqual([10, 15]);
  expect(plan).toMatchObject({ next: 20, leaderEpoch: 7, problem: null });
});

test('batches below the wanted offset are left out, one that reaches over it is not', () => {
  const records = concat(batchOf(0, ['a', 'b']), batchOf(2, ['c', 'd']), batchOf(4, ['e']));
  expect(bases(planBatches(fetched(records), 3, 'read_committed'))).toEqual([2, 4]);
});

test('an answer without a whole batch changes nothing', () => {
  const plan = planBatches(fetched(batchOf(5, ['a']).subarray(0, 40)), 5, 'read_committed');
  expect(plan).toEqual({ batches: [], next: 5, leaderEpoch: null, aborted: 0, problem: null });
});

describe('transactions', () => {
  const log = concat(
    batchOf(0, ['a aborted'], { producer: 1n }),
    batchOf(1, ['b committed'], { producer: 2n }),
    batchOf(2, ['plain']),
    batchOf(3, ['a aborted'], { producer: 1n }),
    markerOf(4, 1n, 'abort'),
    batchOf(5, ['a again, committed'], { producer: 1n }),
    batchOf(6, ['not in a transaction'], { producer: 1n, transactional: false }),
    markerOf(7, 2n, 'commit'),
    markerOf(8, 1n, 'commit'),
  );
  const aborted = [{ producerId: 1n, firstOffset: 0 }];

  test('an aborted one ends at its own marker, and takes nobody else with it', () => {
    const plan = planBatches(fetched(log, aborted), 0, 'read_committed');
    expect(bases(plan)).toEqual([1, 2, 5, 6]);
    expect(plan).toMatchObject({ next: 9, aborted: 2 });
  });

  test('an aborted one that began before the answer still is', () => {
    const later = concat(batchOf(3, ['a aborted'], { producer: 1n }), markerOf(4, 1n, 'abort'), batchOf(5, ['b']));
    expect(bases(planBatches(fetched(later, aborted), 3, 'read_committed'))).toEqual([5]);
  });

  test('one that is aborted later does not hide what came before it', () => {
    const two = concat(
      batchOf(0, ['x'], { producer: 1n }),
      markerOf(1, 1n, 'commit'),
      batchOf(2, ['y'], { producer: 1n }),
    );
    expect(bases(planBatches(fetched(two, [{ producerId: 1n, firstOffset: 2 }]), 0, 'read_committed'))).toEqual([0]);
  });

  test('read_uncommitted takes all records, and no markers', () => {
    expect(bases(planBatches(fetched(log, aborted), 0, 'read_uncommitted'))).toEqual([0, 1, 2, 3, 5, 6]);
  });
});

test('messages of Kafka before 0.11 end the plan with a clear reason; what lies before them is read', () => {
  const legacy = Buffer.alloc(34);
  legacy.writeBigInt64BE(2n, 0);
  legacy.writeInt32BE(22, 8);
  legacy.writeInt8(1, 16);
  const plan = planBatches(fetched(concat(batchOf(0, ['a', 'b']), legacy)), 0, 'read_committed');
  expect(bases(plan)).toEqual([0]);
  expect(plan.next).toBe(2);
  expect(plan.problem?.message).toContain('magic 1');
});
