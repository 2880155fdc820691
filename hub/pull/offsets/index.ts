/**
 * Offsets of a pull flow as MirrorMaker 2 and its clients know them: what is written about them, and how a group's offset
 * in the source becomes one in the target.
 *
 * Formats (all numbers big-endian; STRING = length i16, UTF-8), each in one file:
 *
 *     offset sync  key STRING topic, i32 partition                value i64 upstream, i64 downstream
 *     checkpoint   key STRING group, STRING topic, i32 partition  value i16 0, i64 upstream, i64 downstream, STRING metadata
 *     heartbeat    key STRING source, STRING target               value i16 0, i64 ms since 1970
 *
 * Each kind has a compacted topic with one partition (`internalTopics.ts`).
 *
 * Invariants:
 * - A translated offset is never further than the true place. It is the true place where an exact map (`../maps/`) reaches,
 *   elsewhere at most the nearest sync that is not above it, plus one.
 * - Checkpoints of a (group, partition) go forward, unless the group itself went back in the source.
 * - Group offsets on the target are only written where nobody consumes, and never go back.
 * - Memory: 64 syncs for each source partition, one checkpoint for each (group, partition); both are counted and bounded,
 *   and what is beyond a bound is said, not dropped in silence.
 *
 * Lifecycle: the rules are pure functions over what was read. `SyncReader`, `Heartbeats`, `Checkpoints` and
 * `GroupOffsetSync` own a job each: `open` makes the internal topic where it is missing and begins, `close` waits for the
 * run under way.
 */
export { CheckpointBook } from './book.ts';
export { type Checkpoint, type CheckpointMeter, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { Checkpoints, type CheckpointsOptions } from './checkpointLoop.ts';
export {
  type CheckpointRules,
  checkpointsOf,
  type ExactMaps,
  exactFirst,
  type Skipped,
  type SourceOffset,
  type Translator,
} from './checkpointRules.ts';
export { type GroupOnTarget, type GroupWrites, groupWrites } from './groupRules.ts';
export { GroupOffsetSync, type GroupOffsetSyncOptions } from './groupSync.ts';
export { decodeHeartbeat, encodeHeartbeat, type Heartbeat } from './heartbeat.ts';
export { Heartbeats, type HeartbeatsOptions } from './heartbeatLoop.ts';
export { creationOutcome, ensureInternalTopic, type InternalTopic } from './internalTopics.ts';
export { decodeOffsetSync, encodeOffsetSync, type OffsetSync } from './offsetSync.ts';
export { SyncReader } from './syncReader.ts';
export { OffsetSyncStore } from './syncStore.ts';
export { OffsetSyncs, SyncDue, writeOffsetSyncs } from './syncWriter.ts';
