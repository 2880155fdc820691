/**
 * No input bytes make a reading function throw anything but a RecordsError, loop, or allocate beyond its bound. Fed are
 * random bytes behind a believable header, and real batches with random changes: anywhere, or behind the header with the
 * CRC made right again, so that decompressors and the records' structure are reached.
 */
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkCrc,
  checkSealed,
  concatSealed,
  encodeBatch,
  encodeSealed,
  patchBatch,
  RecordsError,
  readHeader,
  readProvenance,
  readRecords,
  rebuildBatch,
  rebuildLegacy,
  rebuildParts,
  splitBatches,
  unsealRecords,
  walkRecords,
} from '../../../shared/records/index.ts';
import { golden, record, utf8 } from './support.ts';

const MAX_RAW = 2 ** 20;
const EXPECTED = { edge: 'store-1', epoch: '0123456789abcdef01234567', first: 7, last: 26, maxRawBytes: MAX_RAW };

const READERS: Readonly<Record<string, (bytes: Buffer) => void>> = {
  readHeader: (bytes) => void readHeader(bytes),
  checkCrc: (bytes) => checkCrc(bytes),
  splitBatches: (bytes) => void [...splitBatches(bytes)],
  walkRecords: (bytes) =>
    walkRecords(bytes, { maxRawBytes: MAX_RAW }, (view) => {
      readProvenance(view.headers());
      void [view.key, view.value, view.headerBytes, view.timestamp];
    }),
  readRecords: (bytes) => void readRecords(bytes, { maxRawBytes: MAX_RAW }),
  unsealRecords: (bytes) => void unsealRecords(bytes, { maxRawBytes: MAX_RAW }),
  checkSealed: (bytes) => void checkSealed(bytes, EXPECTED),
  concatSealed: (bytes) => void concatSealed([bytes, bytes], { codec: 'none' }),
  rebuildBatch: (bytes) => void rebuildBatch(bytes, { codec: 'none', maxRawBytes: MAX_RAW }),
  rebuildParts: (bytes) => void rebuildParts(bytes, { from: 3, maxBytes: 200, maxRawBytes: MAX_RAW }),
  rebuildLegacy: (bytes) => {
    const log = Buffer.from(bytes);
    if (log.length > 16) log[16]! &= 1;
    rebuildLegacy(log, { from: 3, maxBytes: 200, maxRawBytes: MAX_RAW });
  },
  patchBatch: (bytes) => patchBatch(Buffer.from(bytes), { shiftMs: 5, producerId: 1n }),
};

/** Codes that were met, so that a fuzz that never gets past the door is noticed. */
function feed(bytes: Buffer, met: Map<string, number>): void {
  for (const [name, reader] of Object.entries(READERS)) {
    let outcome = 'read';
    try {
      reader(bytes);
    } catch (error) {
      if (!(error instanceof RecordsError)) throw new Error(`${name} threw ${error}`, { cause: error });
      outcome = error.code;
    }
    met.set(outcome, (met.get(outcome) ?? 0) + 1);
  }
}

function withRightLengthAndCrc(bytes: Buffer): Buffer {
  if (bytes.length < 61) return bytes;
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

const sealed = (codec: 'none' | 'zstd'): Buffer =>
  encodeSealed({
    ...EXPECTED,
    firstSequence: EXPECTED.first,
    codec,
    records: Array.from({ length: 20 }, (_, i) => ({
      ...record({ key: i % 2 ? utf8(`k${i}`) : null, headers: i % 3 ? [] : [[utf8('own'), null]] }),
      source: `kafka:a/0/${i}`,
    })),
  });

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const SEEDS: readonly Buffer[] = [
  sealed('none'),
  sealed('zstd'),
  encodeBatch([record({ timestamp: 2 ** 63 }), record({ timestamp: -1 })], { codec: 'none' }),
  ...['java-append-time', 'java-compacted', 'java-transaction'].map((name) => golden(`${name}.bin`)),
  ...CODECS.map((codec) => golden(`java-${codec}.bin`)),
  golden('go-lz4.bin'),
  golden('kcat-snappy.bin'),
].flatMap((file) => [...splitBatches(file)].slice(0, 2).map(({ batch }) => Buffer.from(batch)));

type Change = (bytes: Buffer) => Buffer;
const at = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1e6);
/** Most changes near the front, where the lengths of records, frames and blocks are. */
const place = (bytes: Buffer, share: number): number => Math.floor(share ** 3 * bytes.length);
const interesting = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff, 0xfe, 0x01);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, fc.oneof(interesting, fc.nat(255))).map(([share, value]) => (bytes: Buffer) => {
    bytes[place(bytes, share)] = value;
    return bytes;
  }),
  fc.tuple(at, fc.constantFrom(-1, 0, 0x7fffffff, -0x80000000, 1000)).map(([share, value]) => (bytes: Buffer) => {
    if (bytes.length >= 4) bytes.writeInt32BE(value, Math.min(place(bytes, share), bytes.length - 4));
    return bytes;
  }),
  fc.tuple(at, fc.nat(20)).map(([share, count]) => (bytes: Buffer) => {
    const from = place(bytes, share);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + count)]);
  }),
  fc.tuple(at, fc.uint8Array({ maxLength: 20 })).map(([share, more]) => (bytes: Buffer) => {
    const from = place(bytes, share);
    return Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(from)]);
  }),
  at.map((share) => (bytes: Buffer) => Buffer.from(bytes.subarray(0, place(bytes, share)))),
);
const changes = fc.array(change, { minLength: 1, maxLength: 4 });
const applied = (bytes: Buffer, list: readonly Change[]): Buffer =>
  list.reduce<Buffer>((b, one) => one(b), Buffer.from(bytes));

