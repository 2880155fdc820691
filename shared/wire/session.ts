/** `POST /v1/session`: an agent's hello and the hub's welcome. */
import { tributary } from '../../proto/generated/tributary.js';
import type { EdgeId, Epoch } from '../identity.ts';
import { bounds } from './bounds.ts';
import { clip, count, edgeId, epochId, FieldFault, list, optional, required, text } from './check.ts';
import { decoding, encoding } from './codec.ts';
import { type HubIdentity, hubMessage, parseHub, parsePosition, positionMessage } from './common.ts';
import { parseReached, type Reached, reachedMessage } from './reached.ts';
import { type Extensible, keep, restore } from './unknowns.ts';
import { parseVersions, type Versions } from './versions.ts';

export interface EpochLink extends Extensible {
  readonly epoch: Epoch;
  /** Null: the buffer's first. */
  readonly predecessor: Epoch | null;
}

export interface Hello extends Extensible {
  readonly versions: Versions;
  readonly edge: EdgeId;
  readonly agentVersion: string;
  /** The hub that this buffer belongs to; null before the first contact. */
  readonly hub: HubIdentity | null;
  /** Highest term seen from that hub. */
  readonly term: number;
  /** Epochs that are not drained, oldest first, perhaps not all; the oldest of them always. */
  readonly lineage: readonly EpochLink[];
  readonly bootId: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** Asks for the positions that the hub knows to be further on than these; without it none are answered. */
  readonly reached?: readonly Reached[];
}

export type EpochState = 'open' | 'held' | 'closed';
const EPOCH_STATES: readonly EpochState[] = ['open', 'held', 'closed'];

export interface EpochAnswer extends Extensible {
  readonly epoch: Epoch;
  readonly state: EpochState;
  readonly reason: string;
}

export interface Welcome extends Extensible {
  readonly versions: Versions;
  readonly hub: HubIdentity;
  readonly term: number;
  readonly epochs: readonly EpochAnswer[];
  readonly creditBytes: number;
  readonly maxShipmentBytes: number;
  readonly wallMs: number;
  readonly positions: readonly tributary.v1.ISourcePosition[];
  /** The largest shipment that may come in parts; 0: none may. */
  readonly uploadBytes: number;
}

export function encodeHello(hello: Hello): Buffer {
  return encoding<tributary.v1.IHello>(
    tributary.v1.Hello,
    restore(hello, {
      versions: restore(hello.versions, { min: hello.versions.min, max: hello.versions.max }),
      edge: hello.edge,
      agentVersion: clip(hello.agentVersion, bounds.nameChars),
      hub: hello.hub && hubMessage(hello.hub),
      term: hello.term,
      lineage: hello.lineage.map((link) => restore(link, { epoch: link.epoch, predecessor: link.predecessor ?? '' })),
      bootId: clip(hello.bootId, bounds.nameChars),
      monotonicMs: Math.floor(hello.monotonicMs),
      wallMs: hello.wallMs,
      reached: hello.reached === undefined ? null : reachedMessage(hello.reached),
    }),
  );
}

/** @throws TributaryError `corruptShipment` */
export function decodeHello(body: Uint8Array): Hello {
  return decoding(
    { name: 'hello', type: tributary.v1.Hello, shape: HELLO, maxBytes: bounds.smallBodyBytes, parse: parseHello },
    body,
  );
}
const HELLO = { 1: {}, 4: {}, 6: {}, 10: {} };

function parseHello(message: tributary.v1.IHello): Hello {
  const reached = optional('reached', message.reached, parseReached);
  return keep(message, {
    versions: required('versions', message.versions, parseVersions),
    edge: edgeId('edge', message.edge),
    agentVersion: text('agentVersion', message.agentVersion, bounds.nameChars),
    hub: optional('hub', message.hub, parseHub),
    term: count('term', message.term),
    lineage: list('lineage', message.lineage, bounds.lineage, parseLink),
    bootId: text('bootId', message.bootId, bounds.nameChars),
    monotonicMs: count('monotonicMs', message.monotonicMs),
    wallMs: count('wallMs', message.wallMs),
    ...(reached === null ? {} : { reached }),
  });
}

function parseLink(message: tributary.v1.IEpochLink): EpochLink {
  const epoch = epochId('epoch', message.epoch);
  const predecessor = message.predecessor ? epochId('predecessor', message.predecessor) : null;
  if (predecessor === epoch) throw new FieldFault('predecessor', 'is the epoch itself');
  return keep(message, { epoch, predecessor });
}

export function encodeWelcome(welcome: Welcome): Buffer {
  return encoding<tributary.v1.IWelcome>(
    tributary.v1.Welcome,
    restore(welcome, {
      versions: restore(welcome.versions, { min: welcome.versions.min, max: welcome.versions.max }),
      hub: hubMessage(welcome.hub),
      term: welcome.term,
      epochs: welcome.epochs.map((answer) =>
        restore(answer, {
          epoch: answer.epoch,
          state: EPOCH_STATES.indexOf(answer.state),
          reason: clip(answer.reason, bounds.reasonChars),
        }),
      ),
      creditBytes: welcome.creditBytes,
      maxShipmentBytes: welcome.maxShipmentBytes,
      wallMs: welcome.wallMs,
      positions: welcome.positions.map(positionMessage),
      uploadBytes: welcome.uploadBytes,
    }),
  );
}

/** @throws TributaryError `corruptShipment` */
export function decodeWelcome(body: Uint8Array): Welcome {
  return decoding(
    {
      name: 'welcome',
      type: tributary.v1.Welcome,
      shape: WELCOME,
      maxBytes: bounds.smallBodyBytes,
      parse: parseWelcome,
    },
    body,
  );
}
const WELCOME = { 1: {}, 2: {}, 4: {}, 8: {} };

function parseWelcome(message: tributary.v1.IWelcome): Welcome {
  return keep(message, {
    versions: required('versions', message.versions, parseVersions),
    hub: required('hub', message.hub, parseHub),
    term: count('term', message.term),
    epochs: list('epochs', message.epochs, bounds.lineage, parseEpochAnswer),
    creditBytes: count('creditBytes', message.creditBytes),
    maxShipmentBytes: count('maxShipmentBytes', message.maxShipmentBytes),
    wallMs: count('wallMs', message.wallMs),
    positions: list('positions', message.positions, bounds.positions, parsePosition),
    uploadBytes: count('uploadBytes', message.uploadBytes),
  });
}

function parseEpochAnswer(message: tributary.v1.IEpochAnswer): EpochAnswer {
  const state = EPOCH_STATES[message.state ?? 0];
  if (state === undefined) throw new FieldFault('state', `${message.state} is no state`);
  return keep(message, {
    epoch: epochId('epoch', message.epoch),
    state,
    reason: text('reason', message.reason, bounds.reasonChars),
  });
}
