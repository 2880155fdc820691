import { Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export interface ActiveProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Where its open transaction begins in this partition; -1: it has none here. */
  readonly currentTransactionStartOffset: number;
}
export interface DescribedProducers {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly producers: readonly ActiveProducer[];
}

/*
  Request v0 => [topic: STRING [partition: INT32] ~] ~
  Response v0 => throttle_time_ms: INT32
                 [topic: STRING [partition: INT32 error_code: INT16 error_message: NULLABLE_STRING
                   [producer_id: INT64 producer_epoch: INT32 last_sequence: INT32 last_timestamp: INT64
                    coordinator_epoch: INT32 current_txn_start_offset: INT64 ~] ~] ~] ~

  Asked of each partition's leader; needs READ on the topic.
*/
export const describeProducersApi: WireApi<
  readonly { readonly topic: string; readonly partition: number }[],
  DescribedProducers[]
> = {
  name: 'DescribeProducers',
  key: 61,
  min: 0,
  max: 0,
  taggedResponseHeader: true,
  encode: (partitions) =>
    Writer.create()
      .appendArray(
        groupBy(partitions, (p) => p.topic),
        (w, [topic, members]) =>
          w.appendString(topic).appendArray(members, (x, p) => x.appendInt32(p.partition), true, false),
      )
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader
      .readArray((r) => {
        const topic = r.readString();
        return r.readArray((p) => {
          const partition = p.readInt32();
          const errorCode = p.readInt16();
          p.readNullableString();
          const producers = p.readArray((x) => {
            const producerId = x.readInt64();
            const producerEpoch = x.readInt32();
            x.readInt32();
            x.readInt64();
            x.readInt32();
            return { producerId, producerEpoch, currentTransactionStartOffset: readLong(x) };
          });
          return { topic, partition, errorCode, producers };
        });
      })
      .flat();
  },
};
