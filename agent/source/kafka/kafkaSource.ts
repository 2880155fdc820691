/**
 * Reads topics of a local Kafka: raw fetches, no consumer group's rebalances, the position in the buffer's transaction.
 *
 * Parts, each a loop of its own that ends with the source:
 * - discovery.ts: which topics and partitions there are, who leads them; notices new ones, and topics made again;
 * - resolver.ts: where a partition begins, and whether the log is still the one that was read (truncation, retention);
 * - delivered.ts: what the hub has of it that this buffer does not know;
 * - leaderLoop.ts, one a broker: fetches, plans (plan.ts), decodes (slice.ts);
 * - handover.ts: one capture after the other into the intake;
 * - groupOffsets.ts: the committed offsets that other tools see.
 *
 * Invariants:
 * - A partition's records are handed over in offset order, each once, with the position behind them in the same capture
 *   (partition.ts says how). The position passes over what holds no record: markers, aborted transactions, compaction.
 * - A partition in trouble rests and is tried again; no other waits for it.
 * - In memory: per broker two answers of `fetchBytes` (more only where one batch is larger) and two slices of about
 *   `captureBytes` decoded.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { tributary } from '../../../proto/generated/tributary.js';
import type { Clock } from '../../../shared/clock.ts';
import { reasonOf } from '../../../shared/errors.ts';
import { Cluster } from '../../../shared/kafka/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { Intake, SourcePositions } from '../../stages.ts';
import { Waiter } from '../backoff.ts';
import { sourceFailed } from '../events.ts';
import type { Source, SourceState } from '../source.ts';
import { TopicLabels } from '../topicLabels.ts';
import { Troubles } from '../troubles.ts';
import { Delivered } from './delivered.ts';
import { Discovery } from './discovery.ts';
import { kafkaLag } from './events.ts';
import { GroupOffsets } from './groupOffsets.ts';
import { Handover } from './handover.ts';
import { LeaderLoop } from './leaderLoop.ts';
import { type KafkaSourceOptions, type KafkaSourceSettings, withDefaults } from './options.ts';
import type { Partition } from './partition.ts';
import { Resolver } from './resolver.ts';
import type { Parts } from './shared.ts';
import { type TopicChoice, topicChoice } from './topicChoice.ts';

const LAG_MS = 2_000;
/** How long `close` spends on moving the group's offsets once more. */
const LAST_COMMIT_MS = 2_000;

interface Running {
  readonly discovery: Discovery;
  readonly resolver: Resolver;
  readonly group: GroupOffsets | null;
  readonly handover: Handover;
  readonly delivered: Delivered;
  readonly loops: Map<number, LeaderLoop>;
  readonly jobs: Promise<void>[];
}

export class KafkaSource implements Source, SourcePositions {
  readonly #settings: KafkaSourceSettings;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #choice: TopicChoice;
  readonly #cluster: Cluster;
  readonly #troubles: Troubles;
  readonly #labels = new TopicLabels();
  readonly #partitions = new Map<string, Partition>();
  readonly #abort = new AbortController();
  readonly #handoverWaiter = new Waiter();
  readonly #lagWaiter = new Waiter();
  #running: Running | null = null;
  #failure: string | null = null;

  /** @throws TributaryError `configInvalid` */
  constructor(options: KafkaSourceOptions, parts: { telemetry: Telemetry; clock: Clock }) {
    this.#settings = withDefaults(options);
    this.#telemetry = parts.telemetry;
    this.#clock = parts.clock;
    this.#choice = topicChoice(this.#settings.topics, this.#settings.exclude);
    this.#cluster = Cluster.open(this.#settings.kafka, parts.telemetry);
    this.#troubles = new Troubles(this.#settings.name, parts.telemetry, parts.clock);
  }

