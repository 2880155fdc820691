import type { EdgeId } from '../../shared/identity.ts';
import type { RecordsErrorCode } from '../../shared/records/index.ts';
import { defineEvent } from '../../shared/telemetry/event.ts';

export type VerifyFailure = RecordsErrorCode | 'badTip' | 'badShift';

export interface ParcelFacts {
  readonly edge: EdgeId;
  readonly epoch: string;
  readonly topic: string;
  readonly partition: number;
  readonly lane: string;
  readonly first: number;
  readonly last: number;
  readonly code: VerifyFailure;
  readonly reason: string;
}

export const parcelFailed = defineEvent<ParcelFacts>({
  name: 'parcel_failed_verification',
  log: {
    level: 'warn',
    says: (f) =>
      `${f.edge} sent ${f.topic}/${f.partition} ${f.first}-${f.last} that is not what it claims: ${f.reason}`,
  },
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_verify_failures_total',
      help: 'Batches and gaps that were not what their shipment said.',
      labelNames: ['code'],
      labels: (f) => ({ code: f.code }),
    },
  ],
});

export const shipmentVerified = defineEvent<{ bytes: number; parcels: number; busyMs: number }>({
  name: 'shipment_verified',
  metrics: [
    {
      kind: 'counter',
      name: 'tributary_hub_verified_parcels_total',
      help: 'Batches and gaps that went through verification.',
      by: (f) => f.parcels,
    },
    {
      kind: 'counter',
      name: 'tributary_hub_verify_seconds_total',
      help: 'Time that verification kept the processor busy.',
      by: (f) => f.busyMs / 1000,
    },
  ],
});