const met = (): Map<string, number> => new Map();
const codes = (map: Map<string, number>): string[] => [...map.keys()].sort();

describe('nothing but RecordsError', () => {
  test('random bytes, behind a header that says magic 2', () => {
    const seen = met();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400, size: 'max' }),
        fc.boolean(),
        fc.nat(4),
        (array, believable, codec) => {
          const bytes = Buffer.from(array);
          if (believable && bytes.length >= 61) {
            bytes.fill(0, 0, 8);
            bytes[16] = 2;
            bytes.writeInt16BE(codec, 21);
            bytes.writeInt32BE(bytes.length, 23);
            bytes.writeInt32BE(bytes.length >> 4, 57);
            withRightLengthAndCrc(bytes);
          }
          feed(bytes, seen);
        },
      ),
      { numRuns: 400 },
    );
    expect(codes(seen)).toEqual(expect.arrayContaining(['badMagic', 'truncated', 'badCodec', 'badStructure']));
  });

  test('whole batches with changes anywhere, the CRC left wrong or made right', () => {
    const seen = met();
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), changes, fc.boolean(), (seed, list, fix) => {
        const bytes = applied(seed, list);
        feed(fix ? withRightLengthAndCrc(bytes) : bytes, seen);
      }),
      { numRuns: 500 },
    );
    expect(codes(seen)).toEqual(expect.arrayContaining(['badCodec', 'badCount', 'badCrc', 'badStructure', 'read']));
  });

  test('changes in the records only', () => {
    const seen = met();
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), changes, (seed, list) => {
        const bytes = Buffer.concat([seed.subarray(0, 61), applied(seed.subarray(61), list)]);
        feed(withRightLengthAndCrc(bytes), seen);
      }),
      { numRuns: 500 },
    );
    expect(codes(seen)).toEqual(
      expect.arrayContaining(['badCodec', 'badHeaders', 'badStructure', 'read', 'truncated']),
    );
  });
});

describe('bounds', () => {
  const lyingCount = (count: number): Buffer => {
    const batch = Buffer.from(SEEDS[0]!);
    batch.writeInt32BE(count - 1, 23);
    batch.writeInt32BE(count, 57);
    return withRightLengthAndCrc(batch);
  };

  test('a count of 2^31 - 1 allocates nothing', () => {
    const batch = lyingCount(2 ** 31 - 1);
    const before = process.memoryUsage();
    for (const name of [
      'walkRecords',
      'readRecords',
      'unsealRecords',
      'checkSealed',
      'concatSealed',
      'rebuildBatch',
      'rebuildParts',
    ]) {
      expect(() => READERS[name]!(batch), name).toThrow(RecordsError);
    }
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(2 ** 24);
  });

  test('a record with 2^31 headers', () => {
    // length, attributes, time, offset, key null, value null, header count as a 5-byte varint
    const records = Buffer.from([0x14, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f]);
    const batch = withRightLengthAndCrc(Buffer.concat([lyingCount(1).subarray(0, 61), records]));
    for (const name of ['readRecords', 'checkSealed', 'unsealRecords']) {
      expect(() => READERS[name]!(batch), name).toThrow(RecordsError);
    }
  });
});
