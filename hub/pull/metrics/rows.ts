/** The metrics of a process of pulls: name, meaning, and which number of a row it is. */
import type { CopySeries, Measured } from './series.ts';

type Labels = Readonly<Record<string, string>>;

export interface Lag {
  readonly offsets: number | null;
  readonly ms: number | null;
  readonly newestAgeMs: number | null;
}
export interface CopyRow {
  readonly labels: Labels;
  readonly series: CopySeries;
  readonly lag: Lag;
}
export interface CheckpointRow {
  readonly labels: Labels;
  readonly latency: Measured;
}
export interface FlowRow {
  readonly labels: Labels;
  readonly batches: number;
  readonly states: ReadonlyMap<string, number>;
  /** Partitions that share one series. */
  readonly without: number;
}

export interface MetricOfRow<R> {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  /** Null: no series. `nowMs`: monotonic. */
  readonly of: (row: R, nowMs: number) => number | null;
}

const SOURCE = 'kafka_connect_mirror_mirrorsourceconnector_';
const CHECKPOINT = 'kafka_connect_mirror_mirrorcheckpointconnector_';
const SPREAD = { min: 'Least', max: 'Greatest', avg: 'Mean' } as const;

/** MirrorMaker 2 has `x`, and `x_min`, `x_max` and `x_avg` over the last half to whole minute. */
function spread<R>(name: string, says: string, of: (row: R) => Measured): MetricOfRow<R>[] {
  const lately = (['min', 'max', 'avg'] as const).map(
    (which): MetricOfRow<R> => ({
      name: `${name}_${which}`,
      help: `${SPREAD[which]} of the last minute: ${says}`,
      kind: 'gauge',
      of: (row, nowMs) => of(row).lately(which, nowMs),
    }),
  );
  return [{ name, help: `Last: ${says}`, kind: 'gauge', of: (row) => of(row).last }, ...lately];
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

export const COPY_LABELS = ['source', 'target', 'topic', 'partition'];
export const COPY_METRICS: readonly MetricOfRow<CopyRow>[] = [
  { name: `${SOURCE}record_count`, help: 'Records copied.', kind: 'counter', of: ({ series }) => series.records },
  {
    name: `${SOURCE}record_rate`,
    help: 'Records copied a second, over the last half to whole minute.',
    kind: 'gauge',
    of: ({ series }, nowMs) => series.recordRate(nowMs),
  },
  {
    name: `${SOURCE}byte_count`,
    help: 'Bytes of batches copied, as they lie in the log: compressed, with keys and headers.',
    kind: 'counter',
    of: ({ series }) => series.bytes,
  },
  {
    name: `${SOURCE}byte_rate`,
    help: 'Bytes of batches copied a second, over the last half to whole minute.',
    kind: 'gauge',
    of: ({ series }, nowMs) => series.byteRate(nowMs),
  },
  ...spread<CopyRow>(
    `${SOURCE}record_age_ms`,
    'age of the newest record of what was fetched together, when it was fetched.',
    ({ series }) => series.age,
  ),
  ...spread<CopyRow>(
    `${SOURCE}replication_latency_ms`,
    'age of the newest record of what was fetched together, when it was committed in the target.',
    ({ series }) => series.latency,
  ),
  {
    name: 'tributary_pull_lag_offsets',
    help: "Offsets between the committed position and the source's end.",
    kind: 'gauge',
    of: ({ lag }) => lag.offsets,
  },
  {
    name: 'tributary_pull_lag_seconds',
    help: 'How old the newest copied record is while the source has others; 0 where it has none.',
    kind: 'gauge',
    of: ({ lag }) => seconds(lag.ms),
  },
  {
    name: 'tributary_pull_newest_record_age_seconds',
    help: 'How old the newest copied record is, also where the source has no others.',
    kind: 'gauge',
    of: ({ lag }) => seconds(lag.newestAgeMs),
  },
];

export const CHECKPOINT_LABELS = ['source', 'target', 'group', 'topic', 'partition'];
export const CHECKPOINT_METRICS: readonly MetricOfRow<CheckpointRow>[] = spread<CheckpointRow>(
  `${CHECKPOINT}checkpoint_latency_ms`,
  'from making a checkpoint to its being in the target.',
  ({ latency }) => latency,
);

export const FLOW_LABELS = ['source', 'target'];
export const FLOW_METRICS: readonly MetricOfRow<FlowRow>[] = [
  {
    name: 'tributary_pull_batches_total',
    help: 'Batches copied, as they were or rebuilt.',
    kind: 'counter',
    of: ({ batches }) => batches,
  },
  {
    name: 'tributary_pull_partitions_without_series',
    help: 'Partitions beyond the bound, which share the series of topic "(others)".',
    kind: 'gauge',
    of: ({ without }) => without,
  },
];
