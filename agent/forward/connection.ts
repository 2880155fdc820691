/**
 * One TCP or TLS connection to the hub, and what is pipelined on it.
 *
 * - Requests are written in the order of their calls and answered in that order (HTTP/1.1 pipelining). undici pipelines
 *   a POST only if it is marked idempotent and not `blocking`, and has a Buffer for its body.
 * - It never connects a second time. undici would send again by itself on a new connection; that would be behind the
 *   forwarder's back. So its client is destroyed within the event that says that the connection is gone: everything that
 *   is unanswered fails then, and the owner makes a new connection when it wants one.
 * - Answers are bounded in size (headers too), and in time.
 *
 * Lifecycle: constructed unconnected; the first {@link HubConnection.post} connects; gone for good after a loss of the
 * connection or {@link HubConnection.close}. `onGone` is called once, synchronously.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Client, type Dispatcher } from 'undici';
import { bounds, CONTENT_TYPE, DIGEST_HEADER, digestOf } from '../../shared/wire/index.ts';
import { bodyOf, type HttpAnswer, unreachable } from './fault.ts';

export interface HubTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** Where the hub is, and how an agent proves who it is. The configuration checks that plain http stays on this machine. */
export interface HubAddress {
  /** `https://host:port`, or `http://` on loopback. */
  readonly url: string;
  readonly token?: string;
  readonly tls?: HubTls;
}

export interface ConnectionOptions {
  readonly hub: HubAddress;
  /** Requests that may be on the wire unanswered. */
  readonly pipelining: number;
  readonly connectTimeoutMs: number;
  /** Longest pause within an answer. */
  readonly bodyTimeoutMs: number;
  readonly userAgent: string;
  /** Called once, when no request can be answered here any more. */
  readonly onGone?: () => void;
}

export interface Post {
  readonly path: string;
  readonly body: Buffer;
  /** From when all earlier requests of this connection are answered (or from sending, if later) to the answer's headers. */
  readonly answerTimeoutMs: number;
  /** Called when all of it was handed to the kernel or its send queue. */
  readonly onWritten?: () => void;
}

/** Idle connections are kept known to routers, which forget them after a minute or more. */
const KEEP_ALIVE_MS = 20_000;

/** What the stages know of a connection. */
export interface HubLine {
  /** True once nothing can be sent here any more. */
  readonly gone: boolean;
  /** @throws HubFault */
  post(post: Post): Promise<Buffer>;
  /** Fails what is unanswered. */
  close(): void;
}
/** Makes one, unconnected. */
export type Dial = (options: ConnectionOptions) => HubLine;

export const dialHub: Dial = (options) => new HubConnection(options);

export class HubConnection implements HubLine {
  readonly #options: ConnectionOptions;
  readonly #client: Client;
  readonly #headers: Record<string, string>;
  readonly #subject: string;
  /** Of the address, where the hub is behind one: `/tributary`. */
  readonly #prefix: string;
  #gone = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const url = new URL(options.hub.url);
    this.#subject = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#client = new Client(url.origin, {
      pipelining: options.pipelining,
      allowH2: false,
      maxResponseSize: bounds.smallBodyBytes,
      maxHeaderSize: 16 * 1024,
      bodyTimeout: options.bodyTimeoutMs,
      // An idle connection is kept as long as the hub keeps it.
      keepAliveTimeout: 10 * 60_000,
      connect: {
        ...{ timeout: options.connectTimeoutMs, noDelay: true },
        // For what is in between (NAT), not to find dead peers: the kernel takes minutes for that, the time-outs seconds.
        ...{ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
        ...options.hub.tls,
      },
    });
    this.#client.on('disconnect', (_url, _targets, error) => this.#lost(error));
    this.#client.on('connectionError', (_url, _targets, error) => this.#lost(error));
    this.#headers = {
      'content-type': CONTENT_TYPE,
      accept: CONTENT_TYPE,
      'user-agent': options.userAgent,
      ...(options.hub.token === undefined ? {} : { authorization: `Bearer ${options.hub.token}` }),
    };
  }

  /** True once nothing can be sent here any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /**
   * Sends one request; resolves with the body of an answer 200 of the hub.
   * @throws HubFault
   */
  async post({ path, body, answerTimeoutMs, onWritten }: Post): Promise<Buffer> {
    try {
      const answer = await new Promise<HttpAnswer>((resolve, reject) => {
        const handler = new AnswerHandler(resolve, reject, onWritten);
        const request = {
          method: 'POST',
          path: this.#prefix + path,
          headers: { ...this.#headers, [DIGEST_HEADER]: digestOf(body) },
          body,
          headersTimeout: answerTimeoutMs,
        } as const;
        this.#client.dispatch({ ...request, idempotent: true, blocking: false }, handler);
      });
      // A date to wait for is beside the answer's own: this machine's clock may be wrong.
      return bodyOf(answer, this.#subject, Date.parse(answer.date ?? ''));
    } catch (error) {
      throw unreachable(error, this.#subject);
    }
  }

  /** Fails what is unanswered. */
  close(): void {
    this.#lost(null);
  }

  #lost(error: Error | null): void {
    if (this.#gone) return;
    this.#gone = true;
    // Within undici's own event: it has not yet begun to connect again.
    this.#client.destroy(error).catch(() => undefined);
    this.#options.onGone?.();
  }
}

/** Collects one answer; its size is bounded by the client. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onWritten: (() => void) | undefined;
  readonly #chunks: Buffer[] = [];
  #head: Omit<HttpAnswer, 'body'> = { status: 0, contentType: '', retryAfter: '' };

  constructor(resolve: (answer: HttpAnswer) => void, reject: (error: unknown) => void, onWritten?: () => void) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onWritten = onWritten;
  }

  onRequestStart(): void {}

  /** Not in undici's types, but called by its client. */
  onRequestSent(): void {
    this.#onWritten?.();
  }

  onResponseStart(_controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    const digest = headers[DIGEST_HEADER];
    this.#head = {
      status,
      contentType: textOf(headers['content-type']),
      retryAfter: textOf(headers['retry-after']),
      date: textOf(headers.date),
      ...(digest === undefined ? {} : { digest: textOf(digest) }),
    };
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  onResponseEnd(): void {
    this.#resolve({ ...this.#head, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}

function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? (header[0] ?? '') : (header ?? '');
}
