/**
 * Takes records over HTTP: `POST /topics/{topic}`, answered only once they are on disk.
 *
 * Bodies, by content type:
 * - newline-delimited JSON (`application/x-ndjson`, `application/ndjson`, `application/jsonl` and the like): each line is
 *   one record's value, its bytes as sent, checked to be JSON; blank lines are skipped;
 * - `application/vnd.tributary.records+ndjson`: each line an envelope (envelope.ts);
 * - anything else, none included: the body is one record's value, byte for byte; an empty body is an empty value, and a
 *   tombstone with `?null=true`.
 * Key, partition, timestamp and headers of the first and last form: terms.ts. Partition: the one asked for, else the
 * key's as Kafka's default partitioner has it over the topic's configured number, else 0. `Content-Encoding: gzip`.
 *
 * Answers: 200 `{"topic", "records", "repeated", "request"}`, after the records are durable, all of them or none; else
 * `{"code", "message", "line"?}` (refusal.ts), nothing taken. 429 and 503 carry `Retry-After`. Only a request that got no
 * answer may have been taken: send it again with the same `Idempotency-Key`.
 * A key stands for one request to one topic: a repeat gets `"repeated": true` and is not taken again; the same key with
 * another body or other terms is refused (422) where it is still known what it stood for (the newest keys of this run),
 * and answered as a repeat otherwise.
 *
 * Bounds: connections, requests, bytes of bodies in memory, records a request, time a request.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { isLoopback, listenText } from '../../../shared/config/address.ts';
import { crashPoint } from '../../../shared/crashPoint.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import { isTopicName } from '../../../shared/identity.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { Capture, Captured, CaptureOutcome, Intake } from '../../stages.ts';
import { recordsCaptured } from '../events.ts';
import type { Source, SourceState } from '../source.ts';
import { TopicLabels } from '../topicLabels.ts';
import { checkBodyHeaders, overloaded, readBody } from './body.ts';
import { Budget, type Share } from './budget.ts';
import { httpListening, httpOpenToAll, httpRefused, httpRepeated, httpRequestFailed } from './events.ts';
import { type HttpSettings, type HttpSourceOptions, withDefaults } from './options.ts';
import { RecentKeys } from './recentKeys.ts';
import { type BodyForm, bodyForm, makeRecords } from './records.ts';
import { Refusal } from './refusal.ts';
import { awaitingContinue, makeServer } from './server.ts';
import { readTerms, type Terms } from './terms.ts';

type Once = Required<Pick<Capture, 'idempotencyKey' | 'idempotencyDigest'>>;

/** Partitions that a client may ask for where nothing is configured. */
const FREE_PARTITIONS = 100;

/** What a record costs in memory beside the bytes of the body. */
const RECORD_OVERHEAD_BYTES = 256;
/** How long a refusal for want of room shows in the state, where no later request has been taken. */
const FULL_SHOWN_MS = 30_000;

export class HttpSource implements Source {
  readonly #settings: HttpSettings;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #budget: Budget;
  readonly #labels = new TopicLabels();
  readonly #recentKeys = new RecentKeys();
  readonly #allowed: ReadonlySet<string> | null;
  readonly #tokenHash: Buffer | null;
  /** Names requests over restarts too. */
  readonly #run = randomBytes(4).toString('hex');
  #requests = 0;
  #app: FastifyInstance | null = null;
  #intake: Intake | null = null;
  #state: SourceState;
  #fullAtMs: number | null = null;

  constructor(options: HttpSourceOptions, parts: { telemetry: Telemetry; clock: Clock }) {
    this.#settings = withDefaults(options);
    this.#telemetry = parts.telemetry;
    this.#clock = parts.clock;
    this.#budget = new Budget(this.#settings.maxPendingBytes, this.#settings.maxPendingRequests);
    this.#allowed = options.topics ? new Set(options.topics) : null;
    this.#tokenHash = options.token === undefined ? null : hash(options.token);
    this.#state = { name: this.#settings.name, state: 'starting' };
  }

