/**
 * Kafka's default partitioner for records with a key: murmur2 with its seed, the sign bit cleared, modulo the number of
 * partitions. What we write with a key lands where the same key from a Kafka producer would.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** 32-bit murmur2 as `org.apache.kafka.common.utils.Utils.murmur2`, as a signed number. */
export function murmur2(data: Uint8Array): number {
  const whole = data.length >>> 2;
  let h = SEED ^ data.length;
  for (let i = 0; i < whole; i += 1) {
    const at = i << 2;
    let k = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const at = whole << 2;
  const rest = data.length & 3;
  if (rest === 3) h ^= data[at + 2]! << 16;
  if (rest >= 2) h ^= data[at + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[at]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h | 0;
}

/** The partition of a key, 0 <= result < partitions. */
export const partitionOfKey = (key: Uint8Array, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;
