import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import type { EdgeId, Epoch } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import { QUEUES } from '../../shared/queues.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { bounds, type Receipt } from '../../shared/wire/index.ts';
import type { CapturedMark, Outbox } from '../buffer/outbox.ts';
import type { Parcel } from '../stages.ts';
import { readReceipt, staleOwner } from './answer.ts';
import type { Allowance, Budget } from './budget.ts';
import { type BuiltShipment, buildShipment } from './build.ts';
import { Collector, parcelBytes } from './collect.ts';
import type { HubLine } from './connection.ts';
import type { Cursors, SentStream } from './cursors.ts';
import type { Doubts } from './doubts.ts';
import { markGivenUp, receiptReceived, shipmentSent } from './events.ts';
import type { Fairness } from './fairness.ts';
import type { LinkStatus } from './linkStatus.ts';
import { lookFirst } from './look.ts';
import type { Marks } from './marks.ts';
import { type Packed, pack } from './pack.ts';
import { Reporter } from './reporter.ts';
import type { Session } from './session.ts';
import type { ForwarderSettings } from './settings.ts';
import type { Settler } from './settle.ts';
import { Uploading } from './uploading.ts';
import type { Wake } from './wake.ts';
import type { Window } from './window.ts';

/** What outlives a connection. */
export interface PumpParts {
  readonly edge: EdgeId;
  readonly outbox: Outbox;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly settings: ForwarderSettings;
  readonly session: Session;
  readonly cursors: Cursors;
  readonly window: Window;
  readonly doubts: Doubts;
  readonly fairness: Fairness;
  readonly budget: Budget;
  readonly marks: Marks;
  readonly settler: Settler;
  readonly status: LinkStatus;
  readonly wake: Wake;
  readonly connect: () => HubLine;
  /** Resolves when nothing more is to be sent. */
  readonly closing: Promise<void>;
  /** A receipt was applied. */
  readonly onReceipt: () => void;
}

/** The hub has refused whole shipments for something in them. */
export interface Caution {
  /** While so many parcels are to come, each goes alone. */
  parcels: number;
  /** Marks go alone, until one was taken. */
  marks: boolean;
}

interface Request {
  readonly path: string;
  readonly body: Buffer;
  readonly sent: Unanswered;
  /** Null: an answer, but not yet that to the whole shipment. */
  readonly read: (content: Buffer) => Receipt | null;
}

interface Unanswered {
  readonly streamIds: readonly number[];
  readonly streams: readonly SentStream[];
  readonly marked: boolean;
}

/** Two wakings are at most so far apart, whatever was computed, and at least so far. */
const MAX_NAP_MS = 5_000;
const MIN_NAP_MS = 5;

/**
 * From one hello to the first failure: fills the window, applies receipts, waits. Used once.
 */
export class Pump {
  readonly #parts: PumpParts;
  readonly #caution: Caution;
  readonly #uploading: Uploading<Unanswered>;
  readonly #reporter: Reporter;
  readonly #collector: Collector;
  #connection: HubLine | null = null;
  #receipts: Promise<void> = Promise.resolve();
  /** Shipments of which the answer has not come, or is not applied yet. */
  #unsettled = 0;
  #fault: unknown = null;
  #offender: Unanswered | null = null;
  /** The hub must be asked before anything more is sent. */
  #needsHello = true;
  /** What the budget said last. */
  #allowed: Allowance | null = null;
  /** The epoch that it is to be asked for: the next row's. */
  #needed: Epoch | null = null;
  #askedMs = 0;

  constructor(parts: PumpParts, caution: Caution) {
    this.#parts = parts;
    this.#caution = caution;
    this.#uploading = new Uploading(parts);
    this.#reporter = new Reporter(parts);
    const { lingerMs, maxBackoffMs: heldMs } = parts.settings;
    this.#collector = new Collector({ ...parts, heldMs, lingerMs });
  }

  /** The shipment whose answer was the failure. */
  get offender(): Unanswered | null {
    return this.#offender;
  }

