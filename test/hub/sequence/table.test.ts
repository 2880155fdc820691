/** ARCHITECTURE.md, "Sequence": each row of the table, by hand. */
import { describe, expect, test } from 'vitest';
import type { RingEntry } from '../../../hub/ledger/entries.ts';
import {
  type Destination,
  decideEpoch,
  type Exclusion,
  edgeView,
  emptyState,
  positionsFor,
  registerLineage,
  type Sequencing,
  Staging,
  sequenceShipment,
} from '../../../hub/sequence/index.ts';
import { pushBoundary, tipAt } from '../../../hub/sequence/ring.ts';
import type { ShippedStream, VerifiedBatch, VerifiedGap, VerifiedParcel } from '../../../hub/stages.ts';
import {
  type EdgeId,
  EMPTY_TIP,
  type Epoch,
  placeKey,
  type Tip,
  tipAfterBatch,
  tipAfterGap,
} from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { nextEpoch } from './modelAgent.ts';

const EDGE = 'store-1' as EdgeId;
const READY: Destination = { kind: 'ready', topic: 't', topicId: 'id', partition: 0, leaderEpoch: 3 };

/** A stream's batches, chained. */
class Chain {
  readonly stream: ShippedStream;
  next = 0;
  tip: Tip = EMPTY_TIP;
  readonly parcels: (VerifiedBatch | VerifiedGap)[] = [];

  constructor(epoch: Epoch, previous: Chain | null = null, topic = 'orders') {
    const link = previous && { epoch: previous.stream.epoch, next: previous.next, tip: previous.tip };
    this.stream = { edge: EDGE, epoch, topic, partition: 0, lane: 'main', sourcePartitions: 1, previous: link };
  }

  batch(count: number, bytes = `${this.next}`): this {
    const blob = Buffer.from(bytes);
    this.#push({ kind: 'sealed', blob, position: null }, count, tipAfterBatch(this.tip, blob));
    return this;
  }

  gap(count: number): this {
    const tip = tipAfterGap(this.tip, this.next, this.next + count - 1, 'evicted');
    this.#push({ kind: 'gap', reason: 'evicted', detail: '' }, count, tip);
    return this;
  }

  #push(
    content: Pick<VerifiedBatch, 'kind' | 'blob' | 'position'> | Pick<VerifiedGap, 'kind' | 'reason' | 'detail'>,
    count: number,
    tip: Tip,
  ): void {
    const span = { first: this.next, last: this.next + count - 1, previousTip: this.tip, tip };
    this.parcels.push({ stream: 0, ...span, minTimestamp: 1, maxTimestamp: 9, ...content } as VerifiedBatch);
    this.next += count;
    this.tip = tip;
  }

  /** Other bytes from parcel `at` on. */
  twin(at: number): Chain {
    const twin = new Chain(this.stream.epoch);
    Object.assign(twin, { stream: this.stream });
    for (const [index, parcel] of this.parcels.entries()) {
      const count = parcel.last - parcel.first + 1;
      if (index < at) twin.batch(count, String((parcel as VerifiedBatch).blob));
      else twin.batch(count, `other ${index}`);
    }
    return twin;
  }
}

class Hub {
  readonly state = emptyState();
  destination: Destination = READY;
  exclusions = new Map<string, Exclusion>();

  #with<T>(work: (context: Sequencing) => T): T {
    const staging = new Staging(this.state);
    const destinations = { choose: () => this.destination, bound: () => this.destination };
    const result = work({ staging, destinations, exclusions: this.exclusions, nowMs: 5, facts: [] });
    staging.publish();
    return result;
  }

  register(...epochs: Epoch[]) {
    const lineage = epochs.map((epoch, index) => ({ epoch, predecessor: epochs[index - 1] ?? null }));
    return this.#with((context) => registerLineage(context, EDGE, lineage));
  }

  link(epoch: Epoch, predecessor: Epoch | null) {
    return this.#with((context) => registerLineage(context, EDGE, [{ epoch, predecessor }]))[0]!;
  }

  decide(epoch: Epoch, decision: 'accept' | 'reject') {
    return this.#with((context) => decideEpoch(context, EDGE, epoch, decision));
  }

  /** Some parcels of some chains in one shipment. */
  take(...parts: [Chain, number?, number?][]) {
    const parcels = parts.flatMap(([chain, from, to], stream) =>
      chain.parcels.slice(from ?? 0, to).map((parcel): VerifiedParcel => ({ ...parcel, stream })),
    );
    return this.raw(
      parts.map(([chain]) => chain.stream),
      parcels,
    );
  }

  raw(streams: ShippedStream[], parcels: VerifiedParcel[]) {
    return this.#with((context) => sequenceShipment(context, { edge: EDGE, streams, parcels, marks: [], bytes: 0 }));
  }

  one(...part: [Chain, number?, number?]) {
    const { answers, writes } = this.take(part);
    const { points, refusal, gaps } = answers[0]!;
    return { code: refusal?.code ?? null, refusal, next: points.at(-1)?.next, points, gaps, taken: writes.length };
  }

  get forks() {
    return edgeView(this.state, EDGE)!.forks.map((fork) => fork.cause);
  }
}

