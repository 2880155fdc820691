/**
 * The copy path of pulls: batches of a source cluster, as bytes, into a target cluster.
 *
 *     FetchLoop (one a source broker) -> planned pieces, a Chunk a partition -> ShardOwner (one a shard) -> Group: one transaction
 *
 * Invariants:
 * - A partition's position and the records that it speaks of are in one transaction of the target (`exactlyOnce`), or the
 *   position is written after the records (`atLeastOnce`). It lies in the pull ledger (`ledger.ts`), nowhere else.
 * - A partition's chunks follow each other: each begins where the one before ended, or it is thrown away. So whatever
 *   fails, the partition is fetched again from what is committed, and nothing is written out of turn.
 * - Bytes are copied as they are, their CRC checked first. What a broker would not take is rebuilt, with a reason
 *   (`plan.ts`), and counted.
 * - A partition's trouble is a state of that partition, with a reason and a retry clock. What the source has lost (retention,
 *   truncation, a topic made again) is written into the position's entry, counted and said; nothing is skipped in silence.
 * - Memory is bounded: what is fetched and not yet written, of a partition and of a flow; beyond that a partition is left out
 *   of the fetch.
 *
 * Life: `PullShards.open` (ledger, group, owners of shards; one a target cluster) and `Copier.open` (one a flow), which
 * attaches itself to the shards. A partition whose shard is owned here is settled by the `Starter` (what does the ledger say, is
 * the log still the same, where does it begin), then copied until its shard is lost or the flow is closed.
 */
export { copiedIds } from './copiedIds.ts';
export { Copier, type CopierOptions } from './copier.ts';
export { PULL_DEAD_LETTER } from './deadLetter.ts';
export { flowText, type PullGap, type PullPosition } from './ledger.ts';
export type { PartitionState, StopReason, WaitReason } from './partition.ts';
export {
  type CopiedBatch,
  type CopiedFacts,
  type CopiedTo,
  type CopyMeter,
  type CopySettings,
  DEFAULT_COPY,
  type Elsewhere,
  type FlowLimits,
  type FlowName,
  type PartitionSpec,
  type RateLimit,
} from './settings.ts';
export { mapsTopicOf, PullShards, type PullShardsSettings } from './shards.ts';
export type { CopierSnapshot, PartitionSnapshot } from './snapshot.ts';
