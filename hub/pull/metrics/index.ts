/**
 * What a process of pulls measures: MirrorMaker 2's metrics of each partition and of each checkpoint under the names of Strimzi's
 * exporter, and our own: how far behind a partition is. docs/metrics.md has the table.
 *
 * Invariants
 * - A series is there while its partition is copied by this process (its checkpoint is kept), not longer: an age that nobody
 *   moves any more would look like a standstill, and a sum over processes would count a partition twice.
 * - The number of series is bounded (`limits.metricPartitions`, `metricCheckpoints`): the first ones have their own, all
 *   others of a flow share one with topic, partition and group `(others)`, which no topic is called. In it counts and offsets
 *   are sums, seconds the greatest. `tributary_pull_partitions_without_series` says how many there are.
 * - Copying costs no label look-up: numbers are kept beside the partition, and become series when they are scraped.
 *
 * Life: {@link PullMetrics} is one a process and registers its metrics; {@link FlowMetrics} is one a flow, from `flow` to `close`.
 */
export { FlowMetrics, type MeasuredFlow } from './flowMetrics.ts';
export { PullMetrics } from './pullMetrics.ts';
