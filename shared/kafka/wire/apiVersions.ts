import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export interface ApiVersionsResponse {
  readonly errorCode: number;
  readonly ranges: ReadonlyMap<number, { readonly min: number; readonly max: number }>;
  /** Cluster-wide feature levels, `transaction.version` among them; empty on clusters that have none. */
  readonly features: ReadonlyMap<string, number>;
}

/*
  Request v3 => client_software_name: STRING client_software_version: STRING ~
  Response v3 => error_code: INT16 [api_key: INT16 min: INT16 max: INT16 ~] throttle_time_ms: INT32 ~
    tag 1 => finalized_features_epoch: INT64
    tag 2 => [name: STRING max_level: INT16 min_level: INT16 ~]
*/
const TAG_FINALIZED_FEATURES = 2;

export const apiVersions: WireApi<null, ApiVersionsResponse> = {
  name: 'ApiVersions',
  key: 18,
  min: 3,
  max: 3,
  taggedResponseHeader: false,
  encode: () => Writer.create().appendString('tributary').appendString('1').appendTaggedFields(),
  decode(reader) {
    const errorCode = reader.readInt16();
    const ranges = new Map(
      reader.readArray((r) => [r.readInt16(), { min: r.readInt16(), max: r.readInt16() }] as const),
    );
    reader.readInt32();
    const features = new Map<string, number>();
    const tags = reader.readUnsignedVarInt();
    for (let i = 0; i < tags; i++) {
      const tag = reader.readUnsignedVarInt();
      const end = reader.readUnsignedVarInt() + reader.position;
      if (tag === TAG_FINALIZED_FEATURES) {
        reader.readArray((r) => {
          features.set(r.readString(), r.readInt16());
          r.readInt16();
        });
      }
      reader.position = end;
    }
    return { errorCode, ranges, features };
  },
};
