import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface ListedGroup {
  readonly group: string;
  /** `consumer`, `connect`, `share`; empty for a group that only ever had offsets committed from outside. */
  readonly protocolType: string;
  /** `Empty`, `Stable`, `Dead`, ... */
  readonly state: string;
  /** `classic`, `consumer`, `share`, `streams`; empty where the broker does not say. */
  readonly type: string;
}

/*
  Request v4 => [states: STRING]  v5 => [states: STRING] [types: STRING]  both ~
  Response v4..5 => throttle_time_ms: INT32 error_code: INT16 [groups] ~
    groups => group_id: STRING protocol_type: STRING group_state: STRING  v5: group_type: STRING ~

  A broker answers for the groups that it coordinates.
*/
export const listGroupsApi: WireApi<null, { errorCode: number; groups: ListedGroup[] }> = {
  name: 'ListGroups',
  key: 16,
  min: 4,
  max: 5,
  taggedResponseHeader: true,
  encode(_, version) {
    const writer = Writer.create().appendArray([], () => {});
    return (version >= 5 ? writer.appendArray([], () => {}) : writer).appendTaggedFields();
  },
  decode(reader, version) {
    reader.readInt32();
    const errorCode = reader.readInt16();
    const groups = reader.readArray((r) => ({
      group: r.readString(),
      protocolType: r.readString(),
      state: r.readString(),
      type: version >= 5 ? r.readString() : '',
    }));
    return { errorCode, groups };
  },
};
