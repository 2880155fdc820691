/** What can go wrong between an agent and its hub, sorted by what the agent does about it. */
import { type ErrorCode, reasonOf, TributaryError } from '../../shared/errors.ts';
import { CONTENT_TYPE, decodeProblem, type HubIdentity, isIntact, type Problem } from '../../shared/wire/index.ts';

/**
 * - `unreachable`: no answer: connection, time-out, TLS. Back off, connect again.
 * - `notHub`: an answer that no hub gives: a captive portal, a proxy's error page. Never a receipt. As above.
 * - `unavailable`: the hub answers that it can't now. As above, not before `retryAfterMs`.
 * - `shipmentRefused`: the hub refuses this one request for what is in it.
 * - `refused`: token, edge or version. Tried again slowly: somebody must change something.
 * - `wrongHub`: the hub says that it is another one.
 */
export type FaultKind = 'unreachable' | 'notHub' | 'unavailable' | 'shipmentRefused' | 'refused' | 'wrongHub';

interface HubFaultFacts {
  readonly retryAfterMs?: number;
  readonly hub?: HubIdentity | null;
  readonly timedOut?: boolean;
}

export class HubFault extends Error {
  override readonly name = 'HubFault';
  readonly kind: FaultKind;
  readonly error: TributaryError;
  /** What the hub (or a proxy) asks for; 0: nothing. */
  readonly retryAfterMs: number;
  /** The hub that answered, where it said so. */
  readonly hub: HubIdentity | null;
  /** The connection was up, and nothing came. */
  readonly timedOut: boolean;

  constructor(kind: FaultKind, error: TributaryError, facts: HubFaultFacts = {}) {
    super(error.message, { cause: error });
    this.kind = kind;
    this.error = error;
    this.retryAfterMs = facts.retryAfterMs ?? 0;
    this.hub = facts.hub ?? null;
    this.timedOut = facts.timedOut ?? false;
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** As the header says it; empty: absent. */
  readonly retryAfter: string;
  /** When that was, by whoever answers. */
  readonly date?: string;
  /** `Content-Digest`, where there is one. */
  readonly digest?: string;
  readonly body: Buffer;
}

const KIND_OF: Partial<Record<ErrorCode, FaultKind>> = {
  unauthorized: 'refused',
  wrongEdge: 'refused',
  versionUnsupported: 'refused',
  wrongHub: 'wrongHub',
  corruptShipment: 'shipmentRefused',
  badRequest: 'shipmentRefused',
  tooLarge: 'shipmentRefused',
};

/** Nothing that a peer says makes an agent wait longer than this. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * The body of an answer that is a hub's and says 200.
 * @throws HubFault for every other answer
 */
export function bodyOf(answer: HttpAnswer, subject: string, nowMs: number): Buffer {
  const fromHub = answer.contentType.split(';')[0]?.trim().toLowerCase() === CONTENT_TYPE;
  if (fromHub && answer.status === 200) {
    if (!isIntact(answer.body, answer.digest)) throw malformed('the link has damaged it', subject);
    return answer.body;
  }
  const headerMs = retryAfterMs(answer.retryAfter, nowMs);
  const problem = fromHub ? problemIn(answer.body) : null;
  if (problem) throw faultOfProblem(problem, subject, headerMs);
  const kind = answer.status === 401 || answer.status === 403 ? 'refused' : 'notHub';
  const found = `HTTP ${answer.status}${answer.contentType ? `, ${answer.contentType.slice(0, 80)}` : ''}`;
  throw new HubFault(
    kind,
    new TributaryError({
      code: kind === 'refused' ? 'unauthorized' : 'linkDown',
      operation: 'talk to hub',
      subject,
      reason: `the answer is not a hub's (${found})`,
      hint: 'A proxy or a captive portal may be in between.',
      retry: 'retried',
    }),
    { retryAfterMs: headerMs },
  );
}

function problemIn(body: Buffer): Problem | null {
  try {
    return decodeProblem(body);
  } catch {
    return null;
  }
}

function faultOfProblem(problem: Problem, subject: string, headerMs: number): HubFault {
  const { code, message, hub } = problem;
  const kind = KIND_OF[code] ?? 'unavailable';
  const reason = message.replace(/\.$/, '') || `the hub answers ${code}`;
  const error = new TributaryError({ code, operation: 'talk to hub', subject, reason, retry: 'retried' });
  return new HubFault(kind, error, {
    retryAfterMs: Math.min(Math.max(problem.retryAfterMs, headerMs), MAX_RETRY_AFTER_MS),
    hub,
  });
}

/** `Retry-After`: seconds, or a date; that one counts only where the answer says what time it is (`nowMs`, else NaN). */
export function retryAfterMs(header: string, nowMs: number): number {
  if (header === '') return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0;
}

const SET_CA = "set hub.ca to a PEM file with the authority of the hub's certificate";
/** What to do about errors that trying again will not mend. */
const ADVICE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: SET_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: SET_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: SET_CA,
  UNABLE_TO_GET_ISSUER_CERT: SET_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: SET_CA,
  ERR_TLS_CERT_ALTNAME_INVALID: 'hub.url has to name the hub as its certificate does',
  CERT_HAS_EXPIRED: "renew the hub's certificate",
  CERT_NOT_YET_VALID: "this machine's clock, or the hub's certificate, is wrong",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the hub speaks no TLS there: is it http?',
  ENOTFOUND: 'check the host name in hub.url',
};

/** Anything else that was thrown while talking. */
export function unreachable(error: unknown, subject: string): HubFault {
  if (error instanceof HubFault) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const advice = ADVICE[code];
  // What Node suggests behind a semicolon is about programs, not about this one.
  const said = (advice ? reasonOf(error).split(';', 1)[0] : reasonOf(error)) || 'no connection';
  const reason = `${said}${code === '' || said.includes(code) ? '' : ` (${code})`}${advice ? `: ${advice}` : ''}`;
  return new HubFault(
    'unreachable',
    new TributaryError({ code: 'linkDown', operation: 'talk to hub', subject, reason, retry: 'retried', cause: error }),
    { timedOut: NO_ANSWER.has(code) },
  );
}

const NO_ANSWER: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** An answer that came, is a hub's, and can't be right. */
export function malformed(error: unknown, subject: string): HubFault {
  const reason = `the answer makes no sense: ${reasonOf(error)}`;
  return new HubFault(
    'notHub',
    new TributaryError({ code: 'linkDown', operation: 'read answer', subject, reason, retry: 'retried', cause: error }),
  );
}
