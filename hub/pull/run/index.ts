/**
 * A pull that runs: the flows of one configuration in one process.
 *
 *     PullRun -> clusters (one connection pool a distinct client), shards (one a target cluster), FlowRun (one a flow)
 *     FlowRun -> topics and their settings, the copier, offset syncs, heartbeats, checkpoints, group offsets
 *
 * Invariants:
 * - A part that can't be opened (a cluster is away, a topic can't be made) is tried again by its own clock, says so once, and
 *   holds up no other part and no other flow.
 * - Copying needs nothing but topics on both sides; everything else of MirrorMaker 2's is beside it.
 * - Where the ledger has no position of a partition, MirrorMaker 2's own (`mm2-offsets.<source>.internal`) counts.
 *
 * Life: `PullRun.open` answers at once, parts come up in the background; `close` ends them in the other order.
 */

export type { FlowSnapshot, PartState } from './flowRun.ts';
export { planText } from './planText.ts';
export { PullRun, type PullRunOptions } from './pullRun.ts';
