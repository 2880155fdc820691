import type { Clock } from '../../../shared/clock.ts';
import { reasonOf } from '../../../shared/errors.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import { Job } from '../../../shared/telemetry/jobs.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { CopiedBatch } from '../copy/index.ts';
import { ensureInternalTopic, OffsetSyncs, writeOffsetSyncs } from '../offsets/index.ts';
import { offsetSyncsFailed } from './events.ts';

export interface FlowSyncsOptions {
  readonly flow: string;
  /** Where the topic is: the source by default, as in MirrorMaker 2. */
  readonly cluster: Cluster;
  readonly topic: string;
  readonly replicationFactor: number;
  readonly maxLag: number;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

const FIRE_EVERY_MS = 200;
/** As often as Connect flushes its offsets, unless a sync is due before. */
const PROMOTE_EVERY_MS = 60_000;

/** Writes down, now and then, where what was copied lies on both sides: MirrorMaker 2's offset syncs. */
export class FlowSyncs {
  readonly #syncs: OffsetSyncs;
  readonly #jobs: readonly Job[];

  private constructor(options: FlowSyncsOptions) {
    const { cluster, topic, flow, maxLag, telemetry, clock } = options;
    const syncs = new OffsetSyncs({
      maxLag,
      send: (some) => writeOffsetSyncs(cluster, topic, some, clock.now()),
      failed: (some, error) => telemetry.emit(offsetSyncsFailed, { flow, count: some.length, reason: reasonOf(error) }),
    });
    this.#syncs = syncs;
    const job = (name: string, everyMs: number, run: () => void): Job =>
      new Job({ name, everyMs, run }, telemetry, clock);
    this.#jobs = [
      job('pull_offset_syncs', FIRE_EVERY_MS, () => syncs.fire()),
      job('pull_offset_syncs_delayed', PROMOTE_EVERY_MS, () => syncs.promoteDelayed()),
    ];
  }

  /** @throws TributaryError `topicNotCreatable`, `brokerUnavailable` */
  static async open(options: FlowSyncsOptions): Promise<FlowSyncs> {
    await ensureInternalTopic(options.cluster, { name: options.topic, replicationFactor: options.replicationFactor });
    return new FlowSyncs(options);
  }

  /** A batch was committed. Where the source has holes each record is looked at. */
  copied({ topic, partition, first, targetOffset, records, deltas }: CopiedBatch): void {
    if (deltas === null) {
      this.#syncs.updateRun({ topic, partition, upstream: first, downstream: targetOffset }, records);
      return;
    }
    deltas.forEach((delta, at) => {
      this.#syncs.update({ topic, partition, upstream: first + delta, downstream: targetOffset + at });
    });
  }

  /** Somebody else copies it: what is still delayed would come behind what they write. */
  left(topic: string, partition: number): void {
    this.#syncs.forget(topic, partition);
  }

  /** What is delayed is written, too. */
  async close(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => job.close()));
    this.#syncs.promoteDelayed();
    this.#syncs.fire();
    await this.#syncs.settled();
  }
}
