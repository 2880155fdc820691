/** Rows and marks of the buffer as the body of one request. */
import type { EdgeId } from '../../shared/identity.ts';
import {
  encodeShipment,
  type HubIdentity,
  type Mark,
  type WireParcel,
  type WireStream,
} from '../../shared/wire/index.ts';
import type { CapturedMark } from '../buffer/outbox.ts';
import type { BufferedStream, Parcel } from '../stages.ts';

export interface Cargo {
  readonly parcels: readonly Parcel[];
  readonly mark: CapturedMark | null;
}

export interface BuiltShipment {
  readonly body: Buffer;
  /** Buffer's stream ids, by the index that the receipt names them with. */
  readonly streamIds: readonly number[];
}

export function buildShipment(edge: EdgeId, hub: HubIdentity, version: number, cargo: Cargo): BuiltShipment {
  const indexes = new Map<number, number>();
  const streams: WireStream[] = [];
  const indexOf = (stream: BufferedStream): number => {
    const known = indexes.get(stream.id);
    if (known !== undefined) return known;
    const { epoch, topic, partition, lane, sourcePartitions, previous } = stream;
    indexes.set(stream.id, streams.length);
    return streams.push({ epoch, topic, partition, lane, sourcePartitions, previous }) - 1;
  };
  const parcels = cargo.parcels.map((parcel) => wireParcel(parcel, indexOf(parcel.stream)));
  const marks = cargo.mark === null ? [] : [wireMark(cargo.mark, indexOf)];
  const body = encodeShipment({ version, edge, hub, streams, parcels, marks });
  return { body, streamIds: [...indexes.keys()] };
}

function wireParcel(parcel: Parcel, stream: number): WireParcel {
  const { first, last, previousTip, tip, minTimestamp, maxTimestamp } = parcel;
  const envelope = { stream, first, last, previousTip, tip, minTimestamp, maxTimestamp };
  if (parcel.kind === 'gap') return { ...envelope, kind: 'gap', reason: parcel.reason, detail: parcel.detail };
  const { blob, shiftMs, position } = parcel;
  return { ...envelope, kind: 'sealed', blob, shiftMs, position };
}

const wireMark = (mark: CapturedMark, indexOf: (stream: BufferedStream) => number): Mark => ({
  capturedAtMs: mark.capturedAtMs,
  streams: mark.streams.map(({ stream, next, withheld, refused }) => ({
    stream: indexOf(stream),
    next,
    withheld,
    refused,
  })),
});
