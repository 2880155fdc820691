/** Who is let in, what a session is told, and what is remembered of a stream. */
import { describe, expect, test } from 'vitest';
import type { RingEntry } from '../../../hub/ledger/entries.ts';
import { positionsBeyond, registerLineage, Staging } from '../../../hub/sequence/index.ts';
import { pushBoundary, tipAt } from '../../../hub/sequence/ring.ts';
import type { VerifiedParcel } from '../../../hub/stages.ts';
import { limits } from '../../../shared/limits.ts';
import { logNumber } from '../../../shared/wire/index.ts';
import { Chain, chainOf, EDGE, Hub, hubWith, READY } from './handMade.ts';
import { nextEpoch } from './modelAgent.ts';

describe('epochs of an edge', () => {
  test("an edge's first and its heirs are let in; a second root and strangers wait for the operator", () => {
    const hub = new Hub();
    const [one, two, blank, old] = [nextEpoch(), nextEpoch(), nextEpoch(), nextEpoch()];
    expect(hub.register(one, two).map(({ state }) => state)).toEqual(['open', 'open']);
    expect(hub.link(blank, null).state).toBe('held');
    expect(hub.link(old, nextEpoch()).state).toBe('held');
    expect(hub.decide(blank, 'accept')).toMatchObject({ state: 'open' });
    expect(hub.decide(old, 'reject')).toMatchObject({ state: 'held', reason: 'rejected by the operator' });
    expect(hub.link(blank, null).state).toBe('open');
    expect(hub.decide(nextEpoch(), 'accept')).toBeNull();
  });

  test('an edge that nobody knows and that speaks of an earlier epoch waits for the operator', () => {
    expect(new Hub().link(nextEpoch(), nextEpoch()).state).toBe('held');
  });

  test('heirs of a held epoch wait with it and are let in with it', () => {
    const hub = new Hub();
    const [known, root, heir] = [nextEpoch(), nextEpoch(), nextEpoch()];
    hub.register(known);
    expect(hub.register(root, heir).map(({ state }) => state)).toEqual(['held', 'held']);
    hub.decide(root, 'accept');
    expect(hub.register(root, heir).map(({ state }) => state)).toEqual(['open', 'open']);
  });

  test('their number is bounded: what the edge has left makes room, what it still holds does not', () => {
    const hub = new Hub();
    const all = Array.from({ length: limits.epochsPerEdge + 5 }, () => nextEpoch());
    const states = hub.register(...all).map(({ state }) => state);
    expect(states.filter((state) => state === 'open')).toHaveLength(limits.epochsPerEdge);
    const rest = all.slice(20);
    const lineage = rest.map((epoch, at) => ({ epoch, predecessor: all[20 + at - 1]! }));
    const later = new Staging(hub.state);
    const context = {
      staging: later,
      destinations: { choose: () => READY, bound: () => READY },
      exclusions: new Map(),
      nowMs: 6,
      facts: [],
    };
    expect(registerLineage(context, EDGE, lineage).every(({ state }) => state === 'open')).toBe(true);
    expect(later.edge(EDGE)!.epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
  });
});

test('an old image of an epoch that its place has forgotten is not taken for new', () => {
  const hub = new Hub();
  const first = chainOf(4);
  hub.register(first.stream.epoch);
  hub.take([first]);
  let newest = first;
  for (let at = 0; at <= limits.ancestorsPerPlace; at += 1) {
    const epoch = nextEpoch();
    hub.link(epoch, newest.stream.epoch);
    newest = new Chain(epoch, newest).batch(2);
    expect(hub.one(newest).code).toBeNull();
  }
  expect(hub.link(first.stream.epoch, null).state).toBe('open');
  expect(hub.one(first)).toMatchObject({ code: 'TIP_UNKNOWN', taken: 0 });
  expect(hub.one(first, 2)).toMatchObject({ code: 'TIP_UNKNOWN', taken: 0 });
});

test('an agent is told how far the hub has its sources, where that is further than it is itself', () => {
  const chain = chainOf(3);
  const { hub } = hubWith(0, chain);
  const log = { kind: 'kafka', clusterId: 'c', topic: 'orders', topicId: 'x', partition: 0 };
  const parcels = chain.parcels.map(
    (parcel, index) => ({ ...parcel, position: { ...log, nextOffset: 10 * (index + 1) } }) as VerifiedParcel,
  );
  hub.raw([chain.stream], parcels);
  const told = (nextOffset: number, of: Partial<typeof log> = {}) =>
    positionsBeyond(hub.state, EDGE, [{ log: logNumber({ ...log, ...of }), nextOffset }]);
  expect(told(29)).toMatchObject([{ ...log, nextOffset: 30 }]);
  expect(told(30)).toEqual([]);
  // Another topic of the same name is another log.
  expect(told(99, { topicId: 'y' })).toMatchObject([{ nextOffset: 30 }]);
  expect(positionsBeyond(hub.state, EDGE, [])).toHaveLength(1);
  expect(positionsBeyond(hub.state, 'store-2' as typeof EDGE, [])).toEqual([]);
  // Closed by its successor: what the place remembers counts.
  const third = nextEpoch();
  hub.link(third, chain.stream.epoch);
  hub.take([new Chain(third, chain).batch(1)]);
  expect(told(29)).toMatchObject([{ nextOffset: 30 }]);
});

test('the ring keeps the newest boundaries, and older ones ever more thinly, within its bound', () => {
  let ring: readonly RingEntry[] = [];
  for (let next = 1; next <= 10_000; next += 1) ring = pushBoundary(ring, next, `tip ${next}`);
  expect(ring.length).toBeLessThanOrEqual(limits.tipRing);
  expect(tipAt(ring, 9_999)).toBe('tip 9999');
  expect(tipAt(ring, 9_990)).toBe('tip 9990');
  expect(tipAt(ring, 9_000)).toBe('unknown');
  expect(ring[0]![1]).toBeLessThan(9_900);
});
