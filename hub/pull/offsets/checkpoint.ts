import { encodeFields, FieldReader, readable } from './fields.ts';
import type { KeyAndValue } from './offsetSync.ts';

/** "Who has read the source up to `upstream` has read the target up to `downstream`." */
/** What is measured of checkpoints; must not throw. */
export interface CheckpointMeter {
  /** They are in the target, so long after they were made. */
  checkpointsWritten(checkpoints: readonly Checkpoint[], latencyMs: number): void;
}

export interface Checkpoint {
  readonly group: string;
  /** As it is called in the target. */
  readonly topic: string;
  readonly partition: number;
  readonly upstream: number;
  readonly downstream: number;
  /** What the group committed with its offset. */
  readonly metadata: string;
}

const VERSION = 0;

/*
  key   => group: STRING topic: STRING partition: INT32
  value => version: INT16 upstream_offset: INT64 offset: INT64 metadata: STRING
*/
/** @throws TributaryError `tooLarge`: group or metadata beyond 32767 bytes */
export function encodeCheckpoint(checkpoint: Checkpoint): KeyAndValue {
  const { group, topic, partition, upstream, downstream, metadata } = checkpoint;
  return {
    key: encodeFields([{ string: group }, { string: topic }, { i32: partition }]),
    value: encodeFields([{ i16: VERSION }, { i64: upstream }, { i64: downstream }, { string: metadata }]),
  };
}

/** Null: it is not one. The version is not looked at: there is one, and MirrorMaker 2 reads every version as it. */
export function decodeCheckpoint({ key, value }: KeyAndValue): Checkpoint | null {
  return readable(() => {
    const [k, v] = [new FieldReader(key), new FieldReader(value)];
    const who = { group: k.string(), topic: k.string(), partition: k.i32() };
    v.i16();
    return { ...who, upstream: v.i64(), downstream: v.i64(), metadata: v.string() };
  });
}
