/**
 * A pull that runs: the flows of one configuration in one process.
 *
 *     PullRun -> clusters (one connection pool a distinct client), shards and control (one a target cluster), FlowSlot (one a flow)
 *     FlowSlot -> FlowRun, again and again where somebody restarts it
 *     FlowRun -> topics and their settings, the copier, offset syncs, heartbeats, checkpoints, group offsets
 *
 * Invariants:
 * - A part that can't be opened (a cluster is away, a topic can't be made) is tried again by its own clock, says so once, and
 *   holds up no other part and no other flow.
 * - Copying needs nothing but topics on both sides; everything else of MirrorMaker 2's is beside it.
 * - What operators say (`../control`) is known before anything is copied, and done by every process. A change to one flow
 *   touches no other.
 * - Where the ledger has no position of a partition, or an earlier one, MirrorMaker 2's own counts
 *   (`mm2-offsets.<source>.internal`). It is kept where ours is: after the commit, never before.
 *
 * Life: `PullRun.open` answers at once, parts come up in the background; `close` ends them in the other order.
 */

export { type FlowFacts, factsOf } from './facts.ts';
export type { FlowSnapshot, PartState } from './flowRun.ts';
export { besideLedger, LEDGER_TOPIC } from './ledgerTopics.ts';
export { type Asked, type Done, Operations, type Verb } from './operations.ts';
export { planText } from './planText.ts';
export { PullRun, type PullRunOptions } from './pullRun.ts';
