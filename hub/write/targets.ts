/**
 * What is known of target topics, and making them.
 *
 * A topic is looked up (and made or grown, where a stream opens) before its streams are sequenced, never inside a
 * transaction: {@link Targets.need} starts that, {@link Targets.at} answers from memory at once. What can't be had is
 * parked: it has a reason and a retry clock of its own, and nobody else waits for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';
import { reasonOf } from '../../shared/errors.ts';
import { type Cluster, kafkaErrorName, type Unanswered } from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { Destination } from '../sequence/index.ts';
import { SilentLeaders } from './silent.ts';
import { targetParked, targetParkedAgain, targetRecovered, targetReplaced, targetsParkedNow } from './targetEvents.ts';
import { isThere, type Making, TopicMaker, type Topics } from './topicMaker.ts';

interface Ready {
  readonly kind: 'ready';
  readonly topicId: string;
  /** By partition; a leader of -1 is none. */
  readonly partitions: readonly { readonly leader: number; readonly leaderEpoch: number }[];
  readonly maxMessageBytes: number;
}
type Known = Ready | { readonly kind: 'missing' };

interface Parking {
  readonly reason: string;
  readonly untilMs: number;
  readonly sinceMs: number;
  readonly attempts: number;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 60_000;
/** An answer for what nobody can mend but people. */
const CONFIGURED_RETRY_MS = 60_000;
/** The loss is written down first; then the stream goes on. */
const LOST_RETRY_MS = 1_000;
const NOT_LOOKED_UP_RETRY_MS = 250;
const REFRESH_MS = 30_000;
const DEFAULT_MAX_MESSAGE_BYTES = MIB;

export class Targets {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #reserved: ReadonlySet<string>;
  readonly #maker: TopicMaker;
  readonly #known = new Map<string, Known>();
  /** By topic, or `topic/partition`. */
  readonly #parked = new Map<string, Parking>();
  readonly #silent: SilentLeaders;
  readonly #listeners = new Set<(topic: string) => void>();
  readonly #stale = new Set<string>();
  readonly #wanted = new Map<string, Making | null>();
  #working: Promise<void> | null = null;
  #refresh: NodeJS.Timeout | null = null;
  #closed = false;

  /** `reserved`: topics that no stream may be written to, whatever the routes say. */
  constructor(parts: { cluster: Cluster; clock: Clock; telemetry: Telemetry; reserved: Iterable<string> }) {
    this.#cluster = parts.cluster;
    this.#clock = parts.clock;
    this.#telemetry = parts.telemetry;
    this.#reserved = new Set(parts.reserved);
    this.#maker = new TopicMaker(parts, (...refusal) => this.#refuse(...refusal));
    this.#silent = new SilentLeaders({ ...parts, ask: (node) => parts.cluster.ping(node) });
    this.#refresh = setInterval(() => this.#refreshAll(), REFRESH_MS).unref();
  }

