/** `POST /v1/parts`: a piece of a shipment's body, and what the hub says to it. */
import { createHash } from 'node:crypto';
import { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId } from '../identity.ts';
import { limits } from '../limits.ts';
import { bounds } from './bounds.ts';
import { asBuffer, count, edgeId, FieldFault } from './check.ts';
import { decoding, encoding } from './codec.ts';
import { type Extensible, keep, restore } from './unknowns.ts';
import { parseVersion } from './versions.ts';

export interface Part extends Extensible {
  readonly version: number;
  readonly edge: EdgeId;
  /** {@link uploadIdOf} the whole body. */
  readonly upload: Buffer;
  readonly offset: number;
  /** Of the whole body. */
  readonly total: number;
  /** A view into the body. Empty, and not at the end: a question. */
  readonly content: Buffer;
}

export interface PartAnswer extends Extensible {
  /** The hub has all bytes below. */
  readonly received: number;
  readonly creditBytes: number;
  /** Once the whole was taken: its receipt, encoded; else empty. */
  readonly receipt: Buffer;
  /** Not 0: the hub has no memory for it now. */
  readonly retryAfterMs: number;
}

const UPLOAD_ID_BYTES = 16;

export const uploadIdOf = (body: Uint8Array): Buffer =>
  createHash('sha256').update(body).digest().subarray(0, UPLOAD_ID_BYTES);

export const encodePart = (part: Part): Buffer => encoding<tributary.v1.IPart>(tributary.v1.Part, restore(part, part));

/** @throws TributaryError `corruptShipment` */
export function decodePart(body: Uint8Array): Part {
  return decoding(
    { name: 'part', type: tributary.v1.Part, shape: {}, maxBytes: limits.maxShipmentBytes, parse: parsePart },
    body,
  );
}

function parsePart(message: tributary.v1.IPart): Part {
  const total = count('total', message.total, limits.maxShipmentBytes);
  const offset = count('offset', message.offset, total);
  const content = asBuffer(message.content ?? Buffer.alloc(0));
  if (offset + content.length > total) throw new FieldFault('content', 'is longer than the whole');
  if (total === 0) throw new FieldFault('total', 'is 0');
  const upload = asBuffer(message.upload ?? Buffer.alloc(0));
  if (upload.length !== UPLOAD_ID_BYTES) throw new FieldFault('upload', `is not of ${UPLOAD_ID_BYTES} bytes`);
  const version = parseVersion(message.version);
  return keep(message, { version, edge: edgeId('edge', message.edge), upload, offset, total, content });
}

export const encodePartAnswer = (answer: PartAnswer): Buffer =>
  encoding<tributary.v1.IPartAnswer>(tributary.v1.PartAnswer, restore(answer, answer));

/** @throws TributaryError `corruptShipment` */
export function decodePartAnswer(body: Uint8Array): PartAnswer {
  const { smallBodyBytes: maxBytes } = bounds;
  return decoding(
    { name: 'part answer', type: tributary.v1.PartAnswer, shape: {}, maxBytes, parse: parseAnswer },
    body,
  );
}

const parseAnswer = (message: tributary.v1.IPartAnswer): PartAnswer =>
  keep(message, {
    received: count('received', message.received),
    creditBytes: count('creditBytes', message.creditBytes),
    receipt: asBuffer(message.receipt ?? Buffer.alloc(0)),
    retryAfterMs: count('retryAfterMs', message.retryAfterMs),
  });
