/**
 * Rates that a flow and its topics must not exceed: token buckets, asked before a partition is fetched.
 *
 * - A bucket holds one second's worth at most, which is the burst. What a fetch brings is known only afterwards, so a bucket
 *   may go below zero; then nothing is fetched until that is paid. In the long run the rate is kept.
 * - Limited, a fetch asks for about a quarter of a second's worth. Kafka gives a whole batch at least.
 * - Where several processes share a flow each keeps to its share: the part of the flow's (or topic's) partitions that it has.
 */
import type { Clock } from '../../../shared/clock.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { KIB } from '../../../shared/limits.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { pullLimited } from './events.ts';
import { flowText } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { FlowLimits, FlowName, RateLimit } from './settings.ts';

/** In `topics`: each topic that is not named, by itself. */
export const EVERY_TOPIC = '*';

const PER_FETCH = 4;
const MIN_FETCH_BYTES = KIB;
/** Until there were records. */
const GUESSED_RECORD_BYTES = 256;
/** Time without tokens is reported in steps of that much. */
const REPORT_MS = 20;

class Bucket {
  readonly rate: number;
  #tokens: number;
  #atMs: number;

  constructor(rate: number, nowMs: number, tokens: number) {
    this.rate = rate;
    this.#tokens = tokens;
    this.#atMs = nowMs;
  }

