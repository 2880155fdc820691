import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export type CoordinatorKind = 'group' | 'transaction';
const KEY_TYPES: Record<CoordinatorKind, number> = { group: 0, transaction: 1 };

export interface FindCoordinatorResponse {
  readonly nodeId: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/*
  Request v4 => key_type: INT8 [key: STRING] ~
  Response v4 => throttle_time_ms: INT32 [coordinators] ~
    coordinators => key: STRING node_id: INT32 host: STRING port: INT32 error_code: INT16 error_message: STRING ~
*/
export const findCoordinator: WireApi<{ kind: CoordinatorKind; key: string }, FindCoordinatorResponse> = {
  name: 'FindCoordinator',
  key: 10,
  min: 4,
  max: 4,
  taggedResponseHeader: true,
  encode: ({ kind, key }) =>
    Writer.create()
      .appendInt8(KEY_TYPES[kind])
      .appendArray([key], (w, k) => w.appendString(k), true, false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    const [first] = reader.readArray((r) => {
      r.readString();
      const nodeId = r.readInt32();
      r.readString();
      r.readInt32();
      return { nodeId, errorCode: r.readInt16(), errorMessage: r.readNullableString() };
    });
    if (!first) throw new RangeError('answer names no coordinator');
    return first;
  },
};
