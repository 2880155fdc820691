import { Writer } from '@platformatic/kafka';
import type { AclBinding, AclFilter } from './aclTypes.ts';
import type { WireApi } from './api.ts';
import { putFilter, readEntry, readResource } from './describeAcls.ts';

/** What became of one filter, and the rules that went with it. */
export interface DeletedAcls {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly bindings: readonly AclBinding[];
}

/*
  Request v2..3 => [filter ~] ~
    filter => as in DescribeAcls
  Response v2..3 => throttle_time_ms: INT32 [filter_results] ~
    filter_results => error_code: INT16 error_message: STRING [matching] ~
    matching => error_code: INT16 error_message: STRING resource_type: INT8 resource_name: STRING pattern_type: INT8
                principal: STRING host: STRING operation: INT8 permission_type: INT8 ~
*/
export const deleteAclsApi: WireApi<readonly AclFilter[], DeletedAcls[]> = {
  name: 'DeleteAcls',
  key: 31,
  min: 2,
  max: 3,
  taggedResponseHeader: true,
  encode: (filters) =>
    Writer.create()
      .appendArray([...filters], putFilter)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => {
      const overall = { errorCode: r.readInt16(), errorMessage: r.readNullableString() };
      const matching = r.readArray((m) => {
        const result = { errorCode: m.readInt16(), errorMessage: m.readNullableString() };
        return { result, binding: { ...readResource(m), ...readEntry(m) } };
      });
      const bad = matching.find(({ result }) => result.errorCode !== 0)?.result;
      return { ...(bad ?? overall), bindings: matching.map(({ binding }) => binding) };
    });
  },
};
