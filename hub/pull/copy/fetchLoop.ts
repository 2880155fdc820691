/**
 * Fetches from one broker of the source: all partitions that it leads and that have room, in one long poll within a fetch
 * session. What comes is planned at once and handed to the shards' owners, and the next fetch goes out while they write.
 */
import { reasonOf } from '../../../shared/errors.ts';
import {
  type FetchedPartition,
  type FetchPartition,
  FetchSession,
  kafkaErrorName,
  type SessionAnswer,
  saysStaleLeader,
} from '../../../shared/kafka/index.ts';
import { Waiter } from '../../../shared/waiter.ts';
import { type Chunk, targetOf } from './chunk.ts';
import { pullAborted, pullRebuilt, pullSourceAway, pullSourceBack } from './events.ts';
import type { Flow } from './flow.ts';
import { flowText } from './ledger.ts';
import type { Partition } from './partition.ts';
import { planFetched } from './plan.ts';

const OUT_OF_RANGE = 1;
const CORRUPT = 2;
const IDLE_MS = 1_000;
/** A poll must not hold up partitions that only wait until something is written. */
const CROWDED_WAIT_MS = 10;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

interface Asked {
  readonly partition: Partition;
  readonly generation: number;
  readonly offset: number;
}

export class FetchLoop {
  readonly nodeId: number;
  readonly #flow: Flow;
  readonly #session: FetchSession;
  readonly #waiter = new Waiter();
  #failures = 0;
  #awaySinceMs = 0;
  #crowdedWaitMs = CROWDED_WAIT_MS;
  readonly #running: Promise<void>;

  constructor(flow: Flow, nodeId: number) {
    this.#flow = flow;
    this.nodeId = nodeId;
    this.#session = new FetchSession(flow.source, nodeId, `pull ${flowText(flow.name)}`);
    this.#running = this.#run();
  }

  /** Resolves when it has ended, after the flow was closed. */
  get ended(): Promise<void> {
    return this.#running;
  }

  wake(): void {
    this.#crowdedWaitMs = CROWDED_WAIT_MS;
    this.#waiter.wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#flow;
    while (!signal.aborted) {
      const { asked, crowded } = this.#wanted();
      if (asked.size === 0) {
        await this.#waiter.wait(IDLE_MS);
        continue;
      }
      try {
        const answer = await this.#session.fetch(this.#request([...asked.values()], crowded));
        if (signal.aborted) return;
        this.#reached();
        this.#accept(asked, answer);
        if (answer.throttleMs > 0) await this.#sleep(answer.throttleMs);
      } catch (error) {
        if (signal.aborted) return;
        await this.#away(error, [...asked.values()]);
      }
    }
  }

