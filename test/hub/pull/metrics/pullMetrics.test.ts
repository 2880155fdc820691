/**
 * Which series there are, and that there are no more of them than their bound.
 *
 * Seen red: with a label of MirrorMaker 2's left out, with a name changed, without forgetting partitions of other processes,
 * with the shared series' numbers taken from the last partition only.
 */
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { PartitionSnapshot } from '../../../../hub/pull/copy/index.ts';
import { PullMetrics } from '../../../../hub/pull/metrics/index.ts';
import { mirrorOracle } from '../../../support/mirror/oracle.ts';

const NAME = { source: 'a', target: 'b' };
const SOURCE = 'kafka_connect_mirror_mirrorsourceconnector_';
const LATENCY = 'kafka_connect_mirror_mirrorcheckpointconnector_checkpoint_latency_ms';

const partition = (topic: string, number: number, more: Partial<PartitionSnapshot> = {}): PartitionSnapshot => ({
  topic,
  partition: number,
  targetTopic: `a.${topic}`,
  targetPartition: number,
  shard: 0,
  state: { kind: 'copying' },
  paused: false,
  position: 7,
  highWatermark: 10,
  lagOffsets: 3,
  lagMs: 4_000,
  newestAgeMs: 4_000,
  pendingBytes: 0,
  records: 0,
  bytes: 0,
  batches: 0,
  abortedRecords: 0,
  deadLetteredRecords: 0,
  returnedRecords: 0,
  rebuiltBatches: {},
  gaps: [],
  gapCount: 0,
  lostOffsets: 0,
  ...more,
});

const FACTS = { records: 10, bytes: 600, batches: 1, ageMs: 20, latencyMs: 35 };

