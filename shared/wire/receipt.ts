/** `POST /v1/shipments`, the answer; and the problem, the body of every answer that is not 2xx. */
import { tributary } from '../../proto/generated/tributary.js';
import { ERROR_CODES, type ErrorCode, type Retry } from '../errors.ts';
import type { Term } from '../identity.ts';
import { bounds } from './bounds.ts';
import { clip, count, FieldFault, list, optional, text } from './check.ts';
import { decoding, encoding } from './codec.ts';
import {
  type HubIdentity,
  hubMessage,
  type Point,
  parseHub,
  parsePoint,
  parseRange,
  pointMessage,
  type Range,
  rangeMessage,
} from './common.ts';
import { type Extensible, keep, restore } from './unknowns.ts';
import { parseVersion } from './versions.ts';

/** In the order of the envelope's numbers, from 1. */
export const REFUSAL_CODES = [
  'ahead',
  'fork',
  'tipUnknown',
  'predecessorNotDrained',
  'epochUnknown',
  'epochHeld',
  'parked',
  'rejected',
  'corrupt',
  'limit',
] as const;
/** `other`: one that only a newer program knows. It is waited on, as `limit` is. */
export type RefusalCode = (typeof REFUSAL_CODES)[number] | 'other';

export interface Refusal extends Extensible {
  readonly code: RefusalCode;
  readonly reason: string;
  /** With `ahead`: the sequence to go on from. */
  readonly expected: number;
  readonly retryAfterMs: number;
  /** With `rejected` and `corrupt`: what it is about; null: all that was sent. */
  readonly range: Range | null;
}

export interface StreamReceipt extends Extensible {
  /** Index into the shipment's streams. */
  readonly stream: number;
  readonly points: readonly Point[];
  readonly refusal: Refusal | null;
  readonly deadLettered: readonly Range[];
  readonly gaps: readonly Range[];
}

export interface Receipt extends Extensible {
  readonly version: number;
  readonly term: Term;
  readonly streams: readonly StreamReceipt[];
  readonly creditBytes: number;
}

/** A receipt as the hub's stages hand it over; {@link receiptMessage} makes one of a decoded receipt. */
export function encodeReceipt(receipt: tributary.v1.IReceipt): Buffer {
  return encoding<tributary.v1.IReceipt>(tributary.v1.Receipt, {
    ...receipt,
    streams: (receipt.streams ?? []).map(clipped),
  });
}

/** Texts for people are cut to what the agent takes. */
function clipped(stream: tributary.v1.IStreamReceipt): tributary.v1.IStreamReceipt {
  const { refusal } = stream;
  if (!refusal?.reason || refusal.reason.length <= bounds.reasonChars) return stream;
  return { ...stream, refusal: { ...refusal, reason: clip(refusal.reason, bounds.reasonChars) } };
}

/** @throws TributaryError `corruptShipment` */
export function decodeReceipt(body: Uint8Array): Receipt {
  return decoding(
    {
      name: 'receipt',
      type: tributary.v1.Receipt,
      shape: RECEIPT,
      maxBytes: bounds.smallBodyBytes,
      parse: parseReceipt,
    },
    body,
  );
}
const RECEIPT = { 3: { 2: {}, 3: { 5: {} }, 4: {}, 5: {} } };

function parseReceipt(message: tributary.v1.IReceipt): Receipt {
  const streams = list('streams', message.streams, bounds.streams, parseStreamReceipt);
  const seen = new Set<number>();
  for (const { stream } of streams) {
    if (seen.has(stream)) throw new FieldFault('streams', `stream ${stream} is there twice`);
    seen.add(stream);
  }
  return keep(message, {
    version: parseVersion(message.version),
    term: count('term', message.term) as Term,
    streams,
    creditBytes: count('creditBytes', message.creditBytes),
  });
}

