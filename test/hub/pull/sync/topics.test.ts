/** Which topics and partitions a target lacks; titles carry the names of MirrorMaker 2's own tests. */
import { describe, expect, it } from 'vitest';
import { afterwards, dealPartitions, planTopics, type TopicRules } from '../../../../hub/pull/sync/topics.ts';
import { NameFilter, replicationPolicy } from '../../../../shared/names/index.ts';

const policy = replicationPolicy({ kind: 'default' });
const everything = new NameFilter({ exclude: [] });
const rules: TopicRules = {
  ...{ policy, sourceAlias: 'source', targetAlias: 'target' },
  ...{ accepts: everything.accepts, replicateHeartbeats: true },
};
const shape = (name: string, partitions: number, topicId = `id of ${name}`) => ({ name, topicId, partitions });

describe('MirrorSourceConnectorTest', () => {
  it('testRefreshTopicPartitions: missing topics are made with as many partitions as their source', () => {
    const plan = planTopics(rules, [shape('topic', 3)], new Map());
    const pair = { source: 'topic', target: 'source.topic', partitions: 3 };
    expect(plan).toMatchObject({ pairs: [pair], create: [pair], grow: [], larger: [], left: [] });
    const after = planTopics(rules, [shape('topic', 3)], new Map([['source.topic', 3]]));
    expect(after).toMatchObject({ pairs: [pair], create: [], grow: [] });
  });

  it('testRefreshTopicPartitionsTopicOnTargetFirst: a copy that is there before its topic', () => {
    const target = new Map([['source.topic', 1]]);
    expect(planTopics(rules, [], target).pairs).toEqual([]);
    expect(planTopics(rules, [shape('topic', 2)], target)).toMatchObject({
      create: [],
      grow: [{ target: 'source.topic', from: 1, partitions: 2 }],
    });
  });

  it('testMirrorSourceConnectorTaskConfig: partitions are dealt one by one', () => {
    const hands = dealPartitions([shape('t0', 8), shape('t1', 2), shape('t2', 2)], 3);
    const names = hands.map((hand) => hand.map(({ topic, partition }) => `${topic}-${partition}`).join(','));
    expect(names).toEqual(['t0-0,t0-3,t0-6,t1-1', 't0-1,t0-4,t0-7,t2-0', 't0-2,t0-5,t1-0,t2-1']);
    expect(dealPartitions([shape('t', 2)], 5)).toHaveLength(2);
    expect(dealPartitions([], 5)).toEqual([]);
  });
});

describe('a plan', () => {
  it('never shrinks: a copy with more partitions is only mentioned', () => {
    const plan = planTopics(rules, [shape('topic', 2)], new Map([['source.topic', 5]]));
    expect(plan).toMatchObject({ create: [], grow: [], larger: [{ target: 'source.topic', from: 5, partitions: 2 }] });
  });

  it('leaves out internal topics and loops, and says the loops', () => {
    const names = ['__consumer_offsets', 'target.orders', 'mm2-configs.source.internal', 'orders', 'heartbeats'];
    const plan = planTopics(
      rules,
      names.map((name) => shape(name, 1)),
      new Map(),
    );
    expect(plan.pairs.map(({ target }) => target)).toEqual(['source.heartbeats', 'source.orders']);
    expect(plan.left.map(({ topic }) => topic)).toEqual(['target.orders']);
  });

  it('refuses names that Kafka would not take', () => {
    const plan = planTopics(rules, [shape('x'.repeat(245), 1)], new Map());
    expect(plan).toMatchObject({ pairs: [], left: [{ reason: expect.stringContaining('252 characters') }] });
  });

  it('refuses a second topic with the same copy: its records would be mixed with the first', () => {
    const identity = { ...rules, policy: replicationPolicy({ kind: 'identity', sourceAlias: 'source' }) };
    const plan = planTopics(identity, [shape('heartbeats', 1), shape('source.heartbeats', 1)], new Map());
    expect(plan.pairs.map(({ target }) => target)).toEqual(['source.heartbeats', 'source.source.heartbeats']);
    const clash = { ...rules, policy: { ...policy, formatRemoteTopic: () => 'one' } };
    expect(planTopics(clash, [shape('a', 1), shape('b', 1)], new Map())).toMatchObject({
      pairs: [{ source: 'a' }],
      left: [{ topic: 'b', reason: expect.stringContaining('a has the same name') }],
    });
  });

  it('gives a topic the copy of its number, which has its name before all others', () => {
    const numbers = new Map([
      ['id of orders', 2],
      ['id of bills', 1],
    ]);
    const copies = { of: (_topic: string, id: string) => numbers.get(id) ?? null, decide: async () => {} };
    const shapes = ['bills', 'late', 'orders', 'orders.2'].map((name) => shape(name, 1));
    const plan = planTopics({ ...rules, copies }, shapes, new Map());
    const found = plan.pairs.map(({ source, target, sourceId }) => [source, target, sourceId]);
    expect(found).toEqual([
      ['orders', 'source.orders.2', 'id of orders'],
      ['bills', 'source.bills', 'id of bills'],
      ['late', 'source.late', undefined],
    ]);
    expect(plan.left).toEqual([
      { topic: 'orders.2', reason: 'orders has the same name on the target: source.orders.2' },
    ]);
  });

  it('once applied, has what was refused, as it was before', () => {
    const shapes = ['a', 'b', 'c', 'd'].map((name) => shape(name, 3));
    const plan = planTopics(
      rules,
      shapes,
      new Map([
        ['source.a', 1],
        ['source.b', 1],
      ]),
    );
    const after = afterwards(plan, new Set(['source.b', 'source.d']));
    expect(after.pairs.map(({ target, partitions }) => [target, partitions])).toEqual([
      ['source.a', 3],
      ['source.b', 1],
      ['source.c', 3],
      ['source.d', 3],
    ]);
    expect([after.create, after.grow].map((pairs) => pairs.map(({ source }) => source))).toEqual([['d'], ['b']]);
  });
});
