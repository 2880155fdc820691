/**
 * Marks: "whatever was captured before this moment has a sequence below these". A mark is taken from the buffer in one
 * look, and goes out behind the last row that it speaks of, so that the hub can take it at its word: when the receipt
 * comes, everything below is committed. If that takes long (a stream waits), it goes out as it is.
 */
import type { CapturedMark, Outbox } from '../buffer/outbox.ts';
import type { Parcel } from '../stages.ts';

export interface MarkOptions {
  /** How often, where something was captured since. */
  readonly everyMs: number;
  /** How often where nothing was: the mark still says "nothing until now". */
  readonly idleMs: number;
}

/** One mark of so many streams at most every `everyMs`; of more, in proportion more rarely. */
const STREAMS_PER_MARK = 500;
/** After one that was given up. */
const PAUSED_IDLES = 5;

export class Marks {
  readonly #source: Pick<Outbox, 'mark'>;
  readonly #options: MarkOptions;
  #pending: CapturedMark | null = null;
  /** Of the pending mark: streams of which rows have still to be sent, and up to where. */
  readonly #outstanding = new Map<number, number>();
  #takenMs = Number.NEGATIVE_INFINITY;
  #takenSum = -1;
  #dueMs = Number.NEGATIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(source: Pick<Outbox, 'mark'>, options: MarkOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** Takes a mark where one is due. `sentNext`: up to where a stream was sent; undefined: nothing of it is under way. */
  look(nowMs: number, sentNext: (streamId: number) => number | undefined): void {
    if (this.#pending !== null || nowMs < Math.max(this.#dueMs, this.#pausedUntilMs)) return;
    const mark = this.#source.mark();
    if (mark === null) {
      this.#dueMs = nowMs + this.#options.everyMs;
      return;
    }
    this.#dueMs = nowMs + this.#options.everyMs * Math.max(1, Math.ceil(mark.streams.length / STREAMS_PER_MARK));
    const sum = mark.streams.reduce((all, { next }) => all + next + 1, 0);
    if (sum === this.#takenSum && nowMs < this.#takenMs + this.#options.idleMs) return;
    this.#takenMs = nowMs;
    this.#takenSum = sum;
    this.#pending = mark;
    this.#outstanding.clear();
    for (const { stream, next, settledNext } of mark.streams) {
      if (Math.max(settledNext, sentNext(stream.id) ?? 0) < next) this.#outstanding.set(stream.id, next);
    }
  }

  /** Rows of this stream up to (not including) `next` go out. */
  sent(streamId: number, next: number): void {
    if (next >= (this.#outstanding.get(streamId) ?? Number.POSITIVE_INFINITY)) this.#outstanding.delete(streamId);
  }

  /** The mark that may go out now, behind what was sent; {@link Marks.taken} when it does. */
  ready(nowMs: number): CapturedMark | null {
    return this.readyWith([], nowMs);
  }

  /** The same, together with these rows. */
  readyWith(rows: readonly Parcel[], nowMs: number): CapturedMark | null {
    if (this.#pending === null) return null;
    if (nowMs >= this.#takenMs + this.#options.idleMs) return this.#pending;
    const covered = new Set<number>();
    for (const { stream, last } of rows) {
      if (last + 1 >= (this.#outstanding.get(stream.id) ?? Number.POSITIVE_INFINITY)) covered.add(stream.id);
    }
    return covered.size === this.#outstanding.size ? this.#pending : null;
  }

  taken(): void {
    this.#pending = null;
  }

  /** The hub does not take it: another one may be taken, when other streams are buffered. Meanwhile rows go on. */
  giveUp(nowMs: number): void {
    this.#pending = null;
    this.#pausedUntilMs = nowMs + PAUSED_IDLES * this.#options.idleMs;
  }

  /** The connection is gone, and with it perhaps a mark. The next look takes a new one. */
  reset(): void {
    this.#pending = null;
    this.#outstanding.clear();
    this.#takenSum = -1;
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** When {@link look} or {@link ready} may have something again. */
  nextMs(): number {
    return this.#pending === null ? Math.max(this.#dueMs, this.#pausedUntilMs) : this.#takenMs + this.#options.idleMs;
  }
}
