/**
 * Reads a request's body into memory under three bounds: the body limit (on what comes out of gzip too), the budget of
 * all requests together, and the server's request timeout.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reasonOf } from '../../../shared/errors.ts';
import type { Share } from './budget.ts';
import { Refusal } from './refusal.ts';

export interface BodyBounds {
  readonly maxBodyBytes: number;
  readonly share: Share;
}

const tooLarge = (bounds: BodyBounds): Refusal =>
  new Refusal(
    'tooLarge',
    `the body is larger than ${bounds.maxBodyBytes} bytes: send smaller requests (the source takes at most maxBodyBytes)`,
  );
export const overloaded = (): Refusal =>
  new Refusal('overloaded', 'too many requests are waiting; send again after the time in Retry-After');

/** What can be refused before a byte of the body is read: also what a client with `Expect: 100-continue` waits for. */
export function checkBodyHeaders(
  request: IncomingMessage,
  bounds: BodyBounds,
): { gzip: boolean; length: number | null } {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!gzip && encoding !== 'identity' && encoding !== '') {
    throw new Refusal('unsupportedEncoding', `content-encoding "${encoding}" is not known: send gzip or none`);
  }
  const header = request.headers['content-length'];
  const length = header === undefined ? null : Number(header);
  if (length !== null && length > bounds.maxBodyBytes) throw tooLarge(bounds);
  return { gzip, length };
}

/** @throws Refusal `tooLarge`, `overloaded`, `badRequest` (bad gzip, body cut off), `unsupportedEncoding` */
export async function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<Buffer> {
  const { gzip, length } = checkBodyHeaders(request, bounds);
  if (gzip) return await collect(unzip(request), bounds);
  if (length === null) return await collect(request, bounds);
  if (!bounds.share.grow(length)) throw overloaded();
  return await fill(request, length);
}

/** A body of known length goes straight to its place. */
async function fill(request: IncomingMessage, length: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for await (const chunk of chunks(request)) at += chunk.copy(body, at);
  if (at < length) throw new Refusal('badRequest', `the body ended after ${at} of ${length} bytes`);
  return body;
}

async function collect(stream: Readable, bounds: BodyBounds): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks(stream)) {
    bytes += chunk.length;
    if (bytes > bounds.maxBodyBytes) throw tooLarge(bounds);
    if (!bounds.share.grow(chunk.length)) throw overloaded();
    kept.push(chunk);
  }
  return kept.length === 1 ? kept[0]! : Buffer.concat(kept, bytes);
}

/**
 * As `for await` over the stream, but leaving early does not destroy it: a refused request still gets its answer over
 * the same connection.
 */
async function* chunks(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('badRequest', `the body could not be read: ${reasonOf(error)}`);
  }
}

function unzip(request: IncomingMessage): Readable {
  const gunzip = createGunzip();
  request.on('error', (error) => gunzip.destroy(error));
  request.on('close', () => {
    if (!request.complete) gunzip.destroy(new Error('the connection was closed'));
  });
  return request.pipe(gunzip);
}
