/** What flows through a hub: `receive -> verify -> sequence -> write -> receipt`. */
import type { tributary } from '../proto/generated/tributary.js';
import type { EdgeId, StreamId, Term, Tip } from '../shared/identity.ts';
import type { GapReason } from './ledger/entries.ts';

/** A stream as a shipment names it. */
export interface ShippedStream extends StreamId {
  readonly sourcePartitions: number;
  readonly previous: { readonly epoch: StreamId['epoch']; readonly next: number; readonly tip: Tip } | null;
}

interface ParcelBase {
  /** Index into {@link Verified.streams}. */
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
}
export interface VerifiedBatch extends ParcelBase {
  readonly kind: 'sealed';
  /** Checked: CRC, structure, count, headers, tip. Owned by the hub: it may be patched in place. */
  readonly blob: Buffer;
  readonly position: tributary.v1.ISourcePosition | null;
}
export interface VerifiedGap extends ParcelBase {
  readonly kind: 'gap';
  readonly reason: GapReason;
  readonly detail: string;
}
/** A parcel that failed its check: its stream goes no further in this shipment, the others do. */
export interface CorruptParcel {
  readonly kind: 'corrupt';
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}
export type VerifiedParcel = VerifiedBatch | VerifiedGap | CorruptParcel;

/** A shipment with checked blobs and the authenticated edge. */
export interface Verified {
  readonly edge: EdgeId;
  readonly streams: readonly ShippedStream[];
  readonly parcels: readonly VerifiedParcel[];
  readonly marks: readonly tributary.v1.IMark[];
  /** Bytes that it holds against the hub's memory budget. */
  readonly bytes: number;
}

/** What the shard's owner answers, after the transaction has committed. */
export interface Settled {
  readonly term: Term;
  readonly streams: readonly tributary.v1.IStreamReceipt[];
}
