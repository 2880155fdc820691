/** `POST /v1/shipments`, the request: its types. */
import type { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId, Epoch, Lane, Tip } from '../identity.ts';
import type { HubIdentity } from './common.ts';
import type { Extensible } from './unknowns.ts';

export interface WireStream extends Extensible {
  readonly epoch: Epoch;
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly sourcePartitions: number;
  readonly previous: ({ readonly epoch: Epoch; readonly next: number; readonly tip: Tip } & Extensible) | null;
}

export const GAP_REASONS = ['expired', 'evicted', 'quarantined', 'purged', 'withheld', 'duplicate', 'lost'] as const;
export type WireGapReason = (typeof GAP_REASONS)[number];

interface WireParcelBase extends Extensible {
  /** Index into {@link Shipment.streams}. */
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
}
export interface WireSealed extends WireParcelBase {
  readonly kind: 'sealed';
  readonly blob: Buffer;
  readonly shiftMs: number;
  readonly position: tributary.v1.ISourcePosition | null;
}
export interface WireGap extends WireParcelBase {
  readonly kind: 'gap';
  readonly reason: WireGapReason;
  readonly detail: string;
}
export type WireParcel = WireSealed | WireGap;

export interface MarkedStream extends Extensible {
  /** Index into {@link Shipment.streams}. */
  readonly stream: number;
  readonly next: number;
  readonly withheld: number;
  readonly refused: number;
}
export interface Mark extends Extensible {
  readonly capturedAtMs: number;
  readonly streams: readonly MarkedStream[];
}

export interface Shipment extends Extensible {
  readonly version: number;
  readonly edge: EdgeId;
  readonly hub: HubIdentity;
  readonly streams: readonly WireStream[];
  readonly parcels: readonly WireParcel[];
  readonly marks: readonly Mark[];
}
