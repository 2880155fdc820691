/**
 * How old a row is at least, by clocks that only go forward: the monotonic one of its boot, and of each boot since then what
 * agents on this file have seen of it. A clock on the wall that is wrong by years makes nothing old. Time without power, and
 * what passed between an agent's last look and a power cut, is not counted: a row may be older than this says.
 *
 * One note for each boot, `boot.<row>`: its monotonic clock when it was first and last looked at.
 */
import type { Clock } from '../../shared/clock.ts';
import type { BufferFile } from '../buffer/index.ts';
import type { Moment } from '../buffer/rows.ts';

interface Seen {
  readonly from: number;
  readonly to: number;
}
const keyOf = (boot: number): string => `boot.${boot}`;

export class Ages {
  readonly #file: BufferFile;
  readonly #clock: Clock;
  readonly #boot: number;
  readonly #since: number;
  /** Of earlier boots: what was seen of it, and of all between it and this one. */
  readonly #earlier = new Map<number, { readonly to: number; readonly after: number }>();

  /** `boot`: the present boot's row. Inside a transaction. */
  constructor(file: BufferFile, clock: Clock, boot: number) {
    this.#file = file;
    this.#clock = clock;
    this.#boot = boot;
    let after = 0;
    for (let one = boot - 1; one > 0; one--) {
      const seen = this.#seen(one);
      if (seen === null) continue;
      this.#earlier.set(one, { to: seen.to, after });
      after += seen.to - seen.from;
    }
    this.#since = this.#seen(boot)?.from ?? clock.monotonicMs();
    this.look();
  }

  #seen(boot: number): Seen | null {
    const note = this.#file.notes.note(keyOf(boot));
    return note === null ? null : (JSON.parse(note) as Seen);
  }

  /** Writes down how far this boot's clock has come. Inside a transaction. */
  look(): void {
    this.#file.notes.setNote(keyOf(this.#boot), JSON.stringify({ from: this.#since, to: this.#clock.monotonicMs() }));
  }

  atLeastMs({ boot, monotonicMs }: Moment): number {
    const now = this.#clock.monotonicMs();
    if (boot === this.#boot) return Math.max(0, now - monotonicMs);
    const seen = this.#earlier.get(boot);
    // Nobody has looked at that boot's clock: only what passed since this boot is sure.
    if (seen === undefined) return now - this.#since;
    return Math.max(0, seen.to - monotonicMs) + seen.after + now - this.#since;
  }
}
