import { describe, expect, test } from 'vitest';
import {
  decodePull,
  encodePull,
  GAPS_KEPT,
  type PullPosition,
  positionId,
  shardOfPosition,
  withGap,
} from '../../../../hub/pull/copy/ledger.ts';

const position: PullPosition = {
  v: 1,
  topicId: 'source-id',
  next: 17,
  leaderEpoch: 3,
  target: { topic: 'a.orders', topicId: 'target-id', partition: 2, lastOffset: 40 },
  gaps: [],
  gapCount: 0,
  lostOffsets: 0,
};
const id = positionId({ source: 'a', target: 'b' }, 'orders', 2);

describe('the pull ledger', () => {
  test('has keys that people can read, and gives back what was written', () => {
    const record = encodePull({ kind: 'flow', id, value: position });
    expect(String(record.key)).toBe('flow/a->b/orders/2');
    expect(decodePull(record, 'test')).toEqual({ kind: 'flow', id, value: position });
    const gone = encodePull({ kind: 'flow', id, value: null });
    expect(decodePull(gone, 'test')).toEqual({ kind: 'flow', id, value: null });
    const claim = { kind: 'claim', value: { v: 1, owner: 'me', claimedAtMs: 5 } } as const;
    expect(decodePull(encodePull(claim), 'test')).toEqual(claim);
  });

  test('aliases may hold anything', () => {
    const odd = positionId({ source: 'eu/west 1', target: 'b->c' }, 'orders', 0);
    expect(decodePull(encodePull({ kind: 'flow', id: odd, value: position }), 'test')).toMatchObject({ id: odd });
  });

  test('never guesses: a newer format, a foreign key, half an entry', () => {
    const key = Buffer.from(`flow/${id}`);
    const value = (entry: object) => Buffer.from(JSON.stringify(entry));
    expect(() => decodePull({ key, value: value({ ...position, v: 2 }) }, 'x')).toThrow(/format 2/);
    expect(() => decodePull({ key, value: value({ v: 1, topicId: 'i' }) }, 'x')).toThrow(/not complete/);
    expect(() => decodePull({ key, value: Buffer.from('{') }, 'x')).toThrow(/not a JSON object/);
    for (const text of ['edge/store-1', 'flow/', 'flow/orders/1', 'flow/a->b/orders/x', 'genesis/1']) {
      expect(() => decodePull({ key: Buffer.from(text), value: value(position) }, 'x')).toThrow(/no known kind/);
    }
  });

  test('keeps the newest gaps and counts all', () => {
    let now = position;
    for (let i = 0; i < 40; i += 1) now = withGap(now, { cause: 'retention', from: i * 10, to: i * 10 + 4, atMs: i });
    expect([now.gaps.length, now.gaps[0]!.atMs, now.gapCount, now.lostOffsets]).toEqual([GAPS_KEPT, 24, 40, 160]);
    expect(withGap(now, { cause: 'truncated', from: 9, to: 2, atMs: 0 }).lostOffsets).toBe(160);
  });

  test('the shard of a partition never changes', () => {
    // printf 'a->b/orders/0' | sha256sum: the first 8 hex digits mod 16. Eight partitions stay together.
    const shards = [0, 7, 8, 16].map((partition) =>
      shardOfPosition({ source: 'a', target: 'b' }, 'orders', partition, 16),
    );
    expect(shards).toEqual([5, 5, 2, 5]);
  });
});
