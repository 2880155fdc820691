/**
 * A lane against a model of one partition's log that checks sequences as a leader does, under random faults: what landed is
 * in the log once and in order, what did not is not there.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, Lane, LaneBroken } from '../../../shared/kafka/transaction/lane.ts';
import { judge, type Outcome } from '../../../shared/kafka/transaction/outcome.ts';
import { Sequences } from '../../../shared/kafka/transaction/sequence.ts';

const DEDUPLICATED = 5;
const PATIENCE_MS = 5_000;
const POISON = 0xff;

interface Answer {
  readonly entry: Entry;
  readonly code: number;
  readonly baseOffset: number;
}

/** A leader's log for one producer: expects the next sequence, recognises the last five batches. */
class ModelLog {
  readonly records: { index: number; at: number }[] = [];
  readonly #strictFirst: boolean;
  #expected: number | null = null;
  #recent: { sequence: number; count: number; offset: number }[] = [];

  constructor(strictFirst: boolean) {
    this.#strictFirst = strictFirst;
  }

  append(entry: Entry): { code: number; baseOffset: number; repeat?: boolean } {
    const repeat = this.#recent.find((b) => b.sequence === entry.sequence && b.count === entry.records);
    if (repeat) return { code: 0, baseOffset: repeat.offset, repeat: true };
    if (entry.blob[0] === POISON) return { code: 10, baseOffset: -1 };
    const expected = this.#expected ?? (this.#strictFirst ? 0 : entry.sequence);
    if (entry.sequence !== expected) return { code: 45, baseOffset: -1 };
    const offset = this.records.length;
    for (let at = 0; at < entry.records; at++) this.records.push({ index: entry.index, at });
    this.#expected = entry.sequence + entry.records;
    this.#recent = [...this.#recent, { sequence: entry.sequence, count: entry.records, offset }].slice(-DEDUPLICATED);
    return { code: 0, baseOffset: offset };
  }
}

/** What may happen to one request. */
const FAULTS = [
  'none',
  'none',
  'none',
  'notLeader',
  'concurrent',
  'notEnough',
  'appendedThenTimeout',
  'appendedThenMoved',
  'crashedAfterAppend',
] as const;
type Fault = (typeof FAULTS)[number];

function serve(log: ModelLog, entry: Entry, fault: Fault): Answer {
  if (fault === 'notLeader') return { entry, code: 6, baseOffset: -1 };
  if (fault === 'concurrent') return { entry, code: 51, baseOffset: -1 };
  if (fault === 'notEnough') return { entry, code: 19, baseOffset: -1 };
  const { code, baseOffset, repeat } = log.append(entry);
  if (code === 0 && fault === 'appendedThenTimeout') return { entry, code: 7, baseOffset };
  if (code === 0 && fault === 'appendedThenMoved') return { entry, code: 6, baseOffset };
  // Nothing is done for a repeat, so nothing breaks.
  if (code === 0 && !repeat && fault === 'crashedAfterAppend') return { entry, code: -1, baseOffset: -1 };
  return { entry, code, baseOffset };
}

interface Plan {
  readonly sizes: readonly number[];
  readonly poison: readonly boolean[];
  readonly faults: readonly Fault[];
  /** Before each step: deliver an answer (true) or send a batch (false), where both can be done. */
  readonly turns: readonly boolean[];
}
const plans = fc.record<Plan>({
  sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
  poison: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  faults: fc.array(fc.constantFrom(...FAULTS), { maxLength: 40 }),
  turns: fc.array(fc.boolean(), { maxLength: 80 }),
});

function play(plan: Plan, strictFirst: boolean): { outcomes: (Outcome | undefined)[]; log: ModelLog; broken: boolean } {
  const log = new ModelLog(strictFirst);
  const outcomes: (Outcome | undefined)[] = plan.sizes.map(() => undefined);
  const lane = new Lane('t', 0, new Sequences().of('t/0'), !strictFirst, (index, outcome) => {
    expect(outcomes[index]).toBeUndefined();
    outcomes[index] = outcome;
  });
  plan.sizes.forEach((size, i) => {
    lane.add(i, Buffer.from([plan.poison[i] ? POISON : 0]), size);
  });
  const answers: Answer[] = [];
  let now = 0;
  let requests = 0;
  try {
    for (let step = 0; !lane.done; step++) {
      if (step > 100_000) throw new Error('the lane does not end');
      lane.expire(now, PATIENCE_MS);
      const maySend = lane.readyAtMs() <= now;
      const next = answers[0];
      if (next && (plan.turns[step] || !maySend)) {
        answers.shift();
        lane.answer(next.entry, judge(next.code, next.baseOffset), next.code, next.baseOffset, null, now);
      } else if (maySend) {
        const entry = lane.take();
        if (entry) answers.push(serve(log, entry, plan.faults[requests++] ?? 'none'));
      } else now = Math.max(now + 1, Math.min(lane.readyAtMs(), now + PATIENCE_MS));
    }
  } catch (error) {
    if (!(error instanceof LaneBroken)) throw error;
    return { outcomes, log, broken: true };
  }
  return { outcomes, log, broken: false };
}

function check(plan: Plan, strictFirst: boolean): void {
  const { outcomes, log, broken } = play(plan, strictFirst);
  const landed = plan.sizes.flatMap((size, index) =>
    outcomes[index]?.kind === 'landed' ? Array.from({ length: size }, (_, at) => ({ index, at })) : [],
  );
  outcomes.forEach((outcome, index) => {
    if (outcome?.kind !== 'landed') return;
    expect(log.records[outcome.offset]).toEqual({ index, at: 0 });
  });
  if (broken) return;
  expect(log.records).toEqual(landed);
  outcomes.forEach((outcome, index) => {
    if (plan.poison[index]) expect(outcome).toMatchObject({ kind: 'refused', code: 10 });
    else expect(outcome?.kind).not.toBe('refused');
  });
}

describe('lane', () => {
  it('keeps order and loses nothing under faults, where leaders check the first sequence (protocol 2)', () => {
    fc.assert(
      fc.property(plans, (plan) => check(plan, true)),
      { numRuns: 3_000 },
    );
  });

  it('keeps order and loses nothing under faults, where leaders take any first sequence (protocol 1)', () => {
    fc.assert(
      fc.property(plans, (plan) => check(plan, false)),
      { numRuns: 3_000 },
    );
  });

  it('ends in outcomes, not in doubt, when nothing was appended', () => {
    const harmless = ['none', 'notLeader', 'concurrent', 'notEnough'] as const;
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.constantFrom(...harmless), { maxLength: 40 }),
        fc.boolean(),
        (plan, faults, strict) => {
          expect(play({ ...plan, faults }, strict).broken).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('gives up after its patience: unavailable where nothing was appended, broken where something may have been', () => {
    const forever = (fault: Fault, first: Fault = fault): Plan => ({
      sizes: [2, 2],
      poison: [],
      faults: [first, ...Array.from({ length: 1_000 }, () => fault)],
      turns: [],
    });
    const away = play(forever('notLeader'), true);
    expect(away.broken).toBe(false);
    expect(away.outcomes.map((o) => o?.kind)).toEqual(['unavailable', 'unavailable']);
    expect(play(forever('appendedThenTimeout'), true).broken).toBe(true);
    expect(play(forever('notLeader', 'crashedAfterAppend'), true).broken).toBe(true);
  });
});
