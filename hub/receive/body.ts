import type { IncomingMessage } from 'node:http';
import { TributaryError } from '../../shared/errors.ts';
import { RequestFault } from './problems.ts';

export interface BodySettings {
  /** Longest time without a byte. */
  readonly idleMs: number;
  /** Slowest average that is put up with, beside `graceMs`. */
  readonly minBytesPerSecond: number;
  readonly graceMs: number;
}

/** A link of 50 kbit/s brings 6,000 bytes/s. */
export const BODY_SETTINGS: BodySettings = { idleMs: 30_000, minBytesPerSecond: 2_000, graceMs: 30_000 };

/** The length that a request states, checked. @throws RequestFault 411, 400 or 413 */
export function statedLength(request: IncomingMessage, maxBytes: number): number {
  const header = request.headers['content-length'];
  if (header === undefined || request.headers['transfer-encoding'] !== undefined) {
    throw fault('badRequest', 411, 'it has no content-length, and memory is reserved by that');
  }
  const bytes = Number(header);
  if (!Number.isSafeInteger(bytes) || bytes < 1) throw fault('badRequest', 400, `content-length ${header}`);
  if (bytes > maxBytes) throw fault('tooLarge', 413, `${bytes} bytes, at most ${maxBytes} are taken`);
  return bytes;
}

/**
 * Reads a body of exactly `bytes` into one buffer of its own.
 * @throws RequestFault 408 where it comes too slowly, 400 where the connection ends first
 */
export function readBody(request: IncomingMessage, bytes: number, settings: BodySettings): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    const allowedMs = settings.graceMs + (bytes / settings.minBytesPerSecond) * 1000;
    const slow = () => done(fault('badRequest', 408, `its body came too slowly: ${at} of ${bytes} bytes`));
    const idle = setTimeout(slow, settings.idleMs);
    const deadline = setTimeout(slow, allowedMs);
    const onData = (chunk: Buffer) => {
      idle.refresh();
      at += chunk.copy(body, at);
    };
    const onEnd = () => done(at === bytes ? null : cut());
    const onClose = () => done(cut());
    const cut = () => fault('badRequest', 400, `the connection ended after ${at} of ${bytes} bytes of its body`);
    const done = (error: RequestFault | null) => {
      clearTimeout(idle);
      clearTimeout(deadline);
      request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
      if (error) reject(error);
      else resolve(body);
    };
    request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
    if (request.destroyed) done(cut());
  });
}

const fault = (code: 'badRequest' | 'tooLarge', status: number, reason: string): RequestFault =>
  new RequestFault(
    new TributaryError({
      code,
      operation: 'read request',
      subject: 'its body',
      reason,
      retry: status === 413 ? 'final' : 'retryable',
    }),
    { status, close: true },
  );
