/** One error type. Its code is from a closed list; whether it is retried is data, not guesswork. */

export const ERROR_CODES = [
  'configInvalid',
  'bufferUnusable',
  'bufferLocked',
  'bufferTooNew',
  'bufferFull',
  'bufferFailed',
  'badRequest',
  'notFound',
  'conflict',
  'tooLarge',
  'malformedLine',
  'unauthorized',
  'wrongEdge',
  'wrongHub',
  'hubBehind',
  'versionUnsupported',
  'corruptBatch',
  'corruptShipment',
  'brokerUnavailable',
  'brokerRefused',
  'topicNotCreatable',
  'recordTooLarge',
  'fenced',
  'notOwner',
  'outcomeUnknown',
  'overloaded',
  'linkDown',
  'kafkaMissing',
  'verificationFailed',
  'closed',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** `retried`: Tributary does it by itself. `retryable`: the caller may. `final`: not before somebody changes something. */
export type Retry = 'retried' | 'retryable' | 'final';

export interface ErrorFacts {
  readonly code: ErrorCode;
  /** What was being done: `open buffer`. */
  readonly operation: string;
  /** On which object: a path, topic, edge, address. */
  readonly subject: string;
  /** Why it failed, a clause: `the file is held by process 4711`. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly retry: Retry;
  readonly cause?: unknown;
}

export class TributaryError extends Error {
  override readonly name = 'TributaryError';
  readonly code: ErrorCode;
  readonly operation: string;
  readonly subject: string;
  readonly reason: string;
  readonly hint: string | undefined;
  readonly retry: Retry;

  constructor(facts: ErrorFacts) {
    const hint = facts.hint ? ` ${facts.hint}` : '';
    const retried = facts.retry === 'retried' ? ' It is retried.' : '';
    const reason = facts.reason.replace(/\.+$/, '');
    super(`${facts.operation} failed for ${facts.subject}: ${reason}.${hint}${retried}`, { cause: facts.cause });
    this.code = facts.code;
    this.operation = facts.operation;
    this.subject = facts.subject;
    this.reason = reason;
    this.hint = facts.hint;
    this.retry = facts.retry;
  }

  toJSON(): Record<string, unknown> {
    const { code, operation, subject, reason, hint, retry } = this;
    return { code, operation, subject, reason, ...(hint ? { hint } : {}), retry };
  }
}

/** The text of anything thrown, for a reason clause. Whether it is retried says the sentence around it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/( It is retried)?\.$/, '').replace(/\.$/, '') : String(error);
}

export const isCode = (error: unknown, code: ErrorCode): error is TributaryError =>
  error instanceof TributaryError && error.code === code;
