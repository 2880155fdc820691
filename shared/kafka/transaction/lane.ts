/**
 * The batches of one partition on their way, in order.
 *
 * A lane has at most `depth` batches under way. When one does not land, nothing more is sent until all that are under way
 * are answered; then what did not land goes back in front, in order, and gets new sequences. What is perhaps in the log
 * keeps its sequence.
 */
import { backoffMs } from '../patience.ts';
import { LATE, type Outcome, refusal, unavailable, type Verdict } from './outcome.ts';
import { type PartitionSequence, sequenceAfter } from './sequence.ts';

export interface Entry {
  /** Place in the caller's list. */
  readonly index: number;
  readonly blob: Buffer;
  /** As the broker counts it: from the batch's own header. */
  readonly records: number;
  sequence: number;
  /** Perhaps in the log: only ever sent again with the same sequence. */
  maybe: boolean;
  doubts: number;
}

const MAX_IN_FLIGHT = 5;
const FIRST_DELAY_MS = 10;
const MAX_DELAY_MS = 250;
const NETWORK_EXCEPTION = 13;

/** Thrown where nobody can say any more what the partition's log holds. */
export class LaneBroken extends Error {
  readonly topic: string;
  readonly partition: number;
  constructor({ topic, partition }: { readonly topic: string; readonly partition: number }, why: string) {
    super(`${topic}/${partition}: ${why}`);
    this.topic = topic;
    this.partition = partition;
  }
}

export class Lane {
  readonly topic: string;
  readonly partition: number;
  readonly #sequence: PartitionSequence;
  readonly #settle: (index: number, outcome: Outcome) => void;
  /** Leaders without state for a producer take any first sequence; where that is so the first batch goes alone. */
  readonly #proveFirst: boolean;
  #waiting: Entry[] = [];
  #flying: Entry[] = [];
  #failed: Entry[] = [];
  #draining = false;
  #trouble: { readonly sinceMs: number; attempts: number; code: number; silentNode: number | null } | null = null;
  #notBeforeMs = 0;

  constructor(
    topic: string,
    partition: number,
    sequence: PartitionSequence,
    proveFirst: boolean,
    settle: (index: number, outcome: Outcome) => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#sequence = sequence;
    this.#proveFirst = proveFirst;
    this.#settle = settle;
  }

  add(index: number, blob: Buffer, records: number): void {
    this.#waiting.push({ index, blob, records, sequence: -1, maybe: false, doubts: 0 });
  }

  get done(): boolean {
    return this.#waiting.length === 0 && this.#flying.length === 0 && this.#failed.length === 0;
  }

  /** When the next batch may go; infinite while it waits for answers or has nothing. */
  readyAtMs(): number {
    const depth = this.#proveFirst && !this.#sequence.proven ? 1 : MAX_IN_FLIGHT;
    const first = this.#waiting[0];
    if (!first || this.#draining || this.#flying.length >= depth) return Number.POSITIVE_INFINITY;
    return this.#notBeforeMs;
  }

  /** Its leader wants silence until then: no trouble of this lane. */
  hold(untilMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, untilMs);
  }

  /** Size of the batch that {@link take} would give. */
  get nextBytes(): number {
    return this.#waiting[0]?.blob.length ?? 0;
  }

  /** The next batch, with its sequence; it is under way from now on. */
  take(): Entry | null {
    const entry = this.#waiting.shift();
    if (!entry) return null;
    if (!entry.maybe) {
      const ahead = this.#flying.findLast((other) => !other.maybe);
      entry.sequence = ahead ? sequenceAfter(ahead.sequence, ahead.records) : this.#sequence.next;
    }
    this.#flying.push(entry);
    return entry;
  }