/** A hub that has the first `has` parcels of a chain. */
function hubWith(has: number, chain = chainOf(6)): { hub: Hub; chain: Chain } {
  const hub = new Hub();
  hub.register(chain.stream.epoch);
  if (has > 0) hub.take([chain, 0, has]);
  return { hub, chain };
}

function chainOf(batches: number, epoch = nextEpoch()): Chain {
  const chain = new Chain(epoch);
  for (let at = 0; at < batches; at += 1) chain.batch(2);
  return chain;
}

describe('a parcel of a stream', () => {
  test('whose epoch no session has named', () => {
    expect(new Hub().one(chainOf(1))).toMatchObject({ code: 'EPOCH_UNKNOWN', taken: 0 });
  });

  test('whose epoch is held', () => {
    const { hub } = hubWith(1);
    const stranger = chainOf(1);
    hub.link(stranger.stream.epoch, null);
    expect(hub.one(stranger)).toMatchObject({ code: 'EPOCH_HELD', taken: 0 });
  });

  test('that begins at the end with its tip is taken', () => {
    const { hub, chain } = hubWith(2);
    expect(hub.one(chain, 2, 4)).toMatchObject({ code: null, next: 8, taken: 2 });
  });

  test('that begins at the end with another tip is a fork', () => {
    const { hub, chain } = hubWith(2);
    expect(hub.one(chain.twin(1), 2)).toMatchObject({ code: 'FORK', next: 4, taken: 0 });
    expect(hub.forks).toEqual(['chain']);
  });

  test('that is ahead', () => {
    const { hub, chain } = hubWith(2);
    expect(hub.one(chain, 3)).toMatchObject({ code: 'AHEAD', taken: 0, refusal: { expected: 4 } });
  });

  test('that is here already is a repeat, and what follows is taken', () => {
    const { hub, chain } = hubWith(3);
    expect(hub.one(chain, 0, 2)).toMatchObject({ code: null, taken: 0, next: 6 });
    expect(hub.one(chain, 1, 5)).toMatchObject({ code: null, taken: 2, next: 10 });
  });

  test('with other bytes at sequences that are here is a fork from exactly there', () => {
    const { hub, chain } = hubWith(4);
    const answer = hub.one(chain.twin(2));
    expect(answer).toMatchObject({ code: 'FORK', taken: 0, refusal: { range: { first: 4, last: 5 } } });
    expect(answer.points.map((point) => point.next)).toEqual([2, 4, 6, 8]);
  });

  test('that straddles the end is a fork', () => {
    const { hub, chain } = hubWith(2);
    const wide = new Chain(chain.stream.epoch).batch(2, '0').batch(5);
    Object.assign(wide, { stream: chain.stream });
    expect(hub.one(wide)).toMatchObject({ code: 'FORK', taken: 0 });
  });

  test('that is older than every known boundary: tip unknown, unless the run reaches the end', () => {
    const { hub, chain } = hubWith(90, chainOf(90));
    expect(hub.one(chain, 3, 5)).toMatchObject({ code: 'TIP_UNKNOWN', taken: 0 });
    expect(hub.one(chain, 3, 90)).toMatchObject({ code: null, taken: 0, next: 180 });
  });

  test('with other bytes, older than every known boundary, is never confirmed', () => {
    const { hub, chain } = hubWith(90, chainOf(90));
    expect(hub.one(chain.twin(3), 3, 5)).toMatchObject({ code: 'TIP_UNKNOWN', taken: 0 });
  });

  test('that failed its check stops its stream and no other', () => {
    const hub = new Hub();
    const epoch = nextEpoch();
    hub.register(epoch);
    const [one, two] = [chainOf(3, epoch), new Chain(epoch, null, 'other').batch(2)];
    const corrupt: VerifiedParcel = { kind: 'corrupt', stream: 0, first: 2, last: 3, reason: 'badCrc' };
    const parcels = [one.parcels[0]!, corrupt, { ...two.parcels[0]!, stream: 1 }];
    const { answers } = hub.raw([one.stream, two.stream], parcels);
    expect(answers.map(({ refusal }) => refusal?.code ?? null)).toEqual(['CORRUPT', null]);
    expect(answers.map(({ points }) => points.at(-1)?.next)).toEqual([2, 2]);
  });

  test('that is a gap is taken, counted and coalesced with its neighbour', () => {
    const { hub, chain } = hubWith(1, new Chain(nextEpoch()).batch(2).gap(3).gap(4).batch(1));
    const answer = hub.one(chain);
    expect(answer).toMatchObject({ code: null, taken: 1, next: 10 });
    expect(answer.gaps.map(({ first, last }) => [first, last])).toEqual([
      [2, 4],
      [5, 8],
    ]);
    const { places } = edgeView(hub.state, EDGE)!;
    expect(places[0]!.totals).toEqual({ records: 3, deadLettered: 0, gapped: 7 });
    expect(places[0]!.streams[0]!.gaps).toMatchObject([{ first: 2, last: 8, count: 7, reasons: { evicted: 7 } }]);
  });

  test('whose target takes nothing now is parked; its repeats are confirmed all the same', () => {
    const { hub, chain } = hubWith(2);
    hub.destination = { kind: 'parked', reason: 'no leader', retryAfterMs: 70 };
    expect(hub.one(chain, 0, 2)).toMatchObject({ code: null, next: 4 });
    expect(hub.one(chain, 0, 4)).toMatchObject({ code: 'PARKED', next: 4, refusal: { retryAfterMs: 70 } });
    expect(hub.one(chainOf(1, chain.stream.epoch))).toMatchObject({ taken: 0 });
  });

  test('that an earlier attempt left out is refused from there on; what is in front is taken', () => {
    const { hub, chain } = hubWith(1);
    const key = `${EDGE}/${chain.stream.epoch}/${placeKey(chain.stream)}`;
    hub.exclusions.set(key, { first: 6, refusal: { code: 'PARKED', reason: 'later' } });
    expect(hub.one(chain)).toMatchObject({ code: 'PARKED', taken: 2, next: 6 });
  });
});

