/** What the forwarding stage sees of the buffer. */
import type { Epoch, Lane, Tip } from '../../shared/identity.ts';
import type { BufferedStream, Parcel } from '../stages.ts';

/** What the hub answered for one stream. */
export interface Receipt {
  readonly streamId: number;
  /** Points that the hub confirms; only those that are boundaries here with the same tip count. */
  readonly points: readonly { readonly next: number; readonly tip: Buffer }[];
  /** Ranges that went to the dead-letter topic: they count as delivered, and apart. */
  readonly deadLettered?: readonly SequenceSpan[];
  /** Where the hub has said what it has as gaps: of which rows, and what. The others of these were delivered. */
  readonly gaps?: { readonly of: SequenceSpan; readonly known: readonly SequenceSpan[] };
}

export interface SequenceSpan {
  readonly first: number;
  readonly last: number;
}

export interface SettledStream {
  readonly streamId: number;
  /** Everything below is gone from the buffer. */
  readonly settledNext: number;
}

export interface PlaceStats {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly captured: number;
  readonly delivered: number;
  /** Part of delivered. */
  readonly deadLettered: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly maybeDuplicate: number;
  /** Of what is buffered: as sealed, or as captured where it is not sealed yet. */
  readonly bytes: number;
  /** Age of the oldest row of this place; 0 where nothing is buffered. */
  readonly oldestAgeMs: number;
}

/** Whether what is captured can be written. */
export interface RoomState {
  readonly kind: 'open' | 'full' | 'diskFull';
  /** Wall clock, for people. */
  readonly sinceMs: number;
  readonly reason: string;
}

/** Deliveries that are kept (`buffer.retainDelivered`). */
export interface RetainedStats {
  readonly records: number;
  readonly bytes: number;
  /** Since the oldest was delivered, in running time; 0 where there is none. */
  readonly oldestAgeMs: number;
}

export interface BufferStats {
  /** Database, log and reserve on disk. */
  readonly bytes: number;
  readonly maxBytes: number;
  readonly room: RoomState;
  /** Age of the oldest row; 0 where nothing is buffered. */
  readonly oldestAgeMs: number;
  readonly retained: RetainedStats;
  readonly places: readonly PlaceStats[];
}

/** "Whatever was captured before this moment has a sequence below these." */
export interface CapturedMark {
  /** When that was, by the hub's clock where it is known: what a source was told is durable before it counts as captured. */
  readonly capturedAtMs: number;
  /** The newest stream of every place that is not drained or may still get records. */
  readonly streams: readonly CapturedStream[];
}

export interface CapturedStream {
  readonly stream: BufferedStream;
  /** Sequence that the next captured record gets. */
  readonly next: number;
  /** Everything below is confirmed. */
  readonly settledNext: number;
  /** Records of this place that rules have withheld, and that were refused. */
  readonly withheld: number;
  readonly refused: number;
}

/** A stream of which the hub has confirmed everything below `next`: what it must have, if it is the hub that it was. */
export interface Standing extends TipPoint {
  readonly stream: Omit<BufferedStream, 'id' | 'queue'>;
}

/** What a hub has: the end of each stream that it knows, by `epochPlaceKey`. */
export type HubPoints = ReadonlyMap<string, TipPoint>;

/** The operator's word on a hub: it stays in the buffer until all of it is carried out. */
export interface HubWord {
  readonly points: HubPoints;
  /** The hub knows nothing of this edge. */
  readonly blank: boolean;
  /** An epoch of its own for what was lost in epochs that are gone. */
  readonly epoch: Epoch;
  /** Goes with the gaps. */
  readonly detail: string;
  /** Notes that hold once it is carried out. */
  readonly notes: Readonly<Record<string, string>>;
}

/** What the word about a hub would mean for one place. */
export interface Stake {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  /** Records that are not here any more and that the hub has not: they become a gap, `lost`. */
  readonly lost: number;
  /** Records that are still here, buffered or retained: they are sent (again). */
  readonly kept: number;
}

