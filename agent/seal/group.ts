/** One group commit's captures, sorted by place. */
import { encodePosition } from '../buffer/notes.ts';
import type { Capture, Captured, Repeats } from '../stages.ts';
import { recordBytes, type Segment } from './cut.ts';

/** What a group brought for one topic and partition. */
export interface Bucket {
  readonly topic: string;
  readonly partition: number;
  /** A new one wherever the stamp changes. */
  readonly segments: Segment[];
  records: number;
}

export class Group {
  readonly #topics = new Map<string, Map<number, Bucket>>();
  /** The newest position of each key; null: it is to be forgotten. */
  readonly positions = new Map<string, Buffer | null>();
  readonly maybeDuplicate: Repeats[] = [];
  readonly sourcePartitions = new Map<string, number>();
  records = 0;

  *buckets(): Generator<Bucket> {
    for (const partitions of this.#topics.values()) yield* partitions.values();
  }

  add({ records, positions, sourcePartitions, maybeDuplicate, forget }: Capture): void {
    this.#addRecords(records);
    for (const key of forget ?? []) this.positions.set(key, null);
    for (const repeats of maybeDuplicate ?? []) this.maybeDuplicate.push(repeats);
    for (const { key, position, behind } of positions ?? []) {
      const bytes = encodePosition(position);
      this.positions.set(key, bytes);
      const { topic, partition } = position;
      const bucket = topic == null ? undefined : this.#topics.get(topic)?.get(partition ?? 0);
      const segment = bucket?.segments.at(-1);
      segment?.marks.push({ at: segment.records.length, position: bytes, behind });
    }
    if (sourcePartitions === undefined) return;
    for (const [topic, count] of sourcePartitions) this.sourcePartitions.set(topic, count);
  }

  #addRecords(records: readonly Captured[]): void {
    let bucket: Bucket | null = null;
    let segment: Segment | null = null;
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      const agentStamped = record.stamp === 'agent';
      if (bucket === null || record.partition !== bucket.partition || record.topic !== bucket.topic) {
        bucket = this.#bucket(record.topic, record.partition);
        segment = null;
      }
      if (segment === null || segment.agentStamped !== agentStamped) segment = openSegment(bucket, agentStamped);
      segment.records.push(record);
      segment.bytes += recordBytes(record);
      bucket.records++;
    }
    this.records += records.length;
  }

  #bucket(topic: string, partition: number): Bucket {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    let bucket = partitions.get(partition);
    if (bucket === undefined) {
      bucket = { topic, partition, segments: [], records: 0 };
      partitions.set(partition, bucket);
    }
    return bucket;
  }
}

function openSegment(bucket: Bucket, agentStamped: boolean): Segment {
  const last = bucket.segments.at(-1);
  if (last?.agentStamped === agentStamped) return last;
  const segment: Segment = { agentStamped, records: [], bytes: 0, marks: [] };
  bucket.segments.push(segment);
  return segment;
}
