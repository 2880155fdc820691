import { Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export interface FetchedGroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** -1 where the group has committed none. */
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

export interface GroupQuestion {
  readonly group: string;
  /** Null: all that the group has offsets for. */
  readonly partitions: readonly { topic: string; partition: number }[] | null;
}
export interface FetchedGroup {
  readonly group: string;
  readonly errorCode: number;
  readonly offsets: FetchedGroupOffset[];
}

/*
  Request v8 => [group_id: STRING [topics] ~] require_stable: BOOLEAN ~
    topics (null: all that the group has) => name: STRING [partition: INT32] ~
  Response v8 => throttle_time_ms: INT32 [group_id: STRING [topics] error_code: INT16 ~] ~
    topics => name: STRING [partition: INT32 offset: INT64 leader_epoch: INT32 metadata: STRING error_code: INT16 ~] ~
*/
export const offsetFetch: WireApi<readonly GroupQuestion[], FetchedGroup[]> = {
  name: 'OffsetFetch',
  key: 9,
  min: 8,
  max: 8,
  taggedResponseHeader: true,
  encode: (groups) =>
    Writer.create()
      .appendArray([...groups], (w, { group, partitions }) => {
        w.appendString(group).appendArray(partitions && groupBy(partitions, (p) => p.topic), (x, [topic, members]) =>
          x.appendString(topic).appendArray(members, (y, p) => y.appendInt32(p.partition), true, false),
        );
      })
      .appendBoolean(false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((g) => {
      const group = g.readString();
      const topics = g.readArray((r) => {
        const topic = r.readString();
        return r.readArray((p) => ({
          topic,
          partition: p.readInt32(),
          offset: readLong(p),
          leaderEpoch: p.readInt32(),
          metadata: p.readString(),
          errorCode: p.readInt16(),
        }));
      });
      return { group, offsets: topics.flat(), errorCode: g.readInt16() };
    });
  },
};
