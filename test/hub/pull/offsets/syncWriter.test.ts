/** When offset syncs are due and how they are sent; titles carry the names of MirrorMaker 2's own tests. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OffsetSync } from '../../../../hub/pull/offsets/offsetSync.ts';
import { OffsetSyncs, SyncDue } from '../../../../hub/pull/offsets/syncWriter.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../../support/mirror/oracle.ts';

const syncOf = (upstream: number, downstream: number, partition = 1): OffsetSync => ({
  topic: 'topic',
  partition,
  upstream,
  downstream,
});
interface Waiting extends OffsetSync {
  answer(error?: Error): void;
}

/** Syncs that were sent and wait for their answer. */
function sending(maxLag: number, maxInFlight?: number, maxPerRequest?: number) {
  const sent: Waiting[] = [];
  const failures: OffsetSync[] = [];
  const syncs = new OffsetSyncs({
    maxLag,
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
    ...(maxPerRequest === undefined ? {} : { maxPerRequest }),
    send: (syncs) =>
      new Promise((resolve, reject) => {
        const answer = (error?: Error): void => (error ? reject(error) : resolve());
        for (const sync of syncs) sent.push({ ...sync, answer });
      }),
    failed: (syncs) => failures.push(...syncs),
  });
  return { syncs, sent, failures };
}

describe('MirrorSourceTaskTest', () => {
  const step = (state: SyncDue, upstream: number, downstream: number, reset = false): boolean => {
    const due = state.update(upstream, downstream);
    if (reset) state.reset();
    return due;
  };

  it('testOffsetSync', () => {
    const state = new SyncDue(50);
    expect(step(state, 0, 100, true), 'first sync').toBe(true);
    expect(step(state, 2, 102, true), 'a hole in the source').toBe(true);
    expect(step(state, 3, 152, true), 'a hole in the target').toBe(false);
    expect(step(state, 4, 153, true), 'lag of 50').toBe(true);
    expect(step(state, 5, 154, true)).toBe(false);
    expect(step(state, 6, 203, true)).toBe(false);
    expect(step(state, 7, 204, true), 'lag of 50 again').toBe(true);
    expect(step(state, 2, 206, true), 'the source went back').toBe(true);
    expect(step(state, 3, 207, true)).toBe(false);
    expect(step(state, 4, 3, true), 'the target went back').toBe(true);
    expect(step(state, 5, 4)).toBe(false);
    expect(step(state, 7, 6), 'without a reset it stays due').toBe(true);
    expect(step(state, 7, 6)).toBe(true);
    expect(step(state, 8, 7)).toBe(true);
    expect(step(state, 10, 57, true)).toBe(true);
    expect(step(state, 11, 58)).toBe(false);
  });

  it('testZeroOffsetSync', () => {
    const state = new SyncDue(0);
    const all = [
      [0, 100],
      [2, 102],
      [3, 153],
      [4, 154],
      [5, 155],
      [6, 207],
      [2, 208],
      [3, 209],
      [4, 3],
      [5, 4],
    ];
    expect(all.map(([upstream, downstream]) => step(state, upstream!, downstream!, true))).toEqual(all.map(() => true));
  });

  it('testSendSyncEvent: due syncs are sent, others wait', async () => {
    const { syncs, sent } = sending(50);
    syncs.update(syncOf(0, 5));
    syncs.update(syncOf(0, 7, 2));
    syncs.fire();
    expect(sent).toMatchObject([syncOf(0, 5), syncOf(0, 7, 2)]);
    syncs.update(syncOf(1, 6));
    syncs.fire();
    expect(sent).toHaveLength(2);
    for (const one of sent) one.answer();
    await syncs.settled();
  });
});

