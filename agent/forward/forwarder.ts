/**
 * Forward: from the buffer to the hub.
 *
 * Invariants
 * - One data connection at a time. Shipments are pipelined on it in the order of the buffer's rows, within the window
 *   (number, hub's credit, measured link), so that none can overtake another.
 * - What was sent and is not confirmed is known only in memory (cursors.ts). After any failure of the connection or of an
 *   answer all of it is dropped: the cursors go back to what is settled, and what the hub has already it answers as a
 *   repeat. So there is one recovery, and it is used all the time.
 * - Rows are deleted by the outbox, for points with an equal tip (settle.ts). Nothing here deletes.
 * - Receipts are applied one after another, in the order of their shipments. One with a term lower than the highest seen
 *   does not count.
 * - An epoch's rows go out only after the hub has answered for the epoch in a session.
 * - One stream in trouble waits on its own clock; others go on. Only what concerns the whole edge stops the link: no
 *   contact, no permission, another hub, a hub behind its receipts.
 * - Bounded: shipments in flight, bytes in flight, answers' sizes, every wait.
 *
 * Lifecycle: `open` starts the loop and returns at once; a hub is not needed. `close` sends nothing new, lets answers
 * arrive for a bounded time, and ends the loop; what is unconfirmed stays in the buffer.
 *
 *     session -> pump (fill the window, apply receipts, wait) -- failure --> give up what is under way, back off -> session
 */
import pRetry, { AbortError } from 'p-retry';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { HubIdentity } from '../../shared/wire/index.ts';
import type { Outbox } from '../buffer/outbox.ts';
import type { SourcePositions } from '../stages.ts';
import { Backoff } from './backoff.ts';
import { Budget, type BudgetSettings } from './budget.ts';
import { type Dial, dialHub, type HubAddress, type HubLine } from './connection.ts';
import { Cursors } from './cursors.ts';
import { Doubts } from './doubts.ts';
import { linkFailure, markGivenUp, rowsRefused } from './events.ts';
import { Fairness } from './fairness.ts';
import { HubFault } from './fault.ts';
import { LinkHalt } from './halt.ts';
import type { Health, LinkState } from './linkState.ts';
import { LinkStatus } from './linkStatus.ts';
import { Marks } from './marks.ts';
import { type Caution, Pump, type PumpParts } from './pump.ts';
import { Session, type SessionLane } from './session.ts';
import { FORWARDER_DEFAULTS, type ForwarderSettings } from './settings.ts';
import { Settler } from './settle.ts';
import { Wake } from './wake.ts';
import { Window } from './window.ts';
import { type Accepted, type HubQuestion, Word } from './word.ts';

export interface ForwarderOptions {
  readonly edge: EdgeId;
  readonly agentVersion: string;
  readonly bootId: string;
  readonly hub: HubAddress;
  readonly outbox: Outbox;
  readonly lane: SessionLane;
  /** What the sources ask the hub in the first session. */
  readonly positions?: SourcePositions;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly settings?: Partial<ForwarderSettings>;
  /** What the link may be used for; absent: for all. */
  readonly budget?: BudgetSettings;
  /** Default: HTTP. */
  readonly dial?: Dial;
  /** The buffer failed, and with it the forwarder: the process must end. */
  readonly onFatal?: (error: unknown) => void;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #settings: ForwarderSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #parts: PumpParts;
  readonly #word: Word;
  /** Wakes the pause between two attempts. */
  readonly #pause: Wake;
  #stopListening: () => void = () => undefined;
  #loop: Promise<void> | null = null;
  readonly #closed = Promise.withResolvers<void>();
  #closing = false;
  #resumed = false;
  readonly #caution: Caution = { parcels: 0, marks: false };
  /** The one parcel that the hub has refused a shipment for, once. */
  #suspect: string | null = null;

