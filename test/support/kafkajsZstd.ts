/** kafkajs reads zstd, snappy and lz4 only with codecs from outside; importing this file gives it some. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compress, decompress } from '../../shared/records/codec.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;
const MAX_RAW_BYTES = 2 ** 26;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder: { buffer: Buffer }) => zstdCompressSync(encoder.buffer),
  decompress: async (bytes: Buffer) => zstdDecompressSync(bytes),
});
for (const [type, codec] of [
  [CompressionTypes.Snappy, 'snappy'],
  [CompressionTypes.LZ4, 'lz4'],
] as const) {
  CompressionCodecs[type] = () => ({
    compress: async (encoder: { buffer: Buffer }) => compress(encoder.buffer, codec),
    decompress: async (bytes: Buffer) => decompress(bytes, codec, MAX_RAW_BYTES),
  });
}
