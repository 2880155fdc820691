/**
 * A cursor over raw record bytes. It may run past the end while it reads a varint (an index beyond a buffer reads as
 * zero, which ends the varint); every length is compared with the record's end before it is used.
 */
import { RecordsError } from './error.ts';

export class RawReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** A 32-bit zigzag varint. */
  varint(): number {
    const bytes = this.bytes;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) return (value >>> 1) ^ -(value & 1);
    }
    throw new RecordsError('badStructure', 'a varint of more than 5 bytes');
  }

  /** A 64-bit zigzag varint; a BigInt only beyond 49 bits. */
  varlong(): number | bigint {
    const bytes = this.bytes;
    const start = this.at;
    let low = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = bytes[this.at++]!;
      low |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) return (low >>> 1) ^ -(low & 1);
    }
    let high = 0;
    for (let shift = 0; shift <= 14; shift += 7) {
      const byte = bytes[this.at++]!;
      high |= (byte & 0x7f) << shift;
      if (!(byte >= 0x80)) {
        const zigzag = high * 2 ** 28 + low;
        return low & 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      }
    }
    this.at = start;
    return this.bigVarlong();
  }

  private bigVarlong(): bigint {
    let zigzag = 0n;
    for (let shift = 0n; shift <= 63n; shift += 7n) {
      const byte = this.bytes[this.at++] ?? 0;
      zigzag |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
    }
    throw new RecordsError('badStructure', 'a varlong of more than 10 bytes');
  }

  /** Reads a delta. `wideBase` is given where `base` alone would not be exact. */
  timestamp(base: number, wideBase: bigint | null): number {
    const delta = this.varlong();
    if (wideBase === null && typeof delta === 'number') {
      return base + delta;
    }
    return Number(BigInt.asIntN(64, (wideBase ?? BigInt(base)) + BigInt(delta)));
  }

  /** The length in front of a record; returns where the record ends. */
  recordEnd(): number {
    const length = this.varint();
    if (length < 0) throw new RecordsError('badStructure', `a record of ${length} bytes`);
    const end = this.at + length;
    if (end > this.bytes.length) throw new RecordsError('truncated', 'a record beyond the batch');
    return end;
  }

  /** A length in front of bytes: -1 for null, else within `end`. */
  length(end: number): number {
    const length = this.varint();
    if (length < -1) throw new RecordsError('badStructure', `a length of ${length}`);
    if (length > end - this.at) throw new RecordsError('badStructure', 'a length beyond its record');
    return length;
  }

  /** Steps over bytes of a checked length; returns where they began. */
  skip(length: number): number {
    const at = this.at;
    if (length > 0) this.at = at + length;
    return at;
  }

  /** Bytes with their length in front, already checked. */
  bytesOf(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }
}
