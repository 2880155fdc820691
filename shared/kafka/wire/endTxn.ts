import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly commit: boolean;
}
export interface EndTxnResponse {
  readonly errorCode: number;
  /** From v5 on: who to be from now on. The epoch rises by one; at its end there is a new producer id. */
  readonly next: { readonly producerId: bigint; readonly producerEpoch: number } | null;
}

/*
  Request v3..5 => transactional_id: STRING producer_id: INT64 producer_epoch: INT16 committed: BOOLEAN ~
  Response v3..5 => throttle_time_ms: INT32 error_code: INT16 (v5: producer_id: INT64 producer_epoch: INT16) ~

  Version 5 is what tells the coordinator that this producer speaks transactions of version 2: the caller chooses.
*/
const endTxn = (version: 4 | 5): WireApi<EndTxnRequest, EndTxnResponse> => ({
  name: 'EndTxn',
  key: 26,
  min: version === 5 ? 5 : 3,
  max: version,
  taggedResponseHeader: true,
  encode: (request) =>
    Writer.create()
      .appendString(request.transactionalId)
      .appendInt64(request.producerId)
      .appendInt16(request.producerEpoch)
      .appendBoolean(request.commit)
      .appendTaggedFields(),
  decode(reader, spoken) {
    reader.readInt32();
    const errorCode = reader.readInt16();
    if (spoken < 5) return { errorCode, next: null };
    return { errorCode, next: { producerId: reader.readInt64(), producerEpoch: reader.readInt16() } };
  },
});
export const endTxnV4 = endTxn(4);
export const endTxnV5 = endTxn(5);
