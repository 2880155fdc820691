/**
 * Exact maps against a model that remembers every single record: whatever is copied, taken back, taken over by another owner or
 * compacted away in between.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeBegin,
  decodeSegment,
  encodeSegment,
  isBegin,
  openSegment,
  PartitionMap,
  type Run,
  runsOf,
  SegmentWriter,
} from '../../../../hub/pull/maps/index.ts';
import { limits } from '../../../../shared/limits.ts';

type Step =
  | { readonly kind: 'batch'; readonly hole: number; readonly gap: number; readonly deltas: readonly number[] }
  /** The same owner's next transaction, or what another owner finds in the ledger. */
  | { readonly kind: 'commit' | 'newOwner' | 'abort' }
  /** The source is read again from so many offsets back. */
  | { readonly kind: 'rewind'; readonly back: number }
  | { readonly kind: 'restart'; readonly ahead: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      hole: fc.constantFrom(0, 0, 0, 1, 7),
      gap: fc.constantFrom(0, 1, 1, 1, 40),
      deltas: fc.array(fc.constantFrom(1, 1, 1, 2, 5), { maxLength: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.constantFrom<Step>({ kind: 'commit' }, { kind: 'newOwner' }, { kind: 'abort' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewind' as const), back: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), ahead: fc.integer({ min: 0, max: 9 }) }) },
);

interface State {
  readonly since: number;
  readonly records: readonly (readonly [source: number, target: number])[];
  readonly source: number;
}

/** One partition, as its owners write it and as a reader finds it. */
class Copied {
  readonly log: { key: string; value: Buffer }[] = [];
  committed: State = { since: 0, records: [], source: 0 };
  #open = openSegment(0);
  #writer = new SegmentWriter(this.#open);
  #now: State = this.committed;
  #target = 0;
  #restarts = 0;

  do(one: Step): void {
    if (one.kind === 'batch') this.#batch(one);
    else if (one.kind === 'rewind') this.#now = { ...this.#now, source: Math.max(0, this.#now.source - one.back) };
    else if (one.kind === 'restart') {
      const since = this.#now.source + one.ahead;
      this.#restarts += 1;
      this.#writer.restart(since, `copy-${this.#restarts}`);
      this.#now = { since, records: [], source: since };
    } else this.#end(one.kind);
  }

  #batch({ hole, gap, deltas }: Extract<Step, { kind: 'batch' }>): void {
    const first = this.#now.source + hole;
    const targetOffset = this.#target + gap;
    const offsets = [0];
    for (const delta of deltas) offsets.push(offsets.at(-1)! + delta);
    const whole = offsets.at(-1) === deltas.length;
    const batch = { first, targetOffset, records: offsets.length };
    this.#writer.add({ ...batch, deltas: whole ? null : Int32Array.from(offsets) });
    const kept = this.#now.records.filter(([source]) => source < first);
    const records = [...kept, ...offsets.map((offset, at) => [first + offset, targetOffset + at] as const)];
    this.#now = { ...this.#now, records, source: first + offsets.at(-1)! + 1 };
    this.#target = targetOffset + offsets.length;
  }

  #end(kind: 'commit' | 'newOwner' | 'abort'): void {
    if (kind === 'abort') this.#now = this.committed;
    else {
      for (const { key, value } of this.#writer.records('a->b/t/0')) this.log.push({ key: String(key), value });
      this.committed = this.#now;
      this.#open = this.#writer.open();
      const { since, number, runs } = this.#open;
      if (kind === 'newOwner') this.#open = openSegment(since, runs.length > 0 ? number + 1 : number);
    }
    this.#writer = new SegmentWriter(this.#open);
  }
}

function expected({ since, records }: State, upstream: number) {
  if (records.length === 0 || upstream < since) return null;
  const next = records.find(([source]) => source >= upstream);
  return next ? { kind: 'exact', offset: next[1] } : { kind: 'atLeast', offset: records.at(-1)![1] + 1 };
}

describe('what is written and read back', () => {
  test('is what a record-by-record comparison says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.array(fc.boolean()), (steps, compacted) => {
        const run = new Copied();
        for (const one of steps) run.do(one);
        run.do({ kind: 'commit' });
        let map = new PartitionMap();
        run.log.forEach(({ key, value }, at) => {
          // Compaction takes what has a newer one, or not yet.
          const newer = run.log.slice(at + 1).some((later) => later.key === key);
          if (newer && compacted[at]) return;
          if (isBegin(key.split('/').at(-1)!)) map = new PartitionMap(decodeBegin(value));
          else map.apply(value);
        });
        const { committed } = run;
        if (committed.records.length === 0) return;
        for (let upstream = committed.since; upstream < committed.source + 3; upstream += 1) {
          expect(map.translate(upstream), `offset ${upstream}`).toEqual(expected(committed, upstream));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('segments of any numbers', () => {
    const runs = fc.array(fc.tuple(fc.nat(9), fc.nat(3), fc.integer({ min: 1, max: 2 ** 40 })), { minLength: 1 });
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(2 ** 45), fc.nat(2 ** 45), fc.nat(), runs, (since, s, t, number, parts) => {
        let [source, target] = [s, t];
        const made = parts.map(([hole, gap, count]): Run => {
          const one = { source: source + hole, target: target + gap, count };
          [source, target] = [one.source + count, one.target + count];
          return one;
        });
        const segment = { since, number, runs: made };
        const bytes = encodeSegment(segment);
        expect(decodeSegment(bytes)).toEqual(segment);
        expect(decodeSegment(bytes.subarray(0, -1))).toBeNull();
      }),
    );
  });

  test('what is no segment is passed over', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const map = new PartitionMap();
        map.apply(Buffer.from(bytes));
        map.apply(Buffer.concat([Buffer.from([1]), bytes]));
        map.translate(5);
      }),
    );
  });
});

