import { Writer } from '@platformatic/kafka';
import { groupBy, type WireApi } from './api.ts';

export interface AddPartitionsRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}
export type AddPartitionsResponse = readonly {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}[];

/*
  Request v3 => transactional_id: STRING producer_id: INT64 producer_epoch: INT16 [topic: STRING [partition: INT32] ~] ~
  Response v3 => throttle_time_ms: INT32 [topic: STRING [partition: INT32 error_code: INT16 ~] ~] ~

  Later versions are for brokers among themselves. One bad partition: 55 for the others, and none is added.
*/
export const addPartitionsToTxn: WireApi<AddPartitionsRequest, AddPartitionsResponse> = {
  name: 'AddPartitionsToTxn',
  key: 24,
  min: 3,
  max: 3,
  taggedResponseHeader: true,
  encode: (request) =>
    Writer.create()
      .appendString(request.transactionalId)
      .appendInt64(request.producerId)
      .appendInt16(request.producerEpoch)
      .appendArray(
        groupBy(request.partitions, (p) => p.topic),
        (w, [topic, partitions]) =>
          w.appendString(topic).appendArray(partitions, (x, p) => x.appendInt32(p.partition), true, false),
      )
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader
      .readArray((r) => {
        const topic = r.readString();
        return r.readArray((p) => ({ topic, partition: p.readInt32(), errorCode: p.readInt16() }));
      })
      .flat();
  },
};
