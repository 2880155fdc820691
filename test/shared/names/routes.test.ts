import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TributaryError } from '../../../shared/errors.ts';
import { type EdgeId, type Epoch, isTopicName } from '../../../shared/identity.ts';
import { parseTemplate, type RoutedStream, type RouteSettings, Routes } from '../../../shared/names/index.ts';

const route = (change: Partial<RouteSettings> = {}): RouteSettings => ({
  topic: '{edge}.{topic}',
  partitions: 'source',
  replicationFactor: -1,
  ...change,
});
const stream = (edge: string, topic: string, partition = 0, sourcePartitions = 0): RoutedStream => ({
  edge: edge as EdgeId,
  epoch: '0'.repeat(24) as Epoch,
  lane: 'main',
  topic,
  partition,
  sourcePartitions,
});
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as TributaryError).code;
  }
  return 'nothing thrown';
};

describe('templates', () => {
  it.each([
    ['{edge}.{topic}'],
    ['{topic}.{edge}'],
    ['{group}.{edge}.{topic}'],
    ['central_{edge}_{topic}'],
    ['{topic}'],
    ['{group}.{topic}.v1'],
  ])('%s is taken', (text) => {
    expect(parseTemplate(text).text).toBe(text);
  });

  it.each([
    ['{edge}', 'has no {topic}'],
    ['{edge}{topic}', 'between two placeholders'],
    ['{edge}-{topic}', 'between two placeholders'],
    ['{edge}.{edge}.{topic}', 'twice'],
    ['{site}.{topic}', '{site}'],
    ['{edge}/{topic}', 'not allowed in a topic name'],
    ['{edge.{topic}', 'not allowed in a topic name'],
    ['', 'has no {topic}'],
  ])('%s is refused', (text, because) => {
    expect(() => parseTemplate(text)).toThrow(because);
    expect(codeOf(() => parseTemplate(text))).toBe('configInvalid');
  });

  const edges = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/);
  const topics = fc
    .stringMatching(/^[A-Za-z0-9._-]{1,10}$/)
    .filter((topic) => isTopicName(topic) && !topic.startsWith('__'));
  it.each(['{edge}.{topic}', '{topic}.{edge}', 'x_{edge}A{topic}'])(
    '%s can be read back, whatever the names',
    (text) => {
      const routes = new Routes({ default: route({ topic: text }) });
      fc.assert(
        fc.property(edges, topics, (edge, topic) => {
          expect(routes.parse(routes.target(stream(edge, topic)).topic)).toEqual({ edge, group: null, topic });
        }),
      );
    },
  );
});

describe('targets', () => {
  it('keeps the source partition on a route of one edge and makes the topic as wide as the source', () => {
    const routes = new Routes({ default: route({ replicationFactor: 3 }) });
    expect(routes.target(stream('store-1', 'orders', 2, 6))).toEqual({
      topic: 'store-1.orders',
      partition: 2,
      partitions: 6,
      replicationFactor: 3,
      onRefused: 'deadLetter',
    });
  });

  it('makes the topic wide enough where the source width is unknown', () => {
    const routes = new Routes({ default: route() });
    expect(routes.target(stream('store-1', 'orders', 4)).partitions).toBe(5);
  });

  it('spreads edges over a shared topic, each source partition always at one place', () => {
    const groups = { stores: ['store-*'] };
    const routes = new Routes({ default: route({ topic: '{group}.{topic}', partitions: 12 }), groups });
    const seen = new Set<number>();
    for (let edge = 0; edge < 200; edge++) {
      const target = routes.target(stream(`store-${edge}`, 'orders', edge % 3, 3));
      expect(target.topic).toBe('stores.orders');
      expect(target).toEqual(routes.target(stream(`store-${edge}`, 'orders', edge % 3, 9)));
      seen.add(target.partition);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
  });

  it('folds source partitions onto a fixed number for a route of one edge', () => {
    const routes = new Routes({ default: route({ partitions: 4 }) });
    expect([0, 3, 4, 9].map((partition) => routes.target(stream('e', 't', partition)).partition)).toEqual([0, 3, 0, 1]);
  });

  it('takes the first group that fits and refuses an edge in none', () => {
    const groups = { pilot: ['store-7'], stores: ['store-*'] };
    const routes = new Routes({ default: route({ topic: '{group}.{topic}', partitions: 1 }), groups });
    expect(routes.target(stream('store-7', 't')).topic).toBe('pilot.t');
    expect(routes.target(stream('store-70', 't')).topic).toBe('stores.t');
    expect(codeOf(() => routes.target(stream('factory-1', 't')))).toBe('topicNotCreatable');
  });

  it('never lets a stream into a topic of Tributary or Kafka', () => {
    const routes = new Routes({ default: route(), reserved: ['tributary.ledger'] });
    expect(codeOf(() => routes.target(stream('tributary', 'ledger')))).toBe('topicNotCreatable');
    expect(routes.parse('tributary.ledger')).toBeNull();
    const bare = new Routes({ default: route({ topic: '{topic}', partitions: 1 }) });
    expect(codeOf(() => bare.target(stream('e', '__consumer_offsets')))).toBe('topicNotCreatable');
  });

  it('refuses names that Kafka would refuse', () => {
    const routes = new Routes({ default: route() });
    expect(routes.target(stream('e', 't'.repeat(247))).topic).toHaveLength(249);
    expect(codeOf(() => routes.target(stream('e', 't'.repeat(248))))).toBe('topicNotCreatable');
  });
});

describe('settings', () => {
  it.each<[string, Partial<RouteSettings>]>([
    ['a shared topic with the source width', { topic: '{topic}' }],
    ['{group} without groups', { topic: '{group}.{topic}', partitions: 3 }],
    ['no partitions', { partitions: 0 }],
    ['half a partition', { partitions: 1.5 }],
    ['no replica', { replicationFactor: 0 }],
  ])('refuses %s', (_, change) => {
    expect(codeOf(() => new Routes({ default: route(change) }))).toBe('configInvalid');
  });

  it.each([
    ['Stores', ['a']],
    ['stores', ['store_*']],
    ['stores', ['']],
  ])('refuses group %s %j', (name, patterns) => {
    expect(codeOf(() => new Routes({ default: route(), groups: { [name]: patterns } }))).toBe('configInvalid');
  });
});
