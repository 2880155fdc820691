import { Writer } from '@platformatic/kafka';
import type { WireApi } from './api.ts';

export type ConfigResourceKind = 'topic' | 'broker';
const RESOURCE_TYPES: Record<ConfigResourceKind, number> = { topic: 2, broker: 4 };

export interface ConfigResource {
  readonly kind: ConfigResourceKind;
  /** Topic name, or node id as text. */
  readonly name: string;
}
export interface DescribedConfigs extends ConfigResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** Null values are secrets, which Kafka does not tell. */
  readonly configs: ReadonlyMap<string, string | null>;
  /** The same with where each comes from. */
  readonly entries: readonly ConfigEntry[];
}
/** Where a setting's value was set; `default`: nowhere, it is Kafka's own. */
export type ConfigSource = 'topic' | 'broker' | 'clusterDefault' | 'brokerFile' | 'default' | 'other';
export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
}
const SOURCES: readonly ConfigSource[] = ['other', 'topic', 'broker', 'clusterDefault', 'brokerFile', 'default'];
const kindOf = (type: number): ConfigResourceKind => (type === RESOURCE_TYPES.topic ? 'topic' : 'broker');

/*
  Request v4 => [type: INT8 name: STRING [key: STRING] (null: all) ~] include_synonyms: BOOLEAN include_documentation: BOOLEAN ~
  Response v4 => throttle_time_ms: INT32 [results] ~
    results => error_code: INT16 error_message: STRING type: INT8 name: STRING [configs] ~
    configs => name: STRING value: STRING read_only: BOOLEAN source: INT8 sensitive: BOOLEAN
               [name: STRING value: STRING source: INT8 ~] type: INT8 documentation: STRING ~
*/
export const describeConfigsApi: WireApi<
  { resources: readonly ConfigResource[]; keys: readonly string[] | null },
  DescribedConfigs[]
> = {
  name: 'DescribeConfigs',
  key: 32,
  min: 4,
  max: 4,
  taggedResponseHeader: true,
  encode: ({ resources, keys }) =>
    Writer.create()
      .appendArray([...resources], (w, r) =>
        w
          .appendInt8(RESOURCE_TYPES[r.kind])
          .appendString(r.name)
          .appendArray(keys && [...keys], (x, key) => x.appendString(key), true, false),
      )
      .appendBoolean(false)
      .appendBoolean(false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => {
      const errorCode = r.readInt16();
      const errorMessage = r.readNullableString();
      const kind = kindOf(r.readInt8());
      const name = r.readString();
      const entries = r.readArray((c): ConfigEntry => {
        const [name, value, readOnly] = [c.readString(), c.readNullableString(), c.readBoolean()];
        const [source, sensitive] = [SOURCES[c.readInt8()] ?? 'other', c.readBoolean()];
        c.readArray((s) => {
          s.readString();
          s.readNullableString();
          s.readInt8();
        });
        c.readInt8();
        c.readNullableString();
        return { name, value, source, readOnly, sensitive };
      });
      const configs = new Map(entries.map((entry) => [entry.name, entry.value]));
      return { kind, name, errorCode, errorMessage, configs, entries };
    });
  },
};

export interface ConfigChange extends ConfigResource {
  /** A null value takes the setting away, so that the default holds again. */
  readonly set: Readonly<Record<string, string | null>>;
}
export interface ConfigChangeResult extends ConfigResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/*
  Request v1 => [type: INT8 name: STRING [name: STRING operation: INT8 value: STRING ~] ~] validate_only: BOOLEAN ~
    operation => 0 set, 1 delete
  Response v1 => throttle_time_ms: INT32 [error_code: INT16 error_message: STRING type: INT8 name: STRING ~] ~
*/
export const incrementalAlterConfigsApi: WireApi<readonly ConfigChange[], ConfigChangeResult[]> = {
  name: 'IncrementalAlterConfigs',
  key: 44,
  min: 1,
  max: 1,
  taggedResponseHeader: true,
  encode: (changes) =>
    Writer.create()
      .appendArray([...changes], (w, change) =>
        w
          .appendInt8(RESOURCE_TYPES[change.kind])
          .appendString(change.name)
          .appendArray(Object.entries(change.set), (x, [name, value]) =>
            x
              .appendString(name)
              .appendInt8(value === null ? 1 : 0)
              .appendString(value),
          ),
      )
      .appendBoolean(false)
      .appendTaggedFields(),
  decode(reader) {
    reader.readInt32();
    return reader.readArray((r) => {
      const errorCode = r.readInt16();
      const errorMessage = r.readNullableString();
      return { errorCode, errorMessage, kind: kindOf(r.readInt8()), name: r.readString() };
    });
  },
};
