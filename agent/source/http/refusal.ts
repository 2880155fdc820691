/** What a client is told when its request is not taken. */

/** Closed list: scripts may rely on it. */
export type RefusalCode =
  | 'badRequest'
  | 'malformedLine'
  | 'unauthorized'
  | 'topicNotAllowed'
  | 'notFound'
  | 'methodNotAllowed'
  | 'timeout'
  | 'tooLarge'
  | 'unsupportedType'
  | 'unsupportedEncoding'
  | 'idempotencyConflict'
  | 'overloaded'
  | 'bufferFull'
  | 'closed'
  | 'internal';

const STATUS: Record<RefusalCode, number> = {
  badRequest: 400,
  malformedLine: 400,
  unauthorized: 401,
  topicNotAllowed: 403,
  notFound: 404,
  methodNotAllowed: 405,
  timeout: 408,
  tooLarge: 413,
  unsupportedType: 415,
  unsupportedEncoding: 415,
  idempotencyConflict: 422,
  overloaded: 429,
  bufferFull: 503,
  closed: 503,
  internal: 500,
};

/** Thrown anywhere while a request is handled; nothing of the request has been captured. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  /** 1-based line of the body. */
  readonly line: number | undefined;

  constructor(code: RefusalCode, message: string, line?: number) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
    this.line = line;
  }

  body(): { code: RefusalCode; message: string; line?: number } {
    const { code, message, line } = this;
    return { code, message, ...(line === undefined ? {} : { line }) };
  }
}
