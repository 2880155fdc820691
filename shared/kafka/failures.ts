/** Kafka's answers and lost connections as Tributary's errors. */
import { reasonOf, TributaryError } from '../errors.ts';
import { isRetriable, kafkaErrorName } from './errorTable.ts';

/** An error answer that no retry here got over: `brokerUnavailable` where Kafka calls it retriable, else `brokerRefused`. */
export function answeredWith(
  operation: string,
  subject: string,
  code: number,
  message: string | null = null,
): TributaryError {
  const retriable = isRetriable(code);
  return new TributaryError({
    code: retriable ? 'brokerUnavailable' : 'brokerRefused',
    operation,
    subject,
    reason: `Kafka answers ${kafkaErrorName(code)} (${code})${message ? `: ${readable(message)}` : ''}`,
    retry: retriable ? 'retried' : 'final',
  });
}

/** Brokers print their own request object in front of what they have to say about it. */
const readable = (message: string): string =>
  message.replace(/\.$/, '').replace(/^Request Request\(.*\) (?=needs |is not )/, 'the request ');

/** No answer: the connection could not be made, was lost, or timed out. */
export function noAnswer(operation: string, subject: string, cause: unknown, hint?: string): TributaryError {
  return new TributaryError({
    code: 'brokerUnavailable',
    operation,
    subject,
    reason: deepReason(cause),
    ...(hint ? { hint } : {}),
    retry: 'retried',
    cause,
  });
}

export function closedError(subject: string): TributaryError {
  return new TributaryError({
    code: 'closed',
    operation: 'use Kafka connection',
    subject,
    reason: 'it was closed',
    retry: 'final',
  });
}

/** The innermost cause says what really happened: `connect ECONNREFUSED`, not `Connection failed`. */
export function deepReason(error: unknown): string {
  let deepest = error;
  for (let depth = 0; depth < 8; depth++) {
    const next = innerOf(deepest);
    if (next === undefined) break;
    deepest = next;
  }
  return reasonOf(deepest) || reasonOf(error);
}

function innerOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
}
