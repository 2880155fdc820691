/**
 * One shipment in parts: a batch that the link can't carry at once, or not between two cuts.
 *
 * The hub is asked first how far it has got: what is sent again is the same bytes under the same name, so that it goes on
 * there after a cut, or after a restart of the agent. Then parts follow each other, as many as the window takes. Where the
 * hub has less than was thought, those under way are waited for, and it goes on from there.
 */
import type { EdgeId } from '../../shared/identity.ts';
import { encodePart, type PartAnswer, uploadIdOf } from '../../shared/wire/index.ts';

/** A rest smaller than this part of a piece goes with the last one. */
const REST = 0.5;

export interface Whole {
  readonly edge: EdgeId;
  readonly version: number;
  readonly body: Buffer;
}

export class Upload {
  readonly #whole: Whole;
  readonly #id: Buffer;
  /** Where the next part begins; null: the hub's word is waited for. */
  #next: number | null = null;
  #asked = false;
  #lastSent = false;
  #underWay = 0;
  /** Highest word of the hub. */
  #received = 0;

  constructor(whole: Whole) {
    this.#whole = whole;
    this.#id = uploadIdOf(whole.body);
  }

  get totalBytes(): number {
    return this.#whole.body.length;
  }
  get receivedBytes(): number {
    return this.#received;
  }
  /** Whether a part (or the question) may go now. */
  get ready(): boolean {
    if (this.#next === null) return !this.#asked;
    return !this.#lastSent;
  }

  /** The next request's body; only where {@link Upload.ready}. */
  part(pieceBytes: number): Buffer {
    const { edge, version, body } = this.#whole;
    const offset = this.#next ?? 0;
    let end = offset;
    if (this.#next === null) this.#asked = true;
    else {
      end = Math.min(body.length, offset + pieceBytes);
      if (body.length - end < REST * pieceBytes) end = body.length;
      this.#next = end;
      this.#lastSent = end === body.length;
    }
    this.#underWay += 1;
    const content = body.subarray(offset, end);
    return encodePart({ version, edge, upload: this.#id, offset, total: body.length, content });
  }

  /** What the hub said to the oldest part under way. `taken`: the whole, its receipt is there. */
  answered({ received, receipt, retryAfterMs }: PartAnswer): 'on' | 'taken' | 'later' {
    this.#underWay -= 1;
    if (receipt.length > 0) return 'taken';
    if (retryAfterMs > 0) return 'later';
    this.#received = Math.min(received, this.totalBytes);
    if (this.#underWay === 0 && (this.#next !== this.#received || this.#lastSent)) {
      this.#next = this.#received;
      this.#lastSent = false;
    }
    return 'on';
  }
}
