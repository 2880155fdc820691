/**
 * What an agent's rows wait in for their turn on the link: one queue for each priority and lane. A place is in one of them,
 * so that whatever the order between queues, a place's own is kept.
 *
 * Where several queues have something to send, each gets its weight's share of the bytes; what one does not need the others
 * have. So alarms pass logs, fresh records pass old ones, and nothing ever starves.
 */
import type { Lane } from './identity.ts';

/** Lowest first. */
export const PRIORITIES = ['low', 'normal', 'high'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Queue {
  /** As it is stored beside each row: never given another meaning. */
  readonly number: number;
  readonly priority: Priority;
  readonly lane: Lane;
  readonly weight: number;
}

/** By number. 0 is what topics have that nothing is said about. */
export const QUEUES: readonly Queue[] = [
  { number: 0, priority: 'normal', lane: 'main', weight: 32 },
  { number: 1, priority: 'normal', lane: 'backfill', weight: 4 },
  { number: 2, priority: 'high', lane: 'main', weight: 128 },
  { number: 3, priority: 'high', lane: 'backfill', weight: 16 },
  { number: 4, priority: 'low', lane: 'main', weight: 8 },
  { number: 5, priority: 'low', lane: 'backfill', weight: 1 },
];

export const queueOf = (priority: Priority, lane: Lane): number =>
  QUEUES.find((queue) => queue.priority === priority && queue.lane === lane)?.number ?? 0;
