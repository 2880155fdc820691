/**
 * The content size that a zstd frame header states, so that the output is allocated once and at the right size.
 *
 *     frame  = magic 0xFD2FB528 (little-endian), descriptor u8, window u8 unless single segment,
 *              dictionary id 0|1|2|4 bytes, content size 0|1|2|4|8 bytes
 *     descriptor: bits 6-7 size of the content size, bit 5 single segment, bits 0-1 size of the dictionary id
 *
 * Only a hint: Java and Go write frames without it, and a frame may lie. The decompressor checks and bounds the output.
 */
const MAGIC = 0xfd2fb528;

export function zstdContentSize(bytes: Buffer): number | null {
  if (bytes.length < 18 || bytes.readUInt32LE(0) !== MAGIC) return null;
  const descriptor = bytes[4]!;
  const singleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (singleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return singleSegment ? bytes[at]! : null;
    case 1:
      return bytes.readUInt16LE(at) + 256;
    case 2:
      return bytes.readUInt32LE(at);
    default:
      return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
  }
}
