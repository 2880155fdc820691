/**
 * Watches the targets of a shard's open streams for what Kafka loses after the receipt: all of them when the shard is
 * taken over, those of a topic when its id or a leader has changed. What is found is handed on to be written down; what
 * could not be found out is asked again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../shared/errors.ts';
import type { Cluster } from '../../shared/kafka/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import type { TargetEntry } from '../ledger/entries.ts';
import { type Divergence, LOST_TOPIC, type ShardState } from '../sequence/index.ts';
import { type Checked, compareTargets } from './divergence.ts';
import { targetCheckTrouble } from './targetEvents.ts';
import type { Targets } from './targets.ts';

/** Streams compared in one go. */
const AT_ONCE = 2_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

export interface WatchParts {
  readonly shard: number;
  readonly cluster: Cluster;
  readonly targets: Targets;
  readonly telemetry: Telemetry;
  readonly state: () => ShardState;
  /** Resolves when it is in the ledger. */
  readonly record: (found: readonly Divergence[]) => Promise<void>;
}

export class TargetWatch {
  readonly #parts: WatchParts;
  readonly #stopped = new AbortController();
  readonly #unlisten: () => void;
  /** By stream: its target as it was when a doubt arose. */
  readonly #doubts = new Map<string, TargetEntry>();
  readonly #changed = new Set<string>();
  #working = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#unlisten = parts.targets.listen((topic) => this.#heard(topic));
  }

  /** Compares all targets with what the ledger says now; from now on their topics' changes are heard of. */
  checkAll(): void {
    this.#doubt(() => true);
    this.#parts.targets.follow(new Set([...this.#doubts.values()].map(({ topic }) => topic)));
    this.#start();
  }

  /** A restarted broker changes many topics at once: one pass over the streams for all of them. */
  #heard(topic: string): void {
    if (this.#changed.size === 0) {
      queueMicrotask(() => {
        const topics = new Set(this.#changed);
        this.#changed.clear();
        this.#doubt((target) => topics.has(target.topic));
        this.#start();
      });
    }
    this.#changed.add(topic);
  }

  #doubt(wanted: (target: TargetEntry) => boolean): void {
    for (const [stream, { target }] of this.#parts.state().streams) {
      if (target.topicId === LOST_TOPIC || this.#doubts.has(stream) || !wanted(target)) continue;
      this.#doubts.set(stream, target);
    }
  }

  /** What the transactions themselves have found. */
  found(diverged: readonly Divergence[]): void {
    this.#parts.record(diverged).catch(() => {
      for (const { stream, target } of diverged) if (!this.#doubts.has(stream)) this.#doubts.set(stream, target);
      this.#start();
    });
  }

  close(): void {
    this.#stopped.abort();
    this.#unlisten();
  }

  #start(): void {
    if (this.#working || this.#doubts.size === 0 || this.#stopped.signal.aborted) return;
    this.#working = true;
    this.#work().finally(() => {
      this.#working = false;
      this.#start();
    });
  }

  async #work(): Promise<void> {
    let failures = 0;
    while (this.#doubts.size > 0 && !this.#stopped.signal.aborted) {
      const some = [...this.#doubts].slice(0, AT_ONCE).map(([stream, target]): Checked => ({ stream, target }));
      const { open, reason } = await this.#compare(some);
      failures = reason === null ? 0 : failures + 1;
      if (reason === null) continue;
      // Behind the others: what can be decided is not kept waiting by what can't.
      for (const { stream, target } of open) this.#doubts.set(stream, target);
      this.#parts.telemetry.emit(targetCheckTrouble, { shard: this.#parts.shard, streams: open.length, reason });
      const pauseMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
      await sleep(pauseMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
  }

  async #compare(some: readonly Checked[]): Promise<{ open: readonly Checked[]; reason: string | null }> {
    try {
      const { diverged, open, reason } = await compareTargets(this.#parts.cluster, some);
      if (diverged.length > 0) await this.#parts.record(diverged);
      for (const { stream } of some) this.#doubts.delete(stream);
      return { open, reason };
    } catch (error) {
      for (const { stream } of some) this.#doubts.delete(stream);
      return { open: some, reason: reasonOf(error) };
    }
  }
}
