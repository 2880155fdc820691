/** ARCHITECTURE.md, "Sequence": each row of the table, by hand. */
import { describe, expect, test } from 'vitest';
import { edgeView } from '../../../hub/sequence/index.ts';
import type { VerifiedParcel } from '../../../hub/stages.ts';
import { placeKey } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { Chain, chainOf, EDGE, Hub, hubWith } from './handMade.ts';
import { nextEpoch } from './modelAgent.ts';

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
    const open = hub.state.streamsOf.get(EDGE)!;
    while (open.size < limits.openStreamsPerEdge) open.add(`${EDGE}/another ${open.size}`);
    expect(hub.one(new Chain(chain.stream.epoch, null, 'one-more').batch(1))).toMatchObject({
      code: 'LIMIT',
      taken: 0,
    });
  });
});
