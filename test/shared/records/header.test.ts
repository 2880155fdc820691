import { describe, expect, test } from 'vitest';
import { checkCrc, encodeBatch, readHeader, splitBatches } from '../../../shared/records/index.ts';
import { expectCode, record } from './support.ts';

const batch = (count = 3): Buffer =>
  encodeBatch(
    Array.from({ length: count }, () => record()),
    { codec: 'none' },
  );
const changed = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = batch();
  change(bytes);
  return bytes;
};

describe('readHeader', () => {
  test('reads at a place within a buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(7), batch(), Buffer.alloc(9)]);
    expect(readHeader(bytes, 7)).toMatchObject({ count: 3, sizeInBytes: batch().length, codec: 'none' });
  });

  test('a 64-bit producer id is exact', () => {
    const id = 2n ** 63n - 1n;
    expect(readHeader(changed((bytes) => bytes.writeBigInt64BE(id, 43))).producerId).toBe(id);
  });

  test('each attribute bit', () => {
    const names = ['logAppendTime', 'transactional', 'control', 'deleteHorizon'] as const;
    names.forEach((name, i) => {
      const header = readHeader(changed((bytes) => bytes.writeInt16BE(8 << i, 21)));
      expect(names.filter((other) => header[other])).toEqual([name]);
    });
  });

  test.each([
    ['truncated', 'fewer than a header', (b: Buffer) => b.subarray(0, 16)],
    ['truncated', 'fewer than it says', (b: Buffer) => b.subarray(0, b.length - 1)],
    [
      'badMagic',
      'magic 1',
      (b: Buffer) => {
        b[16] = 1;
        return b;
      },
    ],
    [
      'badStructure',
      'a length below the header',
      (b: Buffer) => {
        b.writeInt32BE(48, 8);
        return b;
      },
    ],
    [
      'badStructure',
      'a negative length',
      (b: Buffer) => {
        b.writeInt32BE(-1, 8);
        return b;
      },
    ],
    [
      'badCodec',
      'codec 5',
      (b: Buffer) => {
        b.writeInt16BE(5, 21);
        return b;
      },
    ],
    [
      'badStructure',
      'a negative base offset',
      (b: Buffer) => {
        b.writeBigInt64BE(-1n, 0);
        return b;
      },
    ],
    [
      'badStructure',
      'a base offset beyond 2^53',
      (b: Buffer) => {
        b.writeBigInt64BE(2n ** 53n, 0);
        return b;
      },
    ],
    [
      'badStructure',
      'a negative last offset delta',
      (b: Buffer) => {
        b.writeInt32BE(-1, 23);
        return b;
      },
    ],
    [
      'badCount',
      'a negative count',
      (b: Buffer) => {
        b.writeInt32BE(-1, 57);
        return b;
      },
    ],
    [
      'badCount',
      'more records than offsets',
      (b: Buffer) => {
        b.writeInt32BE(4, 57);
        return b;
      },
    ],
  ] as const)('%s: %s', (code, _, change) => expectCode(code, () => readHeader(change(batch()))));

  test('a place outside the buffer', () => expectCode('truncated', () => readHeader(batch(), 10_000)));
});

describe('checkCrc', () => {
  test('each byte behind the CRC counts, none in front of it', () => {
    const good = batch();
    for (let at = 0; at < good.length; at++) {
      const bytes = Buffer.from(good);
      bytes[at]! ^= 0x01;
      if (at < 8 || (at >= 12 && at < 16)) expect(() => checkCrc(bytes, readHeader(good))).not.toThrow();
      if (at >= 17) expectCode('badCrc', () => checkCrc(bytes, { ...readHeader(good), crc: bytes.readUInt32BE(17) }));
    }
  });
});

describe('splitBatches', () => {
  const sizes = (bytes: Buffer): number[] => [...splitBatches(bytes)].map(({ header }) => header.count);
  const three = Buffer.concat([batch(1), batch(2), batch(3)]);

  test('nothing, and whole batches', () => {
    expect(sizes(Buffer.alloc(0))).toEqual([]);
    expect(sizes(three)).toEqual([1, 2, 3]);
  });

  test('wherever a response is cut off, the whole ones in front are given', () => {
    const [first, second] = [batch(1).length, batch(1).length + batch(2).length];
    for (let end = 0; end < three.length; end++) {
      expect(sizes(three.subarray(0, end))).toEqual(end < first ? [] : end < second ? [1] : [1, 2]);
    }
  });

  test('batches are views of the response', () => {
    const [first] = [...splitBatches(three)];
    expect(first?.batch.buffer).toBe(three.buffer);
  });

  test('an old message set, even as a partial one', () => {
    const old = changed((bytes) => {
      bytes[16] = 1;
    });
    expectCode('badMagic', () => sizes(Buffer.concat([batch(1), old])));
    expectCode('badMagic', () => sizes(Buffer.concat([batch(1), old.subarray(0, 20)])));
  });

  test('a length that would never move on', () => {
    expectCode('badStructure', () => sizes(changed((bytes) => bytes.writeInt32BE(-12, 8))));
  });
});
