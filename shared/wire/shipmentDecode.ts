import { tributary } from '../../proto/generated/tributary.js';
import { type EdgeId, streamKey } from '../identity.ts';
import { limits } from '../limits.ts';
import { bounds } from './bounds.ts';
import {
  asBuffer,
  count,
  edgeId,
  epochId,
  FieldFault,
  list,
  optional,
  required,
  signed,
  text,
  tipBytes,
  topicName,
  within,
} from './check.ts';
import { decoding } from './codec.ts';
import { parseEnds, parseHub, parseLane, parsePoint, parsePosition } from './common.ts';
import {
  GAP_REASONS,
  type Mark,
  type Shipment,
  type WireGap,
  type WireParcel,
  type WireSealed,
  type WireStream,
} from './shipment.ts';
import { INNER_UNKNOWNS, keep } from './unknowns.ts';
import { parseVersion } from './versions.ts';

/**
 * No blob is copied: blobs and tips are views into the body, which lives as long as one of them does.
 * @throws TributaryError `corruptShipment`
 */
export function decodeShipment(body: Uint8Array): Shipment {
  return decoding(
    {
      name: 'shipment',
      type: tributary.v1.Shipment,
      shape: SHIPMENT,
      maxBytes: limits.maxShipmentBytes,
      parse: parseShipment,
    },
    body,
  );
}
const SHIPMENT = { 3: {}, 4: { 6: { 2: {} } }, 5: { 2: { 9: {} }, 3: {} }, 6: { 2: {} } };

function parseShipment(message: tributary.v1.IShipment): Shipment {
  const edge = edgeId('edge', message.edge);
  const streams = list('streams', message.streams, bounds.streams, parseStream);
  refuseRepeats(edge, streams);
  const inRange = (index: number): number => {
    if (index >= streams.length) throw new FieldFault('stream', `${index}, but there are ${streams.length} streams`);
    return index;
  };
  return keep(message, {
    version: parseVersion(message.version),
    edge,
    hub: required('hub', message.hub, parseHub),
    streams,
    parcels: list('parcels', message.parcels, bounds.parcels, (parcel) => parseParcel(parcel, inRange)),
    marks: list('marks', message.marks, bounds.marks, (mark) => parseMark(mark, inRange)),
  });
}

function refuseRepeats(edge: EdgeId, streams: readonly WireStream[]): void {
  const seen = new Map<string, number>();
  for (const [index, stream] of streams.entries()) {
    const key = streamKey({ edge, ...stream });
    const before = seen.get(key);
    if (before !== undefined) throw new FieldFault(`streams[${index}]`, `is the same as streams[${before}]`);
    seen.set(key, index);
  }
}

function parseStream(message: tributary.v1.IStream): WireStream {
  return keep(message, {
    epoch: epochId('epoch', message.epoch),
    topic: topicName('topic', message.topic),
    partition: count('partition', message.partition, bounds.partition),
    lane: parseLane(message.lane),
    sourcePartitions: count('sourcePartitions', message.sourcePartitions, bounds.partition),
    previous: optional('previous', message.previous, parsePrevious),
  });
}

function parsePrevious(message: tributary.v1.ILink): WireStream['previous'] {
  const end = message.end ?? {};
  const { next, tip } = required('end', message.end, parsePoint);
  return keep(message, keep(end, { epoch: epochId('epoch', message.epoch), next, tip }, INNER_UNKNOWNS));
}

function parseParcel(message: tributary.v1.IParcel, inRange: (index: number) => number): WireParcel {
  const { sealed, gap } = message;
  const stream = inRange(count('stream', message.stream));
  if (sealed) return keep(message, { stream, ...within('sealed', null, parseSealed, sealed) });
  return keep(message, { stream, ...required('gap', gap, parseGap) });
}

function parseEnvelope(message: tributary.v1.ISealed | tributary.v1.IGap) {
  return {
    ...parseEnds(message),
    previousTip: tipBytes('previousTip', message.previousTip),
    tip: tipBytes('tip', message.tip),
    minTimestamp: signed('minTimestamp', message.minTimestamp),
    maxTimestamp: signed('maxTimestamp', message.maxTimestamp),
  };
}

function parseSealed(message: tributary.v1.ISealed): Omit<WireSealed, 'stream'> {
  const blob = message.blob;
  if (!blob || blob.length === 0) throw new FieldFault('blob', 'is empty');
  if (blob.length > limits.maxBatchBytes) {
    throw new FieldFault('blob', `has ${blob.length} bytes, at most ${limits.maxBatchBytes} are taken`);
  }
  const sealed: Omit<WireSealed, 'stream'> = {
    kind: 'sealed',
    ...parseEnvelope(message),
    blob: asBuffer(blob),
    shiftMs: signed('shiftMs', message.shiftMs),
    position: optional('position', message.position, parsePosition),
  };
  return keep(message, sealed, INNER_UNKNOWNS);
}

function parseGap(message: tributary.v1.IGap): Omit<WireGap, 'stream'> {
  const reason = GAP_REASONS[(message.reason ?? 0) - 1];
  if (reason === undefined) throw new FieldFault('reason', `${message.reason ?? 0} is no reason for a gap`);
  const detail = text('detail', message.detail, bounds.reasonChars);
  const gap: Omit<WireGap, 'stream'> = { kind: 'gap', ...parseEnvelope(message), reason, detail };
  return keep(message, gap, INNER_UNKNOWNS);
}

function parseMark(message: tributary.v1.IMark, inRange: (index: number) => number): Mark {
  return keep(message, {
    capturedAtMs: count('capturedAtMs', message.capturedAtMs),
    streams: list('streams', message.streams, bounds.streams, (stream) =>
      keep(stream, {
        stream: inRange(count('stream', stream.stream)),
        next: count('next', stream.next),
        withheld: count('withheld', stream.withheld),
        refused: count('refused', stream.refused),
      }),
    ),
  });
}
