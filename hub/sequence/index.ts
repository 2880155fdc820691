/**
 * What a shipment means for a shard: pure functions over the shard's state and the changes that the next transaction
 * will make (`Staging`). No I/O, no clock of its own.
 *
 * Invariants:
 * - A batch is taken only if it begins at the stream's next sequence with the stream's tip; so the ledger's tip is the
 *   hash of exactly the bytes that were written, in their order.
 * - A repeat is confirmed only by a tip: a sequence number alone confirms nothing.
 * - Nothing that the hub has not got is confirmed, whatever the agent says of its past. Where two histories meet, both
 *   are kept: the second one in an epoch of its own, and the fork is written down.
 * - Everything that is held per edge is bounded by `shared/limits.ts`.
 *
 * Life of a shipment: `sequenceShipment` stages changes and lists the batches to write; `hub/write` writes them and
 * the ledger's entries in one transaction; `Staging.publish` after the commit, or the staging is dropped.
 */
import { placeKey, type StreamId } from '../../shared/identity.ts';
import type { ShippedStream, Verified, VerifiedParcel } from '../stages.ts';
import type { Sequencing, StreamAnswer, Write } from './context.ts';
import { takeMarks } from './marks.ts';
import type { ShardState } from './state.ts';
import { admit, sequenceStream } from './stream.ts';

export { amendWritten, targetOf, type Written } from './amend.ts';
export type * from './context.ts';
export { decideEpoch, type EpochDecision, type LineageLink, registerLineage } from './epochs.ts';
export { type Divergence, LOST_TOPIC, recordIncidents } from './incidents.ts';
export { Staging } from './staging.ts';
export { applyChange, emptyState, type ShardState } from './state.ts';
export { type EdgeView, edgesOf, edgeView, type PlaceView, positionsBeyond, type StreamView } from './view.ts';

/** Whether an epoch's streams are taken at all: a session has named it, and nobody holds it. */
export const isAdmitted = (state: ShardState, stream: StreamId): boolean =>
  admit(state.edges.get(stream.edge) ?? null, stream) === null;

export interface Sequenced {
  /** One for each stream of the shipment, in its order. */
  readonly answers: readonly StreamAnswer[];
  /** In each stream's order. */
  readonly writes: readonly Write[];
}

export function sequenceShipment(context: Sequencing, shipment: Verified): Sequenced {
  const parcels: VerifiedParcel[][] = shipment.streams.map(() => []);
  for (const parcel of shipment.parcels) parcels[parcel.stream]?.push(parcel);
  const answers: StreamAnswer[] = [];
  const writes: Write[] = [];
  const refusedPlaces = new Set<string>();
  for (const [index, stream] of shipment.streams.entries()) {
    const waits = refusedPlaces.has(placeKey(stream));
    const { answer, writes: taken } = waits ? behindRefused(stream) : sequenceStream(context, stream, parcels[index]!);
    answers.push(answer);
    writes.push(...taken);
    if (!answer.refusal) continue;
    refusedPlaces.add(placeKey(stream));
    context.facts.push({ kind: 'refused', edge: shipment.edge, stream: stream.topic, refusal: answer.refusal });
  }
  takeMarks(context, shipment);
  return { answers, writes };
}

/** What an edge has in front of this stream at the same place was refused just now: nothing may get past it. */
function behindRefused({ topic }: ShippedStream): { answer: StreamAnswer; writes: readonly Write[] } {
  const reason = `the stream before this one of ${topic} was refused in the same shipment`;
  return { answer: { points: [], refusal: { code: 'PREDECESSOR_NOT_DRAINED', reason }, gaps: [] }, writes: [] };
}
