/**
 * The ledger: the hub's only memory. A compacted topic, one partition a shard, written only inside the transactions of
 * the shard's owner (`hub/write`), so that a ledger entry is visible if and only if the records that it speaks of are.
 *
 * Format: key = UTF-8 text (`keys.ts`), value = JSON with `v: 1`, or null (tombstone).
 *
 *   genesis                                          who this ledger is; partition 0 only, never changed
 *   claim                                            the owner; the offset of this record is its term
 *   edge/<edge>                                      epochs and forks of an edge
 *   mark/<edge>                                      its last mark
 *   stream/<edge>/<epoch>/<lane>/<partition>/<topic> an open stream: how far it is, its chain, its target
 *   place/<edge>/<lane>/<partition>/<topic>          what came before: closed streams (bounded), totals of all of them
 *   gap/<stream>/<first>                             what will never come
 *   incident/<stream>                                what Kafka has lost of it after the receipts; the newest, and how many
 *
 * Invariants: `stream.next == records + deadLettered + gapped`. A closed stream has no `stream` key; it is the newest
 * of its place's `ancestors`, its gaps stay until it drops out of that list. Lists are bounded by `shared/limits.ts`.
 * The audit topic beside it (`<ledger>.audit`, kept by time) has every mark and gap once, in the same transactions.
 *
 * Life: `topics.ts` makes and checks both topics; `read.ts` folds a partition into a `ShardState` after the new owner
 * has fenced the old one; `hub/sequence` stages changes, `codec.ts` turns them into the records of one transaction.
 * Entries are immutable: a change is a new object.
 */
import type { Epoch, Lane } from '../../shared/identity.ts';

export type GapReason = 'expired' | 'evicted' | 'quarantined' | 'purged' | 'withheld' | 'duplicate' | 'lost';

/** A point of a chain as text: the tip in hex. */
export interface PointEntry {
  readonly next: number;
  readonly tip: string;
}

/** Pins what may not change while edges depend on it. */
export interface GenesisEntry {
  readonly v: 1;
  readonly clusterId: string;
  readonly ledgerTopicId: string;
  readonly shards: number;
  readonly createdAtMs: number;
}

export interface ClaimEntry {
  readonly v: 1;
  /** Which hub process: instance name and process id, for people. */
  readonly owner: string;
  readonly claimedAtMs: number;
}

/**
 * `open`: its records are taken. `held`: waits for the operator. `rejected`: the operator said no.
 * `closed`: the edge went on to later epochs and says that it holds nothing of this one; treated as open if it returns.
 */
export type EpochState = 'open' | 'held' | 'rejected' | 'closed';
export interface EpochEntry {
  readonly epoch: Epoch;
  readonly predecessor: Epoch | null;
  readonly state: EpochState;
  readonly reason: string;
  readonly sinceMs: number;
  /** The operator let it in: streams whose predecessor is not known any more open all the same. */
  readonly accepted: boolean;
  /** An agent has once said that it has nothing of it left. An old image may bring it back: then it is open again. */
  readonly left?: boolean;
  /** The nearest older one that is registered, where that is not its predecessor: those between are not. */
  readonly after?: Epoch;
  /** Epochs that came after it were registered and are not any more. */
  readonly forgets?: boolean;
  /** It may have been registered before, and what its places have forgotten may be of this epoch. */
  readonly returned?: boolean;
}

/**
 * Why the hub saw two histories. `chain`: same sequence, other bytes. `behind`: a successor began before the end of
 * what the hub has. `tip`: it began at the same sequence with another tip. `second`: a closed stream got a second
 * successor. `history`: a place with history began anew. `accepted`: the predecessor is not known, the operator let
 * the epoch in. `held`: the same, and it waits for the operator.
 */
export type ForkCause = 'chain' | 'behind' | 'tip' | 'second' | 'history' | 'accepted' | 'held';
export interface ForkEntry {
  readonly epoch: Epoch;
  readonly lane: Lane;
  readonly partition: number;
  readonly topic: string;
  readonly cause: ForkCause;
  /** What the hub had, what the agent said. */
  readonly ours: PointEntry | null;
  readonly theirs: PointEntry | null;
  readonly atMs: number;
}

export interface EdgeEntry {
  readonly v: 1;
  readonly knownSinceMs: number;
  /** Oldest first, at most `limits.epochsPerEdge`. */
  readonly epochs: readonly EpochEntry[];
  /** Newest last, at most `limits.forksPerEdge`. */
  readonly forks: readonly ForkEntry[];
  /** Of all times. */
  readonly forksTotal: number;
}

