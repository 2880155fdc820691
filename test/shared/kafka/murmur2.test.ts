import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { murmur2, partitionOfKey } from '../../../shared/kafka/murmur2.ts';

// Values of Apache Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('%s', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
  expect(partitionOfKey(Buffer.from(key), 2 ** 31)).toBe(hash & 0x7fffffff);
});

test("chooses as kafkajs's partitioner, which is as Java's", () => {
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 40 }), fc.integer({ min: 1, max: 60 }), (bytes, count) => {
      const key = Buffer.from(bytes);
      const partitionMetadata = Array.from({ length: count }, (_, partitionId) => {
        return { partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] };
      });
      const message = { key, value: null };
      expect(partitionOfKey(key, count)).toBe(choose({ topic: 't', partitionMetadata, message }));
    }),
  );
});

test('a partition is never negative', () => {
  for (let i = 0; i < 1_000; i += 1) {
    const partition = partitionOfKey(Buffer.from(`key ${i}`), 7);
    expect(partition).toBeGreaterThanOrEqual(0);
    expect(partition).toBeLessThan(7);
  }
});
