import type { Writer } from 'protobufjs/minimal.js';
import { tributary } from '../../proto/generated/tributary.js';
import type { Tip } from '../identity.ts';
import { bounds } from './bounds.ts';
import { clip } from './check.ts';
import { encoding } from './codec.ts';
import { hubMessage, laneNumber, positionMessage } from './common.ts';
import {
  GAP_REASONS,
  type Mark,
  type Shipment,
  type WireGap,
  type WireParcel,
  type WireSealed,
  type WireStream,
} from './shipment.ts';
import { INNER_UNKNOWNS, restore } from './unknowns.ts';

/** The request's body; its length is the request's `content-length`. */
export function encodeShipment(shipment: Shipment): Buffer {
  const small = tributary.v1.Shipment.encode(
    restore(shipment, {
      version: shipment.version,
      edge: shipment.edge,
      hub: hubMessage(shipment.hub),
      streams: shipment.streams.map(streamMessage),
      marks: shipment.marks.map(markMessage),
    }),
  );
  const blobs: { readonly at: number; readonly blob: Buffer }[] = [];
  for (const parcel of shipment.parcels) {
    writeParcel(small, parcel);
    if (parcel.kind === 'sealed') blobs.push({ at: small.pos, blob: parcel.blob });
  }
  return interleave(small.finish(), blobs);
}

/** `small`, with each blob put in at its place: the only copy that is made of it. */
function interleave(small: Uint8Array, blobs: readonly { readonly at: number; readonly blob: Buffer }[]): Buffer {
  const body = Buffer.allocUnsafe(blobs.reduce((sum, { blob }) => sum + blob.length, small.length));
  let from = 0;
  let to = 0;
  for (const { at, blob } of blobs) {
    body.set(small.subarray(from, at), to);
    body.set(blob, to + at - from);
    to += at - from + blob.length;
    from = at;
  }
  body.set(small.subarray(from), to);
  return body;
}

// Tags of the fields that hold the blob: (field number << 3) | 2.
const PARCEL_TAG = (5 << 3) | 2;
const SEALED_TAG = (2 << 3) | 2;
const BLOB_TAG = (5 << 3) | 2;

/**
 * A whole parcel but for the blob's bytes, which come last. protobufjs would copy them into its buffer, again while that
 * grows, and move them once for each message around them.
 */
function writeParcel(writer: Writer, parcel: WireParcel): void {
  if (parcel.kind === 'gap') {
    const bytes = encoding<tributary.v1.IParcel>(tributary.v1.Parcel, gapParcelMessage(parcel));
    writer.uint32(PARCEL_TAG).bytes(bytes);
    return;
  }
  const outer = encoding<tributary.v1.IParcel>(tributary.v1.Parcel, restore(parcel, { stream: parcel.stream }));
  const inner = encoding<tributary.v1.ISealed>(tributary.v1.Sealed, sealedMessage(parcel));
  const sealedBytes = inner.length + 1 + varintBytes(parcel.blob.length) + parcel.blob.length;
  writer
    .uint32(PARCEL_TAG)
    .uint32(outer.length + 1 + varintBytes(sealedBytes) + sealedBytes)
    .raw(outer);
  writer.uint32(SEALED_TAG).uint32(sealedBytes).raw(inner);
  writer.uint32(BLOB_TAG).uint32(parcel.blob.length);
}

const varintBytes = (value: number): number =>
  value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;

const bytesOf = (tip: Tip): Buffer => tip as unknown as Buffer;

function streamMessage(stream: WireStream): tributary.v1.IStream {
  return restore<tributary.v1.IStream>(stream, {
    epoch: stream.epoch,
    topic: stream.topic,
    partition: stream.partition,
    lane: laneNumber(stream.lane),
    sourcePartitions: stream.sourcePartitions,
    previous: stream.previous && linkMessage(stream.previous),
  });
}

function linkMessage(previous: NonNullable<WireStream['previous']>): tributary.v1.ILink {
  const end: tributary.v1.IPoint = { next: previous.next, tip: bytesOf(previous.tip) };
  return restore<tributary.v1.ILink>(previous, { epoch: previous.epoch, end: restore(previous, end, INNER_UNKNOWNS) });
}

const envelopeMessage = (parcel: WireParcel) => ({
  first: parcel.first,
  last: parcel.last,
  previousTip: bytesOf(parcel.previousTip),
  tip: bytesOf(parcel.tip),
  minTimestamp: parcel.minTimestamp,
  maxTimestamp: parcel.maxTimestamp,
});

/** Without the blob. */
function sealedMessage(parcel: WireSealed): tributary.v1.ISealed {
  const position = parcel.position && positionMessage(parcel.position);
  return restore<tributary.v1.ISealed>(
    parcel,
    { ...envelopeMessage(parcel), shiftMs: parcel.shiftMs, position },
    INNER_UNKNOWNS,
  );
}

function gapParcelMessage(parcel: WireGap): tributary.v1.IParcel {
  const reason = GAP_REASONS.indexOf(parcel.reason) + 1;
  const detail = clip(parcel.detail, bounds.reasonChars);
  const gap: tributary.v1.IGap = { ...envelopeMessage(parcel), reason, detail };
  return restore<tributary.v1.IParcel>(parcel, { stream: parcel.stream, gap: restore(parcel, gap, INNER_UNKNOWNS) });
}

const markMessage = (mark: Mark): tributary.v1.IMark =>
  restore(mark, {
    capturedAtMs: mark.capturedAtMs,
    streams: mark.streams.map((marked) =>
      restore(marked, { stream: marked.stream, next: marked.next, withheld: marked.withheld, refused: marked.refused }),
    ),
  });
