import type { ShardFacts } from './parts.ts';

/** What `/readyz` is decided from. */
export interface HubFacts {
  readonly listening: boolean;
  readonly identityKnown: boolean;
  readonly shards: readonly ShardFacts[];
  /** The last transaction of any shard that ended; null: none yet. */
  readonly lastTransaction: { readonly outcome: 'committed' | 'failed'; readonly ageMs: number } | null;
  /** Age of the oldest shipment that waits for its transaction; 0: none waits. */
  readonly oldestWaitMs: number;
}

export interface Progress {
  readonly ready: boolean;
  /** Why not; empty where it is. */
  readonly reasons: readonly string[];
}

/** Longer than the longest transaction, with a fence and a read of the ledger behind it. */
const STUCK_MS = 60_000;
/** An older failure says nothing of now: whoever is sent no requests has no transaction to show that it works again. */
const FAILURE_COUNTS_MS = 30_000;

/** Ready is able to take shipments now. Waiting shipments that do not move are not progress, whatever is connected. */
export function hubProgress(facts: HubFacts): Progress {
  const owned = facts.shards.filter(({ state }) => state === 'owned').length;
  const last = facts.lastTransaction;
  const failing = last?.outcome === 'failed' && last.ageMs < FAILURE_COUNTS_MS;
  const stuck = facts.oldestWaitMs > STUCK_MS;
  const reasons = [
    facts.listening ? '' : 'it does not listen',
    facts.identityKnown ? '' : 'the ledger was not read yet',
    owned > 0 ? '' : 'it owns no shard',
    failing ? 'the last transaction failed' : '',
    stuck ? `shipments wait for ${Math.round(facts.oldestWaitMs / 1000)} s` : '',
  ].filter((reason) => reason !== '');
  return { ready: reasons.length === 0, reasons };
}
