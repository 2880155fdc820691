/** What the fleet view reads. `hub/assemble.ts` puts the concrete parts in; nothing here changes the data plane's state but `decideEpoch`. */
import type { EdgeId, Epoch } from '../../shared/identity.ts';
import type { HubIdentity } from '../../shared/wire/index.ts';
import type { Contact } from '../receive/index.ts';
import type { EdgeView } from '../sequence/index.ts';

/** How one shard is at this instance. */
export interface ShardFacts {
  readonly shard: number;
  /** `elsewhere`: another instance's. Else what its owner here does: only `serving` takes shipments. */
  readonly state: 'opening' | 'serving' | 'recovering' | 'closed' | 'elsewhere';
  /** Why, where it does not serve. */
  readonly reason: string | null;
  readonly term: number | null;
  readonly owner: string | null;
  readonly edges: number;
}

export interface FleetParts {
  /** Of this program. */
  readonly version: string;
  /** Whether this hub pulls flows, too. */
  readonly flows?: boolean;
  /** Null while it is not known yet. */
  identity(): HubIdentity | null;
  shards(): readonly ShardFacts[];
  /** Edges in the ledger, as far as this instance owns their shards. */
  edges(): Iterable<EdgeId>;
  edge(edge: EdgeId): EdgeView | null;
  /** The operator's word, durable when it resolves. Null: there is no such epoch. @throws TributaryError */
  decideEpoch(
    edge: EdgeId,
    epoch: Epoch,
    decision: 'accept' | 'reject',
  ): Promise<{ state: string; reason: string } | null>;
  /** Edges that were heard of since this instance started. */
  contacts(): Iterable<EdgeId>;
  contact(edge: EdgeId): Contact | null;
  isConnected(edge: EdgeId): boolean;
  /** Edges that have a token, heard of or not. */
  expected(): Iterable<EdgeId>;
}
