/** Which offsets a group gets on the target: never where somebody consumes, never backwards. */
import type { GroupOffset } from '../../../shared/kafka/index.ts';
import type { Checkpoint } from './checkpoint.ts';

/** `absent`: the target does not know the group. */
export type GroupState = 'absent' | 'empty' | 'active';

/** Kafka's words for a group's state, in any protocol; undefined: not listed. */
export function groupStateOf(kafkaState: string | undefined): GroupState {
  if (kafkaState === undefined || kafkaState === 'Dead') return 'absent';
  return kafkaState === 'Empty' ? 'empty' : 'active';
}

export interface GroupOnTarget {
  readonly state: GroupState;
  /** Committed there; -1, or nothing, where there is no offset. */
  readonly offsetOf: (topic: string, partition: number) => number | undefined;
}

export interface GroupWrites {
  readonly write: readonly GroupOffset[];
  /** Partitions that the group is as far on already, or further. */
  readonly asFarOn: number;
}

/**
 * A group that is active on the target gets nothing. MirrorMaker 2 tries and relies on the broker's refusal; asking first
 * gives the same, and does not move a group back that ends consuming in between.
 */
export function groupWrites(checkpoints: readonly Checkpoint[], target: GroupOnTarget): GroupWrites {
  if (target.state === 'active') return { write: [], asFarOn: 0 };
  const ahead = checkpoints.filter(({ topic, partition, downstream }) => {
    const there = target.state === 'absent' ? -1 : (target.offsetOf(topic, partition) ?? -1);
    return there < 0 || downstream > there;
  });
  return { write: ahead.map(toGroupOffset), asFarOn: checkpoints.length - ahead.length };
}

const toGroupOffset = ({ topic, partition, downstream, metadata }: Checkpoint): GroupOffset => ({
  topic,
  partition,
  offset: downstream,
  metadata,
});
