/** Decompressing: what clients write, what is cut off, what lies about its size. */
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { compressSync } from 'snappy';
import { describe, expect, test } from 'vitest';
import { type Codec, decompress } from '../../../shared/records/codec.ts';
import { expectCode, golden, MAX_RAW_BYTES, utf8 } from './support.ts';

const text = Buffer.from('a line of text that says little, '.repeat(5000));
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const XERIAL = Buffer.concat([Buffer.from([0x82]), utf8('SNAPPY'), Buffer.from([0]), int32(1), int32(1)]);
const xerial = (...chunks: Buffer[]): Buffer => Buffer.concat([XERIAL, ...chunks.flatMap((c) => [int32(c.length), c])]);

/** What `lz4` made the `.lz4` files of. */
const lines = utf8(
  Array.from({ length: 9000 }, (_, i) => `the same line again, the same line again ${i + 1}\n`).join(''),
).subarray(0, 200_000);

const compressed: Record<Exclude<Codec, 'none'>, { bytes: Buffer; raw: Buffer }> = {
  gzip: { bytes: gzipSync(text), raw: text },
  snappy: { bytes: compressSync(text), raw: text },
  lz4: { bytes: golden('linked.lz4'), raw: lines },
  zstd: { bytes: zstdCompressSync(text), raw: text },
};

describe.each(Object.entries(compressed) as [Codec, { bytes: Buffer; raw: Buffer }][])(
  '%s',
  (codec, { bytes, raw }) => {
    test('gives back what was compressed', () => {
      expect(decompress(bytes, codec, MAX_RAW_BYTES).equals(raw)).toBe(true);
    });

    test('takes exactly the bound, not one byte more', () => {
      expect(decompress(bytes, codec, raw.length).length).toBe(raw.length);
      expectCode('tooLarge', () => decompress(bytes, codec, raw.length - 1));
    });

    test('cut off anywhere', () => {
      for (let end = 0; end < bytes.length; end += Math.max(1, bytes.length >> 7)) {
        expectCode('badCodec', () => decompress(bytes.subarray(0, end), codec, MAX_RAW_BYTES));
      }
    });

    test('with bytes behind its end', () => {
      expectCode('badCodec', () => decompress(Buffer.concat([bytes, utf8('more')]), codec, MAX_RAW_BYTES));
    });
  },
);

describe('snappy as Java frames it', () => {
  const [a, b] = [compressSync(text), compressSync('tail')];
  const both = Buffer.concat([text, utf8('tail')]);

  test('chunks, none, one of nothing, and a second header in between', () => {
    expect(decompress(xerial(a, b), 'snappy', MAX_RAW_BYTES).equals(both)).toBe(true);
    expect(decompress(XERIAL, 'snappy', MAX_RAW_BYTES).length).toBe(0);
    expect(decompress(xerial(a, compressSync(''), b), 'snappy', MAX_RAW_BYTES).equals(both)).toBe(true);
    expect(decompress(Buffer.concat([xerial(a), xerial(b)]), 'snappy', MAX_RAW_BYTES).equals(both)).toBe(true);
  });

  test('the bound is that of all chunks together', () => {
    expect(decompress(xerial(a, b), 'snappy', both.length).length).toBe(both.length);
    expectCode('tooLarge', () => decompress(xerial(a, b), 'snappy', both.length - 1));
  });

  test.each([
    ['a length beyond the end', Buffer.concat([XERIAL, int32(9), utf8('12345678')])],
    ['a negative length', Buffer.concat([XERIAL, int32(-2), utf8('12345678')])],
    ['half a length', Buffer.concat([XERIAL, utf8('123')])],
  ])('%s', (_, bytes) => expectCode('badCodec', () => decompress(bytes, 'snappy', MAX_RAW_BYTES)));
});

