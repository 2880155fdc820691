import { type Reader, Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export interface ProduceBatch {
  readonly topic: string;
  readonly partition: number;
  /** One whole RecordBatch v2: Kafka takes exactly one a partition and request. Copied when the request is made. */
  readonly batch: Buffer;
}
export interface ProduceRequest {
  /** Null: outside of transactions. */
  readonly transactionalId: string | null;
  /** How long the broker may wait for its followers. */
  readonly timeoutMs: number;
  readonly batches: readonly ProduceBatch[];
}
export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** Offset of the batch's first record. With an error: not -1 where the leader had appended the batch already. */
  readonly baseOffset: number;
  readonly errorMessage: string | null;
}
export interface ProduceResponse {
  readonly partitions: ProducedPartition[];
  readonly throttleMs: number;
}

/*
  Request v9..12 => transactional_id: STRING acks: INT16 timeout_ms: INT32
                    [name: STRING [index: INT32 records: COMPACT_BYTES ~] ~] ~
  Response v9..12 => [name: STRING [partitions] ~] throttle_time_ms: INT32 ~
    partitions => index: INT32 error_code: INT16 base_offset: INT64 log_append_time_ms: INT64 log_start_offset: INT64
                  [batch_index: INT32 message: STRING ~] error_message: STRING ~

  Version 12 differs from 11 in meaning only: the broker adds the partition to the transaction by itself. Version 13
  names topics by id.
*/
const ACKS_ALL = -1;

const produce = (min: number, max: number): WireApi<ProduceRequest, ProduceResponse> => ({
  name: 'Produce',
  key: 0,
  min,
  max,
  taggedResponseHeader: true,
  encode: (request) =>
    Writer.create()
      .appendString(request.transactionalId)
      .appendInt16(ACKS_ALL)
      .appendInt32(request.timeoutMs)
      .appendArray(
        groupBy(request.batches, (b) => b.topic),
        (w, [topic, batches]) =>
          w
            .appendString(topic)
            .appendArray(batches, (x, { partition, batch }) => x.appendInt32(partition).appendBytes(batch)),
      )
      .appendTaggedFields(),
  decode(reader) {
    const topics = reader.readArray((r) => {
      const topic = r.readString();
      return r.readArray((p) => readPartition(p, topic));
    });
    return { partitions: topics.flat(), throttleMs: reader.readInt32() };
  },
  throttleMs: (answer) => answer.throttleMs,
});

function readPartition(reader: Reader, topic: string): ProducedPartition {
  const head = {
    topic,
    partition: reader.readInt32(),
    errorCode: reader.readInt16(),
    baseOffset: readLong(reader),
  };
  readLong(reader);
  readLong(reader);
  const messages = reader.readArray((m) => `record ${m.readInt32()}: ${m.readNullableString() ?? 'refused'}`);
  const overall = reader.readNullableString();
  return { ...head, errorMessage: overall ?? messages[0] ?? null };
}

/** Partitions have to be added to the transaction first. */
export const produceV11 = produce(9, 11);
/** Transactions of version 2. */
export const produceV12 = produce(12, 12);
