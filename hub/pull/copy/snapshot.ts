/** What a flow says of itself: plain data, made when it is asked for. */
import type { Clock } from '../../../shared/clock.ts';
import type { PullGap } from './ledger.ts';
import type { Partition, PartitionState } from './partition.ts';
import type { FlowLimits, FlowName } from './settings.ts';

export interface PartitionSnapshot {
  readonly topic: string;
  readonly partition: number;
  readonly targetTopic: string;
  readonly targetPartition: number;
  readonly shard: number;
  readonly state: PartitionState;
  readonly paused: boolean;
  /** The next offset to copy, as committed; null: none yet. */
  readonly position: number | null;
  readonly highWatermark: number | null;
  /** Offsets between the position and the source's end; null: not known. */
  readonly lagOffsets: number | null;
  /** Age of the newest record that was copied, while there are others; 0 where there are none. */
  readonly lagMs: number | null;
  /** Age of the newest record that was copied since the start; null: none was. */
  readonly newestAgeMs: number | null;
  readonly pendingBytes: number;
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  readonly abortedRecords: number;
  /** Not copied, as they came from the target or through it. */
  readonly returnedRecords: number;
  readonly deadLetteredRecords: number;
  readonly rebuiltBatches: Readonly<Record<string, number>>;
  readonly gaps: readonly PullGap[];
  readonly gapCount: number;
  readonly lostOffsets: number;
}

export interface CopierSnapshot {
  readonly flow: FlowName;
  readonly limits: FlowLimits;
  readonly pendingBytes: number;
  readonly partitions: readonly PartitionSnapshot[];
}

export function snapshotOf(partition: Partition, clock: Clock): PartitionSnapshot {
  const { spec, committed, highWatermark, position, counters, lastTimestamp } = partition;
  const known = committed >= 0 && highWatermark >= 0;
  const lagOffsets = known ? Math.max(0, highWatermark - committed) : null;
  const behindMs = lastTimestamp >= 0 ? Math.max(0, clock.now() - lastTimestamp) : null;
  return {
    topic: spec.topic,
    partition: spec.partition,
    targetTopic: spec.targetTopic,
    targetPartition: partition.targetPartition,
    shard: partition.shard,
    state: partition.state,
    paused: partition.paused,
    position: committed >= 0 ? committed : null,
    highWatermark: highWatermark >= 0 ? highWatermark : null,
    lagOffsets,
    lagMs: lagOffsets === 0 ? 0 : behindMs,
    newestAgeMs: behindMs,
    pendingBytes: partition.pendingBytes,
    records: counters.records,
    bytes: counters.bytes,
    batches: counters.batches,
    abortedRecords: counters.aborted,
    returnedRecords: counters.returned,
    deadLetteredRecords: counters.deadLettered,
    rebuiltBatches: Object.fromEntries(counters.rebuilt),
    gaps: position?.gaps ?? [],
    gapCount: position?.gapCount ?? 0,
    lostOffsets: position?.lostOffsets ?? 0,
  };
}
