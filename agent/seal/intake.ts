import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { crashPoint } from '../../shared/crashPoint.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { Epoch } from '../../shared/identity.ts';
import { KIB, limits, MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type {
  BufferFile,
  BufferStats,
  Outbox,
  ParcelRow,
  PlaceState,
  Receipt,
  SettledStream,
  StreamState,
} from '../buffer/index.ts';
import type { KeyLimits } from '../buffer/notes.ts';
import type { Capture, CaptureOutcome, Intake, Parcel, StoredPosition } from '../stages.ts';
import { bufferFailed, bufferOpened, groupCommitted, rowsQuarantined, streamForked } from './events.ts';
import { beginFork, type ForkCause, moveSome } from './fork.ts';
import { Group } from './group.ts';
import { quarantineRows } from './quarantine.ts';
import { CaptureQueue, type Waiting, weigh } from './queue.ts';
import { type TakeOptions, takeRows } from './read.ts';
import { Sealer, type SealSettings } from './sealer.ts';
import { settleReceipt } from './settle.ts';
import { bufferedOf, bufferStats, registerMetrics } from './stats.ts';

export interface SealingIntakeOptions {
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  /** Told once when a commit has failed: the process has to end. */
  readonly onFailed?: (error: TributaryError) => void;
  /** Default: the kernel's, or a random one where there is none. */
  readonly bootId?: string;
  readonly seal?: Partial<SealSettings>;
  /** How long, in running time, and how many idempotency keys are remembered. */
  readonly keys?: KeyLimits;
}

const HOUR_MS = 3_600_000;
const KEYS: KeyLimits = { windowMs: 24 * HOUR_MS, maxKeys: 100_000 };
/** One transaction that settles. */
const SETTLE = { rows: 2_000, bytes: 64 * MIB };
/** One transaction that moves rows after a fork. */
const MOVE = { rows: 256, bytes: 2 * MIB };
/** One transaction that seals tails. */
const TAIL_BYTES = 4 * MIB;

interface Settling {
  readonly receipts: readonly Receipt[];
  /** Receipts done. */
  done: number;
  readonly resolve: (settled: readonly SettledStream[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The agent's intake and outbox over one buffer file, which it owns: `close` closes it. */
export class SealingIntake implements Intake, Outbox {
  readonly meta: Outbox['meta'];
  readonly #file: BufferFile;
  readonly #sealer: Sealer;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #keys: KeyLimits;
  readonly #openedMs: number;
  readonly #groupBytes: number;
  readonly #queue = new CaptureQueue();
  #settling: Settling[] = [];
  readonly #moving = new Map<
    PlaceState,
    { promise: Promise<void>; resolve: () => void; reject: (e: unknown) => void }
  >();
  readonly #listeners = new Set<() => void>();
  #scheduled = false;
  #closed = false;

  private constructor(file: BufferFile, sealer: Sealer, clock: Clock, options: SealingIntakeOptions) {
    this.#file = file;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#telemetry = options.telemetry;
    this.#keys = options.keys ?? KEYS;
    this.#openedMs = clock.monotonicMs();
    this.#groupBytes = Math.max(256 * KIB, Math.min(8 * MIB, Math.floor(file.maxBytes / 16)));
    this.meta = {
      get: (key) => file.read(() => file.notes.note(`note.${key}`)),
      set: (key, value) => file.transaction(() => file.notes.setNote(`note.${key}`, value)),
    };
  }

  /** Takes over an open file. */
  static open(file: BufferFile, options: SealingIntakeOptions): SealingIntake {
    const clock = options.clock ?? systemClock;
    const settings: SealSettings = {
      ...{ sealRawBytes: limits.sealRawBytes, sealRecords: limits.sealRecords, codec: 'zstd', level: 1 },
      quarantineBytes: Math.floor(file.maxBytes / 16),
      ...options.seal,
    };
    const boot = file.transaction(() => file.notes.bootRow(options.bootId ?? bootIdOfKernel()));
    const sealer = new Sealer(file, settings, clock, boot);
    const intake = new SealingIntake(file, sealer, clock, options);
    file.onFailed((error) => intake.#fail(error, options.onFailed));
    intake.#takeOver();
    registerMetrics(sealer, options.telemetry.registry);
    return intake;
  }

  /** Ends the run before: its tails are sealed in their own epochs, drained streams go, forks go on. */
  #takeOver(): void {
    const { catalog, rows, path, edge, maxBytes } = this.#file;
    for (const { stream: id, rows: count, records, bytes } of this.#file.read(() => rows.tailSums())) {
      const stream = catalog.streams.get(id);
      if (stream === undefined) continue;
      Object.assign(stream, { tailRows: count, tailRecords: records, tailBytes: bytes });
      this.#file.transaction(() => this.#sealer.sealTail(stream));
    }
    this.#file.transaction(() => this.#sealer.sweep());
    for (const place of catalog.places()) if (place.moving.length > 0) this.#goOnMoving(place).catch(() => {});
    let records = 0;
    for (const place of catalog.places()) records += bufferedOf(place);
    this.#telemetry.emit(bufferOpened, { path, edge, maxBytes, records, bytes: this.#file.bytes() });
  }

  #fail(error: TributaryError, onFailed?: (error: TributaryError) => void): void {
    this.#telemetry.emit(bufferFailed, { error });
    this.#queue.rejectAll(error);
    for (const settling of this.#settling.splice(0)) settling.reject(error);
    for (const { reject } of this.#moving.values()) reject(error);
    onFailed?.(error);
  }

  // Intake -----------------------------------------------------------------------------------------------------------

  async capture(capture: Capture): Promise<CaptureOutcome> {
    this.#assertOpen();
    const weight = weigh(capture);
    if (weight > this.#file.maxBytes / 2) throw largerThanBuffer(this.#file, weight);
    if (!this.#queue.hasRoom(weight)) throw this.#file.full('too much is waiting to be written');
    return new Promise((resolve, reject) => {
      this.#queue.push({ capture, weight, resolve, reject });
      this.#schedule();
    });
  }

  positions(keyPrefix: string): StoredPosition[] {
    return this.#file.read(() => this.#file.notes.positions(keyPrefix));
  }

  #assertOpen(): void {
    this.#file.assertUsable();
    if (this.#closed) {
      const facts = { operation: 'use buffer', subject: this.#file.path, reason: 'it is being closed' };
      throw new TributaryError({ code: 'closed', retry: 'final', ...facts });
    }
  }

  // Group commit -----------------------------------------------------------------------------------------------------

  #schedule(): void {
    if (this.#scheduled || this.#file.failure !== null) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#file.failure !== null) return;
    // While rows move after a fork, what is captured must not outrun them.
    const captures = this.#queue.take(this.#moving.size === 0 ? this.#groupBytes : this.#groupBytes / 4);
    const settling = this.#settling;
    this.#settling = [];
    if (captures.length > 0 || settling.length > 0) this.#commitAll(captures, settling);
    this.#moveStep();
    const giving = settling.length > 0 || this.#queue.length === 0 ? this.#giveBack() : false;
    const more = this.#queue.length + this.#settling.length + this.#moving.size;
    if (more > 0 || (giving && !this.#closed)) this.#schedule();
  }

  #giveBack(): boolean {
    return this.#file.failure === null && this.#file.giveBack();
  }

  /** All in one commit; where that fails for a reason of one of them, each in its own. */
  #commitAll(captures: readonly Waiting[], settling: readonly Settling[]): void {
    let error = this.#tryCommit(captures, settling);
    if (error === null) return;
    if (settling.length > 0) {
      const worse = captures.length === 0 ? error : this.#tryCommit([], settling);
      if (worse !== null) for (const { reject } of settling) reject(worse);
      if (captures.length > 0) error = this.#tryCommit(captures, []);
      if (error === null) return;
    }
    if (captures.length === 1 || isFinalForAll(error)) for (const { reject } of captures) reject(wrapped(error));
    else for (const one of captures) this.#commitAll([one], []);
  }

  /** Null once everything is on disk and said so; else what went wrong, with nothing changed. */
  #tryCommit(captures: readonly Waiting[], settling: readonly Settling[]): unknown {
    const started = performance.now();
    let outcomes: CaptureOutcome[];
    try {
      const weight = captures.reduce((sum, one) => sum + one.weight, 0);
      if (weight > 0 && !this.#file.fits(weight)) return this.#file.full('the buffer is full');
      const done = settling.map((one) => one.done);
      outcomes = this.#file.transaction(
        () => {
          settling.forEach((one, i) => {
            one.done = done[i]!;
          });
          this.#settle(settling);
          return this.#stage(captures);
        },
        captures.length === 0 ? undefined : () => crashPoint('agent.buffer.written'),
      );
    } catch (error) {
      return error;
    }
    if (captures.length > 0) crashPoint('agent.buffer.committed');
    if (settling.length > 0) crashPoint('agent.receipt.settled');
    this.#answer(captures, outcomes, settling);
    const records = outcomes.reduce((sum, one) => sum + (one.repeated ? 0 : one.records), 0);
    if (captures.length > 0) {
      this.#telemetry.emit(groupCommitted, { seconds: (performance.now() - started) / 1000, records });
    }
    if (records > 0) this.#rowsMade();
    return null;
  }

  #answer(captures: readonly Waiting[], outcomes: readonly CaptureOutcome[], settling: readonly Settling[]): void {
    captures.forEach((one, i) => {
      one.resolve(outcomes[i]!);
    });
    for (const one of settling) {
      if (one.done === one.receipts.length) one.resolve(one.receipts.map((receipt) => this.#settledOf(receipt)));
      else this.#settling.push(one);
    }
  }

  #settledOf({ streamId, points }: Receipt): SettledStream {
    const stream = this.#file.catalog.streams.get(streamId);
    // A stream that is gone is drained (or moved): what was confirmed last is the highest point.
    const settledNext = stream?.settled.next ?? Math.max(0, ...points.map((point) => point.next));
    return { streamId, settledNext };
  }

  #settle(settling: readonly Settling[]): void {
    const budget = { ...SETTLE };
    for (const one of settling) {
      while (one.done < one.receipts.length) {
        if (budget.rows <= 0 || !settleReceipt(this.#sealer, one.receipts[one.done]!, budget)) return;
        one.done += 1;
      }
    }
  }

  #stage(captures: readonly Waiting[]): CaptureOutcome[] {
    const group = new Group();
    const sinceOpenMs = this.#clock.monotonicMs() - this.#openedMs;
    let keys = 0;
    const outcomes = captures.map(({ capture }): CaptureOutcome => {
      const { idempotencyKey: key, records } = capture;
      const before = key === undefined ? null : this.#file.notes.findKey(key, sinceOpenMs, this.#keys);
      if (before !== null) return { repeated: true, records: before };
      if (key !== undefined) {
        this.#file.notes.addKey(key, records.length, sinceOpenMs);
        keys += 1;
      }
      group.add(capture);
      return { repeated: false, records: records.length };
    });
    if (keys > 0) this.#file.notes.expireKeys(keys, sinceOpenMs, this.#keys);
    this.#stageRecords(group);
    for (const [key, position] of group.positions) this.#file.notes.setPosition(key, position);
    return outcomes;
  }

  #stageRecords(group: Group): void {
    const { catalog } = this.#file;
    const moment = this.#sealer.now();
    for (const { topic, partition, segments, records } of group.buckets()) {
      const place = catalog.place(topic, partition, 'main') ?? this.#addPlace(topic, partition);
      catalog.touchPlace(place);
      place.captured += records;
      place.sourcePartitions = Math.max(place.sourcePartitions, group.sourcePartitions.get(topic) ?? 0);
      const stream = this.#sealer.captureStream(place);
      for (const segment of segments) this.#sealer.append(stream, segment, moment);
    }
  }

  #addPlace(topic: string, partition: number): PlaceState {
    const { catalog } = this.#file;
    if (catalog.placeCount < limits.openStreamsPerEdge) return catalog.addPlace({ topic, partition, lane: 'main' });
    throw new TributaryError({
      ...{ code: 'badRequest', operation: 'capture', subject: `${topic}/${partition}`, retry: 'final' },
      reason: `the buffer holds ${catalog.placeCount} topic partitions already`,
    });
  }

  #rowsMade(): void {
    for (const listener of this.#listeners) listener();
  }

  // Outbox -----------------------------------------------------------------------------------------------------------

  take(options: TakeOptions): Parcel[] {
    this.#file.assertUsable();
    return takeRows(this.#file, options, (row) => this.#giveUp(row));
  }

  #giveUp(row: ParcelRow): void {
    const stream = this.#file.catalog.streams.get(row.stream);
    if (stream !== undefined) this.#quarantine(stream, row.first, row.last, 'checksum');
  }

  #quarantine(stream: StreamState, first: number, last: number, reason: string): void {
    this.#file.transaction(() => quarantineRows(this.#sealer, stream, first, last, reason));
    const { topic, partition } = stream.place;
    this.#telemetry.emit(rowsQuarantined, { topic, partition, first, last, reason });
  }

  async quarantine(streamId: number, first: number, last: number, reason: string): Promise<void> {
    this.#assertOpen();
    const stream = this.#file.catalog.streams.get(streamId);
    if (stream === undefined || stream.moveOrder !== null) return;
    this.#quarantine(stream, first, last, reason);
    this.#rowsMade();
  }

  sealTail(olderThanMs: number): boolean | Promise<boolean> {
    this.#assertOpen();
    if (!this.#sealSome(olderThanMs)) return false;
    return this.tailDue(olderThanMs) ? this.#sealRest(olderThanMs) : true;
  }

  async #sealRest(olderThanMs: number): Promise<boolean> {
    do await nextTurn();
    while (!this.#closed && this.#file.failure === null && this.#sealSome(olderThanMs));
    return true;
  }

  /** Seals tails that are due, as many as one transaction may. Returns whether there were any. */
  #sealSome(olderThanMs: number): boolean {
    const due: StreamState[] = [];
    let bytes = 0;
    for (const stream of this.#dueTails(olderThanMs)) {
      due.push(stream);
      bytes += stream.tailBytes;
      if (bytes >= TAIL_BYTES) break;
    }
    if (due.length === 0) return false;
    this.#file.transaction(() => {
      for (const stream of due) this.#sealer.sealTail(stream);
    });
    this.#rowsMade();
    return true;
  }

  *#dueTails(olderThanMs: number): Generator<StreamState> {
    const now = this.#clock.monotonicMs();
    const { tailed } = this.#file.catalog;
    for (const stream of tailed) {
      if (stream.tailRows === 0) tailed.delete(stream);
      else if (now - stream.tailSinceMs >= olderThanMs) yield stream;
    }
  }

  /** Whether a tail is at least so old. */
  tailDue(olderThanMs: number): boolean {
    return !this.#dueTails(olderThanMs).next().done;
  }

  tailAgeMs(): number | null {
    let oldest: number | null = null;
    const now = this.#clock.monotonicMs();
    for (const { tailSinceMs } of this.#dueTails(Number.NEGATIVE_INFINITY)) {
      oldest = Math.max(oldest ?? 0, now - tailSinceMs);
    }
    return oldest;
  }

  onRows(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async settle(receipts: readonly Receipt[]): Promise<readonly SettledStream[]> {
    this.#assertOpen();
    return new Promise((resolve, reject) => {
      this.#settling.push({ receipts, done: 0, resolve, reject });
      this.#schedule();
    });
  }

  async fork(streamId: number, points: Receipt['points'], cause: ForkCause): Promise<void> {
    this.#assertOpen();
    const stream = this.#file.catalog.streams.get(streamId);
    if (stream === undefined) return;
    const { place, epoch } = stream;
    if (stream.moveOrder !== null) return this.#moving.get(place)?.promise;
    this.#file.transaction(() => beginFork(this.#sealer, stream, points, cause));
    const { next } = stream.settled;
    const { topic, partition } = place;
    const records = stream.next - next;
    this.#telemetry.emit(streamForked, { topic, partition, cause, epoch: epoch.epoch, next, records });
    return this.#goOnMoving(place);
  }

  #goOnMoving(place: PlaceState): Promise<void> {
    const known = this.#moving.get(place);
    if (known !== undefined) return known.promise;
    const job = Promise.withResolvers<void>();
    this.#moving.set(place, job);
    this.#schedule();
    return job.promise;
  }

  /** One bounded transaction for the place that has been moving longest. */
  #moveStep(): void {
    const next = this.#moving.entries().next().value;
    if (next === undefined || this.#file.failure !== null) return;
    const [place, job] = next;
    try {
      const done = this.#file.transaction(() => moveSome(this.#sealer, place, { ...MOVE }));
      this.#moving.delete(place);
      if (done) job.resolve();
      else this.#moving.set(place, job);
    } catch (error) {
      if (!(error instanceof TributaryError && error.code === 'bufferFull')) throw this.#file.fail(error);
    }
    this.#rowsMade();
  }

  lineage(): { epoch: Epoch; predecessor: Epoch | null }[] {
    const { epochs, streams } = this.#file.catalog;
    const open = new Set<unknown>();
    for (const one of streams.values()) {
      if (one.moveOrder !== null || one.settled.next < one.next) open.add(one.epoch);
    }
    const contacted = epochs.findLastIndex((epoch) => epoch.contacted);
    const kept = epochs.filter((epoch, i) => open.has(epoch) || i > contacted || epoch === this.#sealer.epoch);
    return kept.map(({ epoch, predecessor }) => ({ epoch, predecessor }));
  }

  stats(): BufferStats {
    this.#file.assertUsable();
    return bufferStats(this.#sealer);
  }

  /** Commits what waits, seals the tail, closes the file. A fork that is still moving goes on at the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      while (this.#file.failure === null && this.#queue.length + this.#settling.length > 0) {
        this.#flush();
        await nextTurn();
      }
      if (this.#file.failure === null) while (this.#sealSome(Number.NEGATIVE_INFINITY)) await nextTurn();
    } finally {
      for (const { reject } of this.#moving.values()) reject(new Error('the buffer was closed'));
      this.#moving.clear();
      this.#file.close();
    }
  }
}

/** Disk full or a file that failed: trying one by one would not help. */
const isFinalForAll = (error: unknown): boolean =>
  error instanceof TributaryError && (error.code === 'bufferFull' || error.code === 'bufferFailed');

/** What sealing could not take although it was checked: said as one error, and nobody else's records suffer. */
function wrapped(error: unknown): unknown {
  if (error instanceof TributaryError) return error;
  const facts = { operation: 'seal', subject: 'a capture', reason: reasonOf(error), cause: error };
  return new TributaryError({ code: 'badRequest', retry: 'final', ...facts });
}

function largerThanBuffer(file: BufferFile, weight: number): TributaryError {
  return new TributaryError({
    ...{ code: 'tooLarge', operation: 'capture', subject: file.path, retry: 'final' },
    reason: `${weight} bytes at once don't fit a buffer of ${file.maxBytes} bytes`,
    hint: 'Send fewer records at once or raise buffer.maxBytes.',
  });
}

function bootIdOfKernel(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
