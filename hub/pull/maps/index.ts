/**
 * Exact maps of what was copied: which offset of a source partition is which one in its copy.
 *
 * A run is a row of records without a hole on either side: `{source, target, count}`. Batches that follow each other make one
 * run; what parts them is a hole in the source (compaction, its own transaction markers) or a marker in the target, of which
 * exactly once leaves one a transaction. A partition's runs are kept in segments of `limits.offsetMapRuns`, the newest
 * `limits.offsetMapSegments` of them.
 *
 * Topic `tributary.pulls.maps`, compacted, partitions as the pull ledger's, written in the transaction that has the records:
 *
 *     key    UTF-8 <flow>/<topic>/<partition>/<slot>      slot = number of the segment mod offsetMapSegments
 *     value  version u8 = 1, then numbers (7 bits a byte, low ones first, high bit: more follow): since, number, runs,
 *            source and target of the first run, and of each run: 4 * (count - 1), behind one marker and no hole;
 *            4 * (count - 1) + 1 and then hole in the source, hole in the target, for any other
 *
 *     key    UTF-8 <flow>/<topic>/<partition>/begin       a map begins here: what came before it does not count
 *     value  u8 = 2, then the target topic, UTF-8
 *
 * The last segment of a partition is written anew, longer, in each transaction that copies of it. An owner begins a new one:
 * what the one before it wrote last is not read.
 *
 * Invariants:
 * - From `since` on, all that was copied into this target is in the map, as far as segments are kept: an offset between two
 *   runs is a hole. Where that would not be so (another copier went on, another target, another topic), `since` is anew
 *   and segments begin at number 0.
 * - Runs go up in source and target. One that goes back (the source was truncated, records were copied again at least once)
 *   takes the place of what it overlaps.
 * - A translated offset is never behind the true place, and between `since` and the last run it is the true place.
 */
export { MapReader } from './mapReader.ts';
export { PartitionMap, type Place } from './partitionMap.ts';
export { type Run, runsOf } from './runs.ts';
export { decodeBegin, decodeSegment, encodeSegment, isBegin, type Segment, segmentKey } from './segment.ts';
export { type OpenSegment, openSegment, SegmentWriter } from './segmentWriter.ts';