describe("a place's next stream", () => {
  function twoEpochs(has: number) {
    const [first, second] = [nextEpoch(), nextEpoch()];
    const hub = new Hub();
    hub.register(first, second);
    const before = chainOf(3, first);
    if (has > 0) hub.take([before, 0, has]);
    return { hub, before, after: new Chain(second, before).batch(1).batch(1) };
  }

  test('waits while the one before it is not drained', () => {
    const { hub, after } = twoEpochs(2);
    expect(hub.one(after)).toMatchObject({ code: 'PREDECESSOR_NOT_DRAINED', taken: 0 });
    const { hub: empty, after: early } = twoEpochs(0);
    expect(empty.one(early)).toMatchObject({ code: 'PREDECESSOR_NOT_DRAINED', taken: 0 });
  });

  test('opens at the end of the one before it, which is closed; both may be in one shipment', () => {
    const { hub, before, after } = twoEpochs(0);
    const { answers } = hub.take([before], [after]);
    expect(answers.map(({ refusal }) => refusal)).toEqual([null, null]);
    const [place] = edgeView(hub.state, EDGE)!.places;
    expect(place!.streams.map(({ epoch }) => epoch)).toEqual([after.stream.epoch]);
    expect(place!.ancestors).toMatchObject([{ epoch: before.stream.epoch, next: 6, successor: after.stream.epoch }]);
    expect(place!.totals.records).toBe(8);
    expect(hub.forks).toEqual([]);
  });

  test('a closed stream is still confirmed at its end, and what goes on from there is a fork', () => {
    const { hub, before, after } = twoEpochs(3);
    hub.take([after]);
    expect(hub.one(before)).toMatchObject({ code: null, next: 6, taken: 0 });
    expect(hub.one(before.batch(2), 3)).toMatchObject({ code: 'FORK', next: 6, taken: 0 });
  });

  test('that goes on from the middle of what is here opens beside it, and the fork is shown', () => {
    const { hub, before } = twoEpochs(3);
    const image = chainOf(2, before.stream.epoch);
    const third = nextEpoch();
    hub.link(third, before.stream.epoch);
    const late = new Chain(third, image).batch(1);
    expect(hub.one(late)).toMatchObject({ code: null, taken: 1 });
    expect(hub.forks).toEqual(['behind']);
    expect(edgeView(hub.state, EDGE)!.places[0]!.streams).toHaveLength(2);
  });

  test('that goes on from another history is a fork; claimed again in another epoch it opens', () => {
    const { hub, before } = twoEpochs(3);
    const other = before.twin(1);
    const [third, fourth] = [nextEpoch(), nextEpoch()];
    hub.link(third, before.stream.epoch);
    hub.link(fourth, third);
    expect(hub.one(new Chain(third, other).batch(1))).toMatchObject({ code: 'FORK', taken: 0 });
    expect(hub.one(new Chain(fourth, other).batch(1))).toMatchObject({ code: null, taken: 1 });
  });

  test('does not get past what its edge has in front of it in the same shipment', () => {
    const { hub, before } = twoEpochs(3);
    const twin = before.twin(1);
    const third = nextEpoch();
    hub.link(third, before.stream.epoch);
    const { answers, writes } = hub.take([twin], [new Chain(third, twin).batch(1)]);
    expect(answers.map(({ refusal }) => refusal?.code)).toEqual(['FORK', 'PREDECESSOR_NOT_DRAINED']);
    expect(writes).toEqual([]);
  });

  test('a second successor of a closed stream opens beside the first', () => {
    const { hub, before, after } = twoEpochs(3);
    hub.take([after]);
    const third = nextEpoch();
    hub.link(third, before.stream.epoch);
    expect(hub.one(new Chain(third, before).batch(1))).toMatchObject({ code: null, taken: 1 });
    expect(hub.forks).toEqual(['second']);
  });

  test('whose predecessor nobody knows is held, until the operator lets its epoch in', () => {
    const { hub, after } = twoEpochs(3);
    const gone = chainOf(2);
    const third = nextEpoch();
    hub.link(third, after.stream.epoch);
    const stray = new Chain(third, gone).batch(1);
    expect(hub.one(stray)).toMatchObject({ code: 'EPOCH_HELD', taken: 0 });
    hub.decide(third, 'accept');
    expect(hub.one(stray)).toMatchObject({ code: null, taken: 1 });
    expect(hub.forks).toEqual(['held', 'accepted']);
  });

  test('a first stream at a place with history opens and is shown', () => {
    const { hub, before } = twoEpochs(3);
    const third = nextEpoch();
    hub.link(third, before.stream.epoch);
    expect(hub.one(chainOf(1, third))).toMatchObject({ code: null, taken: 1 });
    expect(hub.forks).toEqual(['history']);
  });

  test('more than the allowed open streams are refused', () => {
    const { hub, chain } = hubWith(1);
    const streams = Array.from({ length: limits.openStreamsPerEdge - 1 }, (_, at) =>
      new Chain(chain.stream.epoch, null, `t${at}`).batch(1),
    );
    hub.take(...streams.map((one): [Chain] => [one]));
    expect(hub.one(new Chain(chain.stream.epoch, null, 'one-more').batch(1))).toMatchObject({
      code: 'LIMIT',
      taken: 0,
    });
  });
});

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

test('a session that opened behind the hub is told how far the sources were read', () => {
  const chain = chainOf(3);
  const { hub } = hubWith(0, chain);
  const at = (nextOffset: number) => ({
    kind: 'kafka',
    clusterId: 'c',
    topic: 'orders',
    topicId: 'x',
    partition: 0,
    nextOffset,
  });
  const parcels = chain.parcels.map(
    (parcel, index) => ({ ...parcel, position: at(10 * (index + 1)) }) as VerifiedParcel,
  );
  hub.raw([chain.stream], parcels);
  const third = nextEpoch();
  hub.link(third, chain.stream.epoch);
  expect(positionsFor(hub.state, EDGE, [third])).toEqual([]);
  hub.take([new Chain(third, chainOf(1, chain.stream.epoch)).batch(1)]);
  expect(positionsFor(hub.state, EDGE, [third])).toMatchObject([{ nextOffset: 30 }]);
  expect(positionsFor(hub.state, EDGE, [chain.stream.epoch])).toEqual([]);
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
