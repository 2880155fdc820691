/** What receive needs of the stages behind it. `hub/assemble.ts` puts the concrete ones in. */
import type { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId, Term } from '../../shared/identity.ts';
import type { EpochAnswer, EpochLink, HubIdentity, Reached, Shipment } from '../../shared/wire/index.ts';
import type { Settled, Verified } from '../stages.ts';

export interface Registered {
  readonly term: Term;
  readonly epochs: readonly EpochAnswer[];
  /** Where the hub knows the edge's sources to be further than `reached` says; none where that was not said. */
  readonly positions: readonly tributary.v1.ISourcePosition[];
}

export interface ReceiveParts {
  /** Who this hub is. @throws TributaryError `overloaded`, retryable, while that is not known yet */
  identity(): HubIdentity;
  /** Term of the owner of the edge's shard. @throws TributaryError `notOwner`, retryable, where that is not this hub */
  term(edge: EdgeId): Term;
  /** @throws TributaryError, whose code becomes the answer's */
  register(edge: EdgeId, lineage: readonly EpochLink[], reached?: readonly Reached[]): Promise<Registered>;
  /** Checks what an edge sent; what fails becomes corrupt parcels. `bytes`: of its body. */
  verify(shipment: Shipment, edge: EdgeId, bytes: number): Promise<Verified>;
  /**
   * Takes a place in the queue of the edge's shard before it returns; resolves after the commit. Calls for one
   * connection are made in the order in which their shipments arrived.
   * @throws TributaryError, whose code becomes the answer's
   */
  submit(verified: Verified): Promise<Settled>;
}
