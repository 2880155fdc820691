import { KIB, limits } from '../../shared/limits.ts';

const MIN_SHIPMENT_BYTES = 16 * KIB;
const FIRST_SHIPMENT_BYTES = 64 * KIB;
/** A shipment should take about so long at the measured rate. */
const TARGET_MS = 1_000;
/** Weight of the newest measurement. */
const GAIN = 0.3;

/**
 * How much may be on the wire unanswered: by number of shipments, by the hub's credit, and by what the link has shown
 * that it can carry.
 */
export class Window {
  readonly #maxShipments: number;
  /** Bytes of each unanswered shipment, in the order of sending. */
  readonly #unanswered: { readonly bytes: number; readonly sentMs: number }[] = [];
  #bytes = 0;
  #creditBytes = 0;
  #maxShipmentBytes: number = limits.maxShipmentBytes;
  #bytesPerMs: number | null = null;
  #lastAnswerMs = Number.NEGATIVE_INFINITY;

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
    return this.#bytesPerMs === null ? null : this.#bytesPerMs * 1000;
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

  /** What the next shipment should have; 0: nothing may be sent now. */
  roomBytes(): number {
    if (this.#creditBytes <= 0 || this.shipments >= this.#maxShipments) return 0;
    const room = this.shipments === 0 ? this.#creditBytes : this.#creditBytes - this.#bytes;
    return Math.max(0, Math.min(this.#targetBytes(), room, this.#maxShipmentBytes));
  }

  /**
   * Whether a body of this size may go now. One that is larger than the whole credit may go alone: the hub would never
   * get it otherwise, and refuses it (503) where it really has no memory.
   */
  fits(bytes: number): boolean {
    if (this.#creditBytes <= 0 || this.shipments >= this.#maxShipments) return false;
    return this.shipments === 0 || this.#bytes + bytes <= this.#creditBytes;
  }

  sent(bytes: number, nowMs: number): void {
    this.#unanswered.push({ bytes, sentMs: nowMs });
    this.#bytes += bytes;
  }

  /** The oldest shipment was answered. Returns its round trip. */
  answered(nowMs: number): number {
    const oldest = this.#unanswered.shift();
    if (oldest === undefined) return 0;
    this.#bytes -= oldest.bytes;
    // With others ahead of it, it was under way alone only from their answer on.
    const tookMs = Math.max(1, nowMs - Math.max(oldest.sentMs, this.#lastAnswerMs));
    this.#lastAnswerMs = nowMs;
    this.#measure(oldest.bytes, tookMs);
    return nowMs - oldest.sentMs;
  }

  #measure(bytes: number, tookMs: number): void {
    const sample = bytes / tookMs;
    const known = this.#bytesPerMs;
    // A small one measures the way there and back and the hub's commit, not how much the link carries.
    if (bytes < MIN_SHIPMENT_BYTES / 2 && (known === null || sample < known)) return;
    this.#bytesPerMs = known === null ? sample : known + GAIN * (sample - known);
  }

  /** The connection is gone. What was measured is believed by half. */
  reset(): void {
    this.#unanswered.length = 0;
    this.#bytes = 0;
    this.#lastAnswerMs = Number.NEGATIVE_INFINITY;
    if (this.#bytesPerMs !== null) this.#bytesPerMs /= 2;
  }

  /** How long an answer may take that `bytes` more go before: the base, and four times what the link should need. */
  answerTimeoutMs(baseMs: number, bytes: number): number {
    const rate = this.#bytesPerMs ?? FIRST_SHIPMENT_BYTES / 10_000;
    return Math.ceil(Math.min(baseMs + (4 * (this.#bytes + bytes)) / rate, 10 * baseMs));
  }

  #targetBytes(): number {
    if (this.#bytesPerMs === null) return FIRST_SHIPMENT_BYTES;
    return Math.min(limits.shipmentBytes, Math.max(MIN_SHIPMENT_BYTES, Math.round(this.#bytesPerMs * TARGET_MS)));
  }
}
