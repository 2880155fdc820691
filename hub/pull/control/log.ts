/** One control topic: read to its end, then followed; written to by anybody. It borrows the cluster. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../shared/clock.ts';
import { reasonOf, TributaryError } from '../../../shared/errors.ts';
import {
  appendRecords,
  type Cluster,
  fetchRaw,
  isLoginRefused,
  kafkaErrorName,
  type PartitionToRead,
  readCommitted,
} from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';
import { readRecords, splitBatches } from '../../../shared/records/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { Waiter } from '../../../shared/waiter.ts';
import { ensureInternalTopic } from '../offsets/index.ts';
import { type ControlEntry, type ControlState, decodeEntry, idHeader, idIn } from './entries.ts';
import { controlRecovered, controlTrouble, controlUnread } from './events.ts';

export interface ControlListener {
  /**
   * After a run of records: everything below {@link ControlLog.position} is in {@link ControlLog.state}.
   * @param anew the state was read from the beginning: anything may be gone from it
   */
  changed(entries: readonly (ControlEntry | null)[], anew: boolean): void;
}

export interface ControlLogOptions {
  readonly cluster: Cluster;
  /** For people. */
  readonly alias: string;
  readonly topic: string;
  /** Whether the topic is made where it is missing; else somebody else may make it later. */
  readonly make: boolean;
  readonly listener: ControlListener;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

export const controlTopicOf = (ledgerTopic: string): string => `${ledgerTopic}.control`;

const SHAPE = {
  replicationFactor: -1,
  configs: { 'segment.bytes': String(4 * MIB), 'min.cleanable.dirty.ratio': '0.2' },
};
const FETCH_BYTES = 4 * MIB;
const FETCH_WAIT_MS = 500;
/** How often a topic is looked for that is not there. */
const LOOK_EVERY_MS = 5_000;
const RETRY_MS = 500;
const YOUNG_LOOKS = 20;
const YOUNG_LOOK_MS = 100;
const APPLIED_WITHIN_MS = 15_000;
const OUT_OF_RANGE = 1;
const RAW = { maxRawBytes: 32 * MIB };

interface Read {
  readonly key: string;
  readonly entry: ControlEntry | null;
  readonly id: string | null;
  readonly offset: number;
}

export class ControlLog {
  readonly alias: string;
  readonly topic: string;
  /** Resolves when what was said before the start is known. Rejects where it never can be. */
  /** Resolves when it can't be read for the first time. */
  readonly troubled: Promise<void>;
  readonly ready: Promise<void>;
  readonly #options: ControlLogOptions;
  readonly #troubled = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = new AbortController();
  readonly #waiter = new Waiter();
  readonly #mine = new Map<string, (offset: number) => void>();
  readonly #running: Promise<void>;
  #state = new Map<string, ControlEntry>();
  #topicId = '';
  #next = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #troubleSinceMs: number | null = null;

  private constructor(options: ControlLogOptions) {
    this.#options = options;
    this.alias = options.alias;
    this.topic = options.topic;
    this.ready = this.#ready.promise;
    this.troubled = this.#troubled.promise;
    this.ready.catch(() => {});
    this.#running = this.#run();
  }

  /** At once; it is read in the background. */
  static open(options: ControlLogOptions): ControlLog {
    return new ControlLog(options);
  }

  get state(): ControlState {
    return this.#state;
  }
  /** Whether the topic was found and read. */
  get known(): boolean {
    return this.#topicId !== '';
  }
  /** The offset behind the last record that was read. */
  get position(): number {
    return this.#next;
  }

  /**
   * Writes, and waits until it has been read here again.
   * @param entry null: what the key says does not hold any more
   * @returns its offset
   * @throws TributaryError `brokerUnavailable`, `brokerRefused`, `topicNotCreatable`
   */
  append(key: string, entry: ControlEntry | null): Promise<number> {
    return this.appendAll([[key, entry]]);
  }

  /** Together and in their order; one at least. @returns the offset of the last one. @throws as {@link append} */
  appendAll(entries: readonly (readonly [key: string, entry: ControlEntry | null])[]): Promise<number> {
    const run = this.#writing.then(() => this.#append(entries));
    this.#writing = run.catch(() => {});
    return run;
  }

  async #append(entries: readonly (readonly [key: string, entry: ControlEntry | null])[]): Promise<number> {
    const { cluster, clock } = this.#options;
    if (this.#topicId === '') await this.#ensure();
    const id = randomUUID();
    const seen = Promise.withResolvers<number>();
    this.#mine.set(id, seen.resolve);
    const late = setTimeout(() => seen.reject(notSeen(this.topic)), APPLIED_WITHIN_MS);
    seen.promise.catch(() => {});
    try {
      const records = entries.map(([key, entry], at) => {
        const value = entry === null ? null : Buffer.from(JSON.stringify(entry));
        // One that is read back has been read with all those before it.
        const headers = at === entries.length - 1 ? [idHeader(id)] : [];
        return { key: Buffer.from(key), value, timestamp: clock.now(), headers };
      });
      await appendRecords(cluster, this.topic, 0, records);
      this.#waiter.wake();
      return await seen.promise;
    } finally {
      clearTimeout(late);
      this.#mine.delete(id);
    }
  }

