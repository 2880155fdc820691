import { KIB, limits } from '../../shared/limits.ts';
import { type Flight, LinkEstimate } from './linkEstimate.ts';

/** A shipment should take about so long at the measured rate. */
const TARGET_MS = 1_000;
/**
 * As much as the link carries in so many times the shortest time to an answer may be under way, so that the link never
 * waits for us where the hub takes longer than at its best; but no more than it carries in some seconds.
 */
const GAIN = 4;
const MOST_MS = 2_500;
/** A single batch that takes no longer than this goes in one piece. */
const WHOLE_MS = 5_000;
/** Fewer shipments than this between two cuts: they are too large. */
const BETWEEN_CUTS = 8;
/** After cuts, each answer lets the next shipment be so much larger. */
const REGROWTH = 1.1;
/** Each time-out in a row doubles how long an answer may take, up to so many times. */
const PATIENCE = 3;
/** What the slowest link may make a time-out of, in base times. */
const MOST_BASES = 30;
/** What a request costs beside its body, in the time that it takes. */
const HEAD_BYTES = 1 * KIB;

/**
 * How much may be on the wire unanswered: by number of shipments, by the hub's credit, and by what the link has shown
 * that it can carry. And how large the pieces are: so that each takes about a second, and so that several fit between two
 * cuts of the connection. After one that let too few through they get smaller at once, and grow again slowly.
 */
export class Window {
  readonly #maxShipments: number;
  readonly #link = new LinkEstimate();
  /** Each unanswered shipment, in the order of sending. */
  readonly #unanswered: Flight[] = [];
  #bytes = 0;
  #creditBytes = 0;
  #maxShipmentBytes: number = limits.maxShipmentBytes;
  /** What cuts have taught. */
  #capBytes = Number.POSITIVE_INFINITY;
  /** Answered on this connection. */
  #throughBytes = 0;
  #timeouts = 0;

  constructor(maxShipments: number = limits.shipmentsInFlight) {
    this.#maxShipments = maxShipments;
  }

  get shipments(): number {
    return this.#unanswered.length;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get creditBytes(): number {
    return this.#creditBytes;
  }
  /** Null until something was answered. */
  get bytesPerSecond(): number | null {
    const rate = this.#link.bytesPerMs;
    return rate === null ? null : rate * 1000;
  }
  /** The way there and back; null: not known. */
  get roundTripMs(): number | null {
    return Number.isFinite(this.#link.roundTripMs) ? this.#link.roundTripMs : null;
  }

  /** The hub says how many bytes may be unanswered. The latest word counts. */
  credit(bytes: number): void {
    this.#creditBytes = bytes;
  }

  /** The largest body that the hub takes. */
  maxShipment(bytes: number): void {
    this.#maxShipmentBytes = Math.min(bytes, limits.maxShipmentBytes);
  }

  /** Largest body that may ever be sent. */
  get maxShipmentBytes(): number {
    return this.#maxShipmentBytes;
  }

  /** A small request beside the data took so long. */
  roundTrip(ms: number, nowMs: number): void {
    this.#link.roundTrip(ms, nowMs);
  }

  /** What a piece of a larger whole should have. */
  get pieceBytes(): number {
    const rate = this.#link.bytesPerMs;
    const wanted = rate === null ? limits.firstShipmentBytes : Math.max(limits.slowShipmentBytes, rate * TARGET_MS);
    return Math.max(limits.leastShipmentBytes, Math.round(Math.min(wanted, limits.shipmentBytes, this.#capBytes)));
  }

  /** The largest body that is better sent in one piece. */
  get wholeBytes(): number {
    const rate = this.#link.bytesPerMs;
    const little = 1.5 * this.pieceBytes;
    if (this.#capBytes < limits.shipmentBytes) return little;
    return Math.max(little, rate === null ? limits.shipmentBytes : rate * WHOLE_MS);
  }

  /** What the next shipment should have; 0: nothing may be sent now. */
  roomBytes(): number {
    if (!this.#isOpen()) return 0;
    const size = Math.min(this.pieceBytes, this.#maxShipmentBytes);
    if (this.shipments === 0) return Math.min(size, this.#creditBytes);
    if (this.#bytes + size / 2 > this.#flightBytes()) return 0;
    return Math.max(0, Math.min(size, this.#creditBytes - this.#bytes));
  }

  /**
   * Whether a body of this size may go now. One that is larger than the whole credit may go alone: the hub would never
   * get it otherwise, and refuses it (503) where it really has no memory.
   */
  fits(bytes: number): boolean {
    if (!this.#isOpen()) return false;
    return this.shipments === 0 || this.#bytes + bytes <= this.#creditBytes;
  }

  sent(bytes: number, nowMs: number): void {
    this.#unanswered.push(this.#link.sent(bytes, this.#bytes, nowMs));
    this.#bytes += bytes;
  }

  /** The oldest shipment was answered. Returns its round trip. */
  answered(nowMs: number): number {
    const oldest = this.#unanswered.shift();
    if (oldest === undefined) return 0;
    this.#bytes -= oldest.bytes;
    this.#throughBytes += oldest.bytes;
    this.#timeouts = 0;
    this.#link.answered(oldest, nowMs);
    this.#capBytes *= REGROWTH;
    if (this.#capBytes > limits.shipmentBytes) this.#capBytes = Number.POSITIVE_INFINITY;
    return nowMs - oldest.sentMs;
  }

  /** Whether sending again what is unanswered would take longer than asking what of it has arrived. */
  get isWorthAsking(): boolean {
    const rate = this.#link.bytesPerMs;
    return rate !== null && this.#bytes / rate > 2 * this.#link.answerMs;
  }

  /** The connection is gone. `timedOut`: it was given up because no answer came. */
  reset(nowMs: number, timedOut = false): void {
    const oldest = this.#unanswered[0];
    if (oldest !== undefined) {
      const piece = this.pieceBytes;
      if (this.#throughBytes < BETWEEN_CUTS * piece) {
        const through = this.#throughBytes / BETWEEN_CUTS;
        this.#capBytes = Math.max(limits.leastShipmentBytes, Math.min(piece / 2, through || piece / 2));
      }
      this.#link.unanswered(oldest, nowMs);
    }
    if (timedOut) this.#timeouts = Math.min(PATIENCE, this.#timeouts + 1);
    this.#throughBytes = 0;
    this.#unanswered.length = 0;
    this.#bytes = 0;
  }

  /**
   * How long an answer may take that `bytes` more go before: the base, more of it after each time-out, and four times what
   * the link should need. So a dead connection is found in seconds on a good link, and a slow one is not taken for dead.
   */
  answerTimeoutMs(baseMs: number, bytes: number): number {
    const rate = this.#link.bytesPerMs ?? limits.firstShipmentBytes / 10_000;
    const way = Number.isFinite(this.#link.roundTripMs) ? 4 * this.#link.roundTripMs : 0;
    const neededMs = baseMs * 2 ** this.#timeouts + way + (4 * (this.#bytes + bytes + HEAD_BYTES)) / rate;
    return Math.ceil(Math.min(neededMs, MOST_BASES * baseMs));
  }

  #isOpen(): boolean {
    return this.#creditBytes > 0 && this.shipments < this.#maxShipments;
  }

  /** How much the link should have under way. */
  #flightBytes(): number {
    const rate = this.#link.bytesPerMs ?? 0;
    return Math.max(2 * this.pieceBytes, rate * Math.min(GAIN * this.#link.answerMs, MOST_MS));
  }
}
