import type { EdgeId, StreamId } from '../../shared/identity.ts';
import type { ForkCause, GapReason, IncidentEntry, TargetEntry } from '../ledger/entries.ts';
import type { ShippedStream, VerifiedBatch } from '../stages.ts';
import type { Staging } from './staging.ts';

/** Where a stream's records go, or why they can't go anywhere now. */
export type Destination =
  | {
      readonly kind: 'ready';
      readonly topic: string;
      readonly topicId: string;
      readonly partition: number;
      readonly leaderEpoch: number;
    }
  | { readonly kind: 'parked'; readonly reason: string; readonly retryAfterMs: number };

/** What sequencing asks of the targets; answers come from memory, at once. */
export interface Destinations {
  /** For a stream that opens: by today's route. */
  choose(stream: ShippedStream): Destination;
  /** For an open stream: the target in the ledger binds. */
  bound(stream: StreamId, target: TargetEntry): Destination;
}

/** Made up by an earlier attempt at the same group: from `first` on the stream is answered with `refusal`. */
export interface Exclusion {
  readonly first: number;
  readonly refusal: Refusal;
}

export type RefusalCode =
  | 'AHEAD'
  | 'FORK'
  | 'TIP_UNKNOWN'
  | 'PREDECESSOR_NOT_DRAINED'
  | 'EPOCH_UNKNOWN'
  | 'EPOCH_HELD'
  | 'PARKED'
  | 'REJECTED'
  | 'CORRUPT'
  | 'LIMIT';

export interface SequenceRange {
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
  readonly expected?: number;
  readonly retryAfterMs?: number;
  readonly range?: SequenceRange;
}

/** What one stream of a shipment is told, once the transaction has committed. */
export interface StreamAnswer {
  readonly points: readonly { readonly next: number; readonly tip: string }[];
  readonly refusal: Refusal | null;
  readonly gaps: readonly SequenceRange[];
}

/** A batch that was taken and has to be written in this transaction. */
export interface Write {
  /** Key of the stream in the ledger. */
  readonly key: string;
  readonly edge: EdgeId;
  /** Index of the stream in its shipment. */
  readonly stream: number;
  readonly batch: VerifiedBatch;
  readonly topic: string;
  readonly partition: number;
}

/** Things worth an event once the transaction has committed. */
export type Fact =
  | { readonly kind: 'fork'; readonly edge: EdgeId; readonly stream: string; readonly cause: ForkCause }
  | { readonly kind: 'refused'; readonly edge: EdgeId; readonly stream: string; readonly refusal: Refusal }
  | {
      readonly kind: 'gap';
      readonly edge: EdgeId;
      readonly stream: string;
      readonly reason: GapReason;
      readonly count: number;
    }
  | { readonly kind: 'incident'; readonly edge: EdgeId; readonly stream: string; readonly incident: IncidentEntry }
  | { readonly kind: 'gapsCoalesced'; readonly edge: EdgeId; readonly stream: string }
  | { readonly kind: 'repeat'; readonly edge: EdgeId; readonly records: number }
  | { readonly kind: 'epochHeld'; readonly edge: EdgeId; readonly epoch: string; readonly reason: string };

export interface Sequencing {
  readonly staging: Staging;
  readonly destinations: Destinations;
  readonly exclusions: ReadonlyMap<string, Exclusion>;
  /** Wall clock, for the entries' times only. */
  readonly nowMs: number;
  readonly facts: Fact[];
}
