/** One connection to one broker: dial, learn what it speaks, send and await requests, be silent when it asks for that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, Reader, TimeoutError } from '@platformatic/kafka';
import { TributaryError } from '../errors.ts';
import { answeredWith, noAnswer } from './failures.ts';
import {
  type Address,
  addressText,
  DEFAULT_CLIENT_ID,
  DEFAULT_CONNECT_TIMEOUT_MS,
  type KafkaSettings,
  toConnectionOptions,
} from './settings.ts';
import { Throttles } from './throttle.ts';
import type { WireApi } from './wire/api.ts';
import { type ApiVersionsResponse, apiVersions } from './wire/apiVersions.ts';

/** Brokers close connections that were idle for 10 minutes; a request must not run into that. */
const IDLE_LIMIT_MS = 9 * 60_000;
/** Part of a SASL session's lifetime in which new requests are begun. */
const SESSION_SHARE = 0.8;

export interface ConnectionWatch {
  readonly throttles?: Throttles;
  /** Called when a request was not answered in its time; the connection is closed then. */
  readonly onUnanswered?: (by: RawConnection) => void;
}

export class RawConnection {
  readonly address: Address;
  readonly #connection: Connection;
  readonly #throttles: Throttles;
  readonly #ended = new AbortController();
  #silentUntilMs = 0;
  #silence: Promise<void> | null = null;
  readonly #onUnanswered: (by: RawConnection) => void;
  #versions: ApiVersionsResponse = { errorCode: 0, ranges: new Map(), features: new Map() };
  #lastUsedMs = performance.now();
  #sessionEndsMs = Number.POSITIVE_INFINITY;
  #pending = 0;
  #closing = false;
  #lossReason: unknown = null;

