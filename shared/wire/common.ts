/** Parts that several messages have. */
import type { tributary } from '../../proto/generated/tributary.js';
import { LANES, type Lane, type Tip } from '../identity.ts';
import { bounds } from './bounds.ts';
import { count, FieldFault, filled, signed, text, tipBytes } from './check.ts';
import { type Extensible, keep, restore } from './unknowns.ts';

/** Who a hub is. */
export interface HubIdentity extends Extensible {
  readonly clusterId: string;
  readonly ledgerTopicId: string;
  readonly shards: number;
}

export const sameHub = (a: HubIdentity, b: HubIdentity): boolean =>
  a.clusterId === b.clusterId && a.ledgerTopicId === b.ledgerTopicId && a.shards === b.shards;

export function parseHub(message: tributary.v1.IHubIdentity): HubIdentity {
  const shards = count('shards', message.shards);
  if (shards < 1) throw new FieldFault('shards', 'is 0');
  return keep(message, {
    clusterId: filled('clusterId', message.clusterId, bounds.nameChars),
    ledgerTopicId: filled('ledgerTopicId', message.ledgerTopicId, bounds.nameChars),
    shards,
  });
}

export const hubMessage = (hub: HubIdentity): tributary.v1.IHubIdentity =>
  restore(hub, { clusterId: hub.clusterId, ledgerTopicId: hub.ledgerTopicId, shards: hub.shards });

/** Everything of a stream below `next`, and the tip there. */
export interface Point {
  readonly next: number;
  readonly tip: Tip;
}

export function parsePoint(message: tributary.v1.IPoint): Point {
  return keep(message, { next: count('next', message.next), tip: tipBytes('tip', message.tip) });
}

export const pointMessage = (point: Point): tributary.v1.IPoint =>
  restore(point, { next: point.next, tip: point.tip as unknown as Buffer });

/** Sequences, both ends included. */
export interface Range extends Extensible {
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

export function parseRange(message: tributary.v1.IRange): Range {
  const { first, last } = parseEnds(message);
  return keep(message, { first, last, reason: text('reason', message.reason, bounds.reasonChars) });
}

export const rangeMessage = (range: Range): tributary.v1.IRange =>
  restore(range, { first: range.first, last: range.last, reason: range.reason });

/** First and last sequence: exact, and in order. */
export function parseEnds(message: { first?: number | null; last?: number | null }): { first: number; last: number } {
  const first = count('first', message.first);
  const last = count('last', message.last);
  if (last < first) throw new FieldFault('last', `${last} is below first ${first}`);
  return { first, last };
}

export function parseLane(value: number | null | undefined): Lane {
  const lane = LANES[value ?? 0];
  if (lane === undefined) throw new FieldFault('lane', `${value} is no lane`);
  return lane;
}

export const laneNumber = (lane: Lane): number => LANES.indexOf(lane);

/** A source's own position behind the last record of a batch; where there is none, a batch has no position. */
export interface SourcePosition extends Extensible {
  readonly kind: string;
  readonly clusterId: string;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly nextOffset: number;
  readonly lastRecordCrc: number;
  readonly lastTimestamp: number;
  /** Offsets from here up to `nextOffset` were captured, all of them. */
  readonly coveredFrom: number;
}

export function parsePosition(message: tributary.v1.ISourcePosition): SourcePosition {
  return keep(message, {
    kind: filled('kind', message.kind, bounds.nameChars),
    clusterId: text('clusterId', message.clusterId, bounds.nameChars),
    topic: text('topic', message.topic, bounds.nameChars),
    topicId: text('topicId', message.topicId, bounds.nameChars),
    partition: count('partition', message.partition, bounds.partition),
    leaderEpoch: signed('leaderEpoch', message.leaderEpoch),
    nextOffset: count('nextOffset', message.nextOffset),
    lastRecordCrc: count('lastRecordCrc', message.lastRecordCrc),
    lastTimestamp: signed('lastTimestamp', message.lastTimestamp),
    coveredFrom: count('coveredFrom', message.coveredFrom),
  });
}

export const positionMessage = (position: tributary.v1.ISourcePosition): tributary.v1.ISourcePosition =>
  restore(position, { ...position });
