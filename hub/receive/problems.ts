/** What goes wrong with a request, as HTTP: protobuf `Problem` bodies for agents, JSON for operators. */
import { type ErrorCode, reasonOf, TributaryError } from '../../shared/errors.ts';
import { encodeProblem, type HubIdentity } from '../../shared/wire/index.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  badRequest: 400,
  corruptShipment: 400,
  versionUnsupported: 400,
  unauthorized: 401,
  wrongEdge: 403,
  notFound: 404,
  wrongHub: 409,
  tooLarge: 413,
  recordTooLarge: 413,
  // The hub is all right, it can't do this now: the central cluster is away, another instance is the owner, a
  // transaction's outcome has to be looked up first.
  overloaded: 503,
  brokerUnavailable: 503,
  notOwner: 503,
  fenced: 503,
  outcomeUnknown: 503,
  closed: 503,
};
/** What an agent waits at least after a 429 or 503; it adds a random share of its own. */
const RETRY_AFTER_MS = 1_000;

/** A request that gets an answer other than 2xx. */
export class RequestFault extends Error {
  readonly error: TributaryError;
  readonly status: number;
  /** 0: the answer says nothing about when to come back. */
  readonly retryAfterMs: number;
  /** True where the rest of the request is not worth reading. */
  readonly close: boolean;

  constructor(error: TributaryError, facts: { status?: number; retryAfterMs?: number; close?: boolean } = {}) {
    super(error.message, { cause: error });
    this.error = error;
    this.status = facts.status ?? STATUS[error.code] ?? 500;
    const waits = this.status === 503 || this.status === 429;
    this.retryAfterMs = facts.retryAfterMs ?? (waits ? RETRY_AFTER_MS : 0);
    this.close = facts.close ?? false;
  }
}

/** Anything thrown, as a fault. An unexpected error's text stays inside: it is logged, the answer only says so. */
export function faultOf(error: unknown, operation: string): RequestFault {
  if (error instanceof RequestFault) return error;
  if (error instanceof TributaryError) return new RequestFault(error);
  const status = statusOf(error);
  if (status >= 400 && status < 500) {
    const facts = { operation, subject: 'the request', reason: reasonOf(error), retry: 'final', cause: error } as const;
    const code = status === 404 ? 'notFound' : status === 413 ? 'tooLarge' : 'badRequest';
    return new RequestFault(new TributaryError({ code, ...facts }), { status });
  }
  const reason = 'the hub made a mistake; its log has the details';
  const facts = { operation, subject: 'the request', reason, retry: 'retryable', cause: error } as const;
  return new RequestFault(new TributaryError({ code: 'internal', ...facts }), { status: 500, retryAfterMs: 1_000 });
}

/** Fastify's own errors carry a status. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}

export function problemHeaders(fault: RequestFault): Record<string, string> {
  return {
    ...(fault.retryAfterMs > 0 ? { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) } : {}),
    ...(fault.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(fault.close ? { connection: 'close' } : {}),
  };
}

export function problemBody(fault: RequestFault, hub: HubIdentity | null): Buffer {
  const { code, message, retry } = fault.error;
  return encodeProblem({ code, message, retry, retryAfterMs: fault.retryAfterMs, hub });
}

export interface JsonProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly retry: TributaryError['retry'];
}

export function problemJson({ error }: RequestFault): JsonProblem {
  const { code, message, hint, retry } = error;
  return { code, message, hint: hint ?? null, retry };
}
