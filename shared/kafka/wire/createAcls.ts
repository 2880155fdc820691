import { Writer } from '@platformatic/kafka';
import type { AclBinding } from './aclTypes.ts';
import type { WireApi } from './api.ts';
import { putFilter } from './describeAcls.ts';

export interface AclResult {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/*
  Request v2..3 => [creations] ~
    creations => resource_type: INT8 resource_name: STRING pattern_type: INT8 principal: STRING host: STRING
                 operation: INT8 permission_type: INT8 ~
  Response v2..3 => throttle_time_ms: INT32 [error_code: INT16 error_message: STRING ~] ~

  Results are in the order of the request. A rule that is there already is made once more without an error.
*/
export const createAclsApi: WireApi<readonly AclBinding[], AclResult[]> = {
  name: 'CreateAcls',
  key: 30,
  min: 2,
  max: 3,
  taggedResponseHeader: true,
  encode: (bindings) =>
    Writer.create()
      .appendArray([...bindings], putFilter)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => ({ errorCode: r.readInt16(), errorMessage: r.readNullableString() }));
  },
};
