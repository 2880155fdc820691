import { encodeFields, FieldReader, readable } from './fields.ts';
import type { KeyAndValue } from './offsetSync.ts';

/** "The flow from `source` to `target` was alive then." */
export interface Heartbeat {
  readonly source: string;
  readonly target: string;
  /** ms since 1970. */
  readonly timestamp: number;
}

const VERSION = 0;

/*
  key   => source_cluster_alias: STRING target_cluster_alias: STRING
  value => version: INT16 timestamp: INT64
*/
export function encodeHeartbeat({ source, target, timestamp }: Heartbeat): KeyAndValue {
  return {
    key: encodeFields([{ string: source }, { string: target }]),
    value: encodeFields([{ i16: VERSION }, { i64: timestamp }]),
  };
}

/** Null: it is not one. */
export function decodeHeartbeat({ key, value }: KeyAndValue): Heartbeat | null {
  return readable(() => {
    const [k, v] = [new FieldReader(key), new FieldReader(value)];
    v.i16();
    return { source: k.string(), target: k.string(), timestamp: v.i64() };
  });
}
