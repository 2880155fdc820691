/** Who is let in, what a session is told, and what is remembered of a stream. */
import { describe, expect, test } from 'vitest';
import type { RingEntry } from '../../../hub/ledger/entries.ts';
import { type LineageLink, positionsBeyond } from '../../../hub/sequence/index.ts';
import { pushBoundary, tipAt } from '../../../hub/sequence/ring.ts';
import type { VerifiedParcel } from '../../../hub/stages.ts';
import { limits } from '../../../shared/limits.ts';
import { logNumber } from '../../../shared/wire/index.ts';
import { Chain, chainOf, EDGE, Hub, hubWith } from './handMade.ts';
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

  test('of a long lineage some are named: the others come in on their word, from before and from behind', () => {
    const hub = new Hub();
    const all = lineageOf(100);
    const named = (...at: number[]) => hub.name(at.map((index) => all[index]!)).map(({ state }) => state);
    expect(named(0, 1, 2)).toEqual(['open', 'open', 'open']);
    expect(named(0, 50, 51)).toEqual(['open', 'open', 'open']);
    expect(named(30, 51)).toEqual(['open', 'open']);
    expect(hub.name([{ epoch: nextEpoch(), predecessor: nextEpoch() }])).toMatchObject([{ state: 'held' }]);
    const stranger = { epoch: nextEpoch(), predecessor: nextEpoch() };
    expect(hub.name([stranger, { epoch: nextEpoch(), predecessor: null }])).toMatchObject([
      { state: 'held', reason: `its predecessor ${stranger.predecessor} is not known (any more): a very old image?` },
      { state: 'held', reason: 'a first epoch of an edge that is known already: a blank replacement?' },
    ]);
  });

  test('a lineage of which all that is known is held waits with it', () => {
    const hub = new Hub();
    hub.register(nextEpoch());
    const other = lineageOf(20);
    expect(hub.name([other[0]!, other[9]!]).map(({ state }) => state)).toEqual(['held', 'held']);
    expect(hub.name([other[4]!, other[9]!]).map(({ state }) => state)).toEqual(['held', 'held']);
    expect(hub.name([other[9]!, other[15]!])[1]!.reason).toBe(`of its lineage, ${other[9]!.epoch} is held`);
  });

  test('their number is bounded however many there are; the oldest that is held and the newest vouch for the rest', () => {
    const hub = new Hub();
    const all = lineageOf(5_000);
    for (let at = 1; at + 14 < all.length; at += 14) {
      const named = [all[0]!, ...all.slice(at, at + 15)];
      expect(hub.name(named).every(({ state }) => state === 'open')).toBe(true);
      expect(hub.state.edges.get(EDGE)!.epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
    }
    // Now the oldest goes on: its heirs, forgotten since, come back one after the other.
    for (let at = 1; at < 200; at += 14) {
      const named = [...all.slice(at, at + 15), all.at(-5)!];
      expect(hub.name(named).every(({ state }) => state === 'open')).toBe(true);
    }
    expect(hub.state.edges.get(EDGE)!.epochs.length).toBeLessThanOrEqual(limits.epochsPerEdge);
    expect(JSON.stringify(hub.state.edges.get(EDGE)).length).toBeLessThan(limits.ledgerEntryBytes);
    expect(hub.facts).toEqual([]);
  });

  test('that one is held is said once', () => {
    const hub = new Hub();
    hub.register(nextEpoch());
    const blank = { epoch: nextEpoch(), predecessor: null };
    for (let round = 0; round < 3; round += 1) hub.name([blank]);
    hub.one(chainOf(1, blank.epoch));
    hub.one(chainOf(1, blank.epoch));
    expect(hub.facts.filter(({ kind }) => kind === 'epochHeld')).toHaveLength(1);
  });

  test('room is made at the cost of what was left, then of what others vouch for, last of what nobody does', () => {
    const hub = new Hub();
    const [live, other] = [lineageOf(100), nextEpoch()];
    hub.name(live.slice(0, 1));
    hub.link(other, live[0]!.epoch);
    const blank = { epoch: nextEpoch(), predecessor: null };
    hub.name([blank]);
    for (let at = 0; at < 80; at += 14) hub.name([live[0]!, ...live.slice(at + 1, at + 15)]);
    const left = hub.state.edges.get(EDGE)!.epochs.map(({ epoch }) => epoch);
    expect(left).toContain(other);
    expect(left).toContain(blank.epoch);
    expect(left).toContain(live[0]!.epoch);
    expect(left).not.toContain(live[10]!.epoch);
  });
});

test('an epoch that is back brings nothing that its place may have forgotten, until the operator lets it in', () => {
  const hub = new Hub();
  const all = lineageOf(60);
  const chains: Chain[] = [];
  for (const link of all.slice(0, 50)) {
    chains.push(new Chain(link.epoch, chains.at(-1) ?? null).batch(2));
    hub.name([all[0]!, link]);
    expect(hub.one(chains.at(-1)!).code).toBeNull();
  }
  const known = hub.state.edges.get(EDGE)!.epochs.map(({ epoch }) => epoch);
  expect(known).toContain(all[0]!.epoch);
  expect(known).not.toContain(all[5]!.epoch);
  hub.name([all[0]!, all[5]!]);
  // This one has been registered all the time: its end is known.
  expect(hub.one(chains[0]!)).toMatchObject({ code: null, taken: 0 });
  expect(hub.one(chains[5]!)).toMatchObject({ code: 'EPOCH_HELD', taken: 0 });
  // What goes on from the place's end is new, and so is a place of which nothing is known.
  hub.name([all[0]!, all[5]!, all[58]!]);
  expect(hub.one(new Chain(all[58]!.epoch, chains.at(-1)!).batch(1)).code).toBeNull();
  expect(hub.one(new Chain(all[5]!.epoch, null, 'sensors').batch(1)).code).toBeNull();
  hub.decide(all[5]!.epoch, 'accept');
  expect(hub.one(chains[5]!)).toMatchObject({ code: null, taken: 1 });
});

test('a stream that only a mark names is not refused', () => {
  const hub = new Hub();
  const answer = hub.raw([chainOf(1).stream], []).answers[0]!;
  expect(answer).toEqual({ points: [], refusal: null, gaps: [] });
});

/** Epochs of one machine, each after the one before. */
function lineageOf(count: number): LineageLink[] {
  const epochs = Array.from({ length: count }, () => nextEpoch());
  return epochs.map((epoch, at) => ({ epoch, predecessor: epochs[at - 1] ?? null }));
}

test('an old image of an epoch that closed long ago is not taken for new', () => {
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
  expect(hub.one(first)).toMatchObject({ code: null, taken: 0 });
  expect(hub.one(first, 2)).toMatchObject({ code: null, taken: 0 });
  first.batch(1);
  expect(hub.one(first)).toMatchObject({ code: 'FORK', taken: 0 });
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
