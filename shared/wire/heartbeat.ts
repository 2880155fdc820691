/** `POST /v1/heartbeat`: how an agent is, on its own connection. */
import { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId, Lane, Term } from '../identity.ts';
import { bounds } from './bounds.ts';
import { clip, count, edgeId, list, optional, text, topicName } from './check.ts';
import { decoding, encoding } from './codec.ts';
import { laneNumber, parseLane } from './common.ts';
import { type Outlook, outlookMessage, parseOutlook } from './outlook.ts';
import { type Extensible, keep, restore } from './unknowns.ts';
import { parseVersion } from './versions.ts';

/** Totals over all epochs of a place: captured = delivered + buffered + gaps. */
export interface PlaceReport extends Extensible {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly captured: number;
  readonly delivered: number;
  readonly buffered: number;
  readonly gaps: number;
  readonly oldestAgeMs: number;
  readonly state: string;
  readonly maybeDuplicate: number;
}

export interface SourceReport extends Extensible {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
}

export interface Heartbeat extends Extensible {
  readonly version: number;
  readonly edge: EdgeId;
  readonly agentVersion: string;
  readonly wallMs: number;
  readonly startedAtMs: number;
  readonly linkState: string;
  readonly linkSinceMs: number;
  readonly bufferBytes: number;
  readonly bufferMaxBytes: number;
  readonly bufferOldestAgeMs: number;
  readonly places: readonly PlaceReport[];
  readonly placesLeftOut: number;
  readonly sources: readonly SourceReport[];
  /** Agents of earlier versions do not say it. */
  readonly outlook?: Outlook;
}

export interface HeartbeatAnswer extends Extensible {
  readonly version: number;
  readonly term: Term;
  readonly creditBytes: number;
  readonly wallMs: number;
}

/** Places and sources beyond the bound are left out; such places are counted. */
export function encodeHeartbeat(heartbeat: Heartbeat): Buffer {
  const { places, sources, outlook, ...rest } = heartbeat;
  return encoding<tributary.v1.IHeartbeat>(
    tributary.v1.Heartbeat,
    restore<tributary.v1.IHeartbeat>(heartbeat, {
      ...rest,
      agentVersion: clip(rest.agentVersion, bounds.nameChars),
      linkState: clip(rest.linkState, bounds.nameChars),
      places: places.slice(0, bounds.places).map(placeMessage),
      placesLeftOut: rest.placesLeftOut + Math.max(0, places.length - bounds.places),
      sources: sources.slice(0, bounds.sources).map(sourceMessage),
      outlook: outlook === undefined ? null : outlookMessage(outlook),
    }),
  );
}

const placeMessage = (place: PlaceReport): tributary.v1.IPlaceReport =>
  restore<tributary.v1.IPlaceReport>(place, {
    ...place,
    lane: laneNumber(place.lane),
    state: clip(place.state, bounds.nameChars),
  });

const sourceMessage = (source: SourceReport): tributary.v1.ISourceReport =>
  restore<tributary.v1.ISourceReport>(source, {
    name: clip(source.name, bounds.nameChars),
    state: clip(source.state, bounds.nameChars),
    reason: clip(source.reason, bounds.reasonChars),
  });

/** @throws TributaryError `corruptShipment` */
export function decodeHeartbeat(body: Uint8Array): Heartbeat {
  return decoding(
    {
      name: 'heartbeat',
      type: tributary.v1.Heartbeat,
      shape: HEARTBEAT,
      maxBytes: bounds.smallBodyBytes,
      parse: parseHeartbeat,
    },
    body,
  );
}
const HEARTBEAT = { 11: {}, 13: {}, 14: { 6: {} } };

function parseHeartbeat(message: tributary.v1.IHeartbeat): Heartbeat {
  const outlook = optional('outlook', message.outlook, parseOutlook);
  return keep(message, {
    version: parseVersion(message.version),
    edge: edgeId('edge', message.edge),
    agentVersion: text('agentVersion', message.agentVersion, bounds.nameChars),
    wallMs: count('wallMs', message.wallMs),
    startedAtMs: count('startedAtMs', message.startedAtMs),
    linkState: text('linkState', message.linkState, bounds.nameChars),
    linkSinceMs: count('linkSinceMs', message.linkSinceMs),
    bufferBytes: count('bufferBytes', message.bufferBytes),
    bufferMaxBytes: count('bufferMaxBytes', message.bufferMaxBytes),
    bufferOldestAgeMs: count('bufferOldestAgeMs', message.bufferOldestAgeMs),
    places: list('places', message.places, bounds.places, parsePlace),
    placesLeftOut: count('placesLeftOut', message.placesLeftOut),
    sources: list('sources', message.sources, bounds.sources, parseSource),
    ...(outlook === null ? {} : { outlook }),
  });
}

function parsePlace(message: tributary.v1.IPlaceReport): PlaceReport {
  return keep(message, {
    topic: topicName('topic', message.topic),
    partition: count('partition', message.partition, bounds.partition),
    lane: parseLane(message.lane),
    captured: count('captured', message.captured),
    delivered: count('delivered', message.delivered),
    buffered: count('buffered', message.buffered),
    gaps: count('gaps', message.gaps),
    oldestAgeMs: count('oldestAgeMs', message.oldestAgeMs),
    state: text('state', message.state, bounds.nameChars),
    maybeDuplicate: count('maybeDuplicate', message.maybeDuplicate),
  });
}

function parseSource(message: tributary.v1.ISourceReport): SourceReport {
  return keep(message, {
    name: text('name', message.name, bounds.nameChars),
    state: text('state', message.state, bounds.nameChars),
    reason: text('reason', message.reason, bounds.reasonChars),
  });
}

export function encodeHeartbeatAnswer(answer: HeartbeatAnswer): Buffer {
  return encoding<tributary.v1.IHeartbeatAnswer>(tributary.v1.HeartbeatAnswer, restore(answer, { ...answer }));
}

/** @throws TributaryError `corruptShipment` */
export function decodeHeartbeatAnswer(body: Uint8Array): HeartbeatAnswer {
  const type = tributary.v1.HeartbeatAnswer;
  return decoding(
    { name: 'heartbeat answer', type, shape: {}, maxBytes: bounds.smallBodyBytes, parse: parseAnswer },
    body,
  );
}

function parseAnswer(message: tributary.v1.IHeartbeatAnswer): HeartbeatAnswer {
  return keep(message, {
    version: parseVersion(message.version),
    term: count('term', message.term) as Term,
    creditBytes: count('creditBytes', message.creditBytes),
    wallMs: count('wallMs', message.wallMs),
  });
}