  private constructor(settings: KafkaSettings, address: Address, watch: ConnectionWatch) {
    this.address = address;
    this.#throttles = watch.throttles ?? new Throttles(null);
    this.#onUnanswered = watch.onUnanswered ?? (() => {});
    const options = toConnectionOptions(settings, address, (lifetimeMs) => {
      this.#sessionEndsMs = performance.now() + lifetimeMs * SESSION_SHARE;
    });
    this.#connection = new Connection(settings.clientId ?? DEFAULT_CLIENT_ID, options);
    // Every waiting request hears of a loss by its own callback, but not of the reason, which comes here: a TLS alert (the
    // broker does not like our certificate) follows on a handshake that has succeeded.
    this.#connection.on('error', (error: unknown) => {
      this.#lossReason = error;
    });
  }

  /** @throws TributaryError `brokerUnavailable`, `brokerRefused` (wrong credentials) */
  static async open(settings: KafkaSettings, address: Address, watch: ConnectionWatch = {}): Promise<RawConnection> {
    const raw = new RawConnection(settings, address, watch);
    try {
      await raw.#connection.connect(address.host, address.port);
      raw.#versions = await raw.#hello(settings.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
    } catch (error) {
      raw.close();
      if (error instanceof TributaryError) throw error;
      throw connectFailure(address, error);
    }
    if (raw.#versions.errorCode !== 0) {
      raw.close();
      throw answeredWith('connect to Kafka', addressText(address), raw.#versions.errorCode);
    }
    return raw;
  }

  /** A process that hangs still takes connections: what it speaks must be answered in the time of a connection, too. */
  async #hello(withinMs: number): Promise<ApiVersionsResponse> {
    const timer = setTimeout(() => this.close(), withinMs);
    try {
      return await this.send(apiVersions, null);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the broker speaks, and the cluster's feature levels when the connection was made. */
  get versions(): ApiVersionsResponse {
    return this.#versions;
  }

  /** Whether a request may still be begun here. */
  get usable(): boolean {
    const now = performance.now();
    return this.#connection.isConnected() && now < this.#sessionEndsMs && now - this.#lastUsedMs < IDLE_LIMIT_MS;
  }

  /** Whether it ended without being closed here: the broker went away, or the way to it. */
  get lost(): boolean {
    return !this.#closing && !this.#connection.isConnected();
  }

  /** How long the broker still wants silence here; what is sent meanwhile waits. */
  get silentForMs(): number {
    return Math.max(0, this.#silentUntilMs - performance.now());
  }

  /** Whether the broker throttles such requests now, or did a moment ago. */
  throttles(api: WireApi<never, unknown>): boolean {
    return this.#throttles.lately(addressText(this.address), api.name);
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#pending === 0;
  }

  speaks(api: WireApi<never, unknown>): boolean {
    return this.#versionFor(api) !== null;
  }

  #versionFor(api: WireApi<never, unknown>): number | null {
    if (api.key === apiVersions.key) return api.max;
    const range = this.#versions.ranges.get(api.key);
    if (!range || range.min > api.max || range.max < api.min) return null;
    return Math.min(api.max, range.max);
  }

  /**
   * Sends a request and resolves with its decoded answer, whatever error codes that holds.
   * @throws TributaryError `brokerUnavailable`: no answer; the broker may or may not have acted. `brokerRefused`: it was not
   *   sent, since the broker does not speak a version of it that is spoken here.
   */
  send<Q, A>(api: WireApi<Q, A>, request: Q): Promise<A> {
    const version = this.#versionFor(api);
    if (version === null) return Promise.reject(this.#tooOld(api));
    this.#lastUsedMs = performance.now();
    this.#pending += 1;
    // What waits goes on in its order, before anything new.
    if (this.#silence === null && this.silentForMs === 0) return this.#send(api, version, request);
    this.#silence ??= this.#beSilent();
    return this.#silence.then(() => this.#send(api, version, request));
  }

  #beSilent(): Promise<void> {
    const silence = this.#untilItMaySpeak();
    silence.then(() => {
      this.#silence = null;
    });
    return silence;
  }

  async #untilItMaySpeak(): Promise<void> {
    const { signal } = this.#ended;
    for (let ms = this.silentForMs; ms > 0 && !signal.aborted; ms = this.silentForMs) {
      await sleep(Math.ceil(ms), undefined, { signal }).catch(() => {});
    }
  }

  #send<Q, A>(api: WireApi<Q, A>, version: number, request: Q): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      this.#connection.send<A>(
        api.key,
        version,
        () => api.encode(request, version),
        (_correlationId, _key, spoken, reader) => api.decode(contiguous(reader), spoken),
        true,
        api.taggedResponseHeader,
        (error, answer) => {
          this.#pending -= 1;
          this.#lastUsedMs = performance.now();
          if (error instanceof TimeoutError) this.#onUnanswered(this);
          if (error) reject(noAnswer(`${api.name} request`, addressText(this.address), this.#lossReason ?? error));
          else {
            this.#obey(api.name, api.throttleMs?.(answer as A) ?? null);
            resolve(answer as A);
          }
        },
      );
    });
  }

  /** Null: such an answer does not say it. */
  #obey(api: string, ms: number | null): void {
    if (ms === null) return;
    this.#throttles.heard(addressText(this.address), api, ms);
    if (ms > 0) this.#silentUntilMs = Math.max(this.#silentUntilMs, performance.now() + ms);
  }

  #tooOld(api: WireApi<never, unknown>): TributaryError {
    const range = this.#versions.ranges.get(api.key);
    return new TributaryError({
      code: 'brokerRefused',
      operation: `${api.name} request`,
      subject: addressText(this.address),
      reason: `versions ${api.min} to ${api.max} are needed, the broker speaks ${range ? `${range.min} to ${range.max}` : 'none'}`,
      hint: 'Kafka 3.1 or newer is needed.',
      retry: 'final',
    });
  }

  /** Requests under way fail as unanswered. */
  close(): void {
    this.#closing = true;
    this.#ended.abort();
    this.#connection.close().catch(() => {});
  }

  /** Closes once nothing is under way any more; for a connection that is only too old to begin something new. */
  retire(): void {
    const timer = setInterval(() => {
      if (this.#pending > 0 && this.#connection.isConnected()) return;
      clearInterval(timer);
      this.close();
    }, 100);
    timer.unref();
  }
}

/** The library keeps an answer as the chunks that arrived; one copy makes reads cheap and byte fields single views. */
function contiguous(reader: Reader): Reader {
  return Reader.from(reader.buffer.slice(reader.position));
}

/** A broker does not take the credentials: until somebody mends them, there or here. */
export const isLoginRefused = (error: unknown): boolean =>
  error instanceof TributaryError && error.code === 'brokerRefused' && error.operation === LOGIN;

const LOGIN = 'log in to Kafka';

function connectFailure(address: Address, error: unknown): TributaryError {
  const text = addressText(address);
  const unauthenticated = error instanceof Error && /authenticat|SASL/i.test(`${error.message} ${error.cause ?? ''}`);
  if (!unauthenticated) return noAnswer('connect to Kafka', text, error);
  return new TributaryError({
    code: 'brokerRefused',
    operation: LOGIN,
    subject: text,
    reason: error instanceof Error && error.cause instanceof Error ? error.cause.message : 'authentication failed',
    hint: 'Check sasl.mechanism, username and password.',
    retry: 'final',
    cause: error,
  });
}
