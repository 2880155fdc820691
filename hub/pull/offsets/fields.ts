/** Kafka's old struct fields: big-endian integers, strings with a length of 16 bits in front. */
import { TributaryError } from '../../../shared/errors.ts';

/** What a 16-bit length can say. */
export const MAX_STRING_BYTES = 0x7fff;

export type Field =
  | { readonly i16: number }
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly string: string };

/** @throws TributaryError `tooLarge`: a string that its length field can't say */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(encodeField));
}

function encodeField(field: Field): Buffer {
  if ('string' in field) return encodeString(field.string);
  const bytes = Buffer.alloc('i16' in field ? 2 : 'i32' in field ? 4 : 8);
  if ('i16' in field) bytes.writeInt16BE(field.i16);
  else if ('i32' in field) bytes.writeInt32BE(field.i32);
  else bytes.writeBigInt64BE(BigInt(field.i64));
  return bytes;
}

function encodeString(text: string): Buffer {
  const content = Buffer.from(text, 'utf8');
  if (content.length > MAX_STRING_BYTES) {
    throw new TributaryError({
      code: 'tooLarge',
      operation: 'encode string field',
      subject: `${text.slice(0, 40)}...`,
      reason: `it has ${content.length} bytes, the field holds ${MAX_STRING_BYTES}`,
      retry: 'final',
    });
  }
  const length = Buffer.alloc(2);
  length.writeInt16BE(content.length);
  return Buffer.concat([length, content]);
}

/** Reads fields one after the other. Whatever the bytes, it throws only {@link RangeError}. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  i16 = (): number => this.#bytes.readInt16BE(this.#advance(2));
  i32 = (): number => this.#bytes.readInt32BE(this.#advance(4));

  i64(): number {
    const value = Number(this.#bytes.readBigInt64BE(this.#advance(8)));
    if (!Number.isSafeInteger(value)) throw new RangeError(`64-bit number ${value} does not fit`);
    return value;
  }

  string(): string {
    const length = this.i16();
    if (length < 0) throw new RangeError(`a string of ${length} bytes`);
    const from = this.#advance(length);
    return this.#bytes.toString('utf8', from, from + length);
  }

  #advance(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw new RangeError(`${this.#bytes.length} bytes end inside a field`);
    this.#at += count;
    return from;
  }
}

/** What is not of this format is null: foreign records in an internal topic must not stop its readers. */
export function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
