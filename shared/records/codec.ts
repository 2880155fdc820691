/** The records part of a batch, compressed and decompressed; every output is bounded before it is allocated. */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { KIB } from '../limits.ts';
import { RecordsError } from './error.ts';
import { decompressLz4 } from './lz4.ts';
import { compressLz4 } from './lz4Write.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { zstdContentSize } from './zstdFrame.ts';

/** Position = the number in a batch's attributes. */
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** On telemetry both smaller and faster than the levels beside it; see `npm run bench -- seal`. */
export const DEFAULT_ZSTD_LEVEL = 1;

/** @throws RecordsError `badCodec` */
export function codecOf(number: number): Codec {
  const codec = CODECS[number];
  if (codec === undefined) throw new RecordsError('badCodec', `codec number ${number}`);
  return codec;
}

export const codecNumber = (codec: Codec): number => CODECS.indexOf(codec);

/** `level` is zstd's. Sealing writes zstd or nothing; a rebuilt batch keeps the codec that it had. */
export function compress(raw: Buffer, codec: Codec, level: number = DEFAULT_ZSTD_LEVEL): Buffer {
  switch (codec) {
    case 'none':
      return raw;
    case 'gzip':
      return gzipSync(raw);
    case 'snappy':
      return compressSnappy(raw);
    case 'lz4':
      return compressLz4(raw);
    case 'zstd':
      return zstdCompressSync(raw, {
        chunkSize: Math.max(1024, (raw.length >> 1) + 512),
        params: { [constants.ZSTD_c_compressionLevel]: level },
      });
  }
}

/**
 * The raw records. For `none` a view of `bytes`, else a buffer of its own.
 * @throws RecordsError `tooLarge` beyond `maxRawBytes`, `badCodec` for bytes that are not the codec's
 */
export function decompress(bytes: Buffer, codec: Codec, maxRawBytes: number): Buffer {
  switch (codec) {
    case 'none':
      if (bytes.length > maxRawBytes) throw tooLarge(maxRawBytes);
      return bytes;
    case 'gzip':
      return inflate(gunzipSync, bytes, codec, maxRawBytes, bytes.length * 4);
    case 'zstd':
      return inflate(zstdDecompressSync, bytes, codec, maxRawBytes, zstdGuess(bytes));
    case 'snappy':
      return decompressSnappy(bytes, maxRawBytes);
    case 'lz4':
      return decompressLz4(bytes, maxRawBytes);
  }
}

/** A frame that claims much more than it holds gets its memory as it goes, not at once. */
const zstdGuess = (bytes: Buffer): number =>
  Math.min(zstdContentSize(bytes) ?? bytes.length * 4, Math.max(64 * KIB, bytes.length * 64));

const tooLarge = (maxRawBytes: number): RecordsError =>
  new RecordsError('tooLarge', `records of more than ${maxRawBytes} raw bytes`);

/** With `info` the answer says how much input was used: both formats would ignore what follows their end. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
type Inflater = (bytes: Buffer, options: object) => unknown;

function inflate(inflater: Inflater, bytes: Buffer, codec: Codec, maxRawBytes: number, guess: number): Buffer {
  // node:zlib takes no chunk below 64 bytes, and no bound of 0.
  const chunkSize = Math.max(Math.min(guess, maxRawBytes + 1, 1 << 26), 256);
  const maxOutputLength = Math.max(maxRawBytes, 1);
  let inflated: Inflated;
  try {
    inflated = inflater(bytes, { chunkSize, maxOutputLength, info: true }) as Inflated;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxRawBytes);
    throw new RecordsError('badCodec', `${codec} cannot be decompressed`, error);
  }
  if (inflated.engine.bytesWritten !== bytes.length) {
    throw new RecordsError('badCodec', `${codec} ends before the batch does`);
  }
  return inflated.buffer;
}
