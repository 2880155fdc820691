import { Writer } from '@platformatic/kafka';
import { groupBy, readLong, type WireApi } from './api.ts';

export interface EpochQuestion {
  readonly topic: string;
  readonly partition: number;
  /** The epoch whose end is asked for. */
  readonly leaderEpoch: number;
  /** The leader answers only if it has this epoch now; absent: no check. */
  readonly currentLeaderEpoch?: number;
}
export interface EpochEnd {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The largest epoch <= the one asked for that the log has; -1 where it has none. */
  readonly leaderEpoch: number;
  /** First offset after that epoch; -1 where it is not known. */
  readonly endOffset: number;
}

/*
  Request v4 => replica_id: INT32 [topic: STRING [partition: INT32 current_leader_epoch: INT32 leader_epoch: INT32 ~] ~] ~
  Response v4 => throttle_time_ms: INT32
                 [topic: STRING [error_code: INT16 partition: INT32 leader_epoch: INT32 end_offset: INT64 ~] ~] ~
*/
export const offsetForLeaderEpochApi: WireApi<readonly EpochQuestion[], EpochEnd[]> = {
  name: 'OffsetForLeaderEpoch',
  key: 23,
  min: 4,
  max: 4,
  taggedResponseHeader: true,
  encode: (questions) =>
    Writer.create()
      .appendInt32(-1)
      .appendArray(
        groupBy(questions, (q) => q.topic),
        (w, [topic, members]) =>
          w.appendString(topic).appendArray(members, (x, q) =>
            x
              .appendInt32(q.partition)
              .appendInt32(q.currentLeaderEpoch ?? -1)
              .appendInt32(q.leaderEpoch),
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
          errorCode: p.readInt16(),
          partition: p.readInt32(),
          leaderEpoch: p.readInt32(),
          endOffset: readLong(p),
        }));
      })
      .flat();
  },
};
