/**
 * What the checker knows: only what the producers were told was accepted, and what a consumer saw. It has never heard of
 * edges, sequences or tips.
 *
 * Every record's value begins with `<line>/<n> `: a line is what must keep its order (one source partition, or one
 * HTTP client), n counts from 0 within it.
 */
import type { RoundResult } from './tally.ts';

interface Line {
  /** n below this were accepted (a line sends in order and waits for each answer). */
  accepted: number;
  /** n below this were sent at least once: they may arrive although nobody was told so. */
  sent: number;
  /** seen[n] = how often. */
  readonly seen: Uint8Array;
  highest: number;
  twice: number;
  disorder: number;
  unexplained: number;
  missing: number;
  /** Of those below `accepted`: nobody was told what became of them. They may arrive, once and in their place. */
  readonly doubted: Set<number>;
}

const MAX_PER_LINE = 4_000_000;

export class LedgerOfTruth {
  readonly #lines = new Map<string, Line>();
  #before: RoundResult = { accepted: 0, lost: 0, twice: 0, disorder: 0, unexplained: 0 };

  /** Records `from` to `to - 1` of a line are about to be sent. */
  sent(name: string, to: number): void {
    const line = this.#line(name);
    line.sent = Math.max(line.sent, to);
  }

  accepted(name: string, to: number): void {
    const line = this.#line(name);
    line.missing += to - line.accepted;
    for (let n = line.accepted; n < to; n += 1) if (line.seen[n] !== 0) line.missing -= 1;
    line.accepted = to;
  }

  /** Records up to `to - 1` that were sent have no answer, and are not sent again. */
  doubted(name: string, to: number): void {
    const line = this.#line(name);
    for (let n = line.accepted; n < to; n += 1) line.doubted.add(n);
    line.accepted = to;
  }

  /** Where a line goes on: everything sent before has an answer. */
  next(name: string): number {
    return this.#line(name).accepted;
  }

  saw(value: Buffer): void {
    const parsed = /^([\w.-]+)\/(\d+) /.exec(value.subarray(0, 80).toString('latin1'));
    const line = parsed ? this.#lines.get(parsed[1] as string) : undefined;
    const n = Number(parsed?.[2]);
    if (!line || n >= line.sent) {
      this.#line('?').unexplained += 1;
      return;
    }
    const times = (line.seen[n] ?? 0) + 1;
    line.seen[n] = Math.min(times, 255);
    if (times > 1) line.twice += 1;
    else if (n < line.highest) line.disorder += 1;
    if (times === 1 && n < line.accepted && !line.doubted.has(n)) line.missing -= 1;
    line.highest = Math.max(line.highest, n);
  }

  /** Accepted and not seen yet, all lines together. */
  get missing(): number {
    let missing = 0;
    for (const line of this.#lines.values()) missing += line.missing;
    return missing;
  }

  get acceptedTotal(): number {
    let accepted = 0;
    for (const line of this.#lines.values()) accepted += line.accepted - line.doubted.size;
    return accepted;
  }

  /** Totals since the last call; `lost` is what is missing now. */
  round(): RoundResult {
    const now = { accepted: this.acceptedTotal, lost: this.missing, twice: 0, disorder: 0, unexplained: 0 };
    for (const { twice, disorder, unexplained } of this.#lines.values()) {
      now.twice += twice;
      now.disorder += disorder;
      now.unexplained += unexplained;
    }
    const before = this.#before;
    this.#before = now;
    return {
      accepted: now.accepted - before.accepted,
      lost: now.lost,
      twice: now.twice - before.twice,
      disorder: now.disorder - before.disorder,
      unexplained: now.unexplained - before.unexplained,
    };
  }

  /** Names of what is missing, for a failing round: at most a few ranges a line. */
  missingRanges(): string[] {
    const out: string[] = [];
    for (const [name, line] of this.#lines) {
      if (line.missing === 0) continue;
      const first = line.seen.subarray(0, line.accepted).findIndex((times, n) => times === 0 && !line.doubted.has(n));
      out.push(`${name}: ${line.missing} missing of ${line.accepted}, the first is ${first}`);
    }
    return out;
  }

  #line(name: string): Line {
    let line = this.#lines.get(name);
    if (!line) {
      const seen = new Uint8Array(name === '?' ? 0 : MAX_PER_LINE);
      const counts = { accepted: 0, sent: 0, highest: -1, twice: 0, disorder: 0, unexplained: 0, missing: 0 };
      line = { ...counts, seen, doubted: new Set() };
      this.#lines.set(name, line);
    }
    return line;
  }
}
