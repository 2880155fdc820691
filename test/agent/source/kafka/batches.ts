/** Batches as they lie in a log: with offsets, producers, transactions and holes. */
import { crc32c } from '@node-rs/crc32';
import { encodeBatch } from '../../../../shared/records/index.ts';

export interface BatchOptions {
  readonly producer?: bigint;
  /** Default: true where there is a producer. */
  readonly transactional?: boolean;
  readonly control?: boolean;
  readonly epoch?: number;
  /** More than the records need: compaction took away what was behind them. */
  readonly lastOffsetDelta?: number;
  readonly key?: Buffer;
}

export function batchOf(baseOffset: number, values: readonly string[], options: BatchOptions = {}): Buffer {
  const records = values.map((value, i) => ({
    key: options.key ?? null,
    value: Buffer.from(value),
    timestamp: 1_000 + baseOffset + i,
    headers: [],
  }));
  const batch = encodeBatch(records, { codec: 'none' });
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(options.epoch ?? 0, 12);
  const transactional = options.transactional ?? options.producer !== undefined;
  batch.writeInt16BE((transactional ? 0x10 : 0) | (options.control ? 0x20 : 0), 21);
  batch.writeInt32BE(options.lastOffsetDelta ?? values.length - 1, 23);
  batch.writeBigInt64BE(options.producer ?? -1n, 43);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

export function markerOf(offset: number, producer: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'commit' ? 1 : 0]);
  return batchOf(offset, [''], { producer, control: true, key });
}

export const concat = (...batches: Buffer[]): Buffer => Buffer.concat(batches);
