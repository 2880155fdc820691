/** What goes wrong with a request, as HTTP: protobuf `Problem` bodies for agents, JSON for operators. */
import { ConfigError, type Mistake } from '../../shared/config/index.ts';
import { type ErrorCode, reasonOf, TributaryError } from '../../shared/errors.ts';
import { encodeProblem, type HubIdentity } from '../../shared/wire/index.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  badRequest: 400,
  // What somebody sent to be configured.
  configInvalid: 400,
  corruptShipment: 400,
  versionUnsupported: 400,
  unauthorized: 401,
  wrongEdge: 403,
  notFound: 404,
  wrongHub: 409,
  conflict: 409,
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

/** For what the framework refuses. */
const HINTS: Readonly<Record<number, string>> = {
  400: 'GET /v1/openapi.json says what each route takes.',
  415: 'Send JSON, with the header "content-type: application/json"; without a body, send no content-type.',
};

type MistakeAt = Pick<Mistake, 'path' | 'problem' | 'allowed'>;

/** A request that gets an answer other than 2xx. */
export class RequestFault extends Error {
  readonly error: TributaryError;
  readonly status: number;
  /** 0: the answer says nothing about when to come back. */
  readonly retryAfterMs: number;
  /** True where the rest of the request is not worth reading. */
  readonly close: boolean;
  /** Everything that is wrong with what was sent, by its path. */
  readonly mistakes: readonly MistakeAt[];

  constructor(
    error: TributaryError,
    facts: { status?: number; retryAfterMs?: number; close?: boolean; mistakes?: readonly MistakeAt[] } = {},
  ) {
    super(error.message, { cause: error });
    this.error = error;
    this.status = facts.status ?? STATUS[error.code] ?? 500;
    const waits = this.status === 503 || this.status === 429;
    this.retryAfterMs = facts.retryAfterMs ?? (waits ? RETRY_AFTER_MS : 0);
    this.close = facts.close ?? false;
    this.mistakes = facts.mistakes ?? (error instanceof ConfigError ? error.mistakes : []);
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
    const hint = HINTS[status];
    const told = new TributaryError({ code, ...facts, ...(hint === undefined ? {} : { hint }) });
    return new RequestFault(told, { status, mistakes: mistakesOf(error) });
  }
  const reason = 'the hub made a mistake; its log has the details';
  const facts = { operation, subject: 'the request', reason, retry: 'retryable', cause: error } as const;
  return new RequestFault(new TributaryError({ code: 'internal', ...facts }), { status: 500, retryAfterMs: 1_000 });
}

/** What a schema objects to, all of it. */
function mistakesOf(error: unknown): MistakeAt[] {
  if (typeof error !== 'object' || error === null || !('validation' in error) || !Array.isArray(error.validation))
    return [];
  return error.validation.map(({ instancePath = '', keyword, message: says = 'is wrong', params = {} }) => {
    const message = keyword === 'pattern' ? `has characters that can't be in such a name (${params.pattern})` : says;
    const { additionalProperty: name } = params;
    const path = [...String(instancePath).split('/').slice(1), ...(name === undefined ? [] : [String(name)])].join('.');
    return { path, problem: name === undefined ? String(message) : 'is not known' };
  });
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
  readonly mistakes?: readonly MistakeAt[];
}

export function problemJson({ error, mistakes }: RequestFault): JsonProblem {
  const { code, message, hint, retry } = error;
  const found = mistakes.map(({ path, problem, allowed }) => ({ path, problem, ...(allowed ? { allowed } : {}) }));
  return { code, message, hint: hint ?? null, retry, ...(found.length > 0 ? { mistakes: found } : {}) };
}
