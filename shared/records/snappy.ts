/**
 * Snappy as Kafka clients write it, in two forms:
 *
 *     raw    = length varint (plain, not zigzag), blocks                            (librdkafka, Go, kafkajs plug-ins)
 *     xerial = 0x82 "SNAPPY" 0x00, version i32, compatible i32, chunks              (Java)
 *     chunk  = length i32, raw; where the length is the start of a header, another header begins there
 *
 * The length that a raw stream claims is checked before anything is allocated for it.
 */
import { compressSync, uncompressSync } from 'snappy';
import { KIB } from '../limits.ts';
import { RecordsError } from './error.ts';

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
/** Version 1, readable from version 1 on. */
const XERIAL_VERSIONS = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]);
/** Raw bytes of a chunk, as Java writes them. */
const CHUNK_BYTES = 32 * KIB;
/** A copy of 64 bytes takes 3, so more than this cannot be true. */
const MAX_RATIO = 22;

/** In the form of Java's clients, which every other client reads as well. */
export function compressSnappy(raw: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL, XERIAL_VERSIONS];
  for (let at = 0; at < raw.length; at += CHUNK_BYTES) {
    const chunk = compressSync(raw.subarray(at, at + CHUNK_BYTES)) as Buffer;
    const size = Buffer.alloc(4);
    size.writeInt32BE(chunk.length, 0);
    parts.push(size, chunk);
  }
  return Buffer.concat(parts);
}

export function decompressSnappy(bytes: Buffer, maxRawBytes: number): Buffer {
  return startsXerial(bytes, 0) ? decompressXerial(bytes, maxRawBytes) : decompressRaw(bytes, maxRawBytes);
}

const startsXerial = (bytes: Buffer, at: number): boolean =>
  bytes.length - at >= XERIAL_HEADER_BYTES && bytes.compare(XERIAL, 0, XERIAL.length, at, at + XERIAL.length) === 0;

function decompressXerial(bytes: Buffer, maxRawBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let rawBytes = 0;
  let at = XERIAL_HEADER_BYTES;
  while (at < bytes.length) {
    if (startsXerial(bytes, at)) {
      at += XERIAL_HEADER_BYTES;
      continue;
    }
    if (bytes.length - at < 4) throw new RecordsError('badCodec', 'a snappy chunk without its length');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || length > bytes.length - at)
      throw new RecordsError('badCodec', `a snappy chunk of ${length} bytes`);
    const chunk = decompressRaw(bytes.subarray(at, at + length), maxRawBytes - rawBytes);
    rawBytes += chunk.length;
    // Chunks of nothing would otherwise fill the list without ever reaching the bound.
    if (chunk.length > 0) chunks.push(chunk);
    at += length;
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, rawBytes);
}

function decompressRaw(bytes: Buffer, maxRawBytes: number): Buffer {
  const claimed = claimedLength(bytes);
  if (claimed > maxRawBytes) throw new RecordsError('tooLarge', `snappy claims ${claimed} bytes`);
  if (claimed > bytes.length * MAX_RATIO) throw new RecordsError('badCodec', `snappy claims ${claimed} bytes`);
  try {
    return uncompressSync(bytes, { asBuffer: true }) as Buffer;
  } catch (error) {
    throw new RecordsError('badCodec', 'snappy cannot be decompressed', error);
  }
}

function claimedLength(bytes: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new RecordsError('badCodec', 'snappy without a length');
}
