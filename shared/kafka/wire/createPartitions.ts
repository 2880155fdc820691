import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

/*
  Request v2..3 => [name: STRING count: INT32 [assignments] ~] timeout_ms: INT32 validate_only: BOOLEAN ~
  Response v2..3 => throttle_time_ms: INT32 [name: STRING error_code: INT16 error_message: STRING ~] ~
*/
export const createPartitionsApi: WireApi<
  { topics: readonly { name: string; count: number }[]; timeoutMs: number },
  { name: string; errorCode: number; errorMessage: string | null }[]
> = {
  name: 'CreatePartitions',
  key: 37,
  min: 2,
  max: 3,
  taggedResponseHeader: true,
  encode: ({ topics, timeoutMs }) =>
    Writer.create()
      .appendArray([...topics], (w, t) =>
        w
          .appendString(t.name)
          .appendInt32(t.count)
          .appendArray(null, () => {}),
      )
      .appendInt32(timeoutMs)
      .appendBoolean(false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => ({
      name: r.readString(),
      errorCode: r.readInt16(),
      errorMessage: r.readNullableString(),
    }));
  },
};
