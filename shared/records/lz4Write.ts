/**
 * LZ4 frames as Kafka's clients read them: independent blocks of up to 4 MiB, no checksums but the header's. For rebuilt
 * batches only; greedy, with one table of recent positions.
 */
const MIN_MATCH = 4;
/** The format's end conditions: the last match begins 12 bytes before a block's end, the last 5 bytes are literals. */
const MATCH_MARGIN = 12;
const LAST_LITERALS = 5;
const MAX_DISTANCE = 0xffff;
const HASH_BITS = 14;
const BLOCK_BYTES = 4 << 20;
const STORED = 0x80000000;
/** Magic, version 1 with independent blocks, blocks of 4 MiB, and the checksum of the two bytes before it (a constant). */
const HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
const END_MARK = Buffer.alloc(4);

export function compressLz4(raw: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < raw.length; at += BLOCK_BYTES) {
    const block = raw.subarray(at, at + BLOCK_BYTES);
    const compressed = compressBlock(block);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(compressed ? compressed.length : block.length + STORED, 0);
    parts.push(size, compressed ?? block);
  }
  parts.push(END_MARK);
  return Buffer.concat(parts);
}

/** Null where it would not become smaller. */
function compressBlock(block: Buffer): Buffer | null {
  const out: Output = { bytes: Buffer.allocUnsafe(block.length + (block.length >> 7) + 32), at: 0 };
  const table = new Int32Array(1 << HASH_BITS).fill(-1);
  const lastStart = block.length - MATCH_MARGIN;
  let anchor = 0;
  let at = 0;
  while (at < lastStart) {
    const word = block.readUInt32LE(at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = table[slot]!;
    table[slot] = at;
    if (candidate < 0 || at - candidate > MAX_DISTANCE || block.readUInt32LE(candidate) !== word) {
      at += 1;
      continue;
    }
    const length = matchLength(block, candidate, at);
    putSequence(out, block, anchor, at, at - candidate, length);
    at += length;
    anchor = at;
  }
  putSequence(out, block, anchor, block.length, 0, 0);
  return out.at < block.length ? out.bytes.subarray(0, out.at) : null;
}

interface Output {
  readonly bytes: Buffer;
  at: number;
}

function matchLength(block: Buffer, candidate: number, at: number): number {
  const end = block.length - LAST_LITERALS;
  let length = MIN_MATCH;
  while (at + length < end && block[candidate + length] === block[at + length]) length += 1;
  return length;
}

/** Literals from `from` to `to`, then a match; no match (distance 0) ends the block. */
function putSequence(out: Output, block: Buffer, from: number, to: number, distance: number, length: number): void {
  const literals = to - from;
  const more = distance === 0 ? 0 : length - MIN_MATCH;
  const { bytes } = out;
  bytes[out.at++] = (Math.min(literals, 15) << 4) | Math.min(more, 15);
  if (literals >= 15) putLength(out, literals - 15);
  block.copy(bytes, out.at, from, to);
  out.at += literals;
  if (distance === 0) return;
  bytes[out.at++] = distance & 0xff;
  bytes[out.at++] = distance >> 8;
  if (more >= 15) putLength(out, more - 15);
}

function putLength(out: Output, length: number): void {
  let left = length;
  for (; left >= 255; left -= 255) out.bytes[out.at++] = 255;
  out.bytes[out.at++] = left;
}
