/** Shipments as an agent makes them: real batches, real tips, the real envelope. */
import { type EdgeId, EMPTY_TIP, type Epoch, type Tip, tipAfterBatch, tipAfterGap } from '../../../shared/identity.ts';
import { encodeSealed } from '../../../shared/records/index.ts';
import type { HubIdentity, Shipment, WireGap, WireSealed, WireStream } from '../../../shared/wire/index.ts';

export const EPOCH = 'e0'.repeat(12) as Epoch;
export const HUB: HubIdentity = { clusterId: 'central', ledgerTopicId: 'Tn1rtgYSTcSCLXkLNK1Q0g', shards: 4 };
export const TIME = 1_700_000_000_000;

export const stream = (change: Partial<WireStream> = {}): WireStream => ({
  epoch: EPOCH,
  topic: 'orders',
  partition: 0,
  lane: 'main',
  sourcePartitions: 3,
  previous: null,
  ...change,
});

export interface BatchOptions {
  readonly edge?: string;
  readonly epoch?: string;
  readonly stream?: number;
  readonly first?: number;
  readonly count?: number;
  readonly previousTip?: Tip;
  readonly valueBytes?: number;
  readonly codec?: 'none' | 'zstd';
}

export function sealed(options: BatchOptions = {}): WireSealed {
  const { edge = 'store-1', epoch = EPOCH, first = 0, count = 3, previousTip = EMPTY_TIP, valueBytes = 20 } = options;
  const records = Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`k${i}`),
    value: Buffer.alloc(valueBytes, `value ${first + i} `),
    timestamp: TIME + first + i,
    headers: [],
    source: `kafka:orders/0/${first + i}`,
  }));
  const blob = encodeSealed({ edge, epoch, firstSequence: first, records, codec: options.codec ?? 'zstd' });
  return {
    kind: 'sealed',
    stream: options.stream ?? 0,
    first,
    last: first + count - 1,
    previousTip,
    tip: tipAfterBatch(previousTip, blob),
    minTimestamp: TIME + first,
    maxTimestamp: TIME + first + count - 1,
    blob,
    shiftMs: 0,
    position: null,
  };
}

export function gapAfter(before: WireSealed, count: number): WireGap {
  const first = before.last + 1;
  const last = first + count - 1;
  return {
    kind: 'gap',
    stream: before.stream,
    first,
    last,
    previousTip: before.tip,
    tip: tipAfterGap(before.tip, first, last, 'expired'),
    minTimestamp: TIME,
    maxTimestamp: TIME,
    reason: 'expired',
    detail: 'older than a week',
  };
}

export const shipment = (change: Partial<Shipment> = {}): Shipment => ({
  version: 1,
  edge: 'store-1' as EdgeId,
  hub: HUB,
  streams: [stream()],
  parcels: [sealed()],
  marks: [],
  ...change,
});
