/** What the HTTP source can be told, with its defaults. */
import type { ListenAddress } from '../../../shared/config/address.ts';
import { limits } from '../../../shared/limits.ts';

export interface HttpSourceOptions {
  readonly listen: ListenAddress;
  /** In events, metrics and health; `http` by default. */
  readonly name?: string;
  /** Asked for as `Authorization: Bearer <token>`. */
  readonly token?: string;
  /** Only these topics are taken; absent: any. */
  readonly topics?: readonly string[];
  /** Partitions of a topic that {@link topicPartitions} does not name; 1 by default. */
  readonly partitions?: number;
  readonly topicPartitions?: Readonly<Record<string, number>>;
  /** One body, decompressed. */
  readonly maxBodyBytes?: number;
  readonly maxRecordsPerRequest?: number;
  /** Bodies in memory, all requests together. */
  readonly maxPendingBytes?: number;
  readonly maxPendingRequests?: number;
  readonly maxConnections?: number;
  /** A whole request must have arrived within this time. */
  readonly requestTimeoutMs?: number;
  /** How long `close` waits for requests under way. */
  readonly closeTimeoutMs?: number;
}

export const HTTP_DEFAULTS = {
  name: 'http',
  partitions: 1,
  maxBodyBytes: limits.httpBodyBytes,
  maxRecordsPerRequest: 100_000,
  maxPendingBytes: 2 * limits.intakeBytes,
  maxPendingRequests: 1_000,
  maxConnections: 2_000,
  requestTimeoutMs: 60_000,
  closeTimeoutMs: 5_000,
} as const;

export type HttpSettings = Required<Omit<HttpSourceOptions, 'token' | 'topics'>> &
  Pick<HttpSourceOptions, 'token' | 'topics'>;

export const withDefaults = (options: HttpSourceOptions): HttpSettings => ({
  ...HTTP_DEFAULTS,
  topicPartitions: {},
  ...options,
});
