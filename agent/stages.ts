/** What flows through an agent: one immutable type a stage. `source -> rules -> seal -> buffer -> forward`. */
import type { tributary } from '../proto/generated/tributary.js';
import type { Epoch, Lane, Place, Tip } from '../shared/identity.ts';

export type Header = readonly [name: Buffer, value: Buffer | null];

/** A record as a source read it. */
export interface Captured {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
  /** Milliseconds since 1970: the record's own, or the agent's wall clock where `stamp` is `agent`. */
  readonly timestamp: number;
  readonly stamp: 'source' | 'agent';
  /** Where it was read, for the header `tributary.source`: `kafka:orders/3/18273`, `http:factory-1/<request>/<line>`. */
  readonly source: string;
}

/** What a source hands over at once: all of it becomes durable in one transaction, or none. */
export interface Capture {
  readonly records: readonly Captured[];
  /** Stored in the same transaction; read back by the source at its next start. */
  readonly positions?: readonly StoredPosition[];
  /** Remembered for a stated window; a second capture with the same key is answered with the first one's outcome. */
  readonly idempotencyKey?: string;
  /** What the key stands for (a hash of the request): stored with it, so that its reuse for something else is noticed. */
  readonly idempotencyDigest?: string;
  /** Partitions of each source topic, where known: the hub makes the target topic with as many. */
  readonly sourcePartitions?: ReadonlyMap<string, number>;
  /** Records, of this capture or of earlier ones, that the hub may have under other sequences: counted at their place. */
  readonly maybeDuplicate?: readonly Repeats[];
  /** Keys of stored positions that are of no use any more. */
  readonly forget?: readonly string[];
}

export interface Repeats {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

export interface StoredPosition {
  /** The source's own name for it: `kafka:<source name>:<topic>:<partition>`. */
  readonly key: string;
  readonly position: tributary.v1.ISourcePosition;
  /** The position right behind one of the capture's records, where a batch ends there; null: it is not of this log. */
  readonly behind?: (record: Captured) => tributary.v1.ISourcePosition | null;
}

export interface CaptureOutcome {
  /** True where the idempotency key was known: nothing was captured this time. */
  readonly repeated: boolean;
  /** Records of this capture, or where `repeated` of the first one with the key. */
  readonly records: number;
  /** Where `repeated`: the digest that was stored with the key. */
  readonly idempotencyDigest?: string;
}

/** What the sources see of the stages behind them. */
export interface Intake {
  /**
   * Resolves once the records are on disk (WAL, synchronous FULL): only then may a source acknowledge.
   * @throws TributaryError `bufferFull` (retryable: wait and try again), `bufferFailed` (final: the process ends), `tooLarge`
   */
  capture(capture: Capture): Promise<CaptureOutcome>;
  /** Positions stored by earlier captures, by key prefix. */
  positions(keyPrefix: string): StoredPosition[];
  /** Whether any run on this buffer has captured something of this partition. */
  hasCaptured(topic: string, partition: number): boolean;
}

/** What sources and hub have to say to each other about positions; the link carries it, once a run. */
export interface SourcePositions {
  /**
   * Where the sources were, in each log that they read, before anything was captured that the hub can't have been asked
   * about. Null: nothing is to be asked.
   */
  reached(): readonly tributary.v1.ISourcePosition[] | null;
  /** The hub's answer: those positions of its own that are further on. They prove nothing by themselves. */
  told(positions: readonly tributary.v1.ISourcePosition[]): void;
}

export interface BufferedStream extends Place {
  /** Row id of the stream in the buffer. */
  readonly id: number;
  readonly epoch: Epoch;
  readonly lane: Lane;
  /** Where its rows wait for their turn: of its place. */
  readonly queue: number;
  readonly sourcePartitions: number;
  readonly previous: { readonly epoch: Epoch; readonly next: number; readonly tip: Tip } | null;
}

/** One buffer row under way to the hub. */
export type Parcel = SealedParcel | GapParcel;
interface ParcelBase {
  /** Row id: rises in each place's order, over epochs too. */
  readonly id: number;
  readonly stream: BufferedStream;
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
}
export interface SealedParcel extends ParcelBase {
  readonly kind: 'sealed';
  readonly blob: Buffer;
  readonly shiftMs: number;
  readonly position: tributary.v1.ISourcePosition | null;
}
export type GapReason = 'expired' | 'evicted' | 'quarantined' | 'purged' | 'withheld' | 'duplicate' | 'lost';
export interface GapParcel extends ParcelBase {
  readonly kind: 'gap';
  readonly reason: GapReason;
  readonly detail: string;
}
