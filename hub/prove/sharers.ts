/**
 * Streams of one epoch that share a target partition and whose records do not say which of them they are of (an HTTP
 * source's: its `tributary.source` names no partition).
 *
 * They are followed without names: as many checks as there are streams, and a record goes to one that waits for its
 * sequence. Which one is all the same, because what is left then is the same set of waiting sequences. At the end each
 * stream gets the check that fits it.
 */
import type { ExpectedStream } from './expected.ts';
import { normalise, type Range, subtract } from './ranges.ts';
import { StreamCheck } from './streamCheck.ts';

export interface Sharer {
  readonly stream: ExpectedStream;
  /** Gaps and dead letters: what its records pass over. */
  readonly holes: readonly Range[];
}

export class Sharers {
  readonly #streams: readonly Sharer[];
  readonly #checks: StreamCheck[];
  /** Of any of them. */
  readonly #holes: readonly Range[];

  constructor(streams: readonly Sharer[]) {
    this.#streams = streams;
    this.#checks = streams.map(() => new StreamCheck());
    this.#holes = normalise(streams.flatMap(({ holes }) => holes));
  }

  see(sequence: number): void {
    this.#choose(sequence).see(sequence);
  }

  #choose(sequence: number): StreamCheck {
    const waiting =
      this.#checks.find(({ end }) => end === sequence) ??
      this.#checks.find((check) => check.awaits(sequence, this.#holes)) ??
      this.#checks.find((check) => check.lacks(sequence));
    if (waiting) return waiting;
    // Something is missing in front of it, from the one that has come closest; or it is a repeat.
    const [first, ...others] = this.#checks.filter(({ end }) => end < sequence);
    return others.reduce((best, check) => (check.end > best.end ? check : best), first ?? this.#checks[0]!);
  }

  /** The check of each stream that was not followed by its own name, by its key. */
  assigned(isFree: (key: string) => boolean): Map<string, StreamCheck> {
    const free = new Set(this.#checks);
    const assigned = new Map<string, StreamCheck>();
    const longestFirst = this.#streams
      .filter(({ stream }) => isFree(stream.key))
      .sort((a, b) => b.stream.next - a.stream.next);
    for (const { stream, holes } of longestFirst) {
      const check = best([...free], stream.next, holes);
      free.delete(check);
      assigned.set(stream.key, check);
    }
    return assigned;
  }
}

/** One that has all that it should have, and no more; else the longest. */
function best(checks: readonly StreamCheck[], next: number, holes: readonly Range[]): StreamCheck {
  const fitting = checks.filter((check) => subtract(check.missingBelow(next), holes).length === 0);
  const among = fitting.length > 0 ? fitting : checks;
  return among.find(({ end }) => end === next) ?? among.reduce((a, b) => (b.end > a.end ? b : a));
}
