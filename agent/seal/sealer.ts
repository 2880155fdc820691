import { crc32c } from '@node-rs/crc32';
import type { Clock } from '../../shared/clock.ts';
import { TributaryError } from '../../shared/errors.ts';
import { drawEpoch, type Tip, tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import { concatSealed, encodeSealed, type SealRecord } from '../../shared/records/index.ts';
import type { BufferFile, EpochState, HubTime, PlaceState, StreamState } from '../buffer/index.ts';
import {
  KIND_GAP,
  KIND_SEALED,
  type Moment,
  type NewParcel,
  STAMP_AGENT,
  STAMP_SOURCE,
  type TailRow,
} from '../buffer/rows.ts';
import type { GapReason } from '../stages.ts';
import type { StepBudget } from './background.ts';
import { type CutLimits, cutSegment, isEnough, joinRows, positionAt, type Segment } from './cut.ts';
import { CHECKSUM, type SetAside } from './events.ts';
import { IN_ORDER, type TopicOrders } from './queues.ts';
import type { RetainSettings } from './retain.ts';

export interface SealSettings extends CutLimits {
  readonly codec: 'none' | 'zstd';
  /** zstd's. */
  readonly level: number;
  /** What stays after its delivery; null: nothing. */
  readonly retain: RetainSettings | null;
  /** Cap of the quarantine table. */
  readonly quarantineBytes: number;
  /** What one transaction moves after a fork, or gives new tips after a quarantine. */
  readonly moveRows: number;
  readonly moveBytes: number;
}

/** What a parcel says beside its chain. */
export type Facts = Pick<
  NewParcel,
  'minTimestamp' | 'maxTimestamp' | 'stamp' | 'position' | 'boot' | 'monotonicMs' | 'createdMs'
>;

/**
 * Gives records their stream, sequence and place in the chain. All of it inside a transaction of the file, which takes
 * the catalog back where it fails. Knows which epochs are this run's.
 */
export class Sealer {
  readonly file: BufferFile;
  readonly settings: SealSettings;
  /** Called for rows that had to be set aside on the way, inside the transaction that does it. */
  onSetAside: (facts: SetAside) => void = () => undefined;
  orders: TopicOrders = () => IN_ORDER;
  readonly #clock: Clock;
  readonly #boot: number;
  readonly #drawn = new Set<EpochState>();
  /** Running time of the file before this run, less the clock when it began. */
  readonly #runBaseMs: number;
  /** How many connections have come and gone: what was handed out for an earlier one is not under way any more. */
  connections = 0;

  /** `boot`: the present boot's row. */
  constructor(file: BufferFile, settings: SealSettings, clock: Clock, boot: number) {
    this.file = file;
    this.settings = settings;
    this.#clock = clock;
    this.#boot = boot;
    this.#runBaseMs = file.retained.lastRunMs() - clock.monotonicMs();
  }

  /** What one transaction of what goes on in the background may do. */
  stepBudget(): StepBudget {
    return { rows: this.settings.moveRows, bytes: this.settings.moveBytes };
  }

  /** Time that agents have run on this file, as far as what is retained knows. */
  runMs(): number {
    return this.#runBaseMs + this.#clock.monotonicMs();
  }
  now(): Moment {
    return { boot: this.#boot, monotonicMs: this.#clock.monotonicMs(), createdMs: this.#clock.now() };
  }
  /** Age of something made at `moment`: so old at least. No step of the wall clock changes it. */
  ageMs(moment: Pick<Moment, 'boot' | 'monotonicMs'>): number {
    return this.file.times.ageMs(moment, this.now());
  }
  /** Time that agents are known to have run since then: less than its age, and no clock on the wall has a part in it. */
  ranSince(moment: Pick<Moment, 'boot' | 'monotonicMs'>): number {
    return this.file.times.ranSince(moment, this.now());
  }
  /** The hub has said what time it is. Inside no transaction. */
  noteHubTime(time: HubTime): void {
    const { times } = this.file;
    if (!times.isNews(this.#boot, time)) return;
    times.anchor(this.#boot, time);
    try {
      this.file.transaction(() => {
        times.seen(this.now());
        times.write(this.#boot);
      });
    } catch (error) {
      // On a full disk this run knows it all the same.
      if (!(error instanceof TributaryError && error.code === 'bufferFull')) throw error;
    }
  }
  /** The time as records that are stamped from now on will have it once they are sent, or a little less. */
  stampMs(): number {
    const now = this.now();
    const shiftMs = this.file.times.shiftMs(now);
    return shiftMs === 0 ? now.createdMs : Math.floor(now.createdMs + shiftMs - this.file.times.errorOf(now.boot));
  }

  /** This run's newest epoch, null before the first record. */
  get epoch(): EpochState | null {
    const newest = this.file.catalog.epochs.at(-1);
    return newest !== undefined && this.#drawn.has(newest) ? newest : null;
  }
  /** Whether the row may be on its way to the hub now. */
  isUnderWay({ offeredFor, offeredNext }: StreamState, first: number): boolean {
    return offeredFor === this.connections && first < offeredNext;
  }
  /** Whether the hub may have the row, in this run or from an earlier one. */
  mayBeSent({ epoch, offeredNext }: StreamState, first: number): boolean {
    return epoch.contacted && (!this.#drawn.has(epoch) || first < offeredNext);
  }
  openEpoch(): EpochState {
    const epoch = this.file.catalog.addEpoch(drawEpoch());
    this.#drawn.add(epoch);
    return epoch;
  }

  /** Where the place's next records go: behind what a fork still has to move, else this run's stream. */
  captureStream(place: PlaceState): StreamState {
    return place.moving.at(-1) ?? this.chainStream(place);
  }
  /** This run's stream at the end of the place's chain; opened, and the one before it sealed to its end, where there is none. */
  chainStream(place: PlaceState): StreamState {
    const epoch = this.epoch ?? this.openEpoch();
    const newest = place.chain.at(-1);
    if (newest !== undefined && newest.epoch === epoch && place.last === null) return newest;
    if (newest !== undefined) this.sealTail(newest);
    const stream = this.file.catalog.addStream(place, epoch);
    if (newest !== undefined) this.dropDrained(newest);
    return stream;
  }

  /** It has nothing left to send and will get nothing more. */
  isDrained(stream: StreamState): boolean {
    const { place } = stream;
    const mayGrow = stream.epoch === this.epoch && place.chain.at(-1) === stream && place.last === null;
    if (mayGrow || stream.moveOrder !== null || stream.chained !== null) return false;
    return stream.settled.next === stream.next;
  }
  /** Removes a drained stream. One of which something is retained stays, and so do those behind it: their links are needed. */
  dropDrained(stream: StreamState): void {
    if (!this.isDrained(stream) || stream.retained.rows > 0) return;
    const { chain } = stream.place;
    if (this.file.catalog.retained.rows > 0) {
      const before = chain.findIndex((one) => one.retained.rows > 0);
      if (before >= 0 && before < chain.indexOf(stream)) return;
    }
    this.file.catalog.removeStream(stream);
  }
  /** What a new epoch made superfluous. */
  sweep(): void {
    for (const stream of [...this.file.catalog.streams.values()]) this.dropDrained(stream);
    this.file.catalog.dropEmptyEpochs();
  }

  /** Records of one place that one group brought: sealed, or put into the tail where they are few. */
  append(stream: StreamState, segment: Segment, moment: Moment): void {
    if (!isEnough(segment, this.settings)) {
      this.#appendTail(stream, segment, moment);
      return;
    }
    this.sealTail(stream);
    let from = 0;
    for (const to of cutSegment(segment, this.settings)) {
      const records = from === 0 && to === segment.records.length ? segment.records : segment.records.slice(from, to);
      this.seal(stream, records, { ...moment, ...factsOf(segment, records, to) });
      from = to;
    }
  }

  #appendTail(stream: StreamState, segment: Segment, moment: Moment): void {
    const { records, bytes: rawBytes } = segment;
    const blob = this.#encode(stream, records, 'none');
    const [first, last] = [stream.next, stream.next + records.length - 1];
    const facts = factsOf(segment, records, records.length);
    this.file.rows.addTail({ stream: stream.id, first, last, rawBytes, ...facts, ...moment, blob });
    this.file.catalog.touchStream(stream);
    if (stream.tailRows === 0) stream.tailSinceMs = moment.monotonicMs;
    stream.next = last + 1;
    stream.tailRows += 1;
    stream.tailRecords += records.length;
    stream.tailBytes += rawBytes;
    this.file.catalog.tailed.add(stream);
    const { sealRawBytes, sealRecords } = this.settings;
    if (stream.tailBytes >= sealRawBytes || stream.tailRecords >= sealRecords) this.sealTail(stream);
  }

  #encode(stream: StreamState, records: readonly SealRecord[], codec: 'none' | 'zstd'): Buffer {
    const { level } = this.settings;
    const edge = this.file.edge;
    return encodeSealed({ edge, epoch: stream.epoch.epoch, firstSequence: stream.next, records, codec, level });
  }

  /** One batch at the stream's end, which must have no tail. */
  seal(stream: StreamState, records: readonly SealRecord[], facts: Facts): void {
    this.file.catalog.touchStream(stream);
    const blob = this.#encode(stream, records, this.settings.codec);
    stream.next += records.length;
    this.#addSealed(stream, records.length, blob, facts);
  }

  #addSealed(stream: StreamState, count: number, blob: Buffer, facts: Facts): void {
    const { next: first, tip: previousTip } = stream.sealed;
    const tip = tipAfterBatch(previousTip, blob);
    const chain = { stream: stream.id, first, last: first + count - 1, previousTip, tip };
    const content = { kind: KIND_SEALED, bytes: blob.length, contentCrc: crc32c(blob), reason: null, detail: null };
    this.file.rows.addParcel({ ...chain, ...content, ...only(facts) }, blob);
    stream.sealed = { next: first + count, tip };
  }

  /** A gap at the stream's end; the stream's `next` is moved by the caller where the range is new. */
  addGap(stream: StreamState, count: number, reason: GapReason, detail: string, facts: Facts): void {
    this.file.catalog.touchStream(stream);
    const { next: first, tip: previousTip } = stream.sealed;
    const gap = gapRow(stream.id, first, first + count - 1, previousTip, reason, detail, facts);
    this.file.rows.addParcel(gap, null);
    stream.sealed = { next: first + count, tip: gap.tip };
  }

  /** Joins a stream's tail into sealed batches. A row that is not what was written becomes a gap. */
  sealTail(stream: StreamState): void {
    if (stream.tailRows === 0) return;
    const { rows, catalog } = this.file;
    catalog.touchStream(stream);
    const all = rows.tail(stream.id, stream.tailRows);
    // First, so that the batches go into the pages that they leave.
    for (const row of all) rows.removeTail(row.id);
    const broken = all.filter((row) => !rows.tailHolds(row));
    // Rows from before what is sealed come from a damaged file.
    const good = all.filter((row) => !broken.includes(row) && row.first >= stream.sealed.next);
    for (const row of broken) this.#keepBroken(stream, row);
    const reason = broken.length > 0 ? 'quarantined' : 'lost';
    for (const run of joinRows(good, this.settings)) {
      this.#tailGap(stream, run[0]!.first, reason, run[0]!);
      this.#sealRun(stream, run);
    }
    this.#tailGap(stream, stream.next, reason, all.at(-1) ?? null);
    Object.assign(stream, { tailRows: 0, tailRecords: 0, tailBytes: 0 });
  }

  #sealRun(stream: StreamState, run: readonly TailRow[]): void {
    const { codec, level } = this.settings;
    const [firstRow, lastRow] = [run[0]!, run.at(-1)!];
    const blob = concatSealed(
      run.map((row) => row.blob),
      { codec, level },
    );
    const position = run.findLast((row) => row.position !== null)?.position ?? null;
    const facts: Facts = { ...momentOf(firstRow), ...spanOf(run), stamp: firstRow.stamp, position };
    this.#addSealed(stream, lastRow.last - firstRow.first + 1, blob, facts);
  }

  /** What can't be sent of a tail: its fields say nothing that could be believed. */
  #keepBroken(stream: StreamState, row: TailRow): void {
    const kept = { ...row, previousTip: null, tip: null, reason: CHECKSUM, contentCrc: row.crc };
    this.file.rows.quarantine(stream, kept, this.settings.quarantineBytes);
  }

  /** A gap up to `next`, where rows of the tail are missing in front of it. */
  #tailGap(stream: StreamState, next: number, reason: 'quarantined' | 'lost', near: TailRow | null): void {
    const { place } = stream;
    const { topic, partition } = place;
    const first = stream.sealed.next;
    if (next <= first) return;
    const now = this.now();
    const span = near ?? { minTimestamp: 0, maxTimestamp: now.createdMs, stamp: STAMP_SOURCE };
    const { minTimestamp, maxTimestamp, stamp } = span;
    this.file.catalog.touchPlace(place);
    place.gaps += next - first;
    const detail = reason === 'lost' ? 'rows of the tail are missing' : 'checksum of a row in the tail';
    this.addGap(stream, next - first, reason, detail, { ...now, minTimestamp, maxTimestamp, stamp, position: null });
    this.onSetAside({ topic, partition, first, last: next - 1, reason: CHECKSUM });
  }
}

export function gapRow(
  stream: number,
  first: number,
  last: number,
  previousTip: Tip,
  reason: GapReason,
  detail: string,
  facts: Facts,
): NewParcel {
  return {
    ...{ stream, first, last, kind: KIND_GAP, bytes: 0, contentCrc: 0, reason, detail },
    ...{ previousTip, tip: tipAfterGap(previousTip, first, last, reason) },
    ...only(facts),
  };
}

/** Nothing else of what may be a whole row. */
function only({ minTimestamp, maxTimestamp, stamp, position, boot, monotonicMs, createdMs }: Facts): Facts {
  return { minTimestamp, maxTimestamp, stamp, position, boot, monotonicMs, createdMs };
}

const momentOf = ({ boot, monotonicMs, createdMs }: Moment): Moment => ({ boot, monotonicMs, createdMs });

function spanOf(rows: readonly { minTimestamp: number; maxTimestamp: number }[]) {
  return {
    minTimestamp: Math.min(...rows.map((row) => row.minTimestamp)),
    maxTimestamp: Math.max(...rows.map((row) => row.maxTimestamp)),
  };
}

/** Time span of some records of a segment that end behind its first `to`, and the source position there. */
export function factsOf(segment: Segment, records: readonly SealRecord[], to: number): Omit<Facts, keyof Moment> {
  let [minTimestamp, maxTimestamp] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < records.length; i++) {
    const { timestamp } = records[i]!;
    if (timestamp < minTimestamp) minTimestamp = timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
  }
  const position = positionAt(segment, to);
  return { minTimestamp, maxTimestamp, position, stamp: segment.agentStamped ? STAMP_AGENT : STAMP_SOURCE };
}
