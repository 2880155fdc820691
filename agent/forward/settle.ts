/** What a receipt means for the buffer and for what is sent next. */
import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Receipt, Refusal, StreamReceipt } from '../../shared/wire/index.ts';
import type { Receipt as BufferReceipt, Outbox } from '../buffer/outbox.ts';
import type { Cursor, Cursors, SentStream, WaitKind } from './cursors.ts';
import { forkRefused, rowsRefused, streamRefused, streamRefusedAgain } from './events.ts';
import { malformed } from './fault.ts';
import { LinkHalt } from './halt.ts';

export interface SettleOptions {
  readonly outbox: Pick<Outbox, 'settle' | 'fork' | 'quarantine'>;
  readonly cursors: Cursors;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly random: () => number;
  /** A stream's own retry clock, where the hub names no time: doubles from the first to the second. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

/** An unanswered shipment. */
export interface Sent {
  /** Buffer's stream ids, by the receipt's index. */
  readonly streamIds: readonly number[];
  readonly streams: readonly SentStream[];
}

interface Refused {
  readonly sent: SentStream;
  readonly cursor: Cursor;
  readonly refusal: Refusal;
  readonly points: StreamReceipt['points'];
}

export class Settler {
  readonly #options: SettleOptions;

  constructor(options: SettleOptions) {
    this.#options = options;
  }

  /**
   * Deletes what is confirmed, then deals with what was refused. Receipts must come in the order of their shipments.
   * True: something was confirmed.
   * @throws HubFault where the receipt can't be one of this shipment; LinkHalt `hubBehind`; what the outbox throws
   */
  async apply(sent: Sent, receipt: Receipt): Promise<boolean> {
    const byStream = this.#byStream(sent, receipt);
    crashPoint('agent.receipt.received');
    const current = new Set(sent.streams.filter((stream) => this.#options.cursors.answered(stream) !== null));
    const progress = await this.#settle(byStream, sent);
    const refused: Refused[] = [];
    for (const stream of current) {
      const cursor = this.#options.cursors.get(stream.streamId);
      if (cursor?.generation !== stream.generation) continue;
      const { refusal, points } = byStream.get(stream.streamId) ?? { refusal: null, points: [] };
      if (refusal) refused.push({ sent: stream, cursor, refusal, points });
      else this.#checkConfirmed(stream, cursor);
    }
    this.#haltIfBehind(refused);
    await Promise.all(refused.map((one) => this.#refused(one)));
    this.#options.cursors.letOn(sent.streams.map(({ place }) => place));
    return progress;
  }

  #byStream({ streamIds }: Sent, receipt: Receipt): Map<number, StreamReceipt> {
    const byStream = new Map<number, StreamReceipt>();
    for (const stream of receipt.streams) {
      const id = streamIds[stream.stream];
      if (id === undefined)
        throw malformed(`it is about stream ${stream.stream}, ${streamIds.length} were sent`, 'a receipt');
      byStream.set(id, stream);
    }
    return byStream;
  }

  async #settle(byStream: ReadonlyMap<number, StreamReceipt>, sent: Sent): Promise<boolean> {
    const receipts = [...byStream]
      .filter(([, { points }]) => points.length > 0)
      .map(([streamId, receipt]) => ({
        streamId,
        points: receipt.points.map(({ next, tip }) => ({ next, tip: tip as unknown as Buffer })),
        deadLettered: receipt.deadLettered,
        ...gapsOf(sent, streamId, receipt),
      }));
    if (receipts.length === 0) return false;
    const settled = await this.#options.outbox.settle(receipts);
    let progress = false;
    for (const { streamId, settledNext } of settled) {
      const before = this.#options.cursors.get(streamId)?.settledNext;
      if (before !== undefined && settledNext > before) progress = true;
      this.#options.cursors.settled(streamId, settledNext);
    }
    return progress;
  }

  /** No refusal, and yet not all of it confirmed: the hub's point is not one of ours. Nothing is deleted; later again. */
  #checkConfirmed(sent: SentStream, cursor: Cursor): void {
    const last = sent.rows.at(-1)?.last;
    if (last === undefined || cursor.settledNext > last) return;
    this.#hold(cursor, 'unconfirmed', `the receipt does not confirm ${cursor.settledNext}..${last}`);
  }

  /** The hub has confirmed more than it has now: its ledger has lost something. */
  #haltIfBehind(refused: readonly Refused[]): void {
    for (const { cursor, refusal } of refused) {
      const { name: stream, settledNext } = cursor;
      const { code, expected } = refusal;
      if (code === 'ahead' && expected < settledNext)
        throw new LinkHalt({ kind: 'hubBehind', stream, settledNext, expected });
    }
  }