  #refill(nowMs: number, share: number): number {
    const rate = this.rate * share;
    this.#tokens = Math.min(rate, this.#tokens + ((nowMs - this.#atMs) * rate) / 1_000);
    this.#atMs = nowMs;
    return this.#tokens;
  }

  /** Until there is something in it. */
  waitMs(nowMs: number, share: number): number {
    const tokens = this.#refill(nowMs, share);
    return tokens > 0 ? 0 : ((1 - tokens) * 1_000) / (this.rate * share);
  }

  spend(amount: number): void {
    this.#tokens -= amount;
  }

  /** Another rate from now on; what it owes stays owed. */
  at(rate: number, nowMs: number, share: number): Bucket {
    return new Bucket(rate, nowMs, Math.min(rate * share, this.#refill(nowMs, share)));
  }
}

/** A flow, or one of its topics. */
class Limited {
  /** Of what it has, here. */
  share = 1;
  partitions = 1;
  readonly #report: (ms: number) => void;
  #bytes: Bucket | null = null;
  #records: Bucket | null = null;
  #recordBytes = GUESSED_RECORD_BYTES;
  #emptySinceMs: number | null = null;

  constructor(report: (ms: number) => void) {
    this.#report = report;
  }

  set({ maxBytesPerSecond, maxRecordsPerSecond }: RateLimit, nowMs: number): void {
    const bucket = (known: Bucket | null, rate: number | null | undefined): Bucket | null => {
      if (rate == null || rate === known?.rate) return rate == null ? null : known;
      return known?.at(rate, nowMs, this.share) ?? new Bucket(rate, nowMs, rate * this.share);
    };
    this.#bytes = bucket(this.#bytes, maxBytesPerSecond);
    this.#records = bucket(this.#records, maxRecordsPerSecond);
  }

  /** 0: it may be fetched. */
  waitMs(nowMs: number): number {
    const [bytes, records] = [this.#bytes, this.#records].map((bucket) => bucket?.waitMs(nowMs, this.share) ?? 0);
    const waitMs = Math.max(bytes!, records!);
    const sinceMs = this.#emptySinceMs;
    if (sinceMs !== null && (waitMs === 0 || nowMs - sinceMs >= REPORT_MS)) {
      if (nowMs > sinceMs) this.#report(nowMs - sinceMs);
      this.#emptySinceMs = null;
    }
    if (waitMs > 0) this.#emptySinceMs ??= nowMs;
    return waitMs;
  }

  spend(bytes: number, records: number): void {
    this.#bytes?.spend(bytes);
    this.#records?.spend(records);
    if (records > 0) this.#recordBytes += (bytes / records - this.#recordBytes) / 4;
  }

  /** What one fetch should bring; a power of two, so that a fetch session hears of few changes. */
  get fetchBytes(): number {
    const bytes = this.#bytes?.rate ?? Number.POSITIVE_INFINITY;
    const records = this.#records?.rate ?? Number.POSITIVE_INFINITY;
    const wanted = (Math.min(bytes, records * this.#recordBytes) * this.share) / PER_FETCH;
    return Number.isFinite(wanted) ? 2 ** Math.floor(Math.log2(Math.max(MIN_FETCH_BYTES, wanted))) : wanted;
  }
}

export class Limiter {
  readonly #name: FlowName;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #flow: Limited;
  readonly #topics = new Map<string, Limited>();
  #limits: FlowLimits = {};
  /** By topic: how many partitions it has, and how many of them are copied here. */
  #counts: ReadonlyMap<string, { all: number; own: number }> = new Map();

  constructor(name: FlowName, telemetry: Telemetry, clock: Clock) {
    this.#name = name;
    this.#telemetry = telemetry;
    this.#clock = clock;
    this.#flow = this.#limited('flow');
  }

  get limits(): FlowLimits {
    return this.#limits;
  }

  /** What is given takes the place of what was. @throws TributaryError `configInvalid` */
  set({ flow = this.#limits.flow, topics = this.#limits.topics }: FlowLimits): void {
    for (const [where, limit] of Object.entries({ ...topics, [flowText(this.#name)]: flow ?? {} })) check(where, limit);
    this.#limits = { ...(flow ? { flow } : {}), ...(topics ? { topics } : {}) };
    this.#flow.set(flow ?? {}, this.#clock.monotonicMs());
    for (const topic of this.#topics.keys()) this.#setTopic(topic);
  }

  /** To be told whenever partitions come, go or change hands. */
  share(partitions: Iterable<Partition>): void {
    const counts = new Map<string, { all: number; own: number }>();
    let [all, own] = [0, 0];
    for (const { spec, state } of partitions) {
      const count = counts.get(spec.topic) ?? { all: 0, own: 0 };
      counts.set(spec.topic, count);
      count.all += 1;
      all += 1;
      if (state.kind === 'unowned') continue;
      count.own += 1;
      own += 1;
    }
    this.#counts = counts;
    this.#flow.share = shareOf({ all, own });
    for (const topic of this.#topics.keys()) {
      if (counts.has(topic)) this.#setTopic(topic);
      else this.#topics.delete(topic);
    }
  }

  /** Until the flow may fetch again; 0: now. */
  flowWaitMs(): number {
    return this.#limits.flow ? this.#flow.waitMs(this.#clock.monotonicMs()) : 0;
  }

  topicWaitMs(topic: string): number {
    return this.#topic(topic)?.waitMs(this.#clock.monotonicMs()) ?? 0;
  }

  spend(topic: string, bytes: number, records: number): void {
    if (this.#limits.flow) this.#flow.spend(bytes, records);
    this.#topic(topic)?.spend(bytes, records);
  }

  /** What a fetch of the flow may bring. */
  fetchBytes(most: number): number {
    return this.#limits.flow ? Math.min(most, this.#flow.fetchBytes) : most;
  }

  partitionBytes(topic: string, most: number): number {
    const limited = this.#topic(topic);
    return limited ? Math.min(most, Math.ceil(limited.fetchBytes / limited.partitions)) : most;
  }

  #topic(topic: string): Limited | null {
    const { topics } = this.#limits;
    if (!topics || !(Object.hasOwn(topics, topic) || topics[EVERY_TOPIC])) return null;
    const known = this.#topics.get(topic);
    if (known) return known;
    this.#topics.set(topic, this.#limited('topic'));
    return this.#setTopic(topic);
  }

  #setTopic(topic: string): Limited {
    const { topics = {} } = this.#limits;
    const limited = this.#topics.get(topic)!;
    const count = this.#counts.get(topic) ?? { all: 1, own: 1 };
    limited.share = shareOf(count);
    limited.partitions = Math.max(1, count.own);
    const own = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
    limited.set(own ?? topics[EVERY_TOPIC] ?? {}, this.#clock.monotonicMs());
    return limited;
  }

  #limited(limit: 'flow' | 'topic'): Limited {
    const flow = this.#name;
    return new Limited((ms) => this.#telemetry.emit(pullLimited, { flow, limit, ms }));
  }
}

/** Never 0: what is not copied here yet is not fetched anyway. */
const shareOf = ({ all, own }: { all: number; own: number }): number => Math.max(1, own) / Math.max(1, all);

function check(where: string, limit: RateLimit): void {
  const wrong = Object.entries(limit).find(([, value]) => value != null && !(Number(value) > 0));
  if (!wrong) return;
  throw new TributaryError({
    code: 'configInvalid',
    operation: 'limit a flow',
    subject: where,
    reason: `${wrong[0]} is ${wrong[1]}`,
    hint: 'Write a number above 0, or null for no limit.',
    retry: 'final',
  });
}
