/** What a shipment's answer may be instead of a receipt that counts. */
import { TributaryError } from '../../shared/errors.ts';
import { decodeReceipt, type Receipt } from '../../shared/wire/index.ts';
import { HubFault, malformed } from './fault.ts';

/** @throws HubFault: it is none */
export function readReceipt(content: Buffer): Receipt {
  try {
    return decodeReceipt(content);
  } catch (error) {
    throw malformed(error, 'a receipt');
  }
}

export function staleOwner(term: number): HubFault {
  const reason = `term ${term} is over: another instance owns the shard`;
  return new HubFault(
    'unavailable',
    new TributaryError({ code: 'notOwner', operation: 'read receipt', subject: 'the hub', reason, retry: 'retried' }),
  );
}
