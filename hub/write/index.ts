/**
 * From a verified shipment to Kafka and back to a receipt: shard owners, their transactions, the targets.
 *
 * Invariants (each file says its own):
 * - Records and the ledger entries that speak of them are in one transaction; a receipt is sent after its commit.
 * - Nothing is guessed: an outcome that nobody saw is read from the ledger after a fence.
 * - What one stream, target or edge can't have now is told to it (`PARKED`, dead letter, `REJECTED`); all others commit.
 *
 * Life: `Shards.open` -> (ledger checked, group joined) -> one `ShardOwner` for each assigned shard -> groups of jobs
 * (`GroupRun`), each one transaction (`runTransaction`).
 */
export { DEAD_LETTER } from './deadLetter.ts';
export { type OwnerParts, type OwnerState, ShardOwner } from './owner.ts';
export type { RouteTarget, Routing } from './routing.ts';
export {
  type Registered,
  type ShardStatus,
  Shards,
  type ShardsParts,
  type ShardsSettings,
  type ShardsSnapshot,
  shardOf,
} from './shards.ts';
export { Targets } from './targets.ts';
