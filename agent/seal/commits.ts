import type { Clock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import { KIB, MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { BufferFile, Receipt, SettledStream } from '../buffer/index.ts';
import type { KeyLimits } from '../buffer/notes.ts';
import type { Capture, CaptureOutcome } from '../stages.ts';
import type { Background } from './background.ts';
import { groupCommitted } from './events.ts';
import type { Expiry } from './expire.ts';
import type { GivingUp } from './giveUp.ts';
import { CaptureQueue, type Waiting, weigh } from './queue.ts';
import { makeRoom, trimRetained } from './retain.ts';
import { type Admitted, isFull, type Room } from './room.ts';
import type { Sealer } from './sealer.ts';
import { settleBudget, settleReceipt } from './settle.ts';
import { stageCaptures } from './stage.ts';

interface Settling {
  readonly receipts: readonly Receipt[];
  /** Receipts that are done. */
  done: number;
  readonly resolve: (settled: readonly SettledStream[]) => void;
  readonly reject: (error: unknown) => void;
}

const MIN_LOOK_MS = 1_000;

export interface CommitOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly keys: KeyLimits;
  readonly room: Room;
  /** Null: nothing grows too old. */
  readonly expiry: Expiry | null;
  readonly givingUp: GivingUp;
  readonly onRows: (freedAfter?: number) => void;
}

/** Group commit: captures and receipts that came in the same turn share a transaction. Between groups, a step of the background. */
export class Commits {
  readonly #sealer: Sealer;
  readonly #file: BufferFile;
  readonly #background: Background;
  readonly #options: CommitOptions;
  readonly #openedMs: number;
  readonly #groupBytes: number;
  readonly #queue = new CaptureQueue();
  #settling: Settling[] = [];
  #scheduled = false;

  constructor(sealer: Sealer, background: Background, options: CommitOptions) {
    this.#sealer = sealer;
    this.#file = sealer.file;
    this.#background = background;
    this.#options = options;
    this.#openedMs = options.clock.monotonicMs();
    this.#groupBytes = Math.max(256 * KIB, Math.min(8 * MIB, Math.floor(this.#file.maxBytes / 16)));
  }

  capture(capture: Capture): Promise<CaptureOutcome> {
    const weight = weigh(capture);
    // What can't be divided may be more: the largest record fits a buffer of the least size that the configuration allows.
    const part = capture.records.length > 1 ? 1 / 4 : 3 / 8;
    if (weight > this.#file.maxBytes * part) throw largerThanBuffer(this.#file, weight);
    if (!this.#queue.hasRoom(weight)) throw this.#file.full('too much is waiting to be written');
    return new Promise((resolve, reject) => {
      this.#queue.push({ capture, weight, resolve, reject });
      this.schedule();
    });
  }

  settle(receipts: readonly Receipt[]): Promise<readonly SettledStream[]> {
    return new Promise((resolve, reject) => {
      this.#settling.push({ receipts, done: 0, resolve, reject });
      this.schedule();
    });
  }

  /** Looks for what has grown too old, from time to time, also where nothing is captured. */
  watchAges(): void {
    const { expiry } = this.#options;
    if (expiry === null || !this.#file.usable) return;
    this.schedule();
    setTimeout(() => this.watchAges(), Math.max(MIN_LOOK_MS, expiry.waitMs)).unref();
  }

  get waiting(): number {
    return this.#queue.length + this.#settling.length;
  }

  /** Asks for a flush after this turn's other work, so that it gathers what comes in it. */
  schedule(): void {
    if (this.#scheduled || !this.#file.usable) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** One group commit, one step of the background, one step of giving space back. */
  flush(): void {
    if (!this.#file.usable) return;
    // While rows move after a fork, what is captured behind them must not outrun them.
    const captures = this.#queue.take(this.#background.active ? this.#groupBytes / 4 : this.#groupBytes);
    const settling = this.#settling;
    this.#settling = [];
    if (captures.length > 0 || settling.length > 0) this.#commitWhatFits(captures, settling);
    this.#expire();
    const step = this.#file.usable ? this.#background.step() : null;
    if (step !== null) this.#options.onRows(step.freedAfter ?? undefined);
    const shrinking = (settling.length > 0 || this.#queue.length === 0) && this.#giveBack();
    const { active, pauseMs } = this.#background;
    if (this.waiting > 0 || shrinking || (active && pauseMs === 0)) this.schedule();
    else if (active) setTimeout(() => this.schedule(), pauseMs).unref();
  }

  /** Receipts make room; then the captures that have it, and those that are given up at once. */
  #commitWhatFits(captures: readonly Waiting[], settling: readonly Settling[]): void {
    if (captures.length === 0) {
      this.#commit([], settling);
      return;
    }
    const { room } = this.#options;
    let admitted: Admitted;
    try {
      admitted = room.admit(captures);
      if (settling.length > 0 && admitted.fit.length < captures.length) {
        this.#commit([], settling);
        settling = [];
        if (admitted.refused.length > 0) admitted = withMore(admitted, room.admit(admitted.refused));
      }
    } catch (error) {
      // Making room has failed: the file is not used any more, or the disk has no room for that either.
      if (settling.length > 0) this.#commit([], settling);
      for (const { reject } of captures) reject(wrapped(error));
      return;
    }
    const { fit, givenUp, refused, error } = admitted;
    if (fit.length > 0 || settling.length > 0) this.#commit(fit, settling);
    if (givenUp.length > 0) this.#commit(givenUp, [], true);
    for (const { reject } of refused) reject(error);
  }

  #expire(): void {
    const { expiry, givingUp } = this.#options;
    if (expiry === null || !this.#file.usable) return;
    try {
      for (const { records } of expiry.step()) givingUp.tell('expired', records);
    } catch (error) {
      if (!isFull(error)) this.#file.fail(error);
    }
  }

  #giveBack(): boolean {
    try {
      return this.#file.usable && this.#file.giveBack();
    } catch {
      // The file has failed and has said so.
      return false;
    }
  }

  stop(error: unknown): void {
    this.#queue.rejectAll(error);
    for (const { reject } of this.#settling.splice(0)) reject(error);
  }

  /** All in one commit. Where one capture can't be stored, the others are, each in a commit of its own. */
  #commit(captures: readonly Waiting[], settling: readonly Settling[], givenUp = false): void {
    const { space } = this.#file;
    const hadReserve = space.hasReserve;
    let error = this.#try(captures, settling, givenUp);
    // Deleting goes on in the reserve's room.
    if (error !== null && captures.length === 0 && hadReserve && !space.hasReserve)
      error = this.#try([], settling, false);
    if (error === null) return;
    if (isFull(error) && captures.length > 0) this.#options.room.refused(error);
    if (captures.length > 0 && settling.length > 0) {
      this.#commit([], settling);
      this.#commit(captures, []);
    } else if (captures.length > 1 && !concernsAll(error)) {
      for (const one of captures) this.#commit([one], [], givenUp);
    } else {
      for (const { reject } of captures) reject(wrapped(error));
      for (const { reject } of settling) reject(wrapped(error));
    }
  }

  /** Null once everything is on disk and has been said so; else what went wrong, with nothing changed. */
  #try(captures: readonly Waiting[], settling: readonly Settling[], givenUp: boolean): unknown {
    const started = performance.now();
    const done = settling.map((one) => one.done);
    let outcomes: CaptureOutcome[];
    try {
      outcomes = this.#file.transaction(
        () => {
          this.#settle(settling);
          return this.#stage(captures, givenUp);
        },
        captures.length === 0 ? undefined : () => crashPoint('agent.buffer.written'),
      );
    } catch (error) {
      settling.forEach((one, i) => {
        one.done = done[i]!;
      });
      return error;
    }
    if (captures.length > 0) crashPoint('agent.buffer.committed');
    if (settling.length > 0) crashPoint('agent.receipt.settled');
    this.#answer(captures, outcomes, settling);
    if (captures.length > 0 && !givenUp) this.#options.room.took();
    if (givenUp)
      this.#options.givingUp.tell(
        'evicted',
        outcomes.reduce((sum, one) => sum + one.records, 0),
      );
    if (captures.length > 0) this.#tell(outcomes, (performance.now() - started) / 1000);
    return null;
  }

  #settle(settling: readonly Settling[]): void {
    if (settling.length === 0) return;
    this.#settleSome(settling);
    trimRetained(this.#sealer, settleBudget(this.#sealer));
  }
  #settleSome(settling: readonly Settling[]): void {
    const budget = settleBudget(this.#sealer);
    for (const one of settling) {
      while (one.done < one.receipts.length) {
        if (budget.rows <= 0 || !settleReceipt(this.#sealer, one.receipts[one.done]!, budget)) return;
        one.done += 1;
      }
    }
  }

  #stage(captures: readonly Waiting[], givenUp: boolean): CaptureOutcome[] {
    if (captures.length === 0) return [];
    const weight = captures.reduce((sum, one) => sum + one.weight, 0);
    makeRoom(this.#sealer, settleBudget(this.#sealer), () => this.#file.space.isTight(weight));
    const sinceOpenMs = this.#options.clock.monotonicMs() - this.#openedMs;
    const all = captures.map((one) => one.capture);
    return stageCaptures(this.#sealer, all, sinceOpenMs, this.#options.keys, givenUp);
  }

  #answer(captures: readonly Waiting[], outcomes: readonly CaptureOutcome[], settling: readonly Settling[]): void {
    captures.forEach((one, i) => {
      one.resolve(outcomes[i]!);
    });
    for (const one of settling) {
      if (one.done < one.receipts.length) this.#settling.push(one);
      else one.resolve(one.receipts.map((receipt) => this.#settledOf(receipt)));
    }
  }

  #settledOf({ streamId, points }: Receipt): SettledStream {
    const stream = this.#file.catalog.streams.get(streamId);
    // One that is gone has nothing left to send, so whatever was confirmed is below that.
    return { streamId, settledNext: stream?.settled.next ?? Math.max(0, ...points.map((point) => point.next)) };
  }

  #tell(outcomes: readonly CaptureOutcome[], seconds: number): void {
    const records = outcomes.reduce((sum, one) => sum + (one.repeated ? 0 : one.records), 0);
    this.#options.telemetry.emit(groupCommitted, { seconds, records });
    if (records > 0) this.#options.onRows();
  }
}

const withMore = (first: Admitted, more: Admitted): Admitted => ({
  ...more,
  fit: [...first.fit, ...more.fit],
  givenUp: [...first.givenUp, ...more.givenUp],
});

/** Disk full or a file that failed: trying one by one would not help. */
const concernsAll = (error: unknown): boolean =>
  isFull(error) || (error instanceof TributaryError && error.code === 'bufferFailed');

/** What sealing could not take although it was checked. */
function wrapped(error: unknown): unknown {
  if (error instanceof TributaryError) return error;
  const facts = { operation: 'seal', subject: 'a capture', reason: reasonOf(error), cause: error };
  return new TributaryError({ code: 'badRequest', retry: 'final', ...facts });
}

function largerThanBuffer(file: BufferFile, weight: number): TributaryError {
  return new TributaryError({
    ...{ code: 'tooLarge', operation: 'capture', subject: file.path, retry: 'final' },
    reason: `${weight} bytes at once are too much for a buffer of ${file.maxBytes} bytes`,
    hint: 'Send fewer records at once or raise buffer.maxBytes.',
  });
}
