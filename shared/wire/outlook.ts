/** What an agent says of its buffer's future, in each heartbeat. */
import type { tributary } from '../../proto/generated/tributary.js';
import { bounds } from './bounds.ts';
import { count, FieldFault, list, topicName } from './check.ts';
import { type Extensible, keep, restore } from './unknowns.ts';

export interface TopicOutlook extends Extensible {
  readonly topic: string;
  readonly buffered: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
}

export interface Outlook extends Extensible {
  /** What the link has shown that it carries; 0: nothing yet. */
  readonly linkBytesPerSecond: number;
  /** Records, over the last minutes. */
  readonly intakePerSecond: number;
  readonly drainPerSecond: number;
  /** Until the backlog is gone; null: never as it goes now, or it can't be said. */
  readonly drainMs: number | null;
  /** Until the buffer is full; null: as above. */
  readonly fullMs: number | null;
  /** Those with most bytes. */
  readonly topics: readonly TopicOutlook[];
  readonly topicsLeftOut: number;
  readonly leftOutBytes: number;
}

const plusOne = (ms: number | null): number => (ms === null ? 0 : ms + 1);
const lessOne = (ms: number): number | null => (ms === 0 ? null : ms - 1);

export const outlookMessage = (outlook: Outlook): tributary.v1.IOutlook =>
  restore<tributary.v1.IOutlook>(outlook, {
    ...outlook,
    drainMs: plusOne(outlook.drainMs),
    fullMs: plusOne(outlook.fullMs),
    topics: outlook.topics.slice(0, bounds.places).map((topic) => restore(topic, { ...topic })),
  });

export function parseOutlook(message: tributary.v1.IOutlook): Outlook {
  return keep(message, {
    linkBytesPerSecond: count('linkBytesPerSecond', message.linkBytesPerSecond),
    intakePerSecond: rate('intakePerSecond', message.intakePerSecond),
    drainPerSecond: rate('drainPerSecond', message.drainPerSecond),
    drainMs: lessOne(count('drainMs', message.drainMs)),
    fullMs: lessOne(count('fullMs', message.fullMs)),
    topics: list('topics', message.topics, bounds.places, parseTopic),
    topicsLeftOut: count('topicsLeftOut', message.topicsLeftOut),
    leftOutBytes: count('leftOutBytes', message.leftOutBytes),
  });
}

const parseTopic = (message: tributary.v1.ITopicOutlook): TopicOutlook =>
  keep(message, {
    topic: topicName('topic', message.topic),
    buffered: count('buffered', message.buffered),
    bytes: count('bytes', message.bytes),
    oldestAgeMs: count('oldestAgeMs', message.oldestAgeMs),
  });

function rate(name: string, value: number | null | undefined): number {
  const given = value ?? 0;
  if (!Number.isFinite(given) || given < 0) throw new FieldFault(name, `${given} is no rate`);
  return given;
}
