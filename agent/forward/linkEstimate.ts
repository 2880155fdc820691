/**
 * What the link has shown that it can carry, from the answers to what was sent (as TCP's BBR does it, one level higher):
 * the rate is the highest of the newest deliveries, the round trip the shortest of the last minutes.
 *
 * - A delivery is the bytes that were answered from the sending of a request to its answer. Only one that others were in
 *   front of fills the link and says how much it carries; one that was alone says that it carries at least so much, or,
 *   where it took far longer than the way there and back, about how much.
 * - An unanswered request bounds the rate from above: whatever is behind it, the link did not carry it in that time.
 * - Idle time changes nothing: nothing starts slowly again after it. Nor does a new connection.
 */

/** A request under way. */
export interface Flight {
  readonly bytes: number;
  readonly sentMs: number;
  /** Bytes in front of it that were not answered. */
  readonly ahead: number;
  readonly delivered: number;
  /** Since when `delivered` was as it is. */
  readonly deliveredMs: number;
}

/** Deliveries of which the highest rate counts. */
const DELIVERIES = 8;
/** Less measures the way there and back and the hub's commit. */
const TELLING_BYTES = 8 * 1024;
/** A request that was alone and took so much longer than the shortest round trip says what the link carries. */
const SLOW_MS = 1_000;
/** The shortest round trip of this time and of the one before counts. */
const ROUND_TRIP_MS = 5 * 60_000;
/** Before anything is known. */
const ANY_ROUND_TRIP_MS = 500;
const MIN_BYTES_PER_MS = 0.25;

export class LinkEstimate {
  /** Of the newest telling deliveries, in bytes each ms. */
  #rates: number[] = [];
  #delivered = 0;
  #deliveredMs = 0;
  readonly #roundTrip = new Shortest();
  readonly #answer = new Shortest();

  /** Null until something was answered. */
  get bytesPerMs(): number | null {
    return this.#rates.length === 0 ? null : Math.max(...this.#rates);
  }
  /** The way there and back, of what is small; infinite: not known. */
  get roundTripMs(): number {
    return this.#roundTrip.ms;
  }
  /** From the sending of a shipment to its answer, where nothing was in front of it: its own way and the hub's commit. */
  get answerMs(): number {
    return Number.isFinite(this.#answer.ms) ? this.#answer.ms : ANY_ROUND_TRIP_MS;
  }

  sent(bytes: number, ahead: number, nowMs: number): Flight {
    if (ahead === 0) this.#deliveredMs = nowMs;
    return { bytes, sentMs: nowMs, ahead, delivered: this.#delivered, deliveredMs: this.#deliveredMs };
  }

  answered(flight: Flight, nowMs: number): void {
    this.#delivered += flight.bytes;
    this.#deliveredMs = nowMs;
    const tookMs = Math.max(1, nowMs - flight.deliveredMs);
    if (flight.ahead === 0) this.#alone(flight.bytes, tookMs, nowMs);
    else if (this.#delivered - flight.delivered >= TELLING_BYTES)
      this.#note((this.#delivered - flight.delivered) / tookMs);
    this.#answer.note(nowMs - flight.sentMs, nowMs);
  }

  /** A small request has had its answer, on any connection to this hub. */
  roundTrip(ms: number, nowMs: number): void {
    this.#roundTrip.note(ms, nowMs);
  }

  /** The oldest request has no answer, and gets none any more. */
  unanswered({ bytes, sentMs, deliveredMs }: Flight, nowMs: number): void {
    const rate = this.bytesPerMs;
    const bound = Math.max(MIN_BYTES_PER_MS, bytes / Math.max(1, nowMs - Math.max(sentMs, deliveredMs)));
    if (bytes >= TELLING_BYTES && rate !== null && bound < rate / 2) this.#rates = [bound];
  }

  #alone(bytes: number, tookMs: number, nowMs: number): void {
    if (bytes < TELLING_BYTES) {
      this.roundTrip(tookMs, nowMs);
      return;
    }
    const way = Number.isFinite(this.roundTripMs) ? this.roundTripMs : 0;
    const rate = bytes / Math.max(1, tookMs > 2 * way ? tookMs - way : tookMs);
    if (tookMs - way > SLOW_MS || rate > (this.bytesPerMs ?? 0)) this.#note(rate);
  }

  #note(rate: number): void {
    this.#rates.push(rate);
    if (this.#rates.length > DELIVERIES) this.#rates.shift();
  }
}

/** The shortest of some minutes. */
class Shortest {
  #ms = Number.POSITIVE_INFINITY;
  #beforeMs = Number.POSITIVE_INFINITY;
  #sinceMs = 0;

  get ms(): number {
    return Math.min(this.#ms, this.#beforeMs);
  }

  note(ms: number, nowMs: number): void {
    const least = Math.max(1, ms);
    if (nowMs - this.#sinceMs >= ROUND_TRIP_MS) {
      [this.#beforeMs, this.#ms, this.#sinceMs] = [this.#ms, least, nowMs];
    } else this.#ms = Math.min(this.#ms, least);
  }
}
