/**
 * What operators have said of flows, for all processes that share the work: a compacted topic of the target cluster, beside
 * the pull ledger (`tributary.pulls.control`), one partition. Every process writes to it and reads all of it.
 *
 * Why not in the ledger itself: a partition of the ledger is written by its shard's owner only, in the transactions that copy
 * records. An operation would have to be passed on to an owner that may just be changing, and would wait behind data. Here
 * any process writes, and the log's order is the order of the operations for all.
 *
 * Format: key = UTF-8 text, value = JSON with `v: 1` and `kind`, or null (not so any more); a header `id` names the write.
 *
 *   flow/<flow>                                     a flow that is in no file, as hub.yaml has it
 *   pause/flow/<flow>, pause/topic/<topic>/<flow>, pause/partition/<n>/<topic>/<flow>
 *   topic/<topic>/<flow>                            copied or not, whatever the flow's lists say
 *   limits/<flow>                                   rates, instead of those that the flow was written with
 *   word/<scope as for pause>                       restart, accept: for those that run now, never for later ones
 *   process/<name>/<target>                         who runs, what it has done of all this, what it owns
 *   copy/<random>/<topic>/<flow>                    which copy a topic has, by its id (copies.ts)
 *
 * Invariants:
 * - The newest entry of a key is what holds; an entry never depends on one before it with the same key, so compaction
 *   changes nothing.
 * - Nothing is copied before what was said earlier has been read: a paused flow stays paused over restarts.
 * - Nothing secret: flows name clusters of the file by their aliases.
 * - A process that is alive says how far it has come ({@link ProcessEntry}), so whoever asked can be told that it is done.
 */
export { type Copies, type CopyEntry, copiesOf, newestCopy } from './copies.ts';
export {
  type ControlEntry,
  type ControlState,
  type FlowCounts,
  type FlowEntry,
  type FlowRule,
  flowEntries,
  keyOf,
  keysOfFlow,
  type ProcessEntry,
  processEntries,
  ruleOf,
  type Scope,
  type WordEntry,
} from './entries.ts';
export { type ControlListener, ControlLog, controlTopicOf } from './log.ts';
