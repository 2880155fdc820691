import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface NewTopic {
  readonly name: string;
  /** -1: the broker's default. */
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  readonly configs?: Readonly<Record<string, string>>;
}
/** What became of one topic; error code 0 where it was done. */
export interface TopicResult {
  readonly name: string;
  readonly topicId: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/*
  Request v7 => [topics] timeout_ms: INT32 validate_only: BOOLEAN ~
    topics => name: STRING num_partitions: INT32 replication_factor: INT16 [assignments] [name: STRING value: STRING ~] ~
  Response v7 => throttle_time_ms: INT32 [topics] ~
    topics => name: STRING topic_id: UUID error_code: INT16 error_message: STRING num_partitions: INT32
              replication_factor: INT16 [configs] ~
    configs => name: STRING value: STRING read_only: BOOLEAN source: INT8 sensitive: BOOLEAN ~
*/
export const createTopicsApi: WireApi<
  { topics: readonly NewTopic[]; timeoutMs: number; validateOnly: boolean },
  TopicResult[]
> = {
  name: 'CreateTopics',
  key: 19,
  min: 7,
  max: 7,
  taggedResponseHeader: true,
  encode: ({ topics, timeoutMs, validateOnly }) =>
    Writer.create()
      .appendArray([...topics], (w, topic) =>
        w
          .appendString(topic.name)
          .appendInt32(topic.partitions)
          .appendInt16(topic.replicationFactor)
          .appendArray([], () => {})
          .appendArray(Object.entries(topic.configs ?? {}), (x, [name, value]) =>
            x.appendString(name).appendString(value),
          ),
      )
      .appendInt32(timeoutMs)
      .appendBoolean(validateOnly)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => {
      const result = {
        name: r.readString(),
        topicId: r.readUUID(),
        errorCode: r.readInt16(),
        errorMessage: r.readNullableString(),
      };
      r.readInt32();
      r.readInt16();
      r.readArray((c) => {
        c.readString();
        c.readNullableString();
        c.skip(3);
      });
      return result;
    });
  },
};