describe('OffsetSyncWriterTest', () => {
  it('testMaybeQueueOffsetSyncs: lag 2, the first at once, the second delayed', () => {
    const { syncs } = sending(2);
    syncs.update(syncOf(0, 1));
    expect([syncs.pending, syncs.delayed]).toEqual([[syncOf(0, 1)], []]);
    syncs.update(syncOf(1, 2));
    expect([syncs.pending, syncs.delayed]).toEqual([[syncOf(0, 1)], [syncOf(1, 2)]]);
  });

  it('testFirePendingOffsetSyncs: nothing is sent while there is no room in flight', async () => {
    const { syncs, sent } = sending(0, 1);
    syncs.update(syncOf(0, 1));
    syncs.fire();
    syncs.update(syncOf(1, 2));
    syncs.fire();
    syncs.update(syncOf(2, 3));
    syncs.fire();
    expect(sent).toMatchObject([syncOf(0, 1)]);
    sent[0]?.answer();
    await syncs.settled();
    syncs.fire();
    // There only the newest waits; here the one between is not lost.
    expect(sent).toMatchObject([syncOf(0, 1), syncOf(1, 2), syncOf(2, 3)]);
    expect(syncs.pending).toEqual([]);
  });

  it('what waits is bounded, begins with the oldest and ends with the newest: groups may stand anywhere', () => {
    const { syncs } = sending(10);
    for (let run = 0; run < 1_000; run++) syncs.updateRun(syncOf(run * 50, run * 50 + 7), 50);
    const waiting = syncs.pending;
    expect(waiting[0]).toEqual(syncOf(0, 7));
    expect(waiting.at(-1)!.upstream).toBeGreaterThan(49_900);
    expect(waiting.length).toBeGreaterThan(7);
    expect(waiting.length).toBeLessThanOrEqual(16);
    expect(waiting.map(({ upstream }) => upstream)).toEqual(waiting.map((s) => s.upstream).sort((a, b) => a - b));
  });

  it('testPromoteDelayedOffsetSyncs: the newest only', () => {
    const { syncs } = sending(50);
    for (let i = 0; i < 5; i++) syncs.update(syncOf(i, i + 1));
    expect(syncs.pending).toEqual([syncOf(0, 1)]);
    syncs.promoteDelayed();
    expect([syncs.pending, syncs.delayed]).toEqual([[syncOf(0, 1), syncOf(4, 5)], []]);
  });

  it('at most ten requests are in flight; one that fails is said, and frees its place', async () => {
    const { syncs, sent, failures } = sending(50, undefined, 2);
    for (let partition = 0; partition < 50; partition++) syncs.update(syncOf(0, 1, partition));
    syncs.fire();
    expect(sent).toHaveLength(20);
    sent[6]?.answer(new Error('no leader'));
    for (const one of sent) one.answer();
    await syncs.settled();
    expect(failures).toEqual([syncOf(0, 1, 6), syncOf(0, 1, 7)]);
    syncs.fire();
    expect(sent).toHaveLength(40);
  });

  it('a partition that is given up leaves nothing behind', () => {
    const { syncs } = sending(50);
    syncs.update(syncOf(0, 1));
    syncs.update(syncOf(1, 2));
    syncs.forget('topic', 1);
    expect([syncs.pending, syncs.delayed]).toEqual([[], []]);
    syncs.update(syncOf(2, 3));
    expect(syncs.pending, 'as at the start').toEqual([syncOf(2, 3)]);
  });
});

describe('runs of records', () => {
  const runs = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 200 })), {
    minLength: 1,
    maxLength: 30,
  });

  it('a run leaves what its records one by one would, for any runs', () => {
    fc.assert(
      fc.property(fc.nat(60), runs, (maxLag, steps) => {
        const [syncs, state] = [sending(maxLag).syncs, new SyncDue(maxLag)];
        let [upstream, downstream] = [0, 0];
        let [pending, delayed]: [OffsetSync[], OffsetSync[]] = [[], []];
        for (const [hole, jump, count] of steps) {
          upstream += hole;
          downstream = Math.max(0, downstream + (jump > 15 ? -jump : Math.max(jump, 0)));
          syncs.updateRun(syncOf(upstream, downstream), count);
          for (let i = 0; i < count; i++) {
            const one = syncOf(upstream + i, downstream + i);
            if (state.update(one.upstream, one.downstream)) [pending, delayed] = [[one], []];
            else delayed = [one];
            state.reset();
          }
          expect([syncs.pending.slice(-1), syncs.delayed]).toEqual([pending, delayed]);
          [upstream, downstream] = [upstream + count, downstream + count];
        }
      }),
    );
  });
});

describe('beside the real one', () => {
  let oracle: MirrorOracle | NoOracle | undefined;
  beforeAll(async () => {
    oracle = await mirrorOracle('MirrorOracle');
  });
  afterAll(() => {
    if (oracle && 'close' in oracle) oracle.close();
  });

  it('says the same, for random offsets and resets', async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const offset = fc.oneof(
      { weight: 8, arbitrary: fc.constant(1) },
      { weight: 2, arbitrary: fc.integer({ min: -9, max: 99 }) },
    );
    const steps = fc.array(fc.tuple(offset, offset, fc.boolean()), { minLength: 1, maxLength: 200 });
    const cases = fc.sample(fc.tuple(fc.nat(60), steps), { numRuns: 300, seed: 5 });
    const ours: string[] = [];
    const questions = cases.map(([maxLag, moves]) => {
      const state = new SyncDue(maxLag);
      const fields = ['due', String(maxLag)];
      const answers: string[] = [];
      let [upstream, downstream] = [0, 100];
      for (const [up, down, reset] of moves) {
        [upstream, downstream] = [Math.max(0, upstream + up), Math.max(0, downstream + down)];
        fields.push(`${upstream}:${downstream}`, ...(reset ? ['R'] : []));
        answers.push(String(state.update(upstream, downstream)));
        if (reset) state.reset();
      }
      ours.push(answers.join(','));
      return fields.join('\t');
    });
    const theirs = await oracle.ask(questions);
    const different = questions.flatMap((q, i) =>
      ours[i] === theirs[i] ? [] : [{ q, ours: ours[i], theirs: theirs[i] }],
    );
    expect(different.slice(0, 2)).toEqual([]);
  });
});
