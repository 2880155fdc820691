/** 64-bit integers as JavaScript numbers, and the sizes of zigzag varints. BigInt only where a double is not exact. */
const TWO_32 = 2 ** 32;
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
/** A difference within this can be doubled (zigzag) and stays exact. */
const EXACT_DELTA = 2 ** 52;
/** Timestamps within this have exact differences. */
const EXACT_TIMESTAMP = 2 ** 51;

export const isNarrow = (timestamp: number): boolean => timestamp <= EXACT_TIMESTAMP && timestamp >= -EXACT_TIMESTAMP;

/** The nearest double where the value is beyond 2^53. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4);
}

export function writeInt64(bytes: Buffer, at: number, value: number): void {
  if (Number.isSafeInteger(value)) {
    bytes.writeInt32BE(Math.floor(value / TWO_32), at);
    bytes.writeUInt32BE(value >>> 0, at + 4);
  } else {
    bytes.writeBigInt64BE(toInt64(value), at);
  }
}

/** An integral double as a 64-bit integer; what lies beyond is clamped, so that 2^63 (2^63 - 1, rounded) comes back. */
export function toInt64(value: number): bigint {
  const wide = BigInt(value);
  if (wide > MAX_INT64) return MAX_INT64;
  return wide < MIN_INT64 ? MIN_INT64 : wide;
}

/** What the record stores: timestamp - base, wrapped to 64 bits as Java does. */
export function timestampDelta(timestamp: number, base: number): number | bigint {
  const delta = timestamp - base;
  if (isNarrow(timestamp) && isNarrow(base)) return delta;
  return BigInt.asIntN(64, toInt64(timestamp) - toInt64(base));
}

/** Bytes of a 32-bit zigzag varint. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** Bytes of a 64-bit zigzag varint. */
export function varlongSize(value: number | bigint): number {
  if (typeof value === 'number') {
    if (value === (value | 0)) return varintSize(value);
    if (value < EXACT_DELTA && value > -EXACT_DELTA) {
      let size = 5;
      for (let rest = zigzagDouble(value) / 2 ** 35; rest >= 1; rest /= 128) size++;
      return size;
    }
  }
  let size = 1;
  for (let rest = zigzagBig(value) >> 7n; rest > 0n; rest >>= 7n) size++;
  return size;
}

/** Writes a 32-bit zigzag varint and returns where it ends. The caller has made room. */
export function putVarint(bytes: Buffer, at: number, value: number): number {
  let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  while (zigzag >= 0x80) {
    bytes[at++] = (zigzag & 0x7f) | 0x80;
    zigzag >>>= 7;
  }
  bytes[at++] = zigzag;
  return at;
}

/** As {@link putVarint}, for 64 bits. */
export function putVarlong(bytes: Buffer, at: number, value: number | bigint): number {
  if (typeof value === 'number') {
    if (value === (value | 0)) return putVarint(bytes, at, value);
    if (value < EXACT_DELTA && value > -EXACT_DELTA) {
      let rest = zigzagDouble(value);
      while (rest >= 0x80) {
        bytes[at++] = (rest % 128) | 0x80;
        rest = Math.floor(rest / 128);
      }
      bytes[at++] = rest;
      return at;
    }
  }
  let rest = zigzagBig(value);
  while (rest >= 0x80n) {
    bytes[at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  bytes[at++] = Number(rest);
  return at;
}

const zigzagDouble = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);

function zigzagBig(value: number | bigint): bigint {
  const wide = BigInt(value);
  return BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
}
