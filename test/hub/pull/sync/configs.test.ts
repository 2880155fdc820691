/** Which settings copies get; titles carry the names of MirrorMaker 2's own tests. */
import { describe, expect, it } from 'vitest';
import { type ConfigRules, configsForNewTopic, planConfigs } from '../../../../hub/pull/sync/configs.ts';
import type { ConfigEntry, ConfigSource } from '../../../../shared/kafka/index.ts';
import { FILTER_DEFAULTS, NameFilter } from '../../../../shared/names/index.ts';

const entry = (name: string, value: string, source: ConfigSource = 'topic', more = {}): ConfigEntry => ({
  ...{ name, value, source, readOnly: false, sensitive: false },
  ...more,
});
const rulesOf = (exclude: readonly string[], defaultsFrom: 'target' | 'source' = 'target'): ConfigRules => ({
  accepts: new NameFilter({ exclude }).accepts,
  defaultsFrom,
});
const byDefault = rulesOf(FILTER_DEFAULTS.configPropertiesExclude);

function changes(rules: ConfigRules, source: ConfigEntry[], target: ConfigEntry[]): Record<string, string | null> {
  const plan = planConfigs(rules, [{ topic: 'source.t', source, target }]);
  return Object.fromEntries(plan.changes.flatMap(({ set }) => [...set]));
}

describe('MirrorSourceConnectorTest', () => {
  it('testNewTopicConfigs: what is set in the source and passes the list', () => {
    const source = [
      entry('cleanup.policy', 'compact'),
      entry('segment.bytes', '100'),
      entry('retention.ms', '604800000', 'default'),
      entry('min.insync.replicas', '2'),
      entry('follower.replication.throttled.replicas', 'value'),
      entry('read.only', 'x', 'topic', { readOnly: true }),
      entry('secret', 'x', 'topic', { sensitive: true }),
      entry('from.file', 'x', 'brokerFile'),
      entry('from.cluster', 'y', 'clusterDefault'),
    ];
    expect(configsForNewTopic(byDefault, source)).toEqual({
      'cleanup.policy': 'compact',
      'segment.bytes': '100',
      'from.cluster': 'y',
      'compression.type': 'producer',
      'message.timestamp.type': 'CreateTime',
    });
  });

  it('testConfigPropertyFiltering: excluded settings keep the value of the target', () => {
    const source = [entry('segment.ms', '5'), entry('min.insync.replicas', '2')];
    const target = [entry('segment.ms', '9'), entry('min.insync.replicas', '1')];
    expect(changes(byDefault, source, target)).toEqual({ 'segment.ms': '5' });
  });

  it('testConfigPropertyFilteringWithAlterConfigs: what is at its default in the source is reset on the target', () => {
    const source = [entry('segment.ms', '7', 'default'), entry('retention.ms', '7', 'default')];
    const target = [entry('segment.ms', '9'), entry('retention.ms', '8', 'clusterDefault')];
    expect(changes(byDefault, source, target)).toEqual({ 'segment.ms': null });
  });

  it('testConfigPropertyFilteringWithAlterConfigsAndSourceDefault: use.defaults.from=source', () => {
    const rules = rulesOf(FILTER_DEFAULTS.configPropertiesExclude, 'source');
    const source = [entry('segment.ms', '7', 'default'), entry('min.insync.replicas', '1', 'default')];
    const target = [entry('segment.ms', '9'), entry('min.insync.replicas', '2')];
    expect(changes(rules, source, target)).toEqual({ 'segment.ms': '7' });
    expect(configsForNewTopic(rules, source)).toMatchObject({ 'segment.ms': '7' });
    expect(configsForNewTopic(byDefault, source)).not.toHaveProperty('segment.ms');
  });
});

describe('the copy stays raw', () => {
  it('compression.type is producer on the target whatever the source says, and the plan remarks it', () => {
    const source = [entry('compression.type', 'zstd')];
    const target = [entry('compression.type', 'gzip')];
    expect(changes(byDefault, source, target)).toEqual({ 'compression.type': 'producer' });
    const { notes } = planConfigs(byDefault, [{ topic: 'source.t', source, target }]);
    expect(notes).toMatchObject([{ note: expect.stringContaining('zstd in the source and producer here') }]);
  });

  it('unless the exclude list names it: then it stays, and the cost is remarked', () => {
    const rules = rulesOf(['compression\\.type']);
    const [source, target] = [[entry('compression.type', 'zstd')], [entry('compression.type', 'gzip')]];
    expect(changes(rules, source, target)).toEqual({});
    expect(configsForNewTopic(rules, source)).not.toHaveProperty('compression.type');
    const { notes } = planConfigs(rules, [{ topic: 'source.t', source, target }]);
    expect(notes).toMatchObject([{ note: expect.stringContaining('compress every batch anew') }]);
  });

  it('message.timestamp.type: records keep their time in a new copy; an excluded one that exists is only remarked', () => {
    const source = [entry('message.timestamp.type', 'LogAppendTime')];
    expect(configsForNewTopic(byDefault, source)['message.timestamp.type']).toBe('CreateTime');
    const plan = planConfigs(byDefault, [{ topic: 'source.t', source, target: source }]);
    expect(plan.changes).toEqual([]);
    expect(plan.notes).toMatchObject([{ note: expect.stringContaining('not their own') }]);
    expect(changes(rulesOf([]), source, source)).toEqual({ 'message.timestamp.type': 'CreateTime' });
  });
});

describe('a plan', () => {
  it('is empty where both are alike, and knows what is there before', () => {
    const same = [entry('segment.ms', '5'), entry('compression.type', 'producer', 'default')];
    expect(planConfigs(byDefault, [{ topic: 't', source: same, target: same }])).toEqual({ changes: [], notes: [] });
    const plan = planConfigs(byDefault, [{ topic: 't', source: same, target: [entry('segment.ms', '9')] }]);
    expect(plan.changes[0]?.before).toEqual(new Map([['segment.ms', '9']]));
  });

  it('leaves out settings that the target does not know', () => {
    expect(changes(byDefault, [entry('brand.new', '1')], [])).toEqual({});
  });
});