describe('lies about sizes', () => {
  const gib = 2 ** 30;

  test('raw snappy claims a gigabyte', () => {
    const claim = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04, 0x00]);
    expectCode('tooLarge', () => decompress(claim, 'snappy', gib - 1));
    expectCode('badCodec', () => decompress(claim, 'snappy', gib));
  });

  test('snappy whose length does not end', () => {
    expectCode('badCodec', () => decompress(Buffer.alloc(9, 0xff), 'snappy', MAX_RAW_BYTES));
  });

  test('a zstd frame that claims a terabyte', () => {
    const frame = zstdCompressSync(text);
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0]);
    expectCode('badCodec', () => decompress(Buffer.concat([header, frame.subarray(8)]), 'zstd', MAX_RAW_BYTES));
  });

  /** 64 members of 16 MiB of zeros. */
  const gzipBomb = (): Buffer => Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(2 ** 24))));
  /** A frame without content size, then blocks that each say "128 KiB of the byte 0". */
  const zstdBomb = (blocks = 8192): Buffer =>
    Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]),
      ...Array<Buffer>(blocks - 1).fill(Buffer.from([0x02, 0x00, 0x10, 0x00])),
      Buffer.from([0x03, 0x00, 0x10, 0x00]),
    ]);

  test.each([
    ['gzip', gzipBomb],
    ['zstd', () => zstdBomb()],
  ] as const)('a %s bomb of a gigabyte costs no more than the bound', (codec, bomb) => {
    const bytes = bomb();
    const before = process.resourceUsage().maxRSS;
    expectCode('tooLarge', () => decompress(bytes, codec, MAX_RAW_BYTES));
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(4 * MAX_RAW_BYTES);
  });

  test('the zstd bomb is one: with room it goes off', () => {
    expect(decompress(zstdBomb(64), 'zstd', MAX_RAW_BYTES).length).toBe(2 ** 23);
  });
});

describe('zstd frames of every kind', () => {
  const raw = text.subarray(0, 70_000);
  test.each([1, 3, 9, 19])('level %i', (level) => {
    const bytes = zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: level } });
    expect(decompress(bytes, 'zstd', MAX_RAW_BYTES).equals(raw)).toBe(true);
  });

  test('without a content size, with a checksum', () => {
    const params = { [constants.ZSTD_c_contentSizeFlag]: 0, [constants.ZSTD_c_checksumFlag]: 1 };
    const bytes = zstdCompressSync(raw, { params });
    expect(decompress(bytes, 'zstd', MAX_RAW_BYTES).equals(raw)).toBe(true);
    bytes[bytes.length - 1]! ^= 1;
    expectCode('badCodec', () => decompress(bytes, 'zstd', MAX_RAW_BYTES));
  });

  test.each([0, 1, 255, 256, 65_535, 65_536, 65_792])('a content of %i bytes', (length) => {
    const bytes = zstdCompressSync(raw.subarray(0, length));
    expect(decompress(bytes, 'zstd', MAX_RAW_BYTES).length).toBe(length);
  });
});

describe('LZ4 frames', () => {
  const read = (bytes: Buffer): Buffer => decompress(bytes, 'lz4', MAX_RAW_BYTES);
  const FRAME = [4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
  /** Frame of one block, independent, blocks up to 64 KiB, no checksums. */
  const frame = (block: readonly number[], size = block.length): Buffer =>
    Buffer.from([...FRAME, size & 255, size >> 8, 0, 0, ...block, 0, 0, 0, 0]);

  test('independent blocks with checksums and the content size', () => {
    expect(read(golden('independent.lz4')).equals(lines)).toBe(true);
  });

  test('frames behind each other', () => {
    expect(read(Buffer.concat([golden('linked.lz4'), golden('independent.lz4')])).length).toBe(2 * lines.length);
  });

  test('a match that overlaps itself, stored blocks, no blocks', () => {
    expect(read(frame([0x13, 0x61, 1, 0, 0x10, 0x62])).toString()).toBe('aaaaaaaab');
    expect(read(frame([0x1f, 0x61, 1, 0, 85, 0x10, 0x62])).toString()).toBe(`${'a'.repeat(105)}b`);
    const stored = Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 2, 0, 0, 0x80, 0x68, 0x69, 0, 0, 0, 0]);
    expect(read(stored).toString()).toBe('hi');
    expect(read(Buffer.from([...FRAME, 0, 0, 0, 0])).length).toBe(0);
  });

  test.each<[string, Buffer]>([
    ['a match in front of the frame', frame([0x10, 0x61, 2, 0, 0x10, 0x62])],
    ['a match of offset 0', frame([0x10, 0x61, 0, 0, 0x10, 0x62])],
    ['literals beyond the block', frame([0x50, 0x61])],
    ['half an offset', frame([0x10, 0x61, 1])],
    ['a block beyond the frame', frame([0x10, 0x61], 200)],
    ['another magic', Buffer.from([5, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 0, 0, 0, 0])],
    ['another version', Buffer.from([4, 0x22, 0x4d, 0x18, 0xa0, 0x40, 0x82, 0, 0, 0, 0])],
    ['blocks of no size', Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x30, 0x82, 0, 0, 0, 0])],
    ['more than a block may hold', frame([0x1f, 0x61, 1, 0, ...Array<number>(300).fill(255), 0])],
  ])('%s', (_, bytes) => expectCode('badCodec', () => read(bytes)));
});
