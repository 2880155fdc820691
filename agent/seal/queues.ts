/**
 * Which queue a place's rows wait in. It follows from the topic's priority and the place's lane, and is stored beside each
 * row: the next row of a queue is found by an index, whatever lies in front of it in others.
 *
 * Where the configuration has changed, rows that wait move to their new queue, in bounded transactions after the start; the
 * place sends nothing meanwhile, so that its order is kept. `place.requeue` says that some may still be in the old one.
 */
import { type Priority, queueOf } from '../../shared/queues.ts';
import type { PlaceState } from '../buffer/index.ts';
import type { Step } from './background.ts';
import type { Sealer } from './sealer.ts';
import { bufferedOf } from './stats.ts';

/** What the configuration says of a topic's turn on the link. */
export interface TopicOrder {
  readonly priority: Priority;
}
export type TopicOrders = (topic: string) => TopicOrder;

const ROWS_AT_ONCE = 2_000;

export const IN_ORDER: TopicOrder = { priority: 'normal' };

/** At the start: every place gets the queue that it should have. Inside a transaction. */
export function assignQueues({ file: { catalog }, orders }: Sealer): void {
  for (const place of catalog.places()) {
    const queue = queueOf(orders(place.topic).priority, place.lane);
    if (queue === place.queue) continue;
    catalog.touchPlace(place);
    place.queue = queue;
    place.requeue ||= bufferedOf(place) > 0;
  }
}

/** Moves some rows at each step; a step is one transaction. Where it begins anew it finds what is left. */
function* requeueSteps({ file }: Sealer, place: PlaceState): Generator<void> {
  for (const stream of [...place.chain, ...place.moving]) {
    for (let from = 0; ; ) {
      const some = file.rows.strays(stream.id, from, place.queue, ROWS_AT_ONCE);
      if (some.length === 0) break;
      for (const [id, first] of some) {
        file.rows.setQueue(id, place.queue);
        from = first + 1;
      }
      yield;
    }
  }
  file.catalog.touchPlace(place);
  place.requeue = false;
}

/** The steps as a job of the background. */
export function requeueJob(sealer: Sealer, place: PlaceState): () => Step {
  let steps = requeueSteps(sealer, place);
  return () => {
    try {
      const done = steps.next().done === true;
      return { done, freedAfter: done ? Number.MIN_SAFE_INTEGER : null };
    } catch (error) {
      // Its transaction goes back, and it is over.
      steps = requeueSteps(sealer, place);
      throw error;
    }
  };
}