  /** @throws TributaryError `configInvalid` where the address can't be listened on */
  async open(intake: Intake): Promise<void> {
    const { listen, name } = this.#settings;
    this.#intake = intake;
    this.#app = makeServer(this.#settings, this.#answers(), () => this.#nextRequestId());
    try {
      await this.#app.listen({ host: listen.host, port: listen.port });
    } catch (error) {
      this.#state = { name, state: 'failed', reason: reasonOf(error) };
      await this.#app.close();
      throw new TributaryError({
        code: 'configInvalid',
        operation: 'listen',
        subject: `source ${name} at ${listenText(listen)}`,
        reason: reasonOf(error),
        hint: 'Choose another address, or stop what holds it.',
        retry: 'final',
        cause: error,
      });
    }
    const address = listenText({ host: listen.host, port: this.port });
    this.#state = { name, state: 'running' };
    this.#telemetry.emit(httpListening, { source: name, address });
    if (!isLoopback(listen.host) && !this.#tokenHash) this.#telemetry.emit(httpOpenToAll, { source: name, address });
  }

  /** Where it listens; of use where the configured port is 0. */
  get port(): number {
    return (this.#app?.server.address() as AddressInfo | null)?.port ?? 0;
  }

  async close(): Promise<void> {
    const app = this.#app;
    if (!app) return;
    this.#state = { ...this.#state, state: 'waiting', reason: 'closing' };
    this.#intake = null;
    const timer = setTimeout(() => app.server.closeAllConnections(), this.#settings.closeTimeoutMs);
    await app.close();
    clearTimeout(timer);
    this.#app = null;
  }

  state(): SourceState {
    const full = this.#fullAtMs !== null && this.#clock.monotonicMs() - this.#fullAtMs < FULL_SHOWN_MS;
    if (full && this.#state.state === 'running') {
      return { ...this.#state, state: 'waiting', reason: "the agent's buffer is full" };
    }
    return this.#state;
  }

  #nextRequestId(): string {
    this.#requests += 1;
    return `${this.#run}-${this.#requests.toString(36)}`;
  }

  #answers() {
    const source = this.#settings.name;
    return {
      closing: () => this.#intake === null,
      take: (request: FastifyRequest, reply: FastifyReply) => this.#take(request, reply),
      refused: (request: FastifyRequest, { code, message }: Refusal) =>
        this.#telemetry.emit(httpRefused, { source, request: request.id, code, message }),
      failed: (request: FastifyRequest, error: unknown) =>
        this.#telemetry.emit(httpRequestFailed, { source, request: request.id, error }),
    };
  }

  async #take(request: FastifyRequest, reply: FastifyReply): Promise<object> {
    this.#checkToken(request);
    if (!this.#intake) throw new Refusal('closed', 'the agent is stopping');
    const topic = this.#checkTopic((request.params as { topic: string }).topic);
    const terms = readTerms(request.raw);
    const share = this.#budget.enter();
    if (!share) throw overloaded();
    try {
      return await this.#takeBody(request, reply, topic, terms, share);
    } finally {
      share.leave();
    }
  }

  async #takeBody(request: FastifyRequest, reply: FastifyReply, topic: string, terms: Terms, share: Share) {
    const { maxBodyBytes, maxRecordsPerRequest } = this.#settings;
    const bounds = { maxBodyBytes, share };
    checkBodyHeaders(request.raw, bounds);
    if (awaitingContinue.delete(request.raw)) reply.raw.writeContinue();
    const body = await readBody(request.raw, bounds);
    const form = bodyForm(request.headers['content-type']);
    const partitions = this.#partitionsOf(topic);
    const source = `http:${request.id}`;
    const nowMs = this.#clock.now();
    const partitionLimit = this.#partitionLimitOf(topic);
    const making = { topic, partitions, partitionLimit, terms, nowMs, source, maxRecords: maxRecordsPerRequest };
    const records = makeRecords(form, body, making);
    if (!share.grow(records.length * RECORD_OVERHEAD_BYTES)) throw overloaded();
    return { topic, ...(await this.#capture(topic, records, body, form, terms)), request: request.id };
  }

  async #capture(topic: string, records: Captured[], body: Buffer, form: BodyForm, terms: Terms) {
    if (records.length === 0) return { records: 0, repeated: false };
    if (!this.#intake) throw new Refusal('closed', 'the agent is stopping');
    const sourcePartitions = new Map([[topic, this.#partitionsOf(topic)]]);
    const once = terms.idempotencyKey === null ? null : this.#once(topic, terms.idempotencyKey, body, form, terms);
    crashPoint('agent.source.read');
    const outcome = await this.#captured(this.#intake, { records, sourcePartitions, ...once });
    if (outcome.repeated) this.#repeated(outcome, once);
    else {
      if (once) this.#recentKeys.remember(once.idempotencyKey, once.idempotencyDigest);
      const facts = { topic: this.#labels.of(topic), records: records.length, bytes: bytesOf(records) };
      this.#telemetry.emit(recordsCaptured, { source: this.#settings.name, ...facts });
    }
    return { records: outcome.records, repeated: outcome.repeated };
  }

  #once(topic: string, key: string, body: Buffer, form: BodyForm, terms: Terms): Once {
    return { idempotencyKey: `http:${topic}:${key}`, idempotencyDigest: digestOf(body, form, terms) };
  }

  #repeated(outcome: CaptureOutcome, once: Once | null): void {
    const before = outcome.idempotencyDigest ?? (once && this.#recentKeys.digestOf(once.idempotencyKey));
    if (once && before && before !== once.idempotencyDigest) {
      throw new Refusal('idempotencyConflict', 'this Idempotency-Key was used for another request');
    }
    this.#telemetry.emit(httpRepeated, { source: this.#settings.name });
  }

  async #captured(intake: Intake, capture: Capture) {
    try {
      const outcome = await intake.capture(capture);
      this.#fullAtMs = null;
      return outcome;
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'bufferFull') {
        this.#fullAtMs = this.#clock.monotonicMs();
      }
      if (error instanceof TributaryError && error.code === 'bufferFailed') {
        this.#state = { name: this.#settings.name, state: 'failed', reason: error.reason };
      }
      throw error;
    }
  }

  #checkToken(request: FastifyRequest): void {
    if (!this.#tokenHash) return;
    const sent = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(hash(sent), this.#tokenHash)) return;
    throw new Refusal('unauthorized', 'send Authorization: Bearer with the token of this source');
  }

  #checkTopic(topic: string): string {
    if (!isTopicName(topic)) {
      throw new Refusal('badRequest', 'a topic name is 1 to 249 of A-Z a-z 0-9 . _ - and not "." or ".."');
    }
    if (!this.#allowed || this.#allowed.has(topic)) return topic;
    throw new Refusal('topicNotAllowed', `topic "${topic}" is not one that this source takes`);
  }

  /** A topic that the configuration does not name takes what a client asks for, within reason. */
  #partitionLimitOf(topic: string): number {
    const known = this.#partitionsOf(topic);
    return Object.hasOwn(this.#settings.topicPartitions, topic) ? known : Math.max(known, FREE_PARTITIONS);
  }

  #partitionsOf(topic: string): number {
    const { topicPartitions, partitions } = this.#settings;
    return Object.hasOwn(topicPartitions, topic) ? topicPartitions[topic]! : partitions;
  }
}

/** Tokens are compared as hashes: of one length, in constant time. */
const hash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

function bytesOf(records: readonly Captured[]): number {
  let bytes = 0;
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}

/** What an idempotency key stands for: the body and everything beside it that makes the records. */
function digestOf(body: Buffer, form: BodyForm, terms: Terms): string {
  const { key, partition, timestamp, headers, tombstone } = terms;
  const hex = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null;
  const pairs = headers.map(([name, value]) => [hex(name), hex(value)]);
  const text = JSON.stringify([form, hex(key), partition, timestamp, pairs, tombstone]);
  return createHash('sha256').update(text).update(body).digest('hex').slice(0, 32);
}