export interface TakeOptions {
  readonly after: number;
  readonly maxBytes: number;
  readonly maxParcels: number;
  readonly skip?: (streamId: number, first: number) => boolean;
  /** Only rows of this queue; absent: of all. */
  readonly queue?: number;
  /** Nothing rather than one row that is larger than `maxBytes`. */
  readonly orNothing?: boolean;
  /** Filled in. */
  readonly seen?: TakeSeen;
}
/** What a take saw beside the rows that it brought. */
export interface TakeSeen {
  /** There is no further row behind what it brought or passed over. */
  end: boolean;
  /** The last row that it brought or passed over. */
  last: number;
}

export interface Outbox {
  /**
   * Rows in id order with id > after, at most maxBytes (but at least one row), passing over those for which
   * `skip(streamId, first)` is true (their bytes are not read). Rows of a stream that a fork is moving do not appear, nor
   * do those that wait for new tips behind a quarantine, and what follows them in their place.
   */
  take(options: TakeOptions): Parcel[];
  /** The connection is gone: nothing that was taken is under way any more. */
  nothingUnderWay(): void;
  /**
   * Seals the tail of every stream (of these queues, where they are named) whose oldest row is at least so old. True where
   * something was sealed.
   */
  sealTail(olderThanMs: number, queues?: ReadonlySet<number>): boolean | Promise<boolean>;
  /** Age of the oldest row (of these queues) that is not sealed yet; null where there is none. */
  tailAgeMs(queues?: ReadonlySet<number>): number | null;
  /**
   * Calls back after each commit that made new rows, sealed or in the tail, or that let rows go which had to wait: those
   * may have any id greater than `freedAfter`. Returns how to stop that.
   */
  onRows(listener: (freedAfter?: number) => void): () => void;
  /**
   * Deletes what the receipts confirm; joins the next group commit. Resolves with one element for each receipt, in their
   * order. A receipt that confirms nothing, is older or names a stream that is gone changes nothing.
   */
  settle(receipts: readonly Receipt[]): Promise<readonly SettledStream[]>;
  /**
   * Opens a new epoch and seals again there what lies behind the last of `points` that is a boundary here with the same
   * tip (else behind the settled point). Resolves once that is noted durably; the rows move in the background, and what
   * has moved can be taken. Forks of several streams that are called in one tick share an epoch.
   */
  fork(
    streamId: number,
    points: readonly { readonly next: number; readonly tip: Buffer }[],
    cause: 'fork' | 'tipUnknown',
  ): Promise<void>;
  /**
   * Moves the rows that touch first..last into quarantine; a gap takes their place and the rows behind get new tips.
   * Resolves once the gap is there; where many rows are behind it, they get their tips in the background.
   */
  quarantine(streamId: number, first: number, last: number, reason: string): Promise<void>;
  /**
   * Epochs, oldest first: those that are not drained, this run's, the newest that the hub knows, and those behind it.
   * `waits`: whether a place ({@link placeKey}) sends nothing now.
   */
  lineage(waits?: (place: string) => boolean): readonly LineageEpoch[];
  /** The hub has let these in. */
  letIn(epochs: readonly Epoch[]): void;
  /** Small durable notes: the hub's identity, the term. Each set is a commit. */
  readonly meta: { get(key: string): string | null; set(key: string, value: string): void };
  stats(): BufferStats;
  /** Null while it can't be said (a fork is moving rows). */
  mark(): CapturedMark | null;
  /** What the hub must have; `all`: also what it may have forgotten since. */
  standing(all?: boolean): Standing[];
  /** What would follow from accepting a hub that has no more than this. */
  stakes(points: HubPoints): Stake[];
  /** The word that is not carried out yet; null: none. */
  word(): HubWord | null;
  /** Writes the word down: durable when it returns. */
  giveWord(word: HubWord): void;
  /** Makes gaps of what is lost and chains the rest to them, in bounded transactions. May be begun again at any point. */
  carryOut(word: HubWord): Promise<void>;
}

export interface LineageEpoch {
  readonly epoch: Epoch;
  readonly predecessor: Epoch | null;
  /** The hub knows it, or did. */
  readonly known: boolean;
  /** It has been drained and gets nothing more: only what comes before or behind it needs it. */
  readonly drained: boolean;
  /** Rows of it could be sent. */
  readonly sendable: boolean;
}

/** A point in a chain as receipts name it. */
export interface TipPoint {
  readonly next: number;
  readonly tip: Tip;
}
