/**
 * One header more in each record of a batch that is rebuilt, and records left out by the headers that they have: pure, over
 * the encoded bytes.
 */
import type { RecordHeader } from './encode.ts';
import { RecordsError } from './error.ts';
import { putVarint, putVarlong, varintSize, varlongSize } from './numbers.ts';
import type { RawReader } from './rawReader.ts';
import type { Scratch } from './scratch.ts';

export interface HeaderStamp {
  /** Name and value of the header that is put behind those of each record. */
  readonly name: string;
  readonly value: string;
  /** Given a value that a header of this name has already: true leaves the record out. */
  readonly drops: (value: Buffer) => boolean;
}

/** Where a record lies within raw bytes, from its key on. */
export interface Place {
  readonly start: number;
  readonly countAt: number;
  readonly headersAt: number;
  readonly count: number;
  readonly end: number;
}

/** Encoded once. */
export class Stamper {
  readonly #name: Buffer;
  readonly #drops: HeaderStamp['drops'];
  /** Name and value as they lie in a record. */
  readonly #bytes: Buffer;
  readonly header: RecordHeader;

  constructor(stamp: HeaderStamp) {
    this.#drops = stamp.drops;
    this.#name = Buffer.from(stamp.name, 'utf8');
    const value = Buffer.from(stamp.value, 'utf8');
    this.header = [this.#name, value];
    const bytes = Buffer.alloc(
      varintSize(this.#name.length) + this.#name.length + varintSize(value.length) + value.length,
    );
    const nameAt = putVarint(bytes, 0, this.#name.length);
    this.#name.copy(bytes, nameAt);
    value.copy(bytes, putVarint(bytes, nameAt + this.#name.length, value.length));
    this.#bytes = bytes;
  }

  /**
   * Reads a record from its key to its end; null: it is left out.
   * @throws RecordsError `badStructure`
   */
  read(reader: RawReader, end: number): Place | null {
    const start = reader.at;
    reader.skip(reader.length(end));
    reader.skip(reader.length(end));
    const countAt = reader.at;
    const count = reader.varint();
    const headersAt = reader.at;
    if (count < 0) throw new RecordsError('badStructure', `${count} headers`);
    let dropped = false;
    for (let i = 0; i < count; i++) {
      const nameLength = reader.length(end);
      if (nameLength < 0) throw new RecordsError('badStructure', 'a header without a name');
      const nameAt = reader.skip(nameLength);
      const valueLength = reader.length(end);
      const valueAt = reader.skip(valueLength);
      if (nameLength !== this.#name.length || valueLength < 0) continue;
      if (this.#name.compare(reader.bytes, nameAt, nameAt + nameLength) !== 0) continue;
      dropped ||= this.#drops(reader.bytes.subarray(valueAt, valueAt + valueLength));
    }
    if (reader.at !== end) throw new RecordsError('badStructure', 'a record longer or shorter than it says');
    return dropped ? null : { start, countAt, headersAt, count, end };
  }

  /** Appends a record with the header behind its own ones. */
  put(out: Scratch, offsetDelta: number, delta: number | bigint, raw: Buffer, place: Place): void {
    const { start, countAt, headersAt, count, end } = place;
    const body = countAt - start + varintSize(count + 1) + end - headersAt + this.#bytes.length;
    const length = 1 + varlongSize(delta) + varintSize(offsetDelta) + body;
    out.reserve(length + 5);
    const { bytes } = out;
    let at = putVarint(bytes, out.at, length);
    bytes[at++] = 0;
    at = putVarint(bytes, putVarlong(bytes, at, delta), offsetDelta);
    at += raw.copy(bytes, at, start, countAt);
    at = putVarint(bytes, at, count + 1);
    at += raw.copy(bytes, at, headersAt, end);
    out.at = at + this.#bytes.copy(bytes, at);
  }
}
