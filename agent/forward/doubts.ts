/**
 * What was under way when a connection ended: the hub may have it, and only the answers were lost. On a slow link it costs
 * less to ask than to send all of it again.
 */
import { EMPTY_TIP, epochPlaceKey } from '../../shared/identity.ts';
import type { HubPoints, Outbox, Standing } from '../buffer/outbox.ts';
import type { BufferedStream } from '../stages.ts';

/** More streams than this are not asked for: what they have under way is little each. */
const MOST_STREAMS = 256;

export class Doubts {
  /** By stream, with the number of unanswered shipments. */
  readonly #underWay = new Map<number, { readonly stream: BufferedStream; shipments: number }>();
  #lost: readonly BufferedStream[] = [];

  sent(streams: Iterable<BufferedStream>): void {
    for (const stream of streams) {
      const known = this.#underWay.get(stream.id);
      if (known) known.shipments += 1;
      else this.#underWay.set(stream.id, { stream, shipments: 1 });
    }
  }

  answered(streamIds: Iterable<number>): void {
    for (const id of streamIds) {
      const known = this.#underWay.get(id);
      if (known === undefined) continue;
      known.shipments -= 1;
      if (known.shipments <= 0) this.#underWay.delete(id);
    }
  }

  /** The connection is gone. `worthIt`: asking costs less than sending again. */
  reset(worthIt: boolean): void {
    const lost = new Map(this.#lost.map((stream) => [stream.id, stream]));
    if (worthIt) for (const [id, { stream }] of this.#underWay) lost.set(id, stream);
    this.#underWay.clear();
    this.#lost = [...lost.values()].slice(0, MOST_STREAMS);
  }

  /** What to ask about. */
  get questions(): readonly Standing[] {
    return this.#lost.map(({ id: _, ...stream }) => ({ stream, next: 0, tip: EMPTY_TIP }));
  }

  /** The hub's answer: what it confirms is settled as by a receipt. */
  async clear(points: HubPoints, outbox: Pick<Outbox, 'settle'>): Promise<boolean> {
    const receipts = this.#lost.flatMap((stream) => {
      const end = points.get(epochPlaceKey(stream));
      return end === undefined
        ? []
        : [{ streamId: stream.id, points: [{ next: end.next, tip: end.tip as unknown as Buffer }] }];
    });
    this.#lost = [];
    if (receipts.length === 0) return false;
    await outbox.settle(receipts);
    return true;
  }
}
