/** Records and positions that go into one capture, of any number of partitions. */
import { limits } from '../../../shared/limits.ts';
import { RecordsError, walkRecords } from '../../../shared/records/index.ts';
import type { Captured } from '../../stages.ts';
import { NO_HEADERS, type Partition, type PositionEnd } from './partition.ts';
import type { PlannedBatch } from './plan.ts';

export interface SliceEnd extends PositionEnd {
  readonly line: number;
  records: number;
  bytes: number;
  /** Records that the hub may have. */
  repeats: number;
}

/** A record that no intake takes: the partition stops in front of it, what lies before is captured. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

const WALK = { maxRawBytes: limits.maxBatchRawBytes };

export class Slice {
  readonly records: Captured[] = [];
  readonly ends = new Map<Partition, SliceEnd>();
  bytes = 0;

  get empty(): boolean {
    return this.ends.size === 0;
  }

  /**
   * Takes a batch's records from `handed` on, and moves `handed` behind the batch. Keys and values are views into the
   * fetched (or decompressed) bytes: the intake encodes them before its promise resolves, so nothing is copied here.
   * @throws RecordsError: nothing of the batch was taken. RecordTooLarge: what lies before the record was.
   */
  take(partition: Partition, { header, batch }: PlannedBatch): void {
    const { records } = this;
    const before = records.length;
    const from = partition.handed;
    const { topic, partition: number, sourcePrefix, repeatsBelow } = partition;
    let bytes = 0;
    let repeats = 0;
    let next = header.baseOffset + header.lastOffsetDelta + 1;
    let tooLarge: RecordTooLarge | null = null;
    try {
      walkRecords(batch, WALK, (view) => {
        const offset = header.baseOffset + view.offsetDelta;
        if (offset < from || tooLarge) return;
        const { key, value, timestamp } = view;
        const size = (key?.length ?? 0) + (value?.length ?? 0);
        const headers = view.headerCount === 0 ? NO_HEADERS : view.headers();
        if (size + (view.headerCount === 0 ? 0 : view.headerBytes.length) > limits.maxRecordBytes) {
          tooLarge = new RecordTooLarge(`the record at offset ${offset} is larger than ${limits.maxRecordBytes} bytes`);
          next = offset;
          return;
        }
        bytes += size;
        if (offset < repeatsBelow) repeats += 1;
        const source = sourcePrefix + offset;
        records.push({ topic, partition: number, key, value, headers, timestamp, stamp: 'source', source });
      });
    } catch (error) {
      if (error instanceof RecordsError) records.length = before;
      throw error;
    }
    this.#advance(partition, next, header.partitionLeaderEpoch, { records: records.length - before, bytes, repeats });
    if (tooLarge) throw tooLarge;
  }

  /** Moves a partition's position without a record: over what was passed over. */
  pass(partition: Partition, next: number, leaderEpoch: number): void {
    this.#advance(partition, next, leaderEpoch, { records: 0, bytes: 0, repeats: 0 });
  }

  #advance(
    partition: Partition,
    next: number,
    leaderEpoch: number,
    { records, bytes, repeats }: Pick<SliceEnd, 'records' | 'bytes' | 'repeats'>,
  ): void {
    const last = records > 0 ? (this.records.at(-1) ?? null) : null;
    const end = this.ends.get(partition);
    if (end) {
      end.next = next;
      end.leaderEpoch = leaderEpoch;
      end.last = last ?? end.last;
      end.records += records;
      end.bytes += bytes;
      end.repeats += repeats;
    } else {
      const { topicId, line, handed: first } = partition;
      this.ends.set(partition, { topicId, line, first, next, leaderEpoch, last, records, bytes, repeats });
    }
    this.bytes += bytes;
    partition.handed = next;
    partition.positionEpoch = leaderEpoch;
  }
}
