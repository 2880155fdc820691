import { type Reader, Writer } from '@platformatic/kafka';
import {
  type AclBinding,
  type AclFilter,
  codeOf,
  OPERATIONS,
  operationOf,
  PATTERN_TYPES,
  PERMISSIONS,
  patternTypeOf,
  permissionOf,
  RESOURCE_TYPES,
  resourceTypeOf,
} from './aclTypes.ts';
import type { WireApi } from './api.ts';

export interface DescribedAcls {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly bindings: readonly AclBinding[];
}

/*
  Request v2..3 => filter ~
    filter => resource_type: INT8 resource_name: STRING pattern_type: INT8 principal: STRING host: STRING
              operation: INT8 permission_type: INT8
  Response v2..3 => throttle_time_ms: INT32 error_code: INT16 error_message: STRING [resources] ~
    resources => resource_type: INT8 resource_name: STRING pattern_type: INT8
                 [principal: STRING host: STRING operation: INT8 permission_type: INT8 ~] ~
*/
export const describeAclsApi: WireApi<AclFilter, DescribedAcls> = {
  name: 'DescribeAcls',
  key: 29,
  min: 2,
  max: 3,
  taggedResponseHeader: true,
  encode: (filter) => putFilter(Writer.create(), filter).appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    const errorCode = reader.readInt16();
    const errorMessage = reader.readNullableString();
    const bindings = reader.readArray((r) => {
      const resource = readResource(r);
      return r.readArray((e): AclBinding => ({ ...resource, ...readEntry(e) }));
    });
    return { errorCode, errorMessage, bindings: bindings.flat() };
  },
};

/** The same in DescribeAcls and DeleteAcls, and with everything given in CreateAcls. */
export function putFilter(writer: Writer, filter: AclFilter): Writer {
  return writer
    .appendInt8(codeOf(RESOURCE_TYPES, filter.resourceType))
    .appendString(filter.resourceName)
    .appendInt8(codeOf(PATTERN_TYPES, filter.patternType))
    .appendString(filter.principal)
    .appendString(filter.host)
    .appendInt8(codeOf(OPERATIONS, filter.operation))
    .appendInt8(codeOf(PERMISSIONS, filter.permission));
}

export function readResource(reader: Reader): Pick<AclBinding, 'resourceType' | 'resourceName' | 'patternType'> {
  const resourceType = resourceTypeOf(reader.readInt8());
  const resourceName = reader.readString();
  return { resourceType, resourceName, patternType: patternTypeOf(reader.readInt8()) };
}

export function readEntry(reader: Reader): Pick<AclBinding, 'principal' | 'host' | 'operation' | 'permission'> {
  const [principal, host] = [reader.readString(), reader.readString()];
  return {
    principal,
    host,
    operation: operationOf(reader.readInt8()),
    permission: permissionOf(reader.readInt8()),
  };
}
