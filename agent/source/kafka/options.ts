/** What the Kafka source can be told, with its defaults. */

import type { Isolation, KafkaSettings } from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';

export interface KafkaSourceOptions {
  readonly kafka: KafkaSettings;
  /** In events, metrics, health and the keys of stored positions: a source of another name begins anew. */
  readonly name?: string;
  /** Topic names, or expressions between slashes that match whole names (never one that begins with `__`). */
  readonly topics: readonly string[];
  readonly exclude?: readonly string[];
  /**
   * Where partitions begin at the source's first run. Whatever appears later, or while the agent was down, is read from
   * its oldest record.
   */
  readonly from?: 'earliest' | 'latest';
  readonly isolation?: Isolation;
  /** Consumer group in which other tools see the position; null: none. */
  readonly group: string | null;
  readonly groupCommitMs?: number;
  /**
   * How long, at the start, nothing is read because the hub has not been asked yet what it has ({@link KafkaSource.told}).
   */
  readonly hubWaitMs?: number;
  /** How often new topics, partitions and leaders are looked for. */
  readonly metadataMs?: number;
  /** Longest wait of a fetch that finds nothing. */
  readonly maxWaitMs?: number;
  /** One fetch's answer; a single larger batch comes whole. */
  readonly fetchBytes?: number;
  readonly fetchPartitionBytes?: number;
  /** Decoded bytes of one capture. */
  readonly captureBytes?: number;
  readonly captureRecords?: number;
}

export const KAFKA_DEFAULTS = {
  name: 'kafka',
  exclude: [] as readonly string[],
  from: 'earliest',
  isolation: 'read_committed',
  groupCommitMs: 1_000,
  hubWaitMs: 0,
  metadataMs: 2_500,
  maxWaitMs: 500,
  fetchBytes: 4 * MIB,
  fetchPartitionBytes: 2 * MIB,
  captureBytes: 2 * MIB,
  captureRecords: 20_000,
} as const;

export type KafkaSourceSettings = Required<KafkaSourceOptions>;

export const withDefaults = (options: KafkaSourceOptions): KafkaSourceSettings => ({ ...KAFKA_DEFAULTS, ...options });

/** What a partition in error waits before it is tried again: from the first to the last, with full jitter. */
export const PARTITION_BACKOFF = { baseMs: 200, maxMs: 30_000 } as const;
export const BROKER_BACKOFF = { baseMs: 100, maxMs: 10_000 } as const;
export const BUFFER_BACKOFF = { baseMs: 100, maxMs: 2_000 } as const;
