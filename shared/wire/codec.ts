import protobuf from 'protobufjs/minimal.js';
import { TributaryError } from '../errors.ts';
import { bounds } from './bounds.ts';
import { asBuffer, FieldFault } from './check.ts';

/** The generated static functions of one message. */
interface Decodable<M> {
  decode(reader: protobuf.Reader): M;
}
interface Encodable<P> {
  encode(message: P): protobuf.Writer;
}

export interface Decoder<M, T> {
  /** For the error's subject. */
  readonly name: string;
  readonly type: Decodable<M>;
  readonly shape: Shape;
  readonly maxBytes: number;
  readonly parse: (message: M) => T;
}

/**
 * Reads one message: size, number of fields, protobuf, then `parse` for the rest.
 * @throws TributaryError `corruptShipment`, naming the field; nothing else, whatever the bytes
 */
export function decoding<M, T>({ name, type, shape, maxBytes, parse }: Decoder<M, T>, body: Uint8Array): T {
  try {
    if (body.length > maxBytes) throw new FieldFault('', `${body.length} bytes, at most ${maxBytes} are taken`);
    const bytes = asBuffer(body);
    countFields(bytes, shape);
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    return parse(type.decode(reader));
  } catch (error) {
    throw asCorrupt(name, error);
  }
}

export function encoding<P>(type: Encodable<P>, message: P): Buffer {
  return type.encode(message).finish() as Buffer;
}

function asCorrupt(name: string, error: unknown): TributaryError {
  const fault = error instanceof FieldFault ? error : null;
  const reason = fault
    ? fault.reason
    : `these bytes are no such message (${error instanceof Error ? error.message : error})`;
  return new TributaryError({
    code: 'corruptShipment',
    operation: 'decode message',
    subject: fault?.path ? `${name}.${fault.path}` : name,
    reason,
    retry: 'final',
    cause: error,
  });
}

/**
 * Which fields of a message are messages themselves, by field number. What is not named here is passed over unread: a blob,
 * a string, a field of a newer version.
 */
export interface Shape {
  readonly [field: number]: Shape;
}

/** Counts the fields that decoding would make objects of, and stops at the bound, before any of them is made. */
function countFields(bytes: Buffer, shape: Shape): void {
  const reader = protobuf.Reader.create(bytes);
  let left = bounds.fields;
  const walk = (end: number, at: Shape): void => {
    while (reader.pos < end) {
      left -= 1;
      if (left < 0) throw new FieldFault('', `more than ${bounds.fields} fields`);
      const tag = reader.tag();
      const inner = (tag & 7) === 2 ? at[tag >>> 3] : undefined;
      if (inner === undefined) {
        reader.skipType(tag & 7, 0, tag >>> 3);
      } else {
        const bytesInside = reader.size();
        if (reader.pos + bytesInside > end) throw new RangeError('index out of range');
        walk(reader.pos + bytesInside, inner);
      }
    }
  };
  walk(reader.len, shape);
}