function opened(bounds = { partitions: 100, checkpoints: 100 }) {
  const registry = new Registry();
  const clock = { ms: 0, now: () => clock.ms, monotonicMs: () => clock.ms };
  const metrics = PullMetrics.open(registry, clock, bounds);
  let partitions: readonly PartitionSnapshot[] | null = [];
  const kept = new Set<string>();
  const flow = metrics.flow({
    name: NAME,
    copies: () => partitions && { partitions },
    keeps: (...key) => kept.has(key.join('|')),
  });
  const lines = async (name: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const shows = (all: readonly PartitionSnapshot[] | null): void => {
    partitions = all;
  };
  return { registry, clock, metrics, flow, lines, shows, kept };
}

const labels = (topic: string, number: number | string): string =>
  `{source="a",target="b",topic="${topic}",partition="${number}"}`;

describe('a partition', () => {
  test('MirrorSourceMetricsTest: tags source, target, topic, partition; the twelve names of MirrorMaker 2', async () => {
    const { flow, lines, shows, registry } = opened();
    shows([partition('t', 3)]);
    flow.copied('a.t', 3, FACTS);
    flow.copied('a.t', 3, { ...FACTS, ageMs: 40, latencyMs: 45 });
    const values: Record<string, number> = {
      ...{ record_count: 20, record_rate: 20 / 30, byte_count: 1_200, byte_rate: 40 },
      ...{ record_age_ms: 40, record_age_ms_min: 20, record_age_ms_max: 40, record_age_ms_avg: 30 },
      ...{ replication_latency_ms: 45, replication_latency_ms_min: 35 },
      ...{ replication_latency_ms_max: 45, replication_latency_ms_avg: 40 },
    };
    for (const [name, value] of Object.entries(values)) {
      expect(await lines(SOURCE + name)).toEqual([`${SOURCE}${name}${labels('a.t', 3)} ${value}`]);
    }
    const all = (await registry.metrics()).match(new RegExp(`^${SOURCE}\\w+`, 'gm'));
    expect(all).toHaveLength(Object.keys(values).length);
  });

  test('says how far behind it is, in offsets and seconds', async () => {
    const { lines, shows } = opened();
    shows([partition('t', 0), partition('t', 1, { lagOffsets: 0, lagMs: 0, newestAgeMs: 9_500 })]);
    expect(await lines('tributary_pull_lag_offsets')).toEqual([
      `tributary_pull_lag_offsets${labels('a.t', 0)} 3`,
      `tributary_pull_lag_offsets${labels('a.t', 1)} 0`,
    ]);
    expect(await lines('tributary_pull_lag_seconds')).toEqual([
      `tributary_pull_lag_seconds${labels('a.t', 0)} 4`,
      `tributary_pull_lag_seconds${labels('a.t', 1)} 0`,
    ]);
    expect((await lines('tributary_pull_newest_record_age_seconds')).at(-1)).toContain(' 9.5');
  });

  test('of which nothing was copied has its count, and no age', async () => {
    const { lines, shows } = opened();
    shows([partition('t', 0, { lagOffsets: null, lagMs: null, newestAgeMs: null })]);
    expect(await lines(`${SOURCE}record_count`)).toEqual([`${SOURCE}record_count${labels('a.t', 0)} 0`]);
    for (const name of [`${SOURCE}record_age_ms`, `${SOURCE}record_age_ms_max`, 'tributary_pull_lag_offsets']) {
      expect(await lines(name)).toEqual([]);
    }
  });

  test('that another process copies has no series here, nor one that is not copied any more', async () => {
    const { lines, shows, flow } = opened();
    shows([partition('t', 0), partition('t', 1)]);
    flow.copied('a.t', 1, FACTS);
    expect(await lines(`${SOURCE}record_age_ms`)).toHaveLength(1);
    shows([partition('t', 0), partition('t', 1, { state: { kind: 'unowned' } })]);
    expect(await lines(`${SOURCE}record_age_ms`)).toEqual([]);
    expect(await lines(`${SOURCE}record_count`)).toHaveLength(1);
    expect((await lines('tributary_pull_partitions')).sort()).toEqual([
      'tributary_pull_partitions{source="a",target="b",state="copying"} 1',
      'tributary_pull_partitions{source="a",target="b",state="unowned"} 1',
    ]);
    shows(null);
    expect(await lines(`${SOURCE}record_count`)).toEqual([]);
  });
});

test("names and labels are those of the real MirrorMaker 2's beans, by the rules of Strimzi's exporter", async ({
  skip,
}) => {
  const oracle = await mirrorOracle('MirrorOracle');
  if ('missing' in oracle) return skip(oracle.missing);
  const [beans = ''] = await oracle.ask(['metrics']);
  oracle.close();
  const theirs = beans.split('\t').flatMap((bean) => {
    const [keys = '', ...attributes] = bean.split('|');
    const pairs = keys.split(',').map((pair) => pair.split('='));
    const [, type] = pairs.find(([key]) => key === 'type') ?? [];
    const labelled = pairs.flatMap(([key, value]) => (key === 'type' ? [] : [`${key}="${value}"`])).sort();
    if (labelled.length === 0) return [];
    return attributes.map(
      (name) => `kafka_connect_mirror_${type}_${name}`.toLowerCase().replaceAll('-', '_') + labelled,
    );
  });
  const { flow, shows, kept, registry } = opened();
  shows([partition('orders', 3)]);
  kept.add('g|a.orders|3');
  flow.copied('a.orders', 3, FACTS);
  flow.checkpointsWritten(
    [{ group: 'g', topic: 'a.orders', partition: 3, upstream: 1, downstream: 1, metadata: '' }],
    1,
  );
  const ours = [...(await registry.metrics()).matchAll(/^(kafka_connect_mirror_\w+)\{(.*)\}/gm)].map(
    ([, name, labelled = '']) => `${name}${labelled.split(',').sort()}`,
  );
  expect(ours.sort()).toEqual(theirs.sort());
  expect(ours).toHaveLength(16);
}, 120_000);

describe('a checkpoint', () => {
  test('has source, target, group, topic and partition, whatever the group is called', async () => {
    const { flow, lines, kept } = opened();
    kept.add('g/1|a.t|2');
    const checkpoint = { group: 'g/1', topic: 'a.t', partition: 2, upstream: 1, downstream: 1, metadata: '' };
    flow.checkpointsWritten([checkpoint], 12);
    const label = '{source="a",target="b",group="g/1",topic="a.t",partition="2"}';
    for (const name of ['', '_min', '_max', '_avg']) {
      expect(await lines(LATENCY + name)).toEqual([`${LATENCY}${name}${label} 12`]);
    }
    kept.clear();
    expect(await lines(LATENCY)).toEqual([]);
  });
});

describe('more than the bound', () => {
  const OTHERS = '(others)';

  test('share one series of their flow: counts and offsets are sums, seconds the greatest', async () => {
    const { flow, lines, shows } = opened({ partitions: 2, checkpoints: 1 });
    const all = [0, 1, 2, 3].map((n) => partition('t', n, { lagOffsets: n, lagMs: n * 1_000 }));
    shows(all);
    await lines(`${SOURCE}record_count`);
    for (const n of [0, 1, 2, 3]) flow.copied('a.t', n, FACTS);
    expect(await lines(`${SOURCE}record_count`)).toEqual([
      `${SOURCE}record_count${labels('a.t', 0)} 10`,
      `${SOURCE}record_count${labels('a.t', 1)} 10`,
      `${SOURCE}record_count${labels(OTHERS, OTHERS)} 20`,
    ]);
    expect((await lines('tributary_pull_lag_offsets')).at(-1)).toBe(
      `tributary_pull_lag_offsets${labels(OTHERS, OTHERS)} 5`,
    );
    expect((await lines('tributary_pull_lag_seconds')).at(-1)).toContain(' 3');
    expect(await lines('tributary_pull_partitions_without_series')).toEqual([
      'tributary_pull_partitions_without_series{source="a",target="b"} 2',
    ]);
  });

  test('one that goes makes room; what was counted together stays, so that no count falls', async () => {
    const { flow, lines, shows } = opened({ partitions: 1, checkpoints: 1 });
    shows([partition('t', 0), partition('t', 1)]);
    await lines(`${SOURCE}record_count`);
    flow.copied('a.t', 1, FACTS);
    shows([partition('t', 1)]);
    await lines(`${SOURCE}record_count`);
    flow.copied('a.t', 1, FACTS);
    expect(await lines(`${SOURCE}record_count`)).toEqual([
      `${SOURCE}record_count${labels('a.t', 1)} 10`,
      `${SOURCE}record_count${labels(OTHERS, OTHERS)} 10`,
    ]);
  });

  test('the bound is of the process; a flow that ends gives its places back, and its numbers go', async () => {
    const { metrics, flow, lines, shows } = opened({ partitions: 1, checkpoints: 1 });
    shows([partition('t', 0)]);
    await lines(`${SOURCE}record_count`);
    const other = { source: 'c', target: 'b' };
    metrics.flow({
      name: other,
      copies: () => ({ partitions: [partition('u', 0)] }),
      keeps: () => false,
    });
    expect((await lines(`${SOURCE}record_count`)).at(-1)).toContain(OTHERS);
    flow.close();
    const [first, shared] = await lines(`${SOURCE}record_count`);
    expect(first).toContain('source="c",target="b",topic="a.u"');
    expect(shared).toContain(OTHERS);
  });

  test('checkpoints as well', async () => {
    const { flow, lines, kept } = opened({ partitions: 1, checkpoints: 1 });
    kept.add('g|a.t|0');
    const checkpoint = { group: 'g', topic: 'a.t', upstream: 1, downstream: 1, metadata: '' };
    const written = [0, 1, 2].map((n) => ({ ...checkpoint, partition: n }));
    flow.checkpointsWritten(written, 5);
    expect(await lines(LATENCY)).toHaveLength(2);
    expect((await lines(LATENCY)).at(-1)).toContain(`group="${OTHERS}"`);
  });
});

test('closed, nothing of it is left in the registry', async () => {
  const { metrics, registry } = opened();
  metrics.close();
  expect(await registry.metrics()).toBe('\n');
});