function parseStreamReceipt(message: tributary.v1.IStreamReceipt): StreamReceipt {
  return keep(message, {
    stream: count('stream', message.stream, bounds.streams - 1),
    points: list('points', message.points, bounds.pointsPerStream, parsePoint),
    refusal: message.refusal?.code ? optional('refusal', message.refusal, parseRefusal) : null,
    deadLettered: list('deadLettered', message.deadLettered, bounds.rangesPerStream, parseRange),
    gaps: list('gaps', message.gaps, bounds.rangesPerStream, parseRange),
  });
}

function parseRefusal(message: tributary.v1.IRefusal): Refusal {
  return keep(message, {
    code: REFUSAL_CODES[(message.code ?? 0) - 1] ?? 'other',
    reason: text('reason', message.reason, bounds.reasonChars),
    expected: count('expected', message.expected),
    retryAfterMs: count('retryAfterMs', message.retryAfterMs),
    range: optional('range', message.range, parseRange),
  });
}

export const receiptMessage = (receipt: Receipt): tributary.v1.IReceipt =>
  restore<tributary.v1.IReceipt>(receipt, {
    version: receipt.version,
    term: receipt.term,
    streams: receipt.streams.map(streamReceiptMessage),
    creditBytes: receipt.creditBytes,
  });

const streamReceiptMessage = (stream: StreamReceipt): tributary.v1.IStreamReceipt =>
  restore<tributary.v1.IStreamReceipt>(stream, {
    stream: stream.stream,
    points: stream.points.map(pointMessage),
    refusal: stream.refusal && refusalMessage(stream.refusal),
    deadLettered: stream.deadLettered.map(rangeMessage),
    gaps: stream.gaps.map(rangeMessage),
  });

const refusalMessage = (refusal: Refusal): tributary.v1.IRefusal =>
  restore<tributary.v1.IRefusal>(refusal, {
    // `other` is only read, never written: it goes on as the weakest code.
    code: (REFUSAL_CODES as readonly string[]).indexOf(refusal.code === 'other' ? 'limit' : refusal.code) + 1,
    reason: clip(refusal.reason, bounds.reasonChars),
    expected: refusal.expected,
    retryAfterMs: refusal.retryAfterMs,
    range: refusal.range && rangeMessage(refusal.range),
  });

export interface Problem extends Extensible {
  /** `internal` where the other side's code is not known here. */
  readonly code: ErrorCode;
  readonly message: string;
  readonly retry: Retry;
  readonly retryAfterMs: number;
  readonly hub: HubIdentity | null;
}

const RETRIES: readonly string[] = ['retried', 'retryable', 'final'] satisfies readonly Retry[];

export function encodeProblem(problem: Problem): Buffer {
  return encoding<tributary.v1.IProblem>(
    tributary.v1.Problem,
    restore<tributary.v1.IProblem>(problem, {
      code: problem.code,
      message: clip(problem.message, bounds.reasonChars),
      retry: problem.retry,
      retryAfterMs: Math.ceil(problem.retryAfterMs),
      hub: problem.hub && hubMessage(problem.hub),
    }),
  );
}

/** @throws TributaryError `corruptShipment` */
export function decodeProblem(body: Uint8Array): Problem {
  return decoding(
    {
      name: 'problem',
      type: tributary.v1.Problem,
      shape: { 5: {} },
      maxBytes: bounds.smallBodyBytes,
      parse: parseProblem,
    },
    body,
  );
}

function parseProblem(message: tributary.v1.IProblem): Problem {
  const code = text('code', message.code, bounds.nameChars);
  const retry = text('retry', message.retry, bounds.nameChars);
  return keep(message, {
    code: (ERROR_CODES as readonly string[]).includes(code) ? (code as ErrorCode) : 'internal',
    message: text('message', message.message, bounds.reasonChars),
    retry: RETRIES.includes(retry) ? (retry as Retry) : 'retryable',
    retryAfterMs: count('retryAfterMs', message.retryAfterMs),
    hub: optional('hub', message.hub, parseHub),
  });
}
