import { encodeFields, FieldReader, readable } from './fields.ts';

/** "The record at `upstream` in the source lies at `downstream` in the target." */
export interface OffsetSync {
  /** As it is called in the source. */
  readonly topic: string;
  readonly partition: number;
  readonly upstream: number;
  readonly downstream: number;
}

export interface KeyAndValue {
  readonly key: Buffer;
  readonly value: Buffer;
}

/*
  key   => topic: STRING partition: INT32
  value => upstream_offset: INT64 offset: INT64
*/
export function encodeOffsetSync({ topic, partition, upstream, downstream }: OffsetSync): KeyAndValue {
  return {
    key: encodeFields([{ string: topic }, { i32: partition }]),
    value: encodeFields([{ i64: upstream }, { i64: downstream }]),
  };
}

/** Null: it is not one. */
export function decodeOffsetSync({ key, value }: KeyAndValue): OffsetSync | null {
  return readable(() => {
    const [k, v] = [new FieldReader(key), new FieldReader(value)];
    return { topic: k.string(), partition: k.i32(), upstream: v.i64(), downstream: v.i64() };
  });
}
