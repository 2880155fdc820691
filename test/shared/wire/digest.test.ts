import { expect, test } from 'vitest';
import { digestOf, isIntact } from '../../../shared/wire/index.ts';

const body = Buffer.from('a body');
const other = Buffer.from('another');

test('a body is intact when its checksum is the one that was said, or none was', () => {
  expect(isIntact(body, digestOf(body))).toBe(true);
  expect(isIntact(other, digestOf(body))).toBe(false);
  expect(isIntact(body, undefined)).toBe(true);
  expect(isIntact(body, 'sha-256=:abc=:')).toBe(true);
  expect(isIntact(body, ['sha-256=:abc=:', digestOf(body)])).toBe(true);
  expect(isIntact(other, `sha-256=:abc=:, ${digestOf(body)}`)).toBe(false);
});

test('a checksum in which any bit has flipped is not the one, also where it is no checksum any more', () => {
  const said = digestOf(body);
  const from = 'crc32c='.length;
  for (let at = from; at < said.length; at += 1) {
    for (let bit = 0; bit < 7; bit += 1) {
      const flipped = Buffer.from(said);
      flipped[at]! ^= 1 << bit;
      expect(isIntact(body, flipped.toString('latin1'))).toBe(false);
    }
  }
});
