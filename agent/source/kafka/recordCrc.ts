import { crc32c } from '@node-rs/crc32';

/**
 * CRC32C over a record's key and then its value; null counts as empty. A position carries that of its last record, so
 * that it can later be asked whether the source still shows that very record.
 */
export function crcOfRecord(key: Buffer | null, value: Buffer | null): number {
  const first = key ? crc32c(key) : 0;
  return value ? crc32c(value, first) : first;
}
