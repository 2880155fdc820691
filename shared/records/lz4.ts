/**
 * A bounded decoder of the LZ4 frame format, as Kafka's clients write it (there is no maintained binding that checks
 * the output size before it allocates).
 *
 *     frame      = magic 0x184D2204 (little-endian, as all numbers here), FLG u8, BD u8, content size u64 if FLG bit 3,
 *                  dictionary id u32 if bit 0, header checksum u8, blocks, end mark u32 0, content checksum u32 if bit 2
 *     block      = size u32 (top bit: stored, not compressed), bytes, checksum u32 if FLG bit 4
 *     compressed = sequences of: token u8 (literals << 4 | match - 4), more literal length (bytes, until one is not 255),
 *                  literals, offset u16, more match length; the last sequence ends after its literals
 *
 * Blocks may be linked (FLG bit 5 off): a match reaches back into earlier blocks of the frame. Checksums are not
 * looked at: the batch's CRC32C covers the same bytes. Several frames behind each other are read as one.
 */
import { RecordsError } from './error.ts';

const MAGIC = 0x184d2204;
const MAX_BLOCK_BYTES = [0, 0, 0, 0, 64 << 10, 256 << 10, 1 << 20, 4 << 20];
const STORED = 0x80000000;
const MIN_MATCH = 4;

/** Output that grows up to a bound. */
interface Output {
  bytes: Buffer;
  length: number;
  readonly maxBytes: number;
}

export function decompressLz4(bytes: Buffer, maxRawBytes: number): Buffer {
  const out: Output = {
    bytes: Buffer.allocUnsafe(Math.min(bytes.length * 3 + 64, maxRawBytes)),
    length: 0,
    maxBytes: maxRawBytes,
  };
  let at = 0;
  do at = readFrame(bytes, at, out);
  while (at < bytes.length);
  return out.bytes.subarray(0, out.length);
}

/** Returns where the frame ends. */
function readFrame(bytes: Buffer, start: number, out: Output): number {
  need(bytes, start, 7);
  if (bytes.readUInt32LE(start) !== MAGIC) throw bad('no LZ4 frame');
  const flags = bytes[start + 4]!;
  const maxBlockBytes = MAX_BLOCK_BYTES[(bytes[start + 5]! >> 4) & 7]!;
  if (flags >> 6 !== 1 || maxBlockBytes === 0) throw bad('an LZ4 frame of another version');
  const blockChecksumBytes = flags & 0x10 ? 4 : 0;
  const frameStart = out.length;
  let at = start + 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1;
  for (;;) {
    need(bytes, at, 4);
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const size = word % STORED;
    if (size > maxBlockBytes) throw bad(`an LZ4 block of ${size} bytes`);
    need(bytes, at, size + blockChecksumBytes);
    if (word >= STORED) copyStored(bytes, at, size, out);
    else readBlock(bytes, at, at + size, out, flags & 0x20 ? out.length : frameStart, maxBlockBytes);
    at += size + blockChecksumBytes;
  }
  const contentChecksumBytes = flags & 0x04 ? 4 : 0;
  need(bytes, at, contentChecksumBytes);
  return at + contentChecksumBytes;
}

function copyStored(bytes: Buffer, at: number, size: number, out: Output): void {
  room(out, size);
  bytes.copy(out.bytes, out.length, at, at + size);
  out.length += size;
}

/** Matches reach back to `windowStart` at most. Every turn of the loop uses input, so it ends. */
function readBlock(
  bytes: Buffer,
  start: number,
  end: number,
  out: Output,
  windowStart: number,
  maxBlockBytes: number,
): void {
  // A block's output is bounded by its header, so room for it is made once; the outer bound holds in `room`.
  const outEnd = Math.min(out.length + maxBlockBytes, out.maxBytes);
  let at = start;
  let to = out.length;
  while (at < end) {
    const token = bytes[at++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) literals += more = bytes[at++]!;
    }
    if (literals > end - at) throw bad('LZ4 literals beyond their block');
    if (literals > outEnd - to) throw overflow(out, to + literals);
    to = putLiterals(bytes, at, literals, out, to);
    at += literals;
    if (at === end) break;
    if (end - at < 2) throw bad('an LZ4 match without its offset');
    const offset = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more = 255;
      while (more === 255 && at < end) length += more = bytes[at++]!;
    }
    if (offset === 0 || offset > to - windowStart) throw bad('an LZ4 match in front of its window');
    if (length > outEnd - to) throw overflow(out, to + length);
    to = putMatch(out, to, offset, length);
  }
  out.length = to;
}

function putLiterals(bytes: Buffer, at: number, size: number, out: Output, to: number): number {
  if (to + size > out.bytes.length) grow(out, to, size);
  const target = out.bytes;
  if (size > 32) bytes.copy(target, to, at, at + size);
  else for (let i = 0; i < size; i++) target[to + i] = bytes[at + i]!;
  return to + size;
}

function putMatch(out: Output, to: number, offset: number, length: number): number {
  if (to + length > out.bytes.length) grow(out, to, length);
  const target = out.bytes;
  if (offset >= length && length > 32) target.copyWithin(to, to - offset, to - offset + length);
  else for (let i = 0; i < length; i++) target[to + i] = target[to + i - offset]!;
  return to + length;
}

function room(out: Output, size: number): void {
  if (out.length + size > out.maxBytes) throw overflow(out, out.length + size);
  if (out.length + size > out.bytes.length) grow(out, out.length, size);
}

/** The caller has checked the bound. */
function grow(out: Output, used: number, size: number): void {
  const larger = Buffer.allocUnsafe(Math.min(Math.max(used + size, out.bytes.length * 2), out.maxBytes));
  out.bytes.copy(larger, 0, 0, used);
  out.bytes = larger;
}

function overflow(out: Output, length: number): RecordsError {
  if (length > out.maxBytes) return new RecordsError('tooLarge', `records of more than ${out.maxBytes} raw bytes`);
  return bad('an LZ4 block larger than its frame allows');
}

function need(bytes: Buffer, at: number, size: number): void {
  if (size > bytes.length - at) throw bad('the LZ4 frame is cut off');
}

const bad = (message: string): RecordsError => new RecordsError('badCodec', message);
