/** Translation by offset syncs; titles carry the names of MirrorMaker 2's own tests. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OffsetSyncStore } from '../../../../hub/pull/offsets/syncStore.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../../support/mirror/oracle.ts';

function opened(newestOnlyWhileLoading = true): OffsetSyncStore {
  return new OffsetSyncStore({ newestOnlyWhileLoading, maxPartitions: 100 });
}
function loaded(newestOnlyWhileLoading = true): OffsetSyncStore {
  const store = opened(newestOnlyWhileLoading);
  store.markLoaded();
  return store;
}
const sync = (store: OffsetSyncStore, upstream: number, downstream: number): void =>
  store.apply({ topic: 'topic1', partition: 2, upstream, downstream });
const at = (store: OffsetSyncStore, upstream: number): number | null => store.translate('topic1', 2, upstream);
const points = (store: OffsetSyncStore): number[] =>
  store
    .syncsOf('topic1', 2)
    .map(({ upstream }) => upstream)
    .reverse();

describe('OffsetSyncStoreTest', () => {
  it('testOffsetTranslation: emulate synced downstream offset with 1:1 records, gaps and rewinds', () => {
    const store = loaded();
    sync(store, 100, 200);
    expect(at(store, 150)).toBe(201);
    sync(store, 150, 251);
    expect(at(store, 150)).toBe(251);
    expect(at(store, 5)).toBe(-1);
    // The target went back, then the source.
    sync(store, 200, 10);
    expect(at(store, 200)).toBe(10);
    sync(store, 20, 20);
    expect(at(store, 20)).toBe(20);
    expect(points(store)).toEqual([20]);
  });

  it('testNoTranslationIfStoreNotStarted', () => {
    const store = opened();
    expect(at(store, 0)).toBeNull();
    sync(store, 100, 200);
    expect(at(store, 100)).toBeNull();
    store.markLoaded();
    expect(at(store, 100)).toBe(200);
  });

  it('testNoTranslationIfNoOffsetSync', () => {
    const store = loaded();
    expect(at(store, 0)).toBeNull();
    sync(store, 100, 200);
    expect(store.translate('topic1', 3, 100)).toBeNull();
    expect(store.translate('topic2', 2, 100)).toBeNull();
  });

  function thousands(newestOnly: boolean): { store: OffsetSyncStore; afterLoading: number[] } {
    const store = opened(newestOnly);
    for (let offset = 0; offset <= 1_000; offset += 10) sync(store, offset, offset);
    store.markLoaded();
    return { store, afterLoading: points(store) };
  }

  it('testPastOffsetTranslation', () => {
    const { store, afterLoading } = thousands(true);
    expect(afterLoading).toEqual([1_000]);
    expect([999, 1_000, 1_001, 1_002].map((offset) => at(store, offset))).toEqual([-1, 1_000, 1_001, 1_001]);
    for (let offset = 1_000; offset <= 10_000; offset += 10) sync(store, offset, offset);
    const kept = [1_000, 4_840, 6_760, 8_680, 9_160, 9_640, 9_880, 9_940, 9_970, 9_990, 10_000];
    expect(points(store)).toEqual(kept);
    expect(kept.map((offset) => at(store, offset))).toEqual(kept);
    expect(kept.slice(1).map((offset) => at(store, offset - 1))).toEqual(kept.slice(0, -1).map((offset) => offset + 1));
    sync(store, 1_500, 11_000);
    expect([1_499, 1_500, 2_000].map((offset) => at(store, offset))).toEqual([-1, 11_000, 11_001]);
  });

  it('testPastOffsetTranslationWithoutInitializationReadToEnd', () => {
    const { store, afterLoading } = thousands(false);
    expect(afterLoading).toEqual(expect.arrayContaining([0, 480, 720, 990, 1_000]));
    for (let offset = 1_000; offset <= 10_000; offset += 10) sync(store, offset, offset);
    expect(points(store)).toEqual([0, 3_840, 7_680, 8_640, 9_120, 9_600, 9_840, 9_900, 9_960, 9_990, 10_000]);
    sync(store, 1_500, 11_000);
    expect([1_499, 1_500, 2_000].map((offset) => at(store, offset))).toEqual([-1, 11_000, 11_001]);
  });

  /** The most different syncs that one insert made the store forget. */
  function expired(offsets: Iterable<number>): number {
    const store = loaded();
    let [before, most]: [Set<number>, number] = [new Set(), 0];
    for (const offset of offsets) {
      sync(store, offset, offset);
      const now = new Set(points(store));
      most = Math.max(most, [...before].filter((old) => !now.has(old)).length);
      before = now;
    }
    return most;
  }
  function* spaced(count: number, step: () => number): Generator<number> {
    for (let i = 0, offset = 0; i < count; i++) {
      offset += step();
      yield offset;
    }
  }
  let seed = 20_240_601;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };

  it('testConsistentlySpacedSyncs: one more costs at most one', () => {
    for (const step of [1, 2, 3, 7, 10, 100, 1_000, 2 ** 20 + 3]) {
      expect(expired(spaced(10_000, () => step)), `step ${step}`).toBeLessThanOrEqual(1);
    }
  });

  it('testRandomlySpacedSyncs: steps of n random bits cost at most n + 2', () => {
    for (const bits of [1, 2, 4, 8, 16, 32]) {
      const step = (): number => 1 + Math.floor(random() * 2 ** bits);
      expect(expired(spaced(10_000, step)), `${bits} bits`).toBeLessThanOrEqual(bits + 2);
    }
  });

  it('testDroppedSyncsSpacing: steps of once and twice cost at most two', () => {
    for (const step of [1, 3, 10, 100, 1_000]) {
      let twice = false;
      const alternating = (): number => {
        twice = !twice;
        return twice ? 2 * step : step;
      };
      expect(expired(spaced(10_000, alternating)), `step ${step}`).toBeLessThanOrEqual(2);
    }
  });
});

