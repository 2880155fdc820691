import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';
import type { TopicResult } from './createTopics.ts';

/*
  Request v6 => [name: STRING topic_id: UUID ~] timeout_ms: INT32 ~
  Response v6 => throttle_time_ms: INT32 [name: STRING topic_id: UUID error_code: INT16 error_message: STRING ~] ~
*/
export const deleteTopicsApi: WireApi<{ names: readonly string[]; timeoutMs: number }, TopicResult[]> = {
  name: 'DeleteTopics',
  key: 20,
  min: 6,
  max: 6,
  taggedResponseHeader: true,
  encode: ({ names, timeoutMs }) =>
    Writer.create()
      .appendArray([...names], (w, name) => w.appendString(name).appendUUID(null))
      .appendInt32(timeoutMs)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => ({
      name: r.readString(),
      topicId: r.readUUID(),
      errorCode: r.readInt16(),
      errorMessage: r.readNullableString(),
    }));
  },
};