  constructor(options: ForwarderOptions) {
    const { outbox, telemetry, random = Math.random, clock = systemClock } = options;
    const settings = { ...FORWARDER_DEFAULTS, ...options.settings };
    this.#options = options;
    this.#settings = settings;
    this.#clock = clock;
    this.#pause = new Wake(clock);
    this.#random = random;
    this.#backoff = new Backoff({ firstMs: settings.firstBackoffMs, maxMs: settings.maxBackoffMs, random });
    const cursors = new Cursors();
    const waits = { firstWaitMs: settings.firstWaitMs, maxWaitMs: settings.maxBackoffMs };
    this.#parts = {
      edge: options.edge,
      outbox,
      telemetry,
      clock,
      settings,
      session: new Session({ ...options, ...settings, clock }),
      cursors,
      window: new Window(),
      doubts: new Doubts(),
      fairness: new Fairness(),
      budget: new Budget(options.budget ?? { timeZone: 'UTC', windows: [] }, clock, outbox.meta),
      marks: new Marks(outbox, { everyMs: settings.markMs, idleMs: settings.idleMarkMs }),
      settler: new Settler({ outbox, cursors, telemetry, clock, random, ...waits }),
      status: new LinkStatus({ ...settings, telemetry, clock }),
      wake: new Wake(clock),
      connect: () => this.#connect(),
      closing: this.#closed.promise,
      onReceipt: () => this.#backoff.reset(),
    };
    this.#word = new Word({ ...this.#parts, answerTimeoutMs: settings.answerTimeoutMs });
  }

  /** Starts to send; returns at once. */
  open(): void {
    this.#stopListening = this.#options.outbox.onRows((freedAfter) => {
      if (freedAfter !== undefined) this.#parts.cursors.freed(freedAfter);
      this.#parts.wake.wake();
    });
    this.#loop = this.#run();
  }

  state(): LinkState {
    return this.#parts.status.state;
  }

  /** What the link has shown that it carries; null: nothing yet. */
  bytesPerSecond(): number | null {
    return this.#parts.window.bytesPerSecond;
  }

  health(): Health {
    const { places } = this.#options.outbox.stats();
    return this.#parts.status.health(places.some(({ buffered }) => buffered > 0));
  }

  /** Places ({@link placeKey}) that do not send now, and why. */
  waits(): ReadonlyMap<string, string> {
    // Of each place the oldest stream: the others wait for that one.
    const waiting = [...this.#parts.cursors.waiting].sort((a, b) => b.streamId - a.streamId);
    return new Map(waiting.map(({ place, wait }) => [place, `${wait?.kind}: ${wait?.reason}`]));
  }

  /** The hub's latest word on credit, from a heartbeat that took so long; one with an old term does not count. */
  credit(term: number, bytes: number, roundTripMs?: number): void {
    if (roundTripMs !== undefined) this.#parts.window.roundTrip(roundTripMs, this.#clock.monotonicMs());
    if (!this.#parts.session.admitTerm(term)) return;
    this.#parts.window.credit(bytes);
    this.#parts.wake.wake();
  }

  /** What the link carries, as measured; null: not known. */
  rate(): { readonly bytesPerSecond: number | null; readonly roundTripMs: number | null } {
    const { bytesPerSecond, roundTripMs } = this.#parts.window;
    return { bytesPerSecond, roundTripMs };
  }

  /** The hub that the buffer belongs to, and the highest term seen from it. */
  hub(): { readonly hub: HubIdentity | null; readonly hubTerm: number } {
    const { session } = this.#parts;
    return { hub: session.hub, hubTerm: session.term };
  }

  /** What the operator has to decide; null: nothing. */
  question(): HubQuestion | null {
    return this.#word.question();
  }

  /**
   * The operator's word: this hub is the right one as it is. It is durable when this returns, then it goes on at once.
   * @throws TributaryError `badRequest`: there is nothing to decide, or something else
   */
  accept(accepted: Accepted): HubQuestion {
    const question = this.#word.give(accepted);
    this.retry();
    return question;
  }

  /** Tries again now, whatever it waits for. */
  retry(): void {
    this.#resumed = true;
    this.#pause.wake();
  }

  /** Sends nothing new, lets answers arrive for `closeGraceMs`. What is unconfirmed stays in the buffer. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#closed.resolve();
    this.#stopListening();
    this.#pause.wake();
    this.#parts.wake.wake();
    await this.#loop;
    this.#parts.status.closed();
  }

  /** p-retry counts and repeats; how long to wait is decided here, with full jitter and the peer's word. */
  async #run(): Promise<void> {
    try {
      await pRetry(() => this.#serve(), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 0,
        shouldRetry: () => !this.#closing,
        onFailedAttempt: ({ error }) => this.#failed(error),
      });
    } catch (error) {
      if (this.#closing) return;
      this.#parts.status.fails({ kind: 'failed', reason: reasonOf(error) });
      this.#options.onFatal?.(error);
    }
  }

  async #serve(): Promise<void> {
    const { cursors, window, marks, doubts, outbox } = this.#parts;
    let timedOut = false;
    const pump = new Pump(this.#parts, this.#caution);
    try {
      await this.#word.carryOut();
      if (!this.#closing) await pump.run(() => this.#closing);
    } catch (error) {
      if (error instanceof HubFault && error.kind === 'shipmentRefused') await this.#blame(pump, error);
      timedOut = error instanceof HubFault && error.timedOut;
      throw asRetried(error);
    } finally {
      cursors.reset();
      outbox.nothingUnderWay();
      doubts.reset(window.isWorthAsking);
      window.reset(this.#clock.monotonicMs(), timedOut);
      marks.reset();
    }
  }

  async #failed(error: Error): Promise<void> {
    const { telemetry, status } = this.#parts;
    if (this.#closing) return;
    if (error instanceof LinkHalt) {
      const { halt } = error;
      telemetry.emit(linkFailure, { kind: halt.kind });
      const waitMs = this.#slowMs();
      this.#resumed = false;
      if (halt.kind === 'hubBehind') status.fails(halt);
      else status.fails({ ...halt, nextAttemptMs: this.#clock.now() + waitMs });
      await this.#word.meet(halt);
      return this.#pauseFor(waitMs);
    }
    const fault = error as HubFault;
    this.#resumed = false;
    telemetry.emit(linkFailure, { kind: fault.kind });
    const slow = fault.kind === 'refused' || fault.kind === 'wrongHub';
    const waitMs = slow ? Math.max(this.#slowMs(), fault.retryAfterMs) : this.#backoff.next(fault.retryAfterMs);
    const nextAttemptMs = this.#clock.now() + waitMs;
    const { reason } = fault.error;
    if (fault.kind === 'wrongHub') {
      status.fails({ kind: 'wrongHub', known: this.#parts.session.hub, met: fault.hub, nextAttemptMs });
    } else if (slow) status.fails({ kind: 'refused', reason, nextAttemptMs });
    else status.fails({ kind: 'down', cause: fault.kind, reason, nextAttemptMs });
    return this.#pauseFor(waitMs);
  }

  /**
   * The hub refuses a whole shipment for what is in it. Its parcels go alone, one after the other, and its mark too,
   * until it is known which one it is. A parcel goes into quarantine when it is refused a second time, a mark is given up.
   */
  async #blame({ offender }: Pump, { error }: HubFault): Promise<void> {
    const rows = (offender?.streams ?? []).flatMap(({ streamId, rows: sent }) =>
      sent.map((row) => ({ streamId, ...row })),
    );
    this.#caution.parcels = Math.max(this.#caution.parcels, rows.length);
    if (offender?.marked) this.#caution.marks = true;
    if (offender?.marked && rows.length === 0) {
      this.#options.telemetry.emit(markGivenUp, { reason: error.reason });
      this.#parts.marks.giveUp(this.#clock.monotonicMs());
    }
    const [row] = rows;
    if (rows.length !== 1 || row === undefined || offender?.marked) return;
    const { streamId, first, last } = row;
    const suspect = `${streamId}/${first}`;
    if (this.#suspect !== suspect) {
      this.#suspect = suspect;
      return;
    }
    this.#suspect = null;
    const { code, reason } = error;
    this.#options.telemetry.emit(rowsRefused, { code });
    await this.#options.outbox.quarantine(streamId, first, last, `${code}: ${reason}`);
  }

  #connect(): HubLine {
    const { hub, agentVersion, dial = dialHub } = this.#options;
    return dial({
      hub,
      pipelining: limits.shipmentsInFlight,
      connectTimeoutMs: this.#settings.connectTimeoutMs,
      bodyTimeoutMs: this.#settings.answerTimeoutMs,
      userAgent: `tributary/${agentVersion}`,
      onGone: () => this.#parts.wake.wake(),
    });
  }

  #slowMs(): number {
    return this.#settings.slowRetryMs * (1 + this.#random());
  }

  async #pauseFor(ms: number): Promise<void> {
    const until = this.#clock.monotonicMs() + ms;
    while (!this.#closing && !this.#resumed) {
      const leftMs = until - this.#clock.monotonicMs();
      if (leftMs <= 0) return;
      await this.#pause.nap(Math.min(leftMs, MAX_TIMER_MS));
    }
  }
}

/** What a timer can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Failures of the link are tried again; a buffer that failed ends the loop. */
function asRetried(error: unknown): Error {
  if (error instanceof HubFault || error instanceof LinkHalt) return error;
  if (error instanceof TributaryError && error.retry === 'final') return new AbortError(error);
  const reason = `a mistake of this program: ${reasonOf(error)}`;
  const facts = { operation: 'forward', subject: 'the hub', reason, retry: 'retried', cause: error } as const;
  return new HubFault('unreachable', new TributaryError({ code: 'internal', ...facts }));
}