/** The source's own position, as the agent stated it (`SourcePosition` of the envelope). */
export interface PositionEntry {
  readonly kind: string;
  readonly clusterId: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly nextOffset: number;
  readonly lastRecordCrc: number;
  readonly lastTimestamp: number;
  readonly coveredFrom: number;
}

export interface TargetEntry {
  readonly topic: string;
  /** Binds with the name: a topic that was deleted and made again is another one. Empty: lost, to be made again. */
  readonly topicId: string;
  readonly partition: number;
  /** Of the last record written there for this stream; -1: none yet. */
  readonly lastOffset: number;
  /** Of the partition when that was written; -1: not known. */
  readonly leaderEpoch: number;
}

export interface Counts {
  /** Written to the target. */
  readonly records: number;
  readonly deadLettered: number;
  /** Gone for ever, by gaps. */
  readonly gapped: number;
}

/** A boundary between two parcels: its ordinal, the sequence and the tip there. See `hub/sequence/ring.ts`. */
export type RingEntry = readonly [ordinal: number, next: number, tip: string];

export interface StreamEntry extends PointEntry {
  readonly v: 1;
  /** Oldest first; the last is (next, tip) itself. */
  readonly ring: readonly RingEntry[];
  readonly counts: Counts;
  readonly target: TargetEntry;
  readonly position: PositionEntry | null;
  readonly previous: (PointEntry & { readonly epoch: Epoch }) | null;
  readonly sourcePartitions: number;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  /** Largest timestamp of a record, ms since 1970. */
  readonly maxTimestamp: number;
}

export interface AncestorEntry extends PointEntry {
  readonly epoch: Epoch;
  readonly counts: Counts;
  readonly target: TargetEntry;
  /** The epoch that went on from its end. */
  readonly successor: Epoch;
  readonly closedAtMs: number;
}

export interface PlaceEntry {
  readonly v: 1;
  /** Epochs that have an open stream here, oldest first. One, unless there was a fork. */
  readonly open: readonly Epoch[];
  /** Closed streams, oldest first, at most `limits.ancestorsPerPlace`. */
  readonly ancestors: readonly AncestorEntry[];
  /** Where those ended that dropped out of that list while the edge's epoch is registered: one of a copy may be sent again. */
  readonly ends?: readonly (PointEntry & { readonly epoch: Epoch })[];
  /** Closed streams that dropped out of that list. */
  readonly dropped: number;
  /** Of all closed streams. */
  readonly totals: Counts;
  /** Of the closed stream that came furthest. */
  readonly position: PositionEntry | null;
}

export interface GapEntry {
  readonly v: 1;
  readonly first: number;
  readonly last: number;
  /** Sequences missing in first..last; fewer than its length only where `coalesced`. */
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<GapReason, number>>>;
  readonly detail: string;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly previousTip: string;
  readonly tip: string;
  /** How many gaps were made into one because a stream had too many; 0: none. */
  readonly coalesced: number;
}

/**
 * `deleted`: the target topic is not there any more. `replaced`: another topic has its name. `truncated`: its log does not
 * hold any more what was written at the last offset.
 */
export type IncidentCause = 'deleted' | 'replaced' | 'truncated';
/** Records that had a receipt and are not in Kafka any more. */
export interface IncidentEntry {
  readonly v: 1;
  readonly cause: IncidentCause;
  /** Where the receipts said that the records are. */
  readonly target: TargetEntry;
  /** The topic of that name now; null: there is none. */
  readonly foundTopicId: string | null;
  /** Offset in that log from which on the stream's records are gone; 0: all of them. */
  readonly lostFrom: number;
  /** What is lost lies below this sequence. */
  readonly next: number;
  readonly atMs: number;
  /** Incidents of this stream so far; the entry is about the newest. */
  readonly total: number;
}

export interface MarkEntry {
  readonly v: 1;
  readonly capturedAtMs: number;
  readonly receivedAtMs: number;
  readonly streams: number;
  /** Streams of the mark that the hub had not reached when the mark came. */
  readonly behind: number;
  readonly withheld: number;
  readonly refused: number;
}

/** What goes into the audit topic. */
export type AuditEntry =
  | {
      readonly v: 1;
      readonly kind: 'gap';
      readonly stream: string;
      readonly first: number;
      readonly last: number;
      readonly reason: GapReason;
      readonly detail: string;
      readonly minTimestamp: number;
      readonly maxTimestamp: number;
      readonly atMs: number;
    }
  | {
      readonly v: 1;
      readonly kind: 'mark';
      readonly edge: string;
      readonly capturedAtMs: number;
      /** A large mark is written in several parts. */
      readonly part: number;
      readonly parts: number;
      readonly streams: readonly { stream: string; next: number; reached: number; withheld: number; refused: number }[];
      readonly atMs: number;
    };
