/**
 * The checksum of bytes of which only a few at the front have changed, without reading the rest.
 *
 * A CRC is linear: two texts of one length that differ only in front of their last `n` bytes have checksums that differ by
 * (CRC of the one front xor CRC of the other) times x^(8n), modulo the polynomial. Numbers are polynomials over GF(2) with the
 * lowest power in the highest bit, as CRC-32C (RFC 3720, appendix B.4) has them.
 */
const POLYNOMIAL = 0x82f63b78;
const ONE = 0x80000000;

/** x^(2^k) */
const POWERS: readonly number[] = powers();

function powers(): number[] {
  const list = [ONE >>> 1];
  while (list.length < 32) list.push(multiply(list.at(-1)!, list.at(-1)!));
  return list;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) !== 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/**
 * @param crc of front and rest together
 * @param before CRC of the front alone, as it was
 * @param after CRC of the front alone, as it is now, of the same length
 * @param restBytes length of what follows, below 512 MiB
 */
export function crcWithFront(crc: number, before: number, after: number, restBytes: number): number {
  let shifted = (before ^ after) >>> 0;
  for (let k = 3, n = restBytes; n > 0; k += 1, n >>>= 1) {
    if ((n & 1) !== 0) shifted = multiply(POWERS[k]!, shifted);
  }
  return (crc ^ shifted) >>> 0;
}
