import type { Isolation } from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';

/** A flow's two cluster aliases. */
export interface FlowName {
  readonly source: string;
  readonly target: string;
}

/** One partition to copy, and where to. */
export interface PartitionSpec {
  readonly topic: string;
  readonly partition: number;
  readonly targetTopic: string;
  /** Default: the source's number. */
  readonly targetPartition?: number;
  /** The source topic that the target was chosen for, of all that had its name; absent: any. */
  readonly sourceId?: string;
}

/** Null or absent: as fast as it goes. */
export interface RateLimit {
  readonly maxBytesPerSecond?: number | null;
  readonly maxRecordsPerSecond?: number | null;
}

export interface FlowLimits {
  /** All topics together. */
  readonly flow?: RateLimit;
  /** By source topic; `*`: each that is not named, by itself. */
  readonly topics?: Readonly<Record<string, RateLimit>>;
}

export interface CopySettings {
  /** `atLeastOnce`: records are visible at once and leave no transaction markers; after a failure some may come twice. */
  readonly delivery: 'exactlyOnce' | 'atLeastOnce';
  readonly isolation: Isolation;
  /**
   * Where a partition without a position begins. `agoMs`: at the first record that is not older, at the end where all are.
   * `none`: it stops until somebody resumes it, and then begins at the earliest.
   */
  readonly startAt: 'earliest' | 'latest' | 'none' | { readonly agoMs: number };
  /** A batch that the target refuses for ever (a record over its size limit, a timestamp): wait, or put it aside and go on. */
  readonly onRefused: 'hold' | 'deadLetter';
  /**
   * A source topic that was deleted and made again: `stop` until somebody resumes it, `follow` the new one into the same
   * target, or `new`: only into another one (`PartitionSpec.sourceId`).
   */
  readonly onRecreated: 'stop' | 'follow' | 'new';
  /** Whether each record gets a header that says where it was copied from, and does not go back there. */
  readonly provenance: boolean;
  /** To begin with. */
  readonly limits: FlowLimits;
  /** Where this process is: brokers that know it may let a near replica answer. Null: leaders answer. */
  readonly rack: string | null;
  /** Whether exact maps of offsets are written (`../maps/`): for translating the offsets of groups. */
  readonly offsetMaps: boolean;
  readonly fetchBytes: number;
  readonly fetchPartitionBytes: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxWaitMs: number;
  /** After an answer of few bytes the next fetch waits that long: a trickle of many partitions comes in fewer answers. */
  readonly fetchLingerMs: number;
  /** Fetched and not written yet: of the flow, of a partition. More is not asked for. */
  readonly pendingBytes: number;
  readonly pendingPartitionBytes: number;
}

export const DEFAULT_COPY: CopySettings = {
  delivery: 'exactlyOnce',
  isolation: 'read_committed',
  startAt: 'earliest',
  onRefused: 'hold',
  onRecreated: 'stop',
  provenance: false,
  limits: {},
  rack: null,
  offsetMaps: true,
  fetchBytes: 8 * MIB,
  fetchPartitionBytes: 2 * MIB,
  fetchMinBytes: 1,
  fetchMaxWaitMs: 500,
  fetchLingerMs: 10,
  pendingBytes: 32 * MIB,
  pendingPartitionBytes: 8 * MIB,
};

/** Where another copier has come to, which wrote into the same targets. */
export interface Elsewhere {
  /** The next offset to copy. */
  readonly next: number;
  /** When it said so, by its clock. */
  readonly atMs: number;
}

/** How far a partition is copied. */
export interface CopiedTo {
  readonly topic: string;
  readonly partition: number;
  /** Everything below is committed, or accounted for. */
  readonly next: number;
}

/** A batch as it lies in both logs. */
export interface CopiedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly targetTopic: string;
  readonly targetPartition: number;
  /** Offsets of its first and last record in the source. */
  readonly first: number;
  readonly last: number;
  /** Offset of its first record in the target; the others follow without holes. */
  readonly targetOffset: number;
  readonly records: number;
  /** Each record's offset behind `first`; null where the source has no holes. */
  readonly deltas: Int32Array | null;
}

/** What is measured of a flow; must not throw. */
export interface CopyMeter {
  /** After the commit, what was fetched together of a partition, as it is called in the target. */
  copied(topic: string, partition: number, facts: CopiedFacts): void;
}
export interface CopiedFacts {
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  /** Of the newest record, when it was fetched. */
  readonly ageMs: number;
  /** Of the newest record, when it was committed. */
  readonly latencyMs: number;
}

/** What a flow's owner hears. It may not throw. */
export interface CopyListener {
  /** After the commit. */
  copied?(batch: CopiedBatch): void;
  /** A partition is not copied here any more, while the flow goes on. */
  left?(topic: string, partition: number): void;
}