  /** `crowded`: some are left out only until what was fetched of them is written. */
  #wanted(): { asked: Map<string, Asked>; crowded: boolean } {
    const { partitions, settings, pendingBytes } = this.#flow;
    const full = pendingBytes >= settings.pendingBytes;
    const asked = new Map<string, Asked>();
    let crowded = false;
    for (const partition of partitions.values()) {
      if (partition.leader !== this.nodeId || !partition.copying) continue;
      if (partition.fetchOffset < 0) partition.start();
      else if (full || partition.pendingBytes >= settings.pendingPartitionBytes) crowded = true;
      else {
        const { generation, fetchOffset: offset } = partition;
        asked.set(partition.label, { partition, generation, offset });
      }
    }
    return { asked, crowded };
  }

  #request(asked: readonly Asked[], crowded: boolean) {
    const { settings } = this.#flow;
    const maxWaitMs = crowded ? Math.min(this.#crowdedWaitMs, settings.fetchMaxWaitMs) : settings.fetchMaxWaitMs;
    if (crowded) this.#crowdedWaitMs *= 2;
    return {
      isolation: settings.isolation,
      maxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: settings.fetchBytes,
      partitions: asked.map(
        ({ partition, offset }): FetchPartition => ({
          topic: partition.spec.topic,
          topicId: partition.topicId,
          partition: partition.spec.partition,
          offset,
          currentLeaderEpoch: partition.sourceLeaderEpoch,
          maxBytes: settings.fetchPartitionBytes,
        }),
      ),
    };
  }

  #accept(asked: ReadonlyMap<string, Asked>, { partitions }: SessionAnswer): void {
    for (const answer of partitions) {
      const question = asked.get(`${answer.topic}/${answer.partition}`);
      if (!question || question.generation !== question.partition.generation) continue;
      const { partition } = question;
      if (answer.errorCode !== 0) this.#refused(partition, answer.errorCode);
      else {
        partition.highWatermark = answer.highWatermark;
        this.#hand(question, answer);
      }
    }
    for (const { partition, generation } of asked.values()) {
      const sound = partition.trouble?.reason.startsWith('source') && generation === partition.generation;
      if (sound && !partition.blocked) this.#flow.recovered(partition);
    }
  }

  #hand({ partition, generation, offset }: Asked, answer: FetchedPartition): void {
    const { settings, owners, targets, telemetry, name, clock } = this.#flow;
    const { targetTopic } = partition.spec;
    const plan = planFetched(answer, {
      from: offset,
      leaderEpoch: partition.leaderEpoch,
      isolation: settings.isolation,
      maxMessageBytes: targets.get(targetTopic)?.maxMessageBytes ?? Number.POSITIVE_INFINITY,
      onRefused: settings.onRefused,
    });
    if (plan.next === offset && !plan.problem) return;
    partition.fetchOffset = plan.next;
    partition.leaderEpoch = plan.leaderEpoch;
    partition.blocked = plan.problem !== null;
    const chunk: Chunk = {
      flow: this.#flow,
      partition,
      generation,
      from: offset,
      plan,
      topicId: partition.topicId,
      target: targetOf(partition),
      gap: null,
      newTarget: false,
      urgent: plan.problem !== null,
      fetchedAtMs: clock.now(),
    };
    partition.counters.aborted += plan.aborted;
    if (plan.aborted > 0) telemetry.emit(pullAborted, { flow: name, records: plan.aborted });
    for (const [reason, batches] of plan.rebuilt) {
      partition.counters.rebuilt.set(reason, (partition.counters.rebuilt.get(reason) ?? 0) + batches);
      telemetry.emit(pullRebuilt, { flow: name, reason, batches });
    }
    this.#flow.reserve(partition, plan.bytes);
    const owner = owners.get(partition.shard);
    if (owner) owner.submit(chunk);
    else this.#flow.released(chunk);
  }

  #refused(partition: Partition, code: number): void {
    const { source } = this.#flow;
    if (code === OUT_OF_RANGE) {
      partition.rewind();
      partition.start();
      return;
    }
    const detail = `${partition.label}: the source answers ${kafkaErrorName(code)} (${code})`;
    if (saysStaleLeader(code)) {
      source.forget(partition.spec.topic);
      // The first time it is only news of another leader, or of another topic under that name.
      if (partition.trouble) partition.wait('sourceLeaderless', detail);
      else {
        partition.rewind();
        partition.start();
      }
    } else partition.wait(code === CORRUPT ? 'sourceCorrupt' : 'sourceRefused', detail);
  }

  #reached(): void {
    if (this.#failures === 0) return;
    const { telemetry, clock, name } = this.#flow;
    const afterMs = Math.round(clock.monotonicMs() - this.#awaySinceMs);
    telemetry.emit(pullSourceBack, { flow: name, node: this.nodeId, afterMs });
    this.#failures = 0;
  }

  /** The broker is away, or not where it was: its partitions may have another leader by now. */
  async #away(error: unknown, asked: readonly Asked[]): Promise<void> {
    const { telemetry, clock, name, source } = this.#flow;
    this.#failures += 1;
    if (this.#failures === 1) {
      this.#awaySinceMs = clock.monotonicMs();
      telemetry.emit(pullSourceAway, { flow: name, node: this.nodeId, reason: reasonOf(error) });
    }
    for (const { partition } of asked) {
      source.forget(partition.spec.topic);
      partition.rewind();
      partition.start();
    }
    await this.#sleep(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10)));
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#flow;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
