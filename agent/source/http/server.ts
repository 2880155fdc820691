/** The fastify server under the HTTP source: limits on connections and time, and answers of one form for every error. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { TributaryError } from '../../../shared/errors.ts';
import type { HttpSettings } from './options.ts';
import { Refusal, type RefusalCode } from './refusal.ts';

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 75_000;
const RETRY_AFTER_SECONDS: Partial<Record<RefusalCode, number>> = { overloaded: 1, bufferFull: 5, closed: 5 };

export interface Answers {
  /** No more requests on this connection. */
  closing(): boolean;
  /** Takes the records of one request; what it returns is the answer's body. */
  take(request: FastifyRequest, reply: FastifyReply): Promise<object>;
  refused(request: FastifyRequest, refusal: Refusal): void;
  failed(request: FastifyRequest, error: unknown): void;
}

/** Requests that wait for `100 Continue` before they send their body. */
export const awaitingContinue = new WeakSet<object>();

export function makeServer(settings: HttpSettings, answers: Answers, requestId: () => string): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: requestId,
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, settings.requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1_000, settings.requestTimeoutMs),
    },
    clientErrorHandler: answerBrokenRequest,
  });
  app.server.maxConnections = settings.maxConnections;
  app.server.on('checkContinue', (request, response: ServerResponse) => {
    awaitingContinue.add(request);
    app.routing(request, response);
  });
  // The body stays in the socket until it is known that there is room for it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));

  app.addHook('onSend', async (_request, reply) => {
    if (answers.closing()) reply.header('connection', 'close');
  });
  app.post('/topics/:topic', (request, reply) => answers.take(request, reply));
  app.setNotFoundHandler((request, reply) => {
    const known = /^\/topics\/[^/?]+(\?|$)/.test(request.url);
    if (known) reply.header('allow', 'POST');
    throw known
      ? new Refusal('methodNotAllowed', `${request.method} is not taken here, POST is`)
      : new Refusal('notFound', 'records are taken at POST /topics/{topic}');
  });
  // For people with curl: the prompt comes on a line of its own.
  app.setReplySerializer((answer) => `${JSON.stringify(answer)}\n`);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = toRefusal(error);
    if (refusal.code === 'internal') answers.failed(request, error);
    answers.refused(request, refusal);
    const retryAfter = RETRY_AFTER_SECONDS[refusal.code];
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    if (refusal.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
    if (refusal.code === 'unsupportedEncoding') reply.header('accept-encoding', 'gzip, identity');
    // A client that was told to wait for 100 has sent no body, and may or may not do so now.
    if (awaitingContinue.has(request.raw)) reply.header('connection', 'close');
    else reply.raw.once('finish', () => discardRest(request, settings.maxBodyBytes));
    return reply.status(refusal.status).send(refusal.body());
  });
  return app;
}

/**
 * Lets a refused client finish sending, so that it gets to read its answer; the bytes are thrown away, and not without
 * end: beyond as much as a whole body the connection is cut.
 */
function discardRest(request: FastifyRequest, maxBytes: number): void {
  const { raw } = request;
  raw.unpipe();
  let bytes = 0;
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) raw.socket.destroy();
  });
  raw.resume();
}

function toRefusal(error: FastifyError): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof TributaryError) return fromIntake(error);
  if (error.statusCode === 415) return new Refusal('unsupportedType', 'the content type is not type/subtype');
  if (error.statusCode === 413) return new Refusal('tooLarge', error.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new Refusal('badRequest', error.message);
  }
  return new Refusal('internal', 'this is a mistake of the agent; its log says more');
}

function fromIntake(error: TributaryError): Refusal {
  if (error.code === 'bufferFull') return new Refusal('bufferFull', "the agent's buffer is full");
  if (error.code === 'overloaded') return new Refusal('overloaded', 'too many requests are waiting');
  if (error.code === 'tooLarge') return new Refusal('tooLarge', error.reason);
  if (error.code === 'badRequest') return new Refusal('badRequest', error.reason);
  if (error.code === 'closed' || error.code === 'bufferFailed') return new Refusal('closed', 'the agent is stopping');
  return new Refusal('internal', 'this is a mistake of the agent; its log says more');
}

/** What Node could not read as HTTP, or what came too slowly: answered in the form of all others, then cut. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const refusal = slow
    ? new Refusal('timeout', 'the request did not arrive in time')
    : new Refusal('badRequest', `this is not HTTP that can be read (${error.code ?? error.message})`);
  const body = JSON.stringify(refusal.body());
  const status = slow ? '408 Request Timeout' : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  if (socket.writable) socket.write(head + body);
  socket.destroySoon();
}