  /** Runs until `closing`, or a failure, which it throws: HubFault, LinkHalt, or what the outbox throws. */
  async run(closing: () => boolean): Promise<void> {
    const { wake, settings, clock, window, session } = this.#parts;
    try {
      while (!closing() && this.#fault === null) {
        // A heartbeat's answer tells of a new owner too.
        if (this.#needsHello || !session.isSound) await this.#hello();
        this.#releaseDue();
        if (this.#needsHello) continue;
        await this.#fill();
        this.#report();
        if (this.#fault === null && !this.#needsHello) await wake.nap(this.#napMs());
      }
      const until = clock.monotonicMs() + settings.closeGraceMs;
      while (this.#fault === null && window.shipments > 0 && clock.monotonicMs() < until) {
        await wake.nap(until - clock.monotonicMs());
      }
    } finally {
      this.#connection?.close();
      await this.#receipts;
    }
    if (this.#fault !== null) throw this.#fault;
  }

  async #hello(): Promise<void> {
    const { session, window, cursors, clock, settings } = this.#parts;
    const waiting = [...cursors.waiting].filter(({ wait }) => wait?.kind === 'held' || wait?.kind === 'session');
    const wereHeld = new Set(waiting.filter(({ epoch }) => session.epochState(epoch) === 'held'));
    const asked = session.hello(this.#needed, cursors.waitsAt);
    this.#needsHello = false;
    this.#needed = null;
    asked.catch(() => undefined);
    // Closing does not wait for a hub that does not answer.
    const welcome = await Promise.race([asked, this.#parts.closing]);
    if (welcome === undefined) return;
    this.#askedMs = clock.monotonicMs();
    window.credit(welcome.creditBytes);
    window.maxShipment(welcome.maxShipmentBytes);
    this.#uploading.allow(welcome.uploadBytes);
    this.#parts.budget.hubTime(welcome.wallMs);
    if (this.#connection?.gone !== false) this.#connection = this.#parts.connect();
    await lookFirst(this.#parts, this.#connection);
    const now = clock.monotonicMs();
    for (const cursor of waiting) {
      const { streamId, wait, epoch } = cursor;
      if (wait?.kind !== 'held' && wait?.kind !== 'session') continue;
      const state = session.epochState(epoch);
      if (state === 'held') cursors.hold(streamId, 'held', wait.reason, now + settings.maxBackoffMs);
      else if (wait.untilMs <= now || (state === 'open' && wereHeld.has(cursor))) cursors.release(streamId);
    }
  }

  /** Streams whose time has come go on; those that wait for the hub's word only after it was asked. */
  #releaseDue(): void {
    const { cursors, clock } = this.#parts;
    const now = clock.monotonicMs();
    if (now >= this.#askForCreditMs()) this.#needsHello = true;
    for (const { streamId, wait } of [...cursors.waiting]) {
      if (wait === null || wait.untilMs > now) continue;
      if (wait.kind === 'held' || wait.kind === 'session') this.#needsHello = true;
      else cursors.release(streamId);
    }
  }

  /** Without credit, and with nothing under way that could bring some, the hub is asked from time to time. */
  #askForCreditMs(): number {
    const { window, settings } = this.#parts;
    const starved = window.creditBytes <= 0 && window.shipments === 0;
    return starved ? this.#askedMs + settings.creditRetryMs : Number.POSITIVE_INFINITY;
  }

  async #fill(): Promise<void> {
    const { outbox, window, marks, cursors, clock, settings, session } = this.#parts;
    while (this.#fault === null && !this.#needsHello) {
      const allowed = this.#parts.budget.allow();
      this.#allowed = allowed;
      const room = Math.min(window.roomBytes(), Math.floor(allowed.maxBytes));
      if (allowed.queues.length === 0 || room <= 0 || (this.#caution.parcels > 0 && window.shipments > 0)) return;
      marks.look(clock.monotonicMs(), (streamId) => cursors.get(streamId)?.sentNext);
      // One that could not go with the last of its rows goes before any others.
      const mark = marks.ready(clock.monotonicMs());
      if (mark !== null) {
        if (!this.#sendMark(mark)) return;
        continue;
      }
      if (this.#uploading.takesTurn()) {
        if (!this.#sendPart()) return;
        continue;
      }
      await this.#collector.sealTails();
      const maxParcels = this.#caution.parcels > 0 ? 1 : limits.maxShipmentParcels;
      const { parcels, needed } = this.#collector.collect(room, maxParcels, allowed.queues);
      if (parcels.length > 0) {
        if (!this.#send(parcels)) return;
      } else if (this.#uploading.ready) {
        if (!this.#sendPart()) return;
      } else if (needed !== null) {
        // What is under way is of epochs that are named: it is settled before another one takes the place of one of them.
        if (session.isFull && this.#unsettled > 0) return;
        this.#needsHello = true;
        this.#needed = needed;
      } else if (!(await outbox.sealTail(settings.lingerMs, new Set(allowed.queues)))) {
        return;
      }
    }
  }

  /** False: it must wait for room or for a session. */
  #send(rows: readonly Parcel[]): boolean {
    const { cursors, window, clock, marks, doubts, session, telemetry, fairness } = this.#parts;
    if (this.#connection?.gone !== false) {
      this.#needsHello = true;
      return false;
    }
    const packed = this.#pack(rows);
    if (packed === null) return false;
    const { parcels, built, marked } = packed;
    if (built.body.length > window.maxShipmentBytes) {
      const reason = `a batch of ${built.body.length} bytes, the hub takes ${window.maxShipmentBytes}`;
      cursors.hold(parcels[0]!.stream.id, 'limit', reason, clock.monotonicMs() + this.#parts.settings.maxBackoffMs);
      return true;
    }
    const inParts = parcels.length === 1 && this.#uploading.suits(built);
    if (inParts && this.#uploading.active) {
      this.#uploading.queue(parcels[0]!);
      return true;
    }
    const streams = cursors.sent(parcels);
    for (const parcel of parcels) {
      fairness.sent(parcel.stream.queue, parcelBytes(parcel));
      marks.sent(parcel.stream.id, parcel.last + 1);
    }
    if (marked) marks.taken();
    doubts.sent(new Set(parcels.map(({ stream }) => stream)));
    const sent = { streamIds: built.streamIds, streams, marked };
    if (inParts) this.#uploading.begin(parcels[0]!, built, session.version, sent);
    else this.#post(this.#connection, { path: '/v1/shipments', body: built.body, sent, read: readReceipt });
    const records = parcels.reduce((sum, parcel) => sum + parcel.last - parcel.first + 1, 0);
    const facts = { bytes: built.body.length, parcels: parcels.length, records, inFlightBytes: window.bytes };
    telemetry.emit(shipmentSent, facts);
    return true;
  }

  /** The next part of what goes in parts. False: it must wait for a session. */
  #sendPart(): boolean {
    if (this.#connection?.gone !== false) {
      this.#needsHello = true;
      return false;
    }
    const part = this.#uploading.next();
    if (part !== null) this.#post(this.#connection, { path: '/v1/parts', ...part });
    return true;
  }

  /** A mark by itself. False: it must wait for room or for a session. */
  #sendMark(mark: CapturedMark): boolean {
    const { window, marks, telemetry, clock } = this.#parts;
    if (this.#connection?.gone !== false) {
      this.#needsHello = true;
      return false;
    }
    const built = this.#build([], mark);
    if (built.body.length > window.maxShipmentBytes || built.streamIds.length > bounds.streams) {
      const reason = `it names ${built.streamIds.length} streams in ${built.body.length} bytes`;
      telemetry.emit(markGivenUp, { reason });
      marks.giveUp(clock.monotonicMs());
      return true;
    }
    if (!window.fits(built.body.length)) return false;
    marks.taken();
    const sent = { streamIds: built.streamIds, streams: [], marked: true };
    this.#post(this.#connection, { path: '/v1/shipments', body: built.body, sent, read: readReceipt });
    telemetry.emit(shipmentSent, {
      ...{ bytes: built.body.length, parcels: 0, records: 0, inFlightBytes: window.bytes },
    });
    return true;
  }

  #pack(rows: readonly Parcel[]): Packed | null {
    const { window, marks, clock } = this.#parts;
    const isAlone = this.#caution.parcels > 0 || this.#caution.marks;
    const markWith = (parcels: readonly Parcel[]): CapturedMark | null =>
      isAlone ? null : marks.readyWith(parcels, clock.monotonicMs());
    return pack(rows, window, (parcels, mark) => this.#build(parcels, mark), markWith);
  }

  #build(parcels: readonly Parcel[], mark: CapturedMark | null): BuiltShipment {
    const { edge, session } = this.#parts;
    return buildShipment(edge, session.hub!, session.version, { parcels, mark });
  }

  #post(connection: HubLine, { path, body, sent, read }: Request): void {
    const { window, clock, settings } = this.#parts;
    const answerTimeoutMs = window.answerTimeoutMs(settings.answerTimeoutMs, body.length);
    window.sent(body.length, clock.monotonicMs());
    this.#parts.budget.sent(body.length);
    const onWritten = (): void => crashPoint('agent.forward.sent');
    const answer = connection
      .post({ path, body, answerTimeoutMs, onWritten })
      .then((content) => ({ content, atMs: clock.monotonicMs() }));
    answer.catch(() => undefined);
    this.#unsettled += 1;
    this.#receipts = this.#receipts.then(() => this.#answered(sent, read, answer));
  }

  async #answered(
    sent: Unanswered,
    read: Request['read'],
    answer: Promise<{ content: Buffer; atMs: number }>,
  ): Promise<void> {
    const { window, session, doubts, settler, status, telemetry, wake, onReceipt } = this.#parts;
    try {
      const { content, atMs } = await answer;
      if (this.#fault !== null) return;
      const receipt = read(content);
      if (receipt !== null) {
        if (!session.admitTerm(receipt.term)) throw staleOwner(receipt.term);
        if (!session.isSound) this.#needsHello = true;
        window.credit(receipt.creditBytes);
      }
      const [roundTripMs, creditBytes] = [window.answered(atMs), window.creditBytes];
      telemetry.emit(receiptReceived, { roundTripMs, inFlightBytes: window.bytes, creditBytes });
      if (receipt !== null) {
        doubts.answered(sent.streams.map(({ streamId }) => streamId));
        if (await settler.apply(sent, receipt)) status.progress();
        if (sent.streams.length === 0) this.#caution.marks = false;
        else if (this.#caution.parcels > 0) this.#caution.parcels -= 1;
      }
      status.works({ kind: 'up' });
      onReceipt();
    } catch (error) {
      if (this.#fault === null) {
        this.#fault = error;
        this.#offender = sent;
      }
      this.#connection?.close();
    } finally {
      this.#unsettled -= 1;
      wake.wake();
    }
  }

  #report(): void {
    if (this.#fault !== null || this.#needsHello) return;
    this.#reporter.report(this.#isSpared() ? (this.#allowed?.reason ?? '') : null);
  }

  /** Rows could go, and the budget lets them wait. */
  #isSpared(): boolean {
    const { outbox, cursors } = this.#parts;
    if (this.#allowed === null || this.#allowed.reason === null) return false;
    const open = new Set(this.#allowed.queues);
    return QUEUES.some(({ number: queue }) => {
      if (open.has(queue)) return false;
      const look = { queue, after: cursors.after(queue), maxBytes: 1, maxParcels: 1, skip: cursors.skip };
      return outbox.take(look).length > 0;
    });
  }

  #napMs(): number {
    const { cursors, marks, outbox, settings, clock, window } = this.#parts;
    const now = clock.monotonicMs();
    let untilMs = Math.min(now + MAX_NAP_MS, this.#askForCreditMs());
    for (const { wait } of cursors.waiting) if (wait) untilMs = Math.min(untilMs, wait.untilMs);
    const allowed = this.#allowed;
    untilMs = Math.min(untilMs, allowed?.untilMs ?? untilMs);
    if (window.roomBytes() > 0 && allowed?.queues.length !== 0) {
      const tailAgeMs = outbox.tailAgeMs(allowed === null ? undefined : new Set(allowed.queues));
      if (tailAgeMs !== null) untilMs = Math.min(untilMs, now + settings.lingerMs - tailAgeMs);
      untilMs = Math.min(untilMs, marks.nextMs());
    }
    return Math.max(MIN_NAP_MS, untilMs - now);
  }
}