describe('invariants, for random syncs', () => {
  /** Mostly forward by a little or a lot, now and then a rewind. */
  const moves = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 ** 30 }) },
      { weight: 1, arbitrary: fc.integer({ min: -5_000, max: 0 }) },
    ),
    { minLength: 1, maxLength: 400 },
  );
  const toSyncs = (steps: readonly number[]): [number, number][] => {
    let [upstream, downstream] = [0, 0];
    return steps.map((step) => {
      upstream = Math.max(0, upstream + step);
      downstream += Math.min(Math.max(step, 1), 7);
      return [upstream, downstream];
    });
  };

  it('a larger offset never translates to less, and none beyond the newest sync that is not above it', () => {
    fc.assert(
      fc.property(moves, fc.array(fc.nat(2 ** 31), { minLength: 1, maxLength: 20 }), (steps, questions) => {
        const store = loaded();
        const sorted = [...questions].sort((a, b) => a - b);
        const history: [number, number][] = [];
        for (const [upstream, downstream] of toSyncs(steps)) {
          if (history.some(([earlier]) => earlier > upstream)) history.length = 0;
          history.push([upstream, downstream]);
          sync(store, upstream, downstream);
        }
        let last = -1;
        for (const question of sorted) {
          const answer = at(store, question)!;
          expect(answer).toBeGreaterThanOrEqual(last);
          const below = history.filter(([up]) => up <= question).at(-1);
          const bound = below ? below[1] + (below[0] === question ? 0 : 1) : -1;
          expect(answer).toBeLessThanOrEqual(bound);
          last = answer;
        }
      }),
    );
  });

  it('memory is bounded: partitions beyond the bound are counted, not taken', () => {
    const store = new OffsetSyncStore({ newestOnlyWhileLoading: true, maxPartitions: 10 });
    for (let partition = 0; partition < 5_000; partition++) {
      store.apply({ topic: 'many', partition, upstream: 1, downstream: 1 });
    }
    store.markLoaded();
    expect([store.partitions, store.leftOut]).toEqual([10, 1_000]);
    expect([store.translate('many', 9, 1), store.translate('many', 10, 1)]).toEqual([1, null]);
  });

  describe('beside the real one', () => {
    let oracle: MirrorOracle | NoOracle | undefined;
    beforeAll(async () => {
      oracle = await mirrorOracle('MirrorOracle');
    });
    afterAll(() => {
      if (oracle && 'close' in oracle) oracle.close();
    });

    it('the same syncs are kept and the same translations given, for random syncs', async ({ skip }) => {
      if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
      const sample = fc.tuple(fc.boolean(), moves, fc.nat(400), fc.array(fc.nat(2 ** 31), { maxLength: 5 }));
      const cases = fc.sample(sample, { numRuns: 400, seed: 99 });
      const questions: string[] = [];
      const ours: string[] = [];
      for (const [mustReadToEnd, steps, loadedAfter, asked] of cases) {
        const store = opened(mustReadToEnd);
        const fields = ['store', String(mustReadToEnd)];
        const answers: string[] = [];
        toSyncs(steps).forEach(([upstream, downstream], i) => {
          sync(store, upstream, downstream);
          fields.push(`${upstream}:${downstream}`);
          if (i !== Math.min(loadedAfter, steps.length - 1)) return;
          store.markLoaded();
          fields.push('loaded');
        });
        for (const upstream of [...asked, ...toSyncs(steps).map(([up]) => up + 1)]) {
          fields.push(`?${upstream}`);
          answers.push(String(at(store, upstream) ?? 'none'));
        }
        fields.push('all');
        const kept = store.syncsOf('topic1', 2).map(({ upstream, downstream }) => `${upstream}:${downstream}`);
        questions.push(fields.join('\t'));
        ours.push([...answers, kept.join(' ')].join(','));
      }
      const theirs = await oracle.ask(questions);
      const different = questions.flatMap((q, i) =>
        ours[i] === theirs[i] ? [] : [{ q, ours: ours[i], theirs: theirs[i] }],
      );
      expect(different.slice(0, 2)).toEqual([]);
    });
  });
});
