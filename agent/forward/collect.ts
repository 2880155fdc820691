/**
 * The rows of the next shipment: from the queues in the order of {@link Fairness}, each in its own order.
 *
 * A queue's cursor and an index find its next row, so what lies in front of it in others costs nothing; what is read is bounded
 * by the shipment, whatever the backlog. Nothing is taken past a row whose epoch the hub has not been asked for; other queues
 * go on until it is that row's turn.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Epoch } from '../../shared/identity.ts';
import { QUEUES } from '../../shared/queues.ts';
import type { Outbox, TakeSeen } from '../buffer/outbox.ts';
import type { Parcel } from '../stages.ts';
import type { Cursors } from './cursors.ts';
import { type Fairness, turnBytes } from './fairness.ts';
import type { Session } from './session.ts';

export interface CollectorParts {
  readonly outbox: Pick<Outbox, 'take' | 'sealTail'>;
  readonly cursors: Cursors;
  readonly session: Pick<Session, 'epochState'>;
  readonly fairness: Fairness;
  readonly clock: Clock;
  /** An epoch that the hub holds is asked for again after so long. */
  readonly heldMs: number;
  readonly lingerMs: number;
}

export interface Collected {
  readonly parcels: readonly Parcel[];
  /** The hub has to be asked for this epoch before there is more. */
  readonly needed: Epoch | null;
}

/** Of a row beside its blob, on the wire. */
const ROW_BYTES = 100;
export const parcelBytes = (parcel: Parcel): number => ROW_BYTES + (parcel.kind === 'gap' ? 0 : parcel.blob.length);

export class Collector {
  readonly #parts: CollectorParts;
  /** Queues that had no row to send when they were last looked at. */
  readonly #drained = new Set<number>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: CollectorParts) {
    this.#parts = parts;
  }

  /** Records of a queue that has nothing else to send do not wait for others to fill a batch: the link is free for it. */
  async sealTails(): Promise<void> {
    const { outbox, clock, lingerMs } = this.#parts;
    const now = clock.monotonicMs();
    // With all of them drained the pump does it.
    if (this.#drained.size === 0 || this.#drained.size === QUEUES.length || now < this.#lookedMs + lingerMs / 2) return;
    this.#lookedMs = now;
    await outbox.sealTail(lingerMs, this.#drained);
  }

  /** `queues`: those that may send now. */
  collect(maxBytes: number, maxParcels: number, queues: Iterable<number>): Collected {
    const parcels: Parcel[] = [];
    const draft = new Map<number, number>();
    const after = new Map<number, number>();
    const open = new Set(queues);
    let left = maxBytes;
    this.#drained.clear();
    while (parcels.length < maxParcels && left > 0) {
      const queue = this.#parts.fairness.next(open, draft);
      if (queue === null) break;
      const seen: TakeSeen = { end: false, last: 0 };
      const rows = this.#parts.outbox.take({
        queue,
        after: after.get(queue) ?? this.#parts.cursors.after(queue),
        maxBytes: open.size === 1 ? left : Math.min(left, turnBytes(queue)),
        maxParcels: maxParcels - parcels.length,
        skip: this.#parts.cursors.skip,
        orNothing: parcels.length > 0,
        seen,
      });
      const { admitted, needed } = this.#admit(rows);
      parcels.push(...admitted);
      const bytes = admitted.reduce((sum, parcel) => sum + parcelBytes(parcel), 0);
      left -= bytes;
      draft.set(queue, (draft.get(queue) ?? 0) + bytes);
      if (needed !== null) return { parcels, needed };
      after.set(queue, seen.last);
      if (seen.end) {
        open.delete(queue);
        if (!draft.get(queue)) {
          this.#drained.add(queue);
          this.#parts.fairness.idle(queue);
        }
      } else if (rows.length === 0) break;
      // What was passed over is found again when it may go on.
      if (!draft.get(queue)) this.#parts.cursors.advance(queue, seen.last);
    }
    return { parcels, needed: null };
  }

  #admit(rows: readonly Parcel[]): { admitted: Parcel[]; needed: Epoch | null } {
    const { cursors, session, clock, heldMs } = this.#parts;
    const admitted: Parcel[] = [];
    for (const row of rows) {
      if (!cursors.admit(row)) continue;
      const { epoch, id } = row.stream;
      const state = session.epochState(epoch);
      if (state === undefined) return { admitted, needed: epoch };
      if (state === 'held') cursors.hold(id, 'held', 'the epoch is held', clock.monotonicMs() + heldMs);
      else admitted.push(row);
    }
    return { admitted, needed: null };
  }
}
