import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import type { Epoch } from '../../shared/identity.ts';
import { limits, MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type {
  BufferFile,
  BufferStats,
  CapturedMark,
  HubPoints,
  HubTime,
  HubWord,
  LineageEpoch,
  Outbox,
  ParcelRow,
  Receipt,
  SettledStream,
  Stake,
  Standing,
  StreamState,
  TakeOptions,
} from '../buffer/index.ts';
import type { KeyLimits } from '../buffer/notes.ts';
import type { Capture, CaptureOutcome, Intake, Parcel, StoredPosition } from '../stages.ts';
import { TopicPolicies } from '../topicPolicies.ts';
import { Background } from './background.ts';
import { bootIdOf } from './bootId.ts';
import { Commits } from './commits.ts';
import { bufferFailed, bufferMigrated, bufferOpened, CHECKSUM, rowsQuarantined, streamForked } from './events.ts';
import { Expiry } from './expire.ts';
import { beginFork, type ForkCause } from './fork.ts';
import { GivingUp } from './giveUp.ts';
import { carryOutSteps, readWord, stakesOf, standingOf, WORD_KEY, wordText } from './hub.ts';
import { letInEpochs, lineageOf } from './lineage.ts';
import { takeMark } from './mark.ts';
import { tellMended } from './mended.ts';
import { quarantineRows } from './quarantine.ts';
import { assignQueues, type TopicOrders } from './queues.ts';
import { takeRows } from './read.ts';
import { Room } from './room.ts';
import { Sealer, type SealSettings } from './sealer.ts';
import { settleBudget, settleReceipt } from './settle.ts';
import { bufferedOf, bufferStats, registerMetrics } from './stats.ts';
import { ANY_AGE, Tails } from './tails.ts';

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
  /** What the configuration says of topics' turns on the link. */
  readonly orders?: TopicOrders;
  /** Default: every topic blocks, and nothing grows too old. */
  readonly policies?: TopicPolicies;
}

const DAY_MS = 86_400_000;
const KEYS: KeyLimits = { windowMs: DAY_MS, maxKeys: 100_000 };

/** The agent's intake and outbox over one buffer file, which it owns: `close` closes it. */
export class SealingIntake implements Intake, Outbox {
  readonly meta: Outbox['meta'];
  readonly #file: BufferFile;
  readonly #sealer: Sealer;
  readonly #telemetry: Telemetry;
  readonly #background: Background;
  readonly #tails: Tails;
  readonly #commits: Commits;
  readonly #room: Room;
  readonly #listeners = new Set<(freedAfter?: number) => void>();
  #closed = false;

