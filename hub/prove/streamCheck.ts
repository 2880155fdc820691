import { normalise, type Range, remove, subtract } from './ranges.ts';

/** Ranges named per stream and kind; what is beyond is counted only. */
const MAX_NAMED = 1_000;

/** One thing that is wrong, with the sequences (or offsets) that it is about. */
export interface Named {
  readonly ranges: Range[];
  count: number;
}

/**
 * Follows one stream through its target partition in offset order. Bounded: what arrives in order costs a counter; only
 * deviations are kept, as ranges.
 */
export class StreamCheck {
  /** Sequences below this were seen or are in {@link missing}. */
  #expected = 0;
  #records = 0;
  /** Skipped and not seen since. */
  readonly missing: Range[] = [];
  readonly repeated: Named = { ranges: [], count: 0 };
  /** Seen after a higher one, for the first time. */
  readonly misplaced: Named = { ranges: [], count: 0 };

  see(sequence: number): void {
    if (sequence >= this.#expected) {
      if (sequence > this.#expected) this.missing.push({ first: this.#expected, last: sequence - 1 });
      this.#expected = sequence + 1;
      this.#records += 1;
    } else if (remove(this.missing, sequence)) {
      this.#records += 1;
      name(this.misplaced, sequence);
    } else {
      name(this.repeated, sequence);
    }
  }

  /** Whether this would be the next one, with what is known never to come passed over. */
  awaits(sequence: number, holes: readonly Range[]): boolean {
    if (sequence <= this.#expected) return sequence === this.#expected;
    return subtract([{ first: this.#expected, last: sequence - 1 }], holes).length === 0;
  }

  /** Whether it was passed over and not seen since. */
  lacks(sequence: number): boolean {
    return this.missing.some(({ first, last }) => first <= sequence && sequence <= last);
  }

  /** The lowest sequence seen; null: none was. */
  get lowest(): number | null {
    if (this.#records === 0) return null;
    const [front] = this.missing;
    return front?.first === 0 ? front.last + 1 : 0;
  }

  /** One above the highest sequence seen. */
  get end(): number {
    return this.#expected;
  }

  /** Different sequences seen. */
  get records(): number {
    return this.#records;
  }

  /** What is not there of the sequences below `next`. */
  missingBelow(next: number): Range[] {
    const cut = this.missing
      .filter(({ first }) => first < next)
      .map(({ first, last }) => ({ first, last: Math.min(last, next - 1) }));
    if (this.#expected < next) cut.push({ first: this.#expected, last: next - 1 });
    return normalise(cut);
  }
}

function name(named: Named, sequence: number): void {
  named.count += 1;
  const last = named.ranges.at(-1);
  if (last && last.last + 1 === sequence) named.ranges[named.ranges.length - 1] = { first: last.first, last: sequence };
  else if (named.ranges.length < MAX_NAMED) named.ranges.push({ first: sequence, last: sequence });
}
