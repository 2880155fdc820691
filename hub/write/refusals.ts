/** What those hear whose job a shard's owner can't do now. */
import { reasonOf, TributaryError } from '../../shared/errors.ts';

/** What the senders of a failed group hear: always that they may send again. */
export function toldTo(failure: Error, shard: number): TributaryError {
  const code = failure instanceof TributaryError ? failure.code : 'internal';
  const unknown = code === 'outcomeUnknown' || code === 'fenced';
  return new TributaryError({
    code: unknown ? 'outcomeUnknown' : code === 'internal' ? 'internal' : 'brokerUnavailable',
    operation: 'write shipment',
    subject: `shard ${shard}`,
    reason: reasonOf(failure),
    hint: 'Send it again: what was committed is answered as a repeat.',
    retry: 'retryable',
    cause: failure,
  });
}

export function notOwner(shard: number, reason: string): TributaryError {
  return new TributaryError({
    code: 'notOwner',
    operation: 'take shipment',
    subject: `shard ${shard}`,
    reason,
    retry: 'retryable',
  });
}

export function overloaded(shard: number, bytes: number): TributaryError {
  return new TributaryError({
    code: 'overloaded',
    operation: 'take shipment',
    subject: `shard ${shard}`,
    reason: `${bytes} bytes wait for its next transaction already`,
    retry: 'retryable',
  });
}
