/**
 * `Content-Digest` (RFC 9530) of a body, with CRC32C: what a link has damaged is noticed before anything in it is
 * believed, the names and numbers around the batches too. TLS does the same and more; plain http does not.
 */
import { crc32c } from '@node-rs/crc32';

export const DIGEST_HEADER = 'content-digest';
const CRC32C = /(?:^|[,\s])crc32c=([^,\s]*)/;

export function digestOf(body: Uint8Array): string {
  return `crc32c=:${base64Of(body)}:`;
}

/**
 * Whether a body is the one that the header was made for. A header that is missing, or knows no CRC32C, says nothing; one whose
 * CRC32C is none was damaged itself.
 */
export function isIntact(body: Uint8Array, header: string | string[] | undefined): boolean {
  if (header === undefined) return true;
  const said = CRC32C.exec(Array.isArray(header) ? header.join(', ') : header)?.[1];
  return said === undefined || said === `:${base64Of(body)}:`;
}

function base64Of(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32c(body));
  return bytes.toString('base64');
}