describe('size', () => {
  const transactions = (count: number) => {
    const map = new PartitionMap();
    let open = openSegment(0);
    for (let i = 0; i < count; i += 1) {
      const writer = new SegmentWriter(open);
      writer.add({ first: 1_000 * i, targetOffset: 1_001 * i, records: 1_000, deltas: null });
      for (const { value } of writer.records('a->b/t/0')) map.apply(value);
      open = writer.open();
    }
    return map;
  };

  test('a transaction costs about three bytes; the oldest go, and are then not guessed', () => {
    const kept = limits.offsetMapRuns * limits.offsetMapSegments;
    const map = transactions(kept + 1_000);
    expect(map.segments).toBe(limits.offsetMapSegments);
    expect(map.bytes).toBeLessThan(kept * 3 + limits.offsetMapSegments * 250);
    expect(map.translate(0)).toBeNull();
    const upstream = 1_000 * (kept + 999) + 7;
    expect(map.translate(upstream)).toEqual({ kind: 'exact', offset: 1_001 * (kept + 999) + 7 });
    map.keep(2);
    expect(map.translate(1_000 * kept)).toBeNull();
    expect(map.translate(upstream)).toMatchObject({ kind: 'exact' });
  });

  test('without markers all is one run', () => {
    const writer = new SegmentWriter(openSegment(0));
    for (let i = 0; i < 1_000; i += 1)
      writer.add({ first: 10 * i, targetOffset: 10 * i + 5, records: 10, deltas: null });
    expect(writer.open().runs).toEqual([{ source: 0, target: 5, count: 10_000 }]);
  });

  test('a batch with holes', () => {
    const batch = { first: 100, targetOffset: 40, records: 4, deltas: Int32Array.from([0, 1, 5, 6]) };
    expect(runsOf(batch)).toEqual([
      { source: 100, target: 40, count: 2 },
      { source: 105, target: 42, count: 2 },
    ]);
  });
});
