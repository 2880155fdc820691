/**
 * The operator's door: an HTTP server on a Unix socket beside the buffer, `<buffer.path>.sock`.
 *
 *     GET  /status       the agent's own status: totals, places, and what becomes of its buffer
 *     GET  /link         how it stands with the hub, and what there is to decide
 *     POST /link/retry   tries again now, instead of in a minute
 *     POST /link/accept  the word on a hub: `{"hub": {...}, "lost": 400}`; answered once it is durable
 *
 * A socket, not the telemetry address: that one may be open to the whole network, and whoever opens a page in a browser or
 * an account on this machine must not be able to give up records. Only the agent's user (and root) may open the file.
 * The buffer's lock says that nobody else listens there, so what a killed run has left is removed.
 *
 * An agent works without this door: where it can't be made (the path is too long for a socket), that is said, and it goes on.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { reasonOf, TributaryError } from '../../shared/errors.ts';
import type { EdgeId } from '../../shared/identity.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Accepted, HubQuestion } from '../forward/word.ts';
import { operatorDoorShut } from './events.ts';
import type { AgentStatus } from './status.ts';

export type { AgentStatus } from './status.ts';

/** What `GET /link` says. */
export interface LinkAnswer {
  readonly edge: EdgeId;
  readonly link: AgentStatus['link'];
  readonly linkSinceMs: number;
  readonly linkReason: string;
  readonly hub: HubQuestion['known'];
  readonly hubTerm: number;
  /** Null: nothing waits for a word. */
  readonly question: HubQuestion | null;
}

export interface OperatorDoorOptions {
  readonly path: string;
  readonly telemetry: Telemetry;
  readonly status: () => AgentStatus;
  readonly look: () => LinkAnswer;
  readonly accept: (accepted: Accepted) => HubQuestion;
  readonly retry: () => void;
}

/** `sun_path` of a socket's address, on the narrowest system. */
const MAX_PATH_BYTES = 103;
const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_MS = 10_000;

export const doorPath = (bufferPath: string): string => `${bufferPath}.sock`;

export class OperatorDoor {
  readonly #server: Server;
  readonly #path: string;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  /** Null where it can't be had: the event `operator_door_shut` says why. */
  static async open(options: OperatorDoorOptions): Promise<OperatorDoor | null> {
    const { path, telemetry } = options;
    const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
      void answer(request, response, options);
    });
    try {
      if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new Error(`its path is longer than ${MAX_PATH_BYTES} bytes`);
      rmSync(path, { force: true });
      await listenPrivately(server, path);
    } catch (error) {
      telemetry.emit(operatorDoorShut, { path, reason: reasonOf(error) });
      return null;
    }
    return new OperatorDoor(server, path);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    rmSync(this.#path, { force: true });
  }
}

/** Made with the rights that it keeps: there is no moment at which others could open it. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    const listening = new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    process.umask(mask);
    await listening;
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
}

async function answer(request: IncomingMessage, response: ServerResponse, options: OperatorDoorOptions): Promise<void> {
  const { status, body } = await handle(request, options).catch(failed);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

function failed(error: unknown): Reply {
  const status = error instanceof TributaryError && error.code === 'badRequest' ? 409 : 500;
  return { status, body: error instanceof TributaryError ? error : { reason: reasonOf(error) } };
}

async function handle(request: IncomingMessage, { status, look, accept, retry }: OperatorDoorOptions): Promise<Reply> {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /status') return { status: 200, body: status() };
  if (asked === 'GET /link') return { status: 200, body: look() };
  if (asked === 'POST /link/accept') return { status: 200, body: accept(acceptedOf(await bodyOf(request))) };
  if (asked === 'POST /link/retry') {
    retry();
    return { status: 200, body: look() };
  }
  return { status: 404, body: { reason: `there is no ${asked.slice(0, 100)}` } };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw malformed('it is too long');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw malformed(reasonOf(error));
  }
}

function acceptedOf(body: unknown): Accepted {
  const { hub, lost } = (body ?? {}) as { hub?: Partial<Accepted['hub']>; lost?: unknown };
  const { clusterId, ledgerTopicId, shards } = hub ?? {};
  if (typeof clusterId !== 'string' || typeof ledgerTopicId !== 'string' || typeof shards !== 'number') {
    throw malformed('it names no hub');
  }
  if (typeof lost !== 'number' || !Number.isSafeInteger(lost) || lost < 0) throw malformed('it names no loss');
  return { hub: { clusterId, ledgerTopicId, shards }, lost };
}

const malformed = (reason: string): TributaryError =>
  new TributaryError({ code: 'badRequest', operation: 'read word', subject: 'its body', reason, retry: 'final' });
