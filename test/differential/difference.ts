/** What the two mirrors made differently, and which of it we want so. */

export type DifferenceKind =
  | 'topic'
  | 'partitions'
  | 'config'
  | 'acl'
  | 'records'
  | 'key'
  | 'value'
  | 'timestamp'
  | 'headers'
  | 'heartbeat'
  | 'checkpoint'
  | 'offsetSync'
  | 'group';

export interface Difference {
  readonly kind: DifferenceKind;
  /** Topic, `topic/partition`, or a group. */
  readonly subject: string;
  readonly mm2: string;
  readonly ours: string;
  /** As it is in the source, where that says something. */
  readonly source?: string;
}

interface Chosen {
  readonly reason: string;
  readonly covers: (difference: Difference) => boolean;
}

/** Everything else is a fault, ours or of this list. */
export const CHOSEN: readonly Chosen[] = [
  {
    reason: "Connect's own topics: positions are in our ledger, and there are no connectors to keep",
    covers: ({ kind, subject, ours }) =>
      kind === 'topic' && ours === 'absent' && /^mm2-(offsets|configs|status)\..*\.internal$/.test(subject),
  },
  {
    reason: 'our ledger of positions, beside the data and in its transactions, and what goes with it',
    covers: ({ kind, subject, mm2 }) =>
      kind === 'topic' && mm2 === 'absent' && /^tributary\.pulls(\.[a-z]+)?$/.test(subject),
  },
  {
    reason: 'copies are made with compression.type=producer, so that batches are copied as bytes and keep their codec',
    covers: ({ kind, subject, ours }) =>
      kind === 'config' && subject.endsWith(' compression.type') && ours === 'producer',
  },
  {
    reason:
      'copies are made with message.timestamp.type=CreateTime, whatever the broker has as default, so that records keep their time',
    covers: ({ kind, subject, ours }) =>
      kind === 'config' && subject.endsWith(' message.timestamp.type') && ours === 'CreateTime',
  },
  {
    reason:
      'so records of a LogAppendTime topic keep the time of the source, also where the file lets that setting go over',
    covers: ({ kind, subject, ours, source }) => kind === 'timestamp' && /append-time/.test(subject) && ours === source,
  },
  {
    reason:
      'groups have a checkpoint also where MirrorMaker 2 has kept no sync that is old enough (it is checked to be true)',
    covers: ({ kind, mm2, ours }) =>
      (kind === 'checkpoint' || kind === 'group') && mm2 === 'absent' && ours === 'present',
  },
  {
    reason: 'a rule for every topic ("*") stays where it is: it speaks of topics that are not copied, too',
    covers: ({ kind, subject, ours }) => kind === 'acl' && ours === 'absent' && /^topic \S*\*: /.test(subject),
  },
  {
    reason: 'a record without a timestamp (-1) stays without one; Connect gives it the time of the copy',
    covers: ({ kind, ours, source }) => kind === 'timestamp' && source === '-1' && ours === '-1',
  },
];

export const chosenReason = (difference: Difference): string | null =>
  CHOSEN.find(({ covers }) => covers(difference))?.reason ?? null;
