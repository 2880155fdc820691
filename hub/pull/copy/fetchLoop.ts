/**
 * Fetches from one broker of the source: all partitions that it leads and that have room, in one long poll within a fetch
 * session. What comes is planned at once and handed to the shards' owners, and the next fetch goes out while they write.
 */
import { crashPoint } from '../../../shared/crashPoint.ts';
import { reasonOf } from '../../../shared/errors.ts';
import {
  type FetchedPartition,
  type FetchPartition,
  FetchSession,
  kafkaErrorName,
  type SessionAnswer,
  saysStaleLeader,
} from '../../../shared/kafka/index.ts';
import { KIB } from '../../../shared/limits.ts';
import { Waiter } from '../../../shared/waiter.ts';
import { type Chunk, targetOf } from './chunk.ts';
import { pullAborted, pullFetched, pullRebuilt, pullReturned } from './events.ts';
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

/** Answers of fewer bytes are followed by a pause. */
const FEW_BYTES = 64 * KIB;
/** Each fetch looks at all partitions: with many of them the pause is longer, within what a transaction waits anyway. */
const PARTITIONS_PER_LINGER_MS = 200;
const MAX_LINGER_MS = 50;

/** Made anew only where something of it has changed: the session compares objects. */
interface Asked {
  readonly partition: Partition;
  readonly generation: number;
  readonly request: FetchPartition;
}

