import { Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export interface RecordsToDelete {
  readonly topic: string;
  readonly partition: number;
  /** The log begins here afterwards; -1: behind its newest record. */
  readonly before: number;
}
export interface DeletedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** Where the log begins now. */
  readonly logStartOffset: number;
}

/*
  Request v2 => [name: STRING [partition: INT32 offset: INT64 ~] ~] timeout_ms: INT32 ~
  Response v2 => throttle_time_ms: INT32 [name: STRING [partition: INT32 low_watermark: INT64 error_code: INT16 ~] ~] ~
*/
export const deleteRecordsApi: WireApi<
  { partitions: readonly RecordsToDelete[]; timeoutMs: number },
  DeletedRecords[]
> = {
  name: 'DeleteRecords',
  key: 21,
  min: 2,
  max: 2,
  taggedResponseHeader: true,
  encode: ({ partitions, timeoutMs }) =>
    Writer.create()
      .appendArray(
        groupBy(partitions, (p) => p.topic),
        (w, [topic, members]) =>
          w
            .appendString(topic)
            .appendArray(members, (x, p) => x.appendInt32(p.partition).appendInt64(BigInt(p.before))),
      )
      .appendInt32(timeoutMs)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader
      .readArray((r) => {
        const topic = r.readString();
        return r.readArray((p) => ({
          topic,
          partition: p.readInt32(),
          logStartOffset: readLong(p),
          errorCode: p.readInt16(),
        }));
      })
      .flat();
  },
};
