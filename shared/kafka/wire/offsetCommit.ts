import { Writer } from '@platformatic/kafka';
import { groupBy, type WireApi } from './api.ts';

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to read. */
  readonly offset: number;
  /** -1: not known. */
  readonly leaderEpoch?: number;
  readonly metadata?: string;
}

/*
  Request v8 => group_id: STRING generation_id: INT32 member_id: STRING group_instance_id: STRING [topics] ~
    topics => name: STRING [partition: INT32 offset: INT64 leader_epoch: INT32 metadata: STRING ~] ~
  Response v8 => throttle_time_ms: INT32 [name: STRING [partition: INT32 error_code: INT16 ~] ~] ~

  Generation -1 and no member: a simple consumer. Refused while the group has members.
*/
export const offsetCommit: WireApi<
  { group: string; offsets: readonly GroupOffset[] },
  { topic: string; partition: number; errorCode: number }[]
> = {
  name: 'OffsetCommit',
  key: 8,
  min: 8,
  max: 8,
  taggedResponseHeader: true,
  encode: ({ group, offsets }) =>
    Writer.create()
      .appendString(group)
      .appendInt32(-1)
      .appendString('')
      .appendString(null)
      .appendArray(
        groupBy(offsets, (o) => o.topic),
        (w, [topic, members]) =>
          w.appendString(topic).appendArray(members, (x, o) =>
            x
              .appendInt32(o.partition)
              .appendInt64(BigInt(o.offset))
              .appendInt32(o.leaderEpoch ?? -1)
              .appendString(o.metadata ?? ''),
          ),
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