export class FetchLoop {
  readonly nodeId: number;
  readonly #flow: Flow;
  readonly #session: FetchSession;
  readonly #waiter = new Waiter();
  /** Those of the present request. */
  readonly #asked = new Map<Partition, Asked>();
  #failures = 0;
  #crowdedWaitMs = CROWDED_WAIT_MS;
  /** Until something that was left out because of a limit may be asked for. */
  #limitedMs = Number.POSITIVE_INFINITY;
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
      const crowded = this.#choose();
      if (this.#asked.size === 0) {
        await this.#waiter.wait(Math.min(IDLE_MS, this.#limitedMs));
        continue;
      }
      try {
        const answer = await this.#session.fetch(this.#request(crowded));
        if (signal.aborted) return;
        this.#failures = 0;
        this.#accept(answer);
        await this.#pause(answer);
      } catch (error) {
        if (signal.aborted) return;
        await this.#away(error);
      }
    }
  }

  /** What is asked for now. True: some are left out, only until what was fetched of them is written. */
  #choose(): boolean {
    const { partitions, settings, pendingBytes, limiter } = this.#flow;
    const full = pendingBytes >= settings.pendingBytes;
    const asked = this.#asked;
    const flowWaitMs = limiter.flowWaitMs();
    this.#limitedMs = Number.POSITIVE_INFINITY;
    let count = 0;
    let crowded = false;
    for (const partition of partitions.values()) {
      let wanted = partition.fetchNode === this.nodeId && partition.copying;
      if (wanted && partition.fetchOffset < 0) {
        partition.start();
        wanted = false;
      }
      if (wanted && (full || partition.pendingBytes >= settings.pendingPartitionBytes)) {
        crowded = true;
        wanted = false;
      }
      if (wanted) {
        const waitMs = flowWaitMs || limiter.topicWaitMs(partition.spec.topic);
        if (waitMs > 0) {
          this.#limitedMs = Math.min(this.#limitedMs, waitMs);
          wanted = false;
        }
      }
      if (!wanted) {
        asked.delete(partition);
        continue;
      }
      count += 1;
      const known = asked.get(partition);
      const maxBytes = limiter.partitionBytes(partition.spec.topic, settings.fetchPartitionBytes);
      if (!known || !isCurrent(known, maxBytes)) asked.set(partition, ask(partition, maxBytes));
    }
    if (asked.size > count) {
      for (const partition of asked.keys()) if (partitions.get(partition.label) !== partition) asked.delete(partition);
    }
    return crowded;
  }

  #request(crowded: boolean) {
    const { settings, limiter, followers } = this.#flow;
    const patienceMs = Math.min(settings.fetchMaxWaitMs, Math.ceil(this.#limitedMs));
    const maxWaitMs = crowded ? Math.min(this.#crowdedWaitMs, patienceMs) : patienceMs;
    if (crowded) this.#crowdedWaitMs *= 2;
    return {
      isolation: settings.isolation,
      rack: followers.rack,
      maxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes: limiter.fetchBytes(settings.fetchBytes),
      partitions: Array.from(this.#asked.values(), ({ request }) => request),
    };
  }

  #accept({ partitions: answers }: SessionAnswer): void {
    for (const answer of answers) {
      const partition = this.#flow.partitions.get(`${answer.topic}/${answer.partition}`);
      const question = partition && this.#asked.get(partition);
      // What was asked for before somebody paused it is thrown away: asked for again, it comes again.
      if (!question || question.generation !== partition.generation || partition.paused) continue;
      if (answer.errorCode === 0) this.#answered(question, answer);
      // A follower may lag, or be one no more: only the leader's word counts.
      else if (partition.leader !== this.nodeId) this.#backToLeader(partition);
      else this.#refused(partition, answer.errorCode);
    }
    for (const { partition, generation } of this.#asked.values()) {
      if (partition.trouble === null || partition.blocked || generation !== partition.generation) continue;
      if (partition.trouble.reason.startsWith('source')) this.#flow.recovered(partition);
    }
  }

  #answered(question: Asked, answer: FetchedPartition): void {
    const { partition } = question;
    const { preferredReplica } = answer;
    if (preferredReplica >= 0 && preferredReplica !== this.nodeId && partition.leader === this.nodeId) {
      partition.follower = this.#flow.followers.named(preferredReplica);
      if (partition.follower) this.#flow.wakeFetchers();
      return;
    }
    partition.highWatermark = Math.max(
      answer.highWatermark,
      partition.leader === this.nodeId ? -1 : partition.highWatermark,
    );
    this.#hand(question, answer);
  }

  #backToLeader(partition: Partition): void {
    partition.follower = null;
    this.#flow.followers.failed();
    this.#flow.wakeFetchers();
  }

  #pause({ throttleMs, partitions }: SessionAnswer): Promise<void> | null {
    if (throttleMs > 0) return this.#sleep(throttleMs);
    let bytes = 0;
    for (const { records } of partitions) bytes += records.length;
    const { fetchLingerMs } = this.#flow.settings;
    const lingerMs = Math.max(fetchLingerMs, Math.min(MAX_LINGER_MS, this.#asked.size / PARTITIONS_PER_LINGER_MS));
    return bytes > 0 && bytes < FEW_BYTES && fetchLingerMs > 0 ? this.#sleep(lingerMs) : null;
  }

  #hand({ partition, generation, request: { offset } }: Asked, answer: FetchedPartition): void {
    const { settings, owners, targets, telemetry, name, clock } = this.#flow;
    const { targetTopic } = partition.spec;
    const plan = planFetched(answer, {
      from: offset,
      leaderEpoch: partition.leaderEpoch,
      isolation: settings.isolation,
      maxMessageBytes: targets.get(targetTopic)?.maxMessageBytes ?? Number.POSITIVE_INFINITY,
      onRefused: settings.onRefused,
      stamp: this.#flow.stamp,
    });
    if (plan.problem?.kind === 'corrupt' && partition.leader !== this.nodeId) {
      this.#backToLeader(partition);
      return;
    }
    if (plan.next === offset && !plan.problem) return;
    if (plan.records > 0) crashPoint('pull.batch.read');
    this.#count(answer.records.length, partition.leader === this.nodeId);
    this.#flow.limiter.spend(partition.spec.topic, plan.bytes || answer.records.length, plan.records);
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
    partition.counters.returned += plan.returned;
    if (plan.aborted > 0) telemetry.emit(pullAborted, { flow: name, records: plan.aborted });
    if (plan.returned > 0) telemetry.emit(pullReturned, { flow: name, records: plan.returned });
    for (const [reason, batches] of plan.rebuilt) {
      partition.counters.rebuilt.set(reason, (partition.counters.rebuilt.get(reason) ?? 0) + batches);
      telemetry.emit(pullRebuilt, { flow: name, reason, batches });
    }
    this.#flow.reserve(partition, plan.bytes);
    const owner = owners.get(partition.shard);
    if (owner) owner.submit(chunk);
    else this.#flow.released(chunk);
  }

  #count(bytes: number, leader: boolean): void {
    const { telemetry, name: flow } = this.#flow;
    telemetry.emit(pullFetched, { flow, replica: leader ? 'leader' : 'follower', bytes });
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

  /** The broker is away, or not where it was: its partitions may have another leader by now. */
  async #away(error: unknown): Promise<void> {
    const { source } = this.#flow;
    this.#failures += 1;
    this.#flow.away(this.#asked.keys(), reasonOf(error));
    for (const partition of this.#asked.keys()) {
      if (partition.leader !== this.nodeId) {
        this.#backToLeader(partition);
        continue;
      }
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

const isCurrent = ({ partition, generation, request }: Asked, maxBytes: number): boolean =>
  generation === partition.generation &&
  request.maxBytes === maxBytes &&
  request.offset === partition.fetchOffset &&
  request.topicId === partition.topicId &&
  request.currentLeaderEpoch === partition.sourceLeaderEpoch;

const ask = (partition: Partition, maxBytes: number): Asked => ({
  partition,
  generation: partition.generation,
  request: {
    topic: partition.spec.topic,
    topicId: partition.topicId,
    partition: partition.spec.partition,
    offset: partition.fetchOffset,
    currentLeaderEpoch: partition.sourceLeaderEpoch,
    maxBytes,
  },
});
