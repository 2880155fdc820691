/** What the parts of a flow have in common. */
import type { Clock } from '../../../shared/clock.ts';
import type { Cluster } from '../../../shared/kafka/index.ts';
import type { Stamper } from '../../../shared/records/index.ts';
import type { Telemetry } from '../../../shared/telemetry/telemetry.ts';
import type { ChunkFlow } from './chunk.ts';
import type { Followers } from './followers.ts';
import type { Limiter } from './limits.ts';
import type { ShardOwner } from './owner.ts';
import type { Partition } from './partition.ts';
import type { Elsewhere } from './settings.ts';
import type { TargetTopics } from './targets.ts';

export interface Flow extends ChunkFlow {
  readonly source: Cluster;
  readonly targets: TargetTopics;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** By label; changed by the copier only. */
  readonly partitions: ReadonlyMap<string, Partition>;
  readonly owners: ReadonlyMap<number, ShardOwner>;
  readonly limiter: Limiter;
  readonly followers: Followers;
  /** Null: records stay as they are. */
  readonly stamp: Stamper | null;
  readonly signal: AbortSignal;
  /** What somebody else has copied of a partition. */
  readonly elsewhere: (topic: string, partition: number) => Elsewhere | null;
  /** Fetched and not written yet. */
  readonly pendingBytes: number;
  /** A broker of the source did not answer for these. */
  away(partitions: Iterable<Partition>, reason: string): void;
  /** The source has another topic of that name than the one that its target was chosen for. */
  outdated(topic: string): void;
  /** Something is to be settled, or to be fetched. */
  wakeStarter(): void;
  wakeFetchers(): void;
  /** Bytes of a chunk are waiting now. */
  reserve(partition: Partition, bytes: number): void;
}
