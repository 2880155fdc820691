import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface InitProducerIdResponse {
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/*
  Request v3..5 => transactional_id: STRING transaction_timeout_ms: INT32 producer_id: INT64 producer_epoch: INT16 ~
  Response v3..5 => throttle_time_ms: INT32 error_code: INT16 producer_id: INT64 producer_epoch: INT16 ~

  producer_id and producer_epoch are sent as -1: "whoever had it before loses it". Without a transactional id any broker
  answers, with a producer id that nobody has had.
*/
export const initProducerId: WireApi<
  { transactionalId: string | null; transactionTimeoutMs: number },
  InitProducerIdResponse
> = {
  name: 'InitProducerId',
  key: 22,
  min: 3,
  max: 5,
  taggedResponseHeader: true,
  encode: ({ transactionalId, transactionTimeoutMs }) =>
    Writer.create()
      .appendString(transactionalId)
      .appendInt32(transactionTimeoutMs)
      .appendInt64(-1n)
      .appendInt16(-1)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return { errorCode: reader.readInt16(), producerId: reader.readInt64(), producerEpoch: reader.readInt16() };
  },
};
