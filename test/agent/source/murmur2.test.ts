import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../../agent/source/murmur2.ts';

// Values of Apache Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is what Kafka computes', (text, expected) => {
  expect(murmur2(Buffer.from(text))).toBe(expected);
});

test('a partition is never negative', () => {
  for (let i = 0; i < 1_000; i += 1) {
    const partition = partitionOf(Buffer.from(`key ${i}`), 7);
    expect(partition).toBeGreaterThanOrEqual(0);
    expect(partition).toBeLessThan(7);
  }
});
