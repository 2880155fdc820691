/** MirrorMaker 2's naming; titles carry the names of its own tests. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isCycle,
  type ReplicationPolicySettings,
  replicationPolicy,
  topicRefusal,
} from '../../../shared/names/index.ts';
import { type MirrorOracle, mirrorOracle, type NoOracle } from '../../support/mirror/oracle.ts';

const dots = replicationPolicy({ kind: 'default' });
const underlines = replicationPolicy({ kind: 'default', separator: '__' });
const identity = replicationPolicy({ kind: 'identity', sourceAlias: 'source' });

describe('default policy', () => {
  it('names remote topics and takes the names apart', () => {
    expect(dots.formatRemoteTopic('a', 'orders')).toBe('a.orders');
    expect(dots.topicSource('a.b.orders')).toBe('a');
    expect(dots.upstreamTopic('a.b.orders')).toBe('b.orders');
    expect(dots.originalTopic('a.b.orders')).toBe('orders');
    expect(dots.topicSource('orders')).toBeNull();
    expect(dots.upstreamTopic('orders')).toBeNull();
  });

  it('MirrorClientTest: remote topics incl. "__" separator', () => {
    expect(underlines.formatRemoteTopic('a', 'orders.v1')).toBe('a__orders.v1');
    expect(underlines.topicSource('a__orders.v1')).toBe('a');
    expect(underlines.topicSource('a.orders')).toBeNull();
    expect(underlines.originalTopic('a__b__orders')).toBe('orders');
  });

  it.each(['', ' ', '/', '<->'])('a separator that no topic name can hold is refused: %j', (separator) => {
    expect(() => replicationPolicy({ kind: 'default', separator })).toThrow(/replication\.policy\.separator/);
  });
});

describe('ReplicationPolicyTest', () => {
  it('internal-topic detection', () => {
    const internal = ['mm2-offset-syncs.b.internal', 'a.checkpoints.internal', '__consumer_offsets', '.hidden'];
    expect(internal.filter((topic) => !dots.isInternalTopic(topic))).toEqual([]);
    const own = ['orders', 'a.orders', 'heartbeats', 'a.heartbeats', 'orders.internal', 'orders-internal'];
    expect(own.filter((topic) => dots.isInternalTopic(topic))).toEqual([]);
  });

  it('offset syncs and checkpoints topics follow a custom separator', () => {
    expect(dots.offsetSyncsTopic('b')).toBe('mm2-offset-syncs.b.internal');
    expect(dots.checkpointsTopic('a')).toBe('a.checkpoints.internal');
    expect(underlines.offsetSyncsTopic('b')).toBe('mm2-offset-syncs__b__internal');
    expect(underlines.checkpointsTopic('a')).toBe('a__checkpoints__internal');
    expect(underlines.isCheckpointsTopic('a__checkpoints__internal')).toBe(true);
    expect(underlines.isCheckpointsTopic('a.checkpoints.internal')).toBe(false);
    expect(underlines.isMM2InternalTopic('mm2-offset-syncs__b__internal')).toBe(true);
  });

  it('replication.policy.internal.topic.separator.enabled=false keeps "." in internal names', () => {
    const mixed = replicationPolicy({ kind: 'default', separator: '__', separatorInInternal: false });
    expect(mixed.offsetSyncsTopic('b')).toBe('mm2-offset-syncs.b.internal');
    expect(mixed.checkpointsTopic('a')).toBe('a.checkpoints.internal');
    expect(mixed.formatRemoteTopic('a', 'orders')).toBe('a__orders');
    expect(mixed.isCheckpointsTopic('a.checkpoints.internal')).toBe(true);
  });

  it('heartbeat topic detection', () => {
    expect(['heartbeats', 'a.heartbeats', 'a.b.heartbeats'].every(dots.isHeartbeatsTopic)).toBe(true);
    expect(['heartbeats!', 'heartbeats-x', 'a.heartbeats.b'].some(dots.isHeartbeatsTopic)).toBe(false);
  });
});

describe('identity policy', () => {
  it('MirrorClientTest: names stay, but for heartbeats', () => {
    expect(identity.formatRemoteTopic('source', 'orders')).toBe('orders');
    expect(identity.formatRemoteTopic('source', 'heartbeats')).toBe('source.heartbeats');
    expect(identity.topicSource('a.orders')).toBe('source');
    expect(identity.upstreamTopic('a.orders')).toBe('a.orders');
    expect(identity.originalTopic('a.orders')).toBe('a.orders');
    expect(identity.topicSource('a.heartbeats')).toBe('a');
    expect(identity.isHeartbeatsTopic('a.b.heartbeats')).toBe(true);
  });
});

describe('MirrorSourceConnectorTest', () => {
  const rule = { policy: dots, targetAlias: 'target', accepts: () => true, replicateHeartbeats: true };
  const nothing = { ...rule, accepts: () => false };

  it('testReplicatesHeartbeatsByDefault, testReplicatesHeartbeatsDespiteFilter', () => {
    expect(topicRefusal(rule, 'heartbeats')).toBeNull();
    expect(topicRefusal(nothing, 'heartbeats')).toBeNull();
    expect(topicRefusal(nothing, 'us-west.heartbeats')).toBeNull();
    expect(topicRefusal(nothing, 'orders')).toBe('notIncluded');
  });

  it('testDoesNotReplicateHeartbeatsWhenDisabled', () => {
    expect(topicRefusal({ ...nothing, replicateHeartbeats: false }, 'heartbeats')).toBe('notIncluded');
    expect(topicRefusal({ ...nothing, replicateHeartbeats: false }, 'us-west.heartbeats')).toBe('notIncluded');
  });

  it('testReplicatesHeartbeatsWhenDisabledButFilterAllows', () => {
    expect(topicRefusal({ ...rule, replicateHeartbeats: false }, 'heartbeats')).toBeNull();
  });

  it('testNoCycles', () => {
    const refused = ['target.topic1', 'target.source.topic1', 'source.target.topic1'];
    const deeper = ['target.source.target.topic1', 'source.target.source.topic1'];
    expect([...refused, ...deeper].map((topic) => topicRefusal(rule, topic))).toEqual(Array(5).fill('cycle'));
    expect(['topic1', 'source.topic1'].map((topic) => topicRefusal(rule, topic))).toEqual([null, null]);
  });

  it('testIdentityReplication', () => {
    const same = { ...rule, policy: identity };
    const data = ['topic1', 'source.topic1', 'target.topic1', 'target.source.topic1'];
    expect(data.map((topic) => topicRefusal(same, topic))).toEqual([null, null, null, null]);
    const heartbeats = ['heartbeats', 'source.heartbeats', 'target.heartbeats', 'target.source.heartbeats'];
    expect(heartbeats.map((topic) => topicRefusal(same, topic))).toEqual([null, null, 'cycle', 'cycle']);
  });

  it('testIsCycleWithNullUpstreamTopic', () => {
    const odd = { ...dots, topicSource: () => 'source', upstreamTopic: () => null };
    expect(isCycle(odd, 'target', 'topic1')).toBe(false);
  });

  it('internal topics are never copied', () => {
    const topics = ['mm2-offset-syncs.b.internal', 'a.checkpoints.internal', '__consumer_offsets'];
    expect(topics.map((topic) => topicRefusal(rule, topic))).toEqual(['internal', 'internal', 'internal']);
  });
});

describe('beside the real policies', () => {
  let oracle: MirrorOracle | NoOracle | undefined;
  beforeAll(async () => {
    oracle = await mirrorOracle('MirrorOracle');
  });
  afterAll(() => {
    if (oracle && 'close' in oracle) oracle.close();
  });

  const part = fc.constantFrom('a', 'source', 'target', 'heartbeats', 'internal', 'checkpoints', 'mm2-x', '', 'x_y');
  const joint = fc.constantFrom('.', '__', '-', '_', '..');
  const name = fc
    .array(fc.tuple(part, joint), { minLength: 1, maxLength: 5 })
    .map((parts) => parts.flat().join(''))
    .chain((text) => fc.constantFrom(text, text.slice(0, -1), text.replace(/[._-]+$/, '')));
  const settings = fc.record({
    kind: fc.constantFrom('default' as const, 'identity' as const),
    separator: fc.constantFrom('.', '__', '-', '_', '..'),
    separatorInInternal: fc.boolean(),
    sourceAlias: fc.constantFrom('source', 'a', 'x_y'),
  });

  it('every answer is the same for generated names', async ({ skip }) => {
    if (!oracle || 'missing' in oracle) return skip(oracle?.missing);
    const cases = fc.sample(fc.tuple(settings, name), { numRuns: 5_000, seed: 42 });
    const questions = cases.map(([s, topic]) =>
      ['policy', s.kind, s.separator, s.separatorInInternal, s.sourceAlias, 'target', topic].join('\t'),
    );
    const theirs = await oracle.ask(questions);
    const ours = cases.map(([s, topic]) => answers(s, topic));
    expect(theirs.length).toBe(5_000);
    const different = questions.flatMap((q, i) => (ours[i] === theirs[i] ? [] : [[q, ours[i], theirs[i]]]));
    expect(different.slice(0, 5)).toEqual([]);
  });

  function answers(s: ReplicationPolicySettings & { sourceAlias: string }, topic: string): string {
    const policy = replicationPolicy(s);
    const rule = { policy, targetAlias: 'target', accepts: () => true, replicateHeartbeats: true };
    const all = [
      policy.formatRemoteTopic(s.sourceAlias, topic),
      policy.topicSource(topic),
      policy.upstreamTopic(topic),
      policy.originalTopic(topic),
      policy.offsetSyncsTopic(s.sourceAlias),
      policy.checkpointsTopic(s.sourceAlias),
      policy.isHeartbeatsTopic(topic),
      policy.isCheckpointsTopic(topic),
      policy.isMM2InternalTopic(topic),
      policy.isInternalTopic(topic),
      isCycle(policy, 'target', topic),
      topicRefusal(rule, topic) === null,
    ];
    return all.map(String).join('\t');
  }
});
