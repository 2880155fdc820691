import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExpectedStream } from '../../../hub/prove/expected.ts';
import { countOf, type Range, subtract } from '../../../hub/prove/ranges.ts';
import { type Sharer, Sharers } from '../../../hub/prove/sharers.ts';

const sharer = (key: string, next: number, holes: readonly Range[] = []): Sharer => ({
  stream: { key, next } as ExpectedStream,
  holes,
});
const any = (): boolean => true;

interface Plan {
  readonly lengths: readonly number[];
  /** Which stream goes on next, and by how many records. */
  readonly turns: readonly (readonly [number, number])[];
}
const plans: fc.Arbitrary<Plan> = fc.record({
  lengths: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 4 }),
  turns: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { maxLength: 40 }),
});

/** Sequences as they lie in the shared partition: each stream's own in order, all mixed. */
function interleaved({ lengths, turns }: Plan): number[] {
  const at = lengths.map(() => 0);
  const out: number[] = [];
  const advance = (stream: number, by: number): void => {
    for (let i = 0; i < by && at[stream]! < lengths[stream]!; i += 1) out.push(at[stream]!++);
  };
  for (const [who, by] of turns) advance(who % lengths.length, by);
  for (const stream of lengths.keys()) advance(stream, Number.POSITIVE_INFINITY);
  return out;
}

function followed(sharers: readonly Sharer[], sequences: readonly number[]) {
  const group = new Sharers(sharers);
  for (const sequence of sequences) group.see(sequence);
  const checks = group.assigned(any);
  return sharers.map(({ stream, holes }) => {
    const check = checks.get(stream.key)!;
    const missing = subtract(check.missingBelow(stream.next), holes);
    return { end: check.end, missing: countOf(missing), odd: check.repeated.count + check.misplaced.count };
  });
}

const sharersOf = ({ lengths }: Plan): Sharer[] => lengths.map((length, i) => sharer(`s${i}`, length));

test('whatever their order among each other, streams that are complete are found complete', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const sharers = sharersOf(plan);
      const found = followed(sharers, interleaved(plan));
      expect(found).toEqual(plan.lengths.map((end) => ({ end, missing: 0, odd: 0 })));
    }),
  );
});

test('a record that is missing, or there twice, is never explained away', () => {
  fc.assert(
    fc.property(plans, fc.nat(), fc.boolean(), (plan, pick, twice) => {
      const all = interleaved(plan);
      fc.pre(all.length > 0);
      const at = pick % all.length;
      const broken = twice ? [...all.slice(0, at + 1), ...all.slice(at)] : all.filter((_, i) => i !== at);
      const sharers = sharersOf(plan);
      const found = followed(sharers, broken);
      const wrong = found.some(({ end, missing, odd }, i) => missing + odd > 0 || end !== plan.lengths[i]);
      expect(wrong).toBe(true);
    }),
  );
});

test('gaps are passed over, and go with the stream that has them', () => {
  const sharers = [sharer('with', 8, [{ first: 3, last: 5 }]), sharer('without', 8)];
  const found = followed(sharers, [0, 0, 1, 1, 2, 2, 6, 3, 4, 7, 5, 6, 7]);
  expect(found).toEqual(sharers.map(() => ({ end: 8, missing: 0, odd: 0 })));
});
