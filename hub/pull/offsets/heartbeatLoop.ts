import { type Clock, systemClock } from '../../../shared/clock.ts';
import { appendRecords, type Cluster } from '../../../shared/kafka/index.ts';
import { HEARTBEATS_TOPIC } from '../../../shared/names/index.ts';
import { Job, type JobState } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { heartbeatWritten, internalTopicMade } from './events.ts';
import { encodeHeartbeat } from './heartbeat.ts';
import { ensureInternalTopic } from './internalTopics.ts';

export interface HeartbeatsOptions {
  readonly target: Cluster;
  readonly sourceAlias: string;
  readonly targetAlias: string;
  readonly intervalMs: number;
  readonly replicationFactor: number;
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
}

/** Writes one heartbeat an interval: "this flow is alive". A flow that copies it on shows how far it comes. */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  readonly #job: Job;

  private constructor(options: HeartbeatsOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    const job = { name: 'pull_heartbeats', everyMs: options.intervalMs, atOnce: true, run: () => this.#write(clock) };
    this.#job = new Job(job, options.telemetry, clock);
  }

  /** @throws TributaryError `topicNotCreatable`, `brokerUnavailable` */
  static async open(options: HeartbeatsOptions): Promise<Heartbeats> {
    const topic = { name: HEARTBEATS_TOPIC, replicationFactor: options.replicationFactor };
    if (await ensureInternalTopic(options.target, topic)) {
      options.telemetry.emit(internalTopicMade, { flow: flowOf(options), topic: topic.name });
    }
    return new Heartbeats(options);
  }

  state(): JobState {
    return this.#job.state();
  }

  /** Writes one now; waits for it. */
  runNow(): Promise<void> {
    return this.#job.runNow();
  }

  async #write(clock: Clock): Promise<void> {
    const { target, sourceAlias, targetAlias, telemetry } = this.#options;
    const timestamp = clock.now();
    const record = encodeHeartbeat({ source: sourceAlias, target: targetAlias, timestamp });
    await appendRecords(target, HEARTBEATS_TOPIC, 0, [{ ...record, timestamp, headers: [] }]);
    telemetry.emit(heartbeatWritten, { flow: flowOf(this.#options) });
  }

  close(): Promise<void> {
    return this.#job.close();
  }
}

const flowOf = ({ sourceAlias, targetAlias }: HeartbeatsOptions): string => `${sourceAlias}->${targetAlias}`;
