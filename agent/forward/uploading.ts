/** The shipment that goes in parts, one at a time, between other shipments; and who has to wait for it. */
import type { Clock } from '../../shared/clock.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { decodePartAnswer, type Receipt } from '../../shared/wire/index.ts';
import type { Parcel } from '../stages.ts';
import { readReceipt } from './answer.ts';
import type { BuiltShipment } from './build.ts';
import type { Cursors } from './cursors.ts';
import { malformed } from './fault.ts';
import type { LinkStatus } from './linkStatus.ts';
import { Upload } from './upload.ts';
import type { Window } from './window.ts';

export interface UploadingParts {
  readonly edge: EdgeId;
  readonly cursors: Cursors;
  readonly window: Window;
  readonly status: LinkStatus;
  readonly clock: Clock;
}

/** S: what the caller has to know when the whole is answered. */
export class Uploading<S> {
  readonly #parts: UploadingParts;
  #maxBytes = 0;
  #current: { readonly upload: Upload; readonly row: Parcel; readonly sent: S } | null = null;
  #turn = true;

  constructor(parts: UploadingParts) {
    this.#parts = parts;
  }

  /** What the hub takes in parts; 0: nothing. */
  allow(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  /** Whether a body is better sent in parts. */
  suits({ body }: BuiltShipment): boolean {
    return body.length <= this.#maxBytes && body.length > this.#parts.window.wholeBytes;
  }

  get active(): boolean {
    return this.#current !== null;
  }
  get ready(): boolean {
    return this.#current?.upload.ready === true;
  }

  /** Whether a part is next: every other time, where other shipments are ready too. */
  takesTurn(): boolean {
    const turn = this.#turn && this.ready;
    this.#turn = !this.#turn;
    return turn;
  }

  /** The row (admitted, and sent as cursors have it) goes in parts from now on. */
  begin(row: Parcel, { body }: BuiltShipment, version: number, sent: S): void {
    const { edge, cursors } = this.#parts;
    this.#current = { upload: new Upload({ edge, version, body }), row, sent };
    this.#turn = true;
    cursors.block(row.stream.id, row.id);
  }

  /** The row is to go in parts when the present one is through. */
  queue(row: Parcel): void {
    this.#parts.cursors.block(row.stream.id, row.id);
  }

  /** The next part, and what to do with its answer: the receipt of the whole, or null while there is none. */
  next(): { readonly body: Buffer; readonly sent: S; readonly read: (content: Buffer) => Receipt | null } | null {
    const current = this.#current;
    if (current === null || !current.upload.ready) return null;
    const { upload, row, sent } = current;
    const body = upload.part(this.#parts.window.pieceBytes);
    return { body, sent, read: (content) => this.#answered(upload, row, content) };
  }

  #answered(upload: Upload, row: Parcel, content: Buffer): Receipt | null {
    const { window, status, cursors, clock } = this.#parts;
    const answer = decode(content);
    window.credit(answer.creditBytes);
    const before = upload.receivedBytes;
    const outcome = upload.answered(answer);
    if (this.#current?.upload !== upload) return null;
    if (outcome === 'taken') {
      const receipt = readReceipt(answer.receipt);
      this.#end();
      return receipt;
    }
    if (outcome === 'later') {
      const until = clock.monotonicMs() + Math.min(answer.retryAfterMs, MAX_LATER_MS);
      cursors.hold(row.stream.id, 'limit', 'the hub has no memory for a shipment in parts now', until);
      this.#end();
    } else if (upload.receivedBytes > before) status.progress();
    return null;
  }

  #end(): void {
    this.#current = null;
    this.#parts.cursors.unblock();
  }
}

const MAX_LATER_MS = 60_000;

function decode(content: Buffer) {
  try {
    return decodePartAnswer(content);
  } catch (error) {
    throw malformed(error, "a part's answer");
  }
}
