/** What the parts of a Kafka source have in common. */
import type { Clock } from '../../../shared/clock.ts';
import { type Cluster, kafkaErrorName } from '../../../shared/kafka/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import { backoffMs } from '../backoff.ts';
import type { TopicLabels } from '../topicLabels.ts';
import type { Troubles } from '../troubles.ts';
import { kafkaPartitionRecovered, kafkaPartitionTrouble } from './events.ts';
import { type KafkaSourceSettings, PARTITION_BACKOFF } from './options.ts';
import type { Partition } from './partition.ts';

export interface Parts {
  readonly settings: KafkaSourceSettings;
  readonly cluster: Cluster;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly troubles: Troubles;
  readonly labels: TopicLabels;
  /** All that were found; changed by discovery only. */
  readonly partitions: ReadonlyMap<string, Partition>;
  readonly signal: AbortSignal;
  /** Ends the source: nothing more is captured. */
  fail(error: unknown): void;
  /** Metadata may be old: ask soon. */
  askMetadata(): void;
  /** A partition has a doubt to settle. */
  askResolver(): void;
}

/** A short trouble is everyday life (a leader moves); only one that lasts is said. */
const SILENT_FAILURES = 4;

/** The partition rests, longer each time; the others go on. */
export function rest(parts: Parts, partition: Partition, reason: string, options: { sayNow: boolean }): void {
  const { telemetry, clock, settings } = parts;
  partition.rewind();
  partition.failures += 1;
  partition.restsUntilMs = clock.monotonicMs() + backoffMs(partition.failures, PARTITION_BACKOFF);
  if (partition.problem === null && (options.sayNow || partition.failures > SILENT_FAILURES)) {
    const { topic, partition: number } = partition;
    telemetry.emit(kafkaPartitionTrouble, { source: settings.name, topic, partition: number, reason });
    partition.problem = reason;
  }
}

/** It was read: whatever was wrong is over. */
export function recovered(parts: Parts, partition: Partition): void {
  partition.failures = 0;
  if (partition.problem === null) return;
  partition.problem = null;
  const { topic, partition: number } = partition;
  parts.telemetry.emit(kafkaPartitionRecovered, { source: parts.settings.name, topic, partition: number });
}

export const answered = (code: number): string => `Kafka answers ${kafkaErrorName(code)} (${code})`;

export const rests = (parts: Parts, partition: Partition): boolean =>
  partition.restsUntilMs > parts.clock.monotonicMs();