  /**
   * Null where the topic is known well enough (or parked). Otherwise a promise that ends when it was looked up, and made
   * where `making` says how; what came of it {@link at} says.
   */
  need(topic: string, making: Making | null): Promise<void> | null {
    if (this.#closed || this.#reserved.has(topic) || this.#parkedAt(topic)) return null;
    const known = this.#known.get(topic);
    const enough = known?.kind === 'ready' ? known.partitions.length >= (making?.partitions ?? 0) : making === null;
    if (known && enough && !this.#stale.has(topic)) return null;
    const before = this.#wanted.get(topic);
    this.#wanted.set(topic, larger(before ?? null, making));
    return this.#work();
  }

  /** Whether records can go there now. `topicId`: the one that the ledger has; null for a stream that opens. */
  at(topic: string, partition: number, topicId: string | null): Destination {
    if (this.#reserved.has(topic)) return parked(`${topic} is a topic of the hub itself`, CONFIGURED_RETRY_MS);
    const parking = this.#parkedAt(topic) ?? this.#parkedAt(`${topic}/${partition}`);
    if (parking) return parked(parking.reason, Math.max(1, Math.ceil(parking.untilMs - this.#clock.monotonicMs())));
    const known = this.#known.get(topic);
    if (!known) return parked(`${topic} is being looked up`, NOT_LOOKED_UP_RETRY_MS);
    if (known.kind === 'missing') {
      if (topicId !== null) this.#tell(topic);
      return parked(`${topic} is not there (any more)`, LOST_RETRY_MS);
    }
    if (topicId !== null && topicId !== known.topicId) {
      this.#tell(topic);
      return parked(`${topic} was deleted and made again: it has id ${known.topicId}, not ${topicId}`, LOST_RETRY_MS);
    }
    const found = known.partitions[partition];
    if (!found) return parked(`${topic} has no partition ${partition}`, NOT_LOOKED_UP_RETRY_MS);
    if (found.leader < 0) {
      this.#stale.add(topic);
      return parked(`${topic}/${partition} has no leader`, FIRST_RETRY_MS);
    }
    const silent = this.#silent.parkedAt(found.leader, `${topic}/${partition}`);
    if (silent) return parked(silent.reason, Math.ceil(silent.retryAfterMs));
    return { kind: 'ready', topic, topicId: known.topicId, partition, leaderEpoch: found.leaderEpoch };
  }

  /** `heard` is called with each topic that is another one now, or has other leaders, or is gone. Answers how to stop that. */
  listen(heard: (topic: string) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  /** From now on changes of these topics are heard of, whether or not something is written to them. */
  follow(topics: Iterable<string>): void {
    for (const topic of topics) if (!this.#known.has(topic) && !this.#wanted.has(topic)) this.#wanted.set(topic, null);
    if (this.#wanted.size > 0) this.#work().catch(() => {});
  }

  #tell(topic: string): void {
    for (const heard of this.#listeners) heard(topic);
  }

  /** Largest batch that the topic takes, as last heard. */
  maxMessageBytes(topic: string): number {
    const known = this.#known.get(topic);
    return known?.kind === 'ready' ? known.maxMessageBytes : DEFAULT_MAX_MESSAGE_BYTES;
  }

  /** As last heard; null: not known, or not there. */
  topicId(topic: string): string | null {
    const known = this.#known.get(topic);
    return known?.kind === 'ready' ? known.topicId : null;
  }

  /** Leader epoch of a partition as last heard; -1: not known. */
  leaderEpoch(topic: string, partition: number): number {
    const known = this.#known.get(topic);
    return known?.kind === 'ready' ? (known.partitions[partition]?.leaderEpoch ?? -1) : -1;
  }

  /** Takes a topic (`orders`) or a partition (`orders/3`) out until its retry clock has run. */
  park(target: string, reason: string): Parking {
    const isNews = this.#parked.get(target)?.reason !== reason;
    return this.#park(target, reason, isNews ? targetParked : targetParkedAgain);
  }

  #park(target: string, reason: string, event: typeof targetParked): Parking {
    const now = this.#clock.monotonicMs();
    const before = this.#parked.get(target);
    const attempts = (before?.attempts ?? 0) + 1;
    const retryAfterMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10));
    const parking = { reason, untilMs: now + retryAfterMs, sinceMs: before?.sinceMs ?? now, attempts };
    this.#parked.set(target, parking);
    this.#telemetry.emit(event, { target, reason, retryAfterMs });
    this.#telemetry.emit(targetsParkedNow, { count: this.#parked.size });
    return parking;
  }

  /** What a transaction got no answer for, and how long that took: parked, so that the next ones go without it. */
  unanswered(partitions: readonly Unanswered[], why: string, costMs: number): void {
    for (const { topic, partition, node } of partitions) {
      if (node === null || this.#reserved.has(topic)) this.park(`${topic}/${partition}`, why);
      this.doubt(topic);
    }
    for (const [node, count] of countBy(partitions.flatMap(({ node }) => node ?? []))) {
      this.silent(node, `nothing came back for ${count} partitions in ${Math.round(costMs)} ms`, costMs);
    }
  }

  /** A broker that could not be reached, or did not answer. */
  silent(node: number, why: string, costMs: number): void {
    this.#silent.fell(node, why, costMs);
    // It may not lead any more what it led.
    for (const [topic, known] of this.#known) {
      if (known.kind === 'ready' && known.partitions.some(({ leader }) => leader === node)) this.#stale.add(topic);
    }
  }

  /** Records have landed in these partitions. */
  landed(targets: Iterable<{ readonly topic: string; readonly partition: number }>): void {
    for (const { topic, partition } of targets) {
      this.worked(`${topic}/${partition}`);
      const known = this.#known.get(topic);
      const leader = known?.kind === 'ready' ? known.partitions[partition]?.leader : undefined;
      if (leader !== undefined) this.#silent.worked(leader);
    }
  }

  /** Why nothing is to be sent to a partition, whatever is known of its topic; null: nothing speaks against it. */
  parkedReason(topic: string, partition: number): string | null {
    return this.#parkedAt(`${topic}/${partition}`)?.reason ?? null;
  }

  /** A write landed there: whatever was wrong is over. */
  worked(target: string): void {
    if (this.#parked.size === 0) return;
    const parking = this.#parked.get(target);
    if (!parking) return;
    this.#parked.delete(target);
    const afterMs = Math.round(this.#clock.monotonicMs() - parking.sinceMs);
    this.#telemetry.emit(targetRecovered, { target, afterMs });
    this.#telemetry.emit(targetsParkedNow, { count: this.#parked.size });
  }

  /** What is known of a topic is doubted: it is looked up again before it is used for the next shipment. */
  doubt(topic: string): void {
    this.#stale.add(topic);
    this.#cluster.forget(topic);
  }

  /** Looks a topic up now. */
  async lookUp(topic: string): Promise<void> {
    this.doubt(topic);
    await this.need(topic, null);
  }

  close(): void {
    this.#closed = true;
    this.#silent.close();
    if (this.#refresh) clearInterval(this.#refresh);
    this.#refresh = null;
  }

  #parkedAt(target: string): Parking | null {
    const parking = this.#parked.get(target);
    return parking && parking.untilMs > this.#clock.monotonicMs() ? parking : null;
  }

  /** One worker: what is wanted while it runs is done in its next round, in one question each. */
  #work(): Promise<void> {
    this.#working ??= this.#rounds().finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  async #rounds(): Promise<void> {
    await sleep(0);
    while (this.#wanted.size > 0 && !this.#closed) {
      const wanted = new Map(this.#wanted);
      this.#wanted.clear();
      const doubted = new Set([...wanted.keys()].filter((topic) => this.#stale.delete(topic)));
      try {
        await this.#lookUpAll(wanted);
      } catch (error) {
        this.#notLookedUp(wanted.keys(), doubted, reasonOf(error));
      }
    }
  }

  /** The cluster did not answer: what was known and not in doubt stays so. The shards say that it is away, once. */
  #notLookedUp(topics: Iterable<string>, doubted: ReadonlySet<string>, reason: string): void {
    for (const topic of topics) {
      if (doubted.has(topic)) this.#stale.add(topic);
      if (doubted.has(topic) || this.#known.get(topic)?.kind !== 'ready') this.#park(topic, reason, targetParkedAgain);
    }
  }

  async #lookUpAll(wanted: ReadonlyMap<string, Making | null>): Promise<void> {
    const found = (await this.#cluster.metadata([...wanted.keys()])).topics;
    const changed = [...(await this.#maker.make(wanted, found)), ...(await this.#maker.grow(wanted, found))];
    const names = [...wanted.keys()].filter((topic) => !this.#parkedAt(topic));
    const topics = changed.length > 0 ? await this.#maker.withLeaders(names, wanted) : found;
    await this.#remember(names, topics);
  }

  #refuse(topic: string, doing: string, code: number, message: string | null): string[] {
    this.park(topic, `Kafka does not ${doing} it: ${message ?? kafkaErrorName(code)} (${kafkaErrorName(code)})`);
    return [];
  }

  async #remember(names: readonly string[], topics: Topics): Promise<void> {
    const present = names.filter((name) => isThere(topics.get(name)));
    const sizes = await this.#maker.sizes(present);
    for (const name of names) {
      const topic = topics.get(name);
      if (!isThere(topic)) {
        const was = this.#known.get(name);
        this.#known.set(name, { kind: 'missing' });
        if (was?.kind === 'ready') this.#tell(name);
        continue;
      }
      const before = this.#known.get(name);
      if (before?.kind === 'ready' && before.topicId !== topic.topicId) {
        this.#telemetry.emit(targetReplaced, { topic: name, was: before.topicId, is: topic.topicId });
      }
      const partitions: { leader: number; leaderEpoch: number }[] = [];
      for (const { partition, leader, leaderEpoch } of topic.partitions)
        partitions[partition] = { leader, leaderEpoch };
      const maxMessageBytes = sizes.get(name) ?? DEFAULT_MAX_MESSAGE_BYTES;
      const now: Ready = { kind: 'ready', topicId: topic.topicId, partitions, maxMessageBytes };
      this.#known.set(name, now);
      if (before?.kind === 'ready' && isOther(before, now)) this.#tell(name);
      this.worked(name);
    }
  }

  #refreshAll(): void {
    for (const topic of this.#known.keys()) if (!this.#wanted.has(topic)) this.#wanted.set(topic, null);
    if (this.#wanted.size > 0) this.#work().catch(() => {});
  }
}

const isOther = (before: Ready, now: Ready): boolean =>
  before.topicId !== now.topicId ||
  before.partitions.some(({ leaderEpoch }, partition) => now.partitions[partition]?.leaderEpoch !== leaderEpoch);

function countBy<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function larger(a: Making | null, b: Making | null): Making | null {
  if (!a || !b) return b ?? a;
  return a.partitions >= b.partitions ? a : b;
}

const parked = (reason: string, retryAfterMs: number): Destination => ({ kind: 'parked', reason, retryAfterMs });