  async #refused({ sent, cursor, refusal, points }: Refused): Promise<void> {
    const { code, reason } = refusal;
    switch (code) {
      case 'ahead':
        // At once the first time; without progress in between, with growing pauses.
        return this.#hold(cursor, 'ahead', `the hub expects ${refusal.expected}`, cursor.waits === 0 ? 1 : 0);
      case 'fork':
      case 'tipUnknown':
        // After a lost answer the hub may be far ahead of what is sent again: its point has then settled all of it.
        if (sent.rows.every(({ last }) => last < cursor.settledNext)) return;
        return this.#fork(cursor, code, points);
      case 'predecessorNotDrained':
        return this.#hold(cursor, 'predecessor', reason || code);
      case 'epochUnknown':
        return this.#hold(cursor, 'session', reason || code);
      case 'epochHeld':
        return this.#hold(cursor, 'held', reason || code, this.#options.maxWaitMs);
      case 'parked':
        return this.#hold(cursor, 'parked', reason || code, refusal.retryAfterMs);
      case 'rejected':
        return this.#quarantine(sent, cursor, refusal);
      case 'corrupt':
        return this.#corrupt(sent, cursor, refusal);
      default:
        return this.#hold(cursor, 'limit', reason || code, refusal.retryAfterMs);
    }
  }

  #hold(cursor: Cursor, kind: WaitKind, reason: string, retryAfterMs = 0): void {
    const { firstWaitMs, maxWaitMs, random, clock, cursors, telemetry } = this.#options;
    const growing = Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(cursor.waits, 20)) * (0.5 + random() / 2);
    const retryMs = retryAfterMs > 0 ? Math.min(retryAfterMs, MAX_WAIT_MS) : growing;
    const event = cursor.waits === 0 ? streamRefused : streamRefusedAgain;
    telemetry.emit(event, { code: kind, stream: cursor.name, reason, retryMs });
    cursors.hold(cursor.streamId, kind, reason, clock.monotonicMs() + retryMs);
  }

  async #fork(cursor: Cursor, code: 'fork' | 'tipUnknown', points: StreamReceipt['points']): Promise<void> {
    const { outbox, cursors, telemetry } = this.#options;
    telemetry.emit(forkRefused, { code });
    cursors.hold(cursor.streamId, 'local', 'it is sealed again', Number.POSITIVE_INFINITY);
    const known = points.map(({ next, tip }) => ({ next, tip: tip as unknown as Buffer }));
    try {
      await outbox.fork(cursor.streamId, known, code);
    } finally {
      // Where it could not be done (disk full) the hub is asked again, rather than never.
      cursors.forget(cursor.streamId);
    }
  }

  /** Once more first: the link's checksums are weaker than ours. */
  async #corrupt(sent: SentStream, cursor: Cursor, refusal: Refusal): Promise<void> {
    const { first } = rangeOf(sent, cursor, refusal);
    if (cursor.suspect === first) return this.#quarantine(sent, cursor, refusal);
    cursor.suspect = first;
    this.#hold(cursor, 'corrupt', refusal.reason || 'corrupt', 1);
  }

  async #quarantine(sent: SentStream, cursor: Cursor, refusal: Refusal): Promise<void> {
    const { outbox, cursors, telemetry } = this.#options;
    const { code } = refusal;
    const { first, last } = rangeOf(sent, cursor, refusal);
    const reason = `${code}: ${refusal.reason || 'no reason given'}`;
    telemetry.emit(rowsRefused, { code });
    cursors.hold(cursor.streamId, 'local', 'rows go into quarantine', Number.POSITIVE_INFINITY);
    try {
      await outbox.quarantine(cursor.streamId, first, last, reason);
    } finally {
      cursors.forget(cursor.streamId);
    }
  }
}

/** What the hub has of the shipment's rows as gaps. Where it has refused the stream unseen, nothing is said of them. */
function gapsOf({ streams }: Sent, streamId: number, { gaps, refusal }: StreamReceipt): Pick<BufferReceipt, 'gaps'> {
  const rows = streams.find((stream) => stream.streamId === streamId)?.rows ?? [];
  const [first, last] = [rows[0], rows.at(-1)];
  const isSaid = refusal === null || refusal.code === 'fork' || refusal.code === 'tipUnknown';
  if (first === undefined || last === undefined || !isSaid) return {};
  return { gaps: { of: { first: first.first, last: last.last }, known: gaps } };
}

/** Nothing that a hub says makes a stream wait longer than this without asking again. */
const MAX_WAIT_MS = 5 * 60_000;

/** Whole rows of this shipment that the refusal is about, whatever numbers it names; else the first unconfirmed row. */
function rangeOf(sent: SentStream, cursor: Cursor, { range }: Refusal): { first: number; last: number } {
  const open = sent.rows.filter((row) => row.last >= cursor.settledNext);
  const meant = range === null ? [] : open.filter((row) => row.first <= range.last && row.last >= range.first);
  const rows = meant.length > 0 ? meant : open.slice(0, 1);
  return { first: rows[0]?.first ?? cursor.settledNext, last: rows.at(-1)?.last ?? cursor.settledNext };
}