  /** @throws LaneBroken */
  answer(entry: Entry, verdict: Verdict, code: number, offset: number, message: string | null, nowMs: number): void {
    if (this.#flying.shift() !== entry) throw new LaneBroken(this, 'answers came in another order than the requests');
    if (verdict === 'landed') this.#landed(entry, offset);
    else {
      this.#notLanded(entry, verdict, code, message, nowMs);
      this.#draining = true;
    }
    if (this.#draining && this.#flying.length === 0) this.#drained(nowMs);
  }

  #landed(entry: Entry, offset: number): void {
    if (this.#failed.some((earlier) => !earlier.maybe))
      throw new LaneBroken(this, 'a batch landed before the one in front of it');
    if (!entry.maybe) this.#sequence.next = sequenceAfter(entry.sequence, entry.records);
    this.#sequence.proven = true;
    if (this.#failed.length === 0) this.#trouble = null;
    this.#settle(entry.index, { kind: 'landed', offset });
  }

  #notLanded(entry: Entry, verdict: Verdict, code: number, message: string | null, nowMs: number): void {
    if (verdict === 'refused' || (verdict === 'doubtful' && entry.doubts > 0)) {
      if (entry.maybe) throw new LaneBroken(this, 'a batch that is perhaps in the log was refused');
      if (this.#failed.length === 0) this.#trouble = null;
      this.#settle(entry.index, refusal(code, message));
      return;
    }
    if (verdict === 'behind') {
      if (!this.#draining || entry.maybe) throw new LaneBroken(this, 'the broker expects another sequence');
    } else if (verdict === 'doubtful') {
      entry.doubts += 1;
      this.#setBack(code, nowMs);
    } else {
      if (verdict === 'maybe' && !entry.maybe) this.#mayHaveLanded(entry);
      this.#setBack(code, nowMs);
    }
    this.#failed.push(entry);
  }

  #mayHaveLanded(entry: Entry): void {
    if (this.#failed.some((earlier) => !earlier.maybe)) {
      throw new LaneBroken(this, 'a batch may have landed before the one in front of it');
    }
    entry.maybe = true;
    this.#sequence.next = sequenceAfter(entry.sequence, entry.records);
  }

  #setBack(code: number, nowMs: number, silentNode: number | null = null): void {
    this.#trouble ??= { sinceMs: nowMs, attempts: 0, code, silentNode };
    this.#trouble.code = code;
    this.#trouble.silentNode = silentNode;
  }

  #drained(nowMs: number): void {
    this.#draining = false;
    this.#waiting = [...this.#failed, ...this.#waiting];
    this.#failed = [];
    if (this.#trouble && this.#waiting.length > 0) {
      this.#trouble.attempts += 1;
      this.#notBeforeMs = nowMs + backoffMs(this.#trouble.attempts, FIRST_DELAY_MS, MAX_DELAY_MS);
    }
  }

  /** There was nobody to send to: no leader, unknown topic, no connection to the leader (`silentNode`). */
  unreachable(code: number, nowMs: number, silentNode: number | null = null): void {
    this.#setBack(code, nowMs, silentNode);
    if (this.#flying.length === 0) this.#drained(nowMs);
  }

  /**
   * Ends a lane that has been in trouble for too long: its batches are `unavailable`.
   * @throws LaneBroken where one of them is perhaps in the log
   */
  expire(nowMs: number, patienceMs: number): void {
    if (!this.#trouble || this.#flying.length > 0 || nowMs - this.#trouble.sinceMs < patienceMs) return;
    this.#end(unavailable(this.#trouble.code, this.#trouble.silentNode));
  }

  /**
   * Time is up: nothing more of it is sent. `connecting`: the leader that there is no connection to yet.
   * @throws LaneBroken where a batch that would have been sent again is perhaps in the log
   */
  stop(connecting: number | null): void {
    if (this.#waiting.length === 0) return;
    const { code, silentNode } = this.#trouble ?? { code: NETWORK_EXCEPTION, silentNode: connecting };
    this.#end(this.#trouble || connecting !== null ? unavailable(code, silentNode) : LATE);
  }

  /** @throws LaneBroken */
  #end(outcome: Outcome): void {
    if (this.#waiting.some((entry) => entry.maybe || entry.doubts > 0)) {
      throw new LaneBroken(this, 'it is not known whether a batch is in the log');
    }
    this.giveUp(outcome);
  }

  /** Nothing of it was sent, nothing will be. */
  giveUp(outcome: Outcome): void {
    for (const entry of this.#waiting) this.#settle(entry.index, outcome);
    this.#waiting = [];
  }
}
