import { Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';
import { ISOLATION_CODES, type Isolation } from './fetch.ts';

export interface ListOffsetsPartition {
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds since 1970, or {@link LATEST}, or {@link EARLIEST}. */
  readonly timestamp: number;
}
export const LATEST = -1;
export const EARLIEST = -2;

export interface ListedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly timestamp: number;
  /** -1 where no record is as late as the timestamp. */
  readonly offset: number;
  readonly leaderEpoch: number;
}

/*
  Request v6..7 => replica_id: INT32 isolation_level: INT8
                   [name: STRING [partition: INT32 current_leader_epoch: INT32 timestamp: INT64 ~] ~] ~
  Response v6..7 => throttle_time_ms: INT32
                    [name: STRING [partition: INT32 error_code: INT16 timestamp: INT64 offset: INT64 leader_epoch: INT32 ~] ~] ~
*/
export const listOffsetsApi: WireApi<
  { isolation: Isolation; partitions: readonly ListOffsetsPartition[] },
  ListedOffset[]
> = {
  name: 'ListOffsets',
  key: 2,
  min: 6,
  max: 7,
  taggedResponseHeader: true,
  encode: ({ isolation, partitions }) =>
    Writer.create()
      .appendInt32(-1)
      .appendInt8(ISOLATION_CODES[isolation])
      .appendArray(
        groupBy(partitions, (p) => p.topic),
        (w, [topic, members]) =>
          w
            .appendString(topic)
            .appendArray(members, (x, p) =>
              x.appendInt32(p.partition).appendInt32(-1).appendInt64(BigInt(p.timestamp)),
            ),
      )
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader
      .readArray((r) => {
        const topic = r.readString();
        return r.readArray((p) => ({
          topic,
          partition: p.readInt32(),
          errorCode: p.readInt16(),
          timestamp: readLong(p),
          offset: readLong(p),
          leaderEpoch: p.readInt32(),
        }));
      })
      .flat();
  },
};
