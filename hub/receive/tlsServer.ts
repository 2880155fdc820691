/** The HTTP server below the routes: TLS with files that may change, time-outs, and its address. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createSecureContext, type Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { type ListenAddress, listenText } from '../../shared/config/address.ts';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import { WatchedFiles, type WatchedSettings } from './watchedFiles.ts';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Nothing moves for this long: the connection ends. Longer than any wait for a receipt. */
const SOCKET_IDLE_MS = 600_000;
const KEEP_ALIVE_MS = 120_000;
const MAX_CONNECTIONS = 50_000;

type Watching = Pick<WatchedSettings<unknown>, 'everyMs' | 'telemetry' | 'jobs'>;

export async function makeServer(settings: { readonly tls?: KeyPair | undefined }, watching: Watching) {
  const { tls } = settings;
  const certificate = tls ? await openCertificate([tls.cert, tls.key], watching) : null;
  const made = certificate ? createTlsServer({ ...certificate.value, minVersion: 'TLSv1.2' }) : createServer();
  const server = made as Server;
  if (certificate) certificate.onChange = (pair) => (made as unknown as TlsServer).setSecureContext(pair);
  // Bodies have deadlines of their own (body.ts), by their length.
  server.requestTimeout = 0;
  server.headersTimeout = 30_000;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = SOCKET_IDLE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return { server, certificate };
}

function openCertificate(paths: readonly string[], watching: Watching) {
  const parse = ([cert = '', key = '']: readonly string[]): KeyPair => {
    // A secure context takes an empty key, as a file has that is being written, without a word.
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is not that of the certificate');
    }
    createSecureContext({ cert, key });
    return { cert, key };
  };
  const hint = 'tls.cert is a PEM file with the certificate, tls.key one with the private key of it.';
  return WatchedFiles.open({ what: 'certificate', paths, parse, hint, ...watching });
}

/** @throws TributaryError `configInvalid`: the address can't be had */
export async function listenOn(app: FastifyInstance, listen: ListenAddress): Promise<void> {
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'listen',
      subject: listenText(listen),
      reason: reasonOf(cause),
      hint: 'Set listen to an address of this machine that is free, or stop what holds it.',
      retry: 'final',
      cause,
    });
  }
}

/** `http://127.0.0.1:8443`, with the port that was given. */
export function urlOf(server: Server, tls: boolean): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${tls ? 'https' : 'http'}://${host}:${address.port}`;
}

/** Waits for requests under way, ends all connections. */
export async function closeApp(app: FastifyInstance, server: Server, drainMs: number): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  // A connection that had an answer outstanding would otherwise be kept alive after it.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
    clearInterval(idle);
  }
}
