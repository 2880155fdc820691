import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crcWithFront } from '../../../shared/records/crc.ts';

test('is what a checksum of all bytes is', () => {
  const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
  fc.assert(
    fc.property(bytes(1, 64), fc.infiniteStream(fc.nat(255)), bytes(0, 5_000), (front, other, rest) => {
      const changed = Uint8Array.from(front, () => other.next().value);
      const all = (first: Uint8Array): number => crc32c(Buffer.concat([first, rest]));
      expect(crcWithFront(all(front), crc32c(Buffer.from(front)), crc32c(Buffer.from(changed)), rest.length)).toBe(
        all(changed),
      );
    }),
  );
});

test('over a long rest', () => {
  const rest = Buffer.alloc(67_108_864, 7);
  const [front, changed] = [Buffer.from('before'), Buffer.from('after.')];
  const all = (first: Buffer): number => crc32c(Buffer.concat([first, rest]));
  expect(crcWithFront(all(front), crc32c(front), crc32c(changed), rest.length)).toBe(all(changed));
});
