import { crc32c } from '@node-rs/crc32';
import type { tributary } from '../../proto/generated/tributary.js';
import { bounds } from './bounds.ts';
import { count, FieldFault } from './check.ts';

/** Where a source was in one log. Small, because an agent names all of its logs: the positions themselves have names. */
export interface Reached {
  /** {@link logNumber} */
  readonly log: number;
  readonly nextOffset: number;
}

type LogName = Pick<tributary.v1.ISourcePosition, 'kind' | 'clusterId' | 'topic' | 'topicId' | 'partition'>;

/** A number for what a position is a position in. Another topic id is another log. */
export function logNumber({ kind, clusterId, topic, topicId, partition }: LogName): number {
  return crc32c([kind ?? '', clusterId ?? '', topic ?? '', topicId ?? '', partition ?? 0].join('\n'));
}

export function parseReached(message: tributary.v1.IReached): readonly Reached[] {
  const logs = message.logs ?? [];
  const offsets = message.nextOffsets ?? [];
  if (logs.length > bounds.positions) throw new FieldFault('logs', `has ${logs.length} entries`);
  if (logs.length !== offsets.length) throw new FieldFault('nextOffsets', 'has not one entry for each log');
  return logs.map((log, at) => ({ log, nextOffset: count(`nextOffsets[${at}]`, offsets[at]) }));
}

export const reachedMessage = (reached: readonly Reached[]): tributary.v1.IReached => ({
  logs: reached.map(({ log }) => log),
  nextOffsets: reached.map(({ nextOffset }) => nextOffset),
});