  /** Needs no broker: where there is none, the source waits for it. */
  async open(intake: Intake): Promise<void> {
    const parts = this.#parts();
    const loops = new Map<number, LeaderLoop>();
    const jobs: Promise<void>[] = [];
    const delivered = new Delivered(parts, intake);
    const handover = new Handover(parts, intake, {
      waiter: this.#handoverWaiter,
      delivered,
      sourcePartitions: () => discovery.sourcePartitions,
    });
    const wakeLoops = (): void => {
      for (const loop of loops.values()) loop.wake();
    };
    const resolver = new Resolver(parts, { delivered, handover, settled: wakeLoops });
    const discovery = new Discovery(parts, {
      partitions: this.#partitions,
      choice: this.#choice,
      intake,
      delivered,
      changed: () => {
        for (const { leader } of this.#partitions.values()) {
          if (leader < 0 || loops.has(leader)) continue;
          const loop = new LeaderLoop(parts, leader, handover);
          loops.set(leader, loop);
          jobs.push(this.#job(loop.run()));
        }
        resolver.wake();
        wakeLoops();
      },
    });
    const group = this.#settings.group === null ? null : new GroupOffsets(parts, this.#settings.group);
    this.#running = { discovery, resolver, group, handover, delivered, loops, jobs };
    jobs.push(this.#job(discovery.run()), this.#job(resolver.run()), this.#job(this.#showLag()));
    if (group) jobs.push(this.#job(group.run()));
  }

  /** Null, too, while the source does not run. */
  reached(): readonly tributary.v1.ISourcePosition[] | null {
    return this.#running?.delivered.reached() ?? null;
  }

  told(positions: readonly tributary.v1.ISourcePosition[]): void {
    if (!this.#running || this.#abort.signal.aborted) return;
    const { delivered, handover, resolver } = this.#running;
    const capture = delivered.told(positions);
    if (capture) void handover.note(capture);
    resolver.wake();
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#abort.abort();
    if (!running) return this.#cluster.close();
    this.#running = null;
    this.#wakeAll(running);
    // What was handed over still becomes durable; then the group is moved for the last time.
    await running.handover.settled();
    if (running.group && this.#failure === null) {
      await Promise.race([running.group.commit(), pause(LAST_COMMIT_MS, undefined, { ref: false })]);
    }
    this.#cluster.close();
    await Promise.all(running.jobs);
  }

  state(): SourceState {
    const { name } = this.#settings;
    if (this.#failure !== null) return { name, state: 'failed', reason: this.#failure };
    const trouble = this.#troubles.first();
    if (this.#abort.signal.aborted) return { name, state: 'waiting', reason: 'closing' };
    if (trouble !== null) return { name, state: 'waiting', reason: trouble };
    if (!this.#running?.discovery.seen) return { name, state: 'starting' };
    if (!this.#running.delivered.mayRead) return { name, state: 'starting', reason: 'the hub is asked what it has' };
    const reason = this.#remarks();
    return reason === '' ? { name, state: 'running' } : { name, state: 'running', reason };
  }

  #remarks(): string {
    const remarks = [...(this.#running?.discovery.missing ?? [])];
    const troubled = [...this.#partitions.values()].filter(({ problem }) => problem !== null);
    const first = troubled[0];
    if (first) remarks.push(`${troubled.length} partitions can't be read, ${first.label}: ${first.problem}`);
    const leaderless = [...this.#partitions.values()].filter((p) => p.leader < 0 && p.goneSinceMs === null).length;
    if (leaderless > 0) remarks.push(`${leaderless} partitions have no leader`);
    if (this.#partitions.size === 0 && remarks.length === 0) remarks.push('no topic matches yet');
    return remarks.join('; ');
  }

  #parts(): Parts {
    return {
      settings: this.#settings,
      cluster: this.#cluster,
      telemetry: this.#telemetry,
      clock: this.#clock,
      troubles: this.#troubles,
      labels: this.#labels,
      partitions: this.#partitions,
      signal: this.#abort.signal,
      fail: (error) => this.#fail(error),
      askMetadata: () => this.#running?.discovery.wake(),
      askResolver: () => this.#running?.resolver.wake(),
    };
  }

  /** A mistake in one loop must not go unseen: it ends the source, and health says so. */
  #job(run: Promise<void>): Promise<void> {
    return run.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (this.#failure !== null || this.#abort.signal.aborted) return;
    this.#failure = reasonOf(error);
    this.#telemetry.emit(sourceFailed, { source: this.#settings.name, error });
    this.#abort.abort();
    if (this.#running) this.#wakeAll(this.#running);
    this.#cluster.close();
  }

  #wakeAll({ discovery, resolver, group, loops }: Running): void {
    for (const waiting of [discovery, resolver, group, ...loops.values()]) waiting?.wake();
    this.#handoverWaiter.wake();
    this.#lagWaiter.wake();
  }

  async #showLag(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      await this.#lagWaiter.wait(LAG_MS);
      const lag = new Map<string, number>();
      for (const { topic, highWatermark, stored } of this.#partitions.values()) {
        const label = this.#labels.of(topic);
        const behind = highWatermark < 0 || stored < 0 ? 0 : Math.max(0, highWatermark - stored);
        lag.set(label, (lag.get(label) ?? 0) + behind);
      }
      for (const [topic, records] of lag) {
        this.#telemetry.emit(kafkaLag, { source: this.#settings.name, topic, records });
      }
    }
  }
}