  private constructor(sealer: Sealer, clock: Clock, options: SealingIntakeOptions) {
    const { file } = sealer;
    const { telemetry, keys = KEYS, policies = new TopicPolicies(), orders } = options;
    const onRows = (freedAfter?: number): void => this.#rowsMade(freedAfter);
    this.#file = file;
    this.#sealer = sealer;
    this.#telemetry = telemetry;
    if (orders) sealer.orders = orders;
    sealer.onSetAside = (facts) => telemetry.emit(rowsQuarantined, facts);
    this.#background = new Background(sealer, clock);
    this.#tails = new Tails(sealer, clock, onRows);
    const givingUp = new GivingUp({ clock, telemetry });
    this.#room = new Room(sealer, { policies, clock, telemetry, givingUp });
    const expiry = policies.expiresAny ? new Expiry(sealer, policies, clock) : null;
    this.#commits = new Commits(sealer, this.#background, {
      ...{ clock, telemetry, keys, onRows, room: this.#room, expiry, givingUp },
    });
    this.meta = {
      get: (key) => file.read(() => file.notes.note(`note.${key}`)),
      set: (key, value) => file.transaction(() => file.notes.setNote(`note.${key}`, value)),
    };
  }

  /** Takes over an open file: ends the run before, goes on with what it has left to do. */
  static open(file: BufferFile, options: SealingIntakeOptions): SealingIntake {
    const clock = options.clock ?? systemClock;
    const settings: SealSettings = {
      ...{ sealRawBytes: limits.sealRawBytes, sealRecords: limits.sealRecords, codec: 'zstd', level: 1 },
      ...{ retain: null, quarantineBytes: Math.floor(file.maxBytes / 16), moveRows: 256 },
      moveBytes: Math.min(2 * MIB, Math.floor(file.space.headroomBytes / 2)),
      ...options.seal,
    };
    const now = { monotonicMs: clock.monotonicMs(), createdMs: clock.now() };
    const boot = file.upkeep(() => file.times.begin((id) => file.notes.bootRow(id), options.bootId ?? bootIdOf(), now));
    const intake = new SealingIntake(new Sealer(file, settings, clock, boot), clock, options);
    file.onFailed((error) => intake.#fail(error, options.onFailed));
    intake.#takeOver();
    registerMetrics(intake.#sealer, intake.#room, options.telemetry.registry);
    return intake;
  }

  #takeOver(): void {
    const { catalog, path, edge, maxBytes, opening } = this.#file;
    if (opening.mended !== null) tellMended(this.#telemetry, path, opening.mended);
    if (opening.migrated !== null) this.#telemetry.emit(bufferMigrated, { path, ...opening.migrated });
    this.#tails.sealInherited();
    this.#file.upkeep(() => {
      this.#sealer.sweep();
      assignQueues(this.#sealer);
    });
    let records = 0;
    for (const place of catalog.places()) records += bufferedOf(place);
    this.#background.resume();
    if (this.#background.active) this.#commits.schedule();
    this.#commits.watchAges();
    this.#telemetry.emit(bufferOpened, { path, edge, maxBytes, records, bytes: this.#file.bytes() });
  }

  #fail(error: TributaryError, onFailed?: (error: TributaryError) => void): void {
    this.#telemetry.emit(bufferFailed, { error });
    this.#commits.stop(error);
    this.#background.stop();
    onFailed?.(error);
  }

  async capture(capture: Capture): Promise<CaptureOutcome> {
    this.#assertOpen();
    return this.#commits.capture(capture);
  }

  positions(keyPrefix: string): StoredPosition[] {
    return this.#file.read(() => this.#file.notes.positions(keyPrefix));
  }

  hasCaptured(topic: string, partition: number): boolean {
    return (this.#file.catalog.place(topic, partition, 'main')?.captured ?? 0) > 0;
  }

  take(options: TakeOptions): Parcel[] {
    this.#file.assertUsable();
    return takeRows(this.#sealer, options, (row) => this.#giveUp(row));
  }

  #giveUp(row: ParcelRow): void {
    const stream = this.#file.catalog.streams.get(row.stream);
    if (stream !== undefined) this.#quarantine(stream, row.first, row.last, CHECKSUM);
  }

  async quarantine(streamId: number, first: number, last: number, reason: string): Promise<void> {
    this.#assertOpen();
    const stream = this.#file.catalog.streams.get(streamId);
    if (stream === undefined || stream.moveOrder !== null) return;
    this.#quarantine(stream, first, last, reason);
    this.#rowsMade();
  }

  #quarantine(stream: StreamState, first: number, last: number, reason: string): void {
    this.#file.transaction(() => quarantineRows(this.#sealer, stream, first, last, reason));
    this.#background.chain(stream);
    if (this.#background.active) this.#commits.schedule();
    const { topic, partition } = stream.place;
    this.#telemetry.emit(rowsQuarantined, { topic, partition, first, last, reason });
  }

  nothingUnderWay(): void {
    this.#sealer.connections += 1;
  }

  sealTail(olderThanMs: number, queues?: ReadonlySet<number>): boolean | Promise<boolean> {
    this.#assertOpen();
    return this.#tails.seal(olderThanMs, queues);
  }
  tailAgeMs(queues?: ReadonlySet<number>): number | null {
    return this.#tails.ageMs(queues);
  }

  onRows(listener: (freedAfter?: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #rowsMade(freedAfter?: number): void {
    for (const listener of this.#listeners) listener(freedAfter);
  }

  async settle(receipts: readonly Receipt[]): Promise<readonly SettledStream[]> {
    this.#assertOpen();
    return this.#commits.settle(receipts);
  }

  async fork(streamId: number, points: Receipt['points'], cause: ForkCause): Promise<void> {
    this.#assertOpen();
    const settled = this.#file.transaction(() =>
      settleReceipt(this.#sealer, { streamId, points }, settleBudget(this.#sealer)),
    );
    if (!settled) await this.#commits.settle([{ streamId, points }]);
    this.#assertOpen();
    const stream = this.#file.catalog.streams.get(streamId);
    if (stream === undefined) return;
    const { place, epoch } = stream;
    if (stream.moveOrder === null) {
      this.#file.transaction(() => beginFork(this.#sealer, stream, cause));
      const { topic, partition } = place;
      const { next } = stream.settled;
      const facts = { topic, partition, cause, epoch: epoch.epoch, next, records: stream.next - next };
      this.#telemetry.emit(streamForked, facts);
    }
    this.#background.move(place);
    this.#commits.schedule();
  }

  noteHubTime(time: HubTime): void {
    this.#assertOpen();
    this.#sealer.noteHubTime(time);
  }

  lineage(waits: (place: string) => boolean = () => false): readonly LineageEpoch[] {
    return lineageOf(this.#sealer, waits);
  }
  letIn(epochs: readonly Epoch[]): void {
    letInEpochs(this.#sealer, epochs);
  }

  stats(): BufferStats {
    this.#file.assertUsable();
    return bufferStats(this.#sealer, this.#room.look());
  }

  mark(): CapturedMark | null {
    this.#file.assertUsable();
    return takeMark(this.#sealer);
  }

  standing(all = false): Standing[] {
    return standingOf(this.#sealer, all);
  }
  stakes(points: HubPoints): Stake[] {
    return stakesOf(this.#sealer, points);
  }
  word(): HubWord | null {
    return readWord(this.meta.get(WORD_KEY));
  }
  giveWord(word: HubWord): void {
    this.#assertOpen();
    this.meta.set(WORD_KEY, wordText(word));
  }

  async carryOut(word: HubWord): Promise<void> {
    // Rows that a fork moves get their place in the chain first, and those behind a quarantine their tips.
    await this.#background.idle();
    this.#assertOpen();
    for (const _ of carryOutSteps(this.#sealer, word)) {
      await nextTurn();
      this.#assertOpen();
    }
    this.#file.transaction(() => {
      for (const [key, value] of Object.entries({ ...word.notes, [WORD_KEY]: '' })) {
        this.#file.notes.setNote(`note.${key}`, value);
      }
    });
    this.#rowsMade();
  }

  #assertOpen(): void {
    this.#file.assertUsable();
    if (!this.#closed) return;
    const facts = { operation: 'use buffer', subject: this.#file.path, reason: 'it is being closed' };
    throw new TributaryError({ code: 'closed', retry: 'final', ...facts });
  }

  /** Commits what waits, seals the tail, closes the file. What goes on in the background does so at the next start. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      while (this.#file.usable && this.#commits.waiting > 0) {
        this.#commits.flush();
        await nextTurn();
      }
      while (this.#file.usable && this.#tails.sealSome(ANY_AGE)) await nextTurn();
      if (this.#file.usable) this.#file.transaction(() => this.#file.times.seen(this.#sealer.now(), true));
    } finally {
      this.#background.stop();
      this.#file.close();
    }
  }
}
