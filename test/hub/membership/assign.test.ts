import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignShards } from '../../../hub/membership/assign.ts';
import { assignment, shardsOf } from '../../../hub/membership/messages.ts';

test('shards are spread evenly, and few move when a hub comes or goes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }), (hubs, shards) => {
      const names = Array.from({ length: hubs }, (_, at) => `hub-${at}`);
      const assigned = assignShards(names, shards);
      const sizes = [...assigned.values()].map((own) => own.length);
      expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual([...Array(shards).keys()]);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
  const moved = [...assignShards(['a', 'b', 'c'], 30).get('a')!].filter(
    (shard) => !assignShards(['a', 'b', 'c', 'd'], 30).get('a')!.includes(shard),
  );
  expect(moved.length).toBeLessThan(10);
});

test('an assignment survives in the form that Kafka tools read', () => {
  expect(shardsOf(assignment('tributary.ledger', [3, 0, 11]))).toEqual([3, 0, 11]);
  expect(shardsOf(Buffer.alloc(0))).toEqual([]);
});