  async #ensure(): Promise<void> {
    const { cluster, topic } = this.#options;
    await ensureInternalTopic(cluster, { name: topic, ...SHAPE });
    cluster.forget(topic);
    this.#waiter.wake();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.#waiter.wake();
    await this.#running;
    this.#ready.reject(
      new TributaryError({
        code: 'closed',
        operation: 'read control topic',
        subject: this.topic,
        reason: 'the process is stopping',
        retry: 'final',
      }),
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        const where = await this.#find();
        if (where) await this.#follow(where);
        else {
          this.#fine();
          await this.#waiter.wait(LOOK_EVERY_MS);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble(error);
        await this.#waiter.wait(RETRY_MS);
      }
    }
  }

  async #find(): Promise<PartitionToRead | null> {
    const { cluster, topic, make } = this.#options;
    let found = (await cluster.metadata([topic])).topics.get(topic);
    if (found?.errorCode !== 0 && make) {
      await ensureInternalTopic(cluster, { name: topic, ...SHAPE });
      found = (await cluster.metadata([topic])).topics.get(topic);
      // Brokers hear of it a moment later.
      for (let looks = 0; found?.errorCode !== 0 && looks < YOUNG_LOOKS && !this.#stopped.signal.aborted; looks += 1) {
        await this.#waiter.wait(YOUNG_LOOK_MS);
        cluster.forget(topic);
        found = (await cluster.metadata([topic])).topics.get(topic);
      }
      if (found?.errorCode !== 0) throw new Error(`${topic} was just made`);
    }
    if (found?.errorCode !== 0) return null;
    return { topic, topicId: found.topicId, partition: 0 };
  }

  /** From the beginning to the end, then on, until something is wrong with it. */
  async #follow(where: PartitionToRead): Promise<void> {
    const { cluster } = this.#options;
    const { signal } = this.#stopped;
    const all: Read[] = [];
    const { next } = await readCommitted(cluster, where, {
      ...{ from: null, until: 'stable', purpose: 'pull control' },
      visit: ({ baseOffset }, batch) => {
        all.push(...this.#read(baseOffset, batch));
        return true;
      },
    });
    // What was said while it could not be read is for this process too, and so is what it has said itself.
    const knownTo = where.topicId === this.#topicId ? this.#next : Number.POSITIVE_INFINITY;
    this.#state = new Map();
    this.#topicId = where.topicId;
    this.#apply(all, next, knownTo);
    this.#fine();
    while (!signal.aborted) {
      const leader = await cluster.leader(where.topic, 0);
      if (!leader) throw new Error('its partition has no leader');
      const wanted = { ...where, offset: this.#next, currentLeaderEpoch: -1, maxBytes: FETCH_BYTES };
      const request = {
        isolation: 'read_committed',
        maxWaitMs: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        partitions: [wanted],
      } as const;
      const [fetched] = await fetchRaw(cluster, leader.nodeId, request, `pull-control-${this.alias}`);
      const code = fetched?.errorCode ?? 0;
      if (code === OUT_OF_RANGE) return;
      if (code !== 0) {
        cluster.forget(where.topic);
        throw new Error(`Kafka answers ${kafkaErrorName(code)} (${code})`);
      }
      this.#fine();
      const read: Read[] = [];
      let behind = this.#next;
      for (const { header, batch } of splitBatches(fetched?.records ?? Buffer.alloc(0))) {
        behind = Math.max(behind, header.baseOffset + header.lastOffsetDelta + 1);
        if (!header.control)
          read.push(...this.#read(header.baseOffset, batch).filter(({ offset }) => offset >= this.#next));
      }
      if (behind > this.#next) this.#apply(read, behind, null);
    }
  }

  #read(baseOffset: number, batch: Buffer): Read[] {
    return readRecords(batch, RAW).flatMap(({ key, value, headers, offsetDelta }) => {
      const text = key?.toString('utf8') ?? '';
      const entry = value === null ? null : decodeEntry(value);
      if (value !== null && entry === null) {
        this.#options.telemetry.emit(controlUnread, { topic: this.topic, key: text.slice(0, 200) });
        return [];
      }
      return [{ key: text, entry, id: idIn(headers), offset: baseOffset + offsetDelta }];
    });
  }

  /** @param anewTo null: the next ones of those that are followed; else all there are, with words below it done or for others. */
  #apply(read: readonly Read[], next: number, anewTo: number | null): void {
    for (const { key, entry } of read) {
      if (entry === null) this.#state.delete(key);
      else this.#state.set(key, entry);
    }
    this.#next = next;
    const heard = read.filter(
      ({ entry, offset, id }) => entry?.kind !== 'word' || offset >= (anewTo ?? 0) || this.#mine.has(id ?? ''),
    );
    this.#options.listener.changed(
      heard.map(({ entry }) => entry),
      anewTo !== null,
    );
    for (const { id, offset } of read) if (id !== null) this.#mine.get(id)?.(offset);
  }

  #trouble(error: unknown): void {
    const { telemetry, alias, topic, clock } = this.#options;
    this.#troubled.resolve();
    const final = error instanceof TributaryError && error.retry === 'final' && !isLoginRefused(error);
    if (final) this.#ready.reject(error);
    if (this.#troubleSinceMs !== null) return;
    this.#troubleSinceMs = clock.monotonicMs();
    telemetry.emit(controlTrouble, { cluster: alias, topic, reason: reasonOf(error) });
  }

  #fine(): void {
    const { telemetry, alias, topic, clock } = this.#options;
    this.#ready.resolve();
    if (this.#troubleSinceMs === null) return;
    const afterMs = clock.monotonicMs() - this.#troubleSinceMs;
    this.#troubleSinceMs = null;
    telemetry.emit(controlRecovered, { cluster: alias, topic, afterMs });
  }
}

const notSeen = (topic: string): TributaryError =>
  new TributaryError({
    code: 'brokerUnavailable',
    operation: 'write control topic',
    subject: topic,
    reason: 'it was written, and has not been read back yet: it holds as soon as it is',
    retry: 'retryable',
  });
