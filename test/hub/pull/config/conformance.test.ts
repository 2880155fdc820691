/** MirrorMaker 2's own tests of its file, row by row: `test/hub/pull/conformance.ts` has the list. */
import { describe, expect, test } from 'vitest';
import { readMm2 } from '../../../../hub/pull/config/index.ts';
import type { FlowSettings } from '../../../../hub/pull/config/settings.ts';

const CLUSTERS =
  'clusters = a, b\na.bootstrap.servers = one:1, two:2\nb.bootstrap.servers = three:3\na->b.enabled = true\n';
const read = (more: string, env: Record<string, string> = {}) =>
  readMm2(Buffer.from(CLUSTERS + more), { file: 'mm2.properties', env });
const flow = (more: string, env: Record<string, string> = {}): FlowSettings => {
  const found = read(more, env).settings.flows.find(({ source }) => source === 'a');
  if (!found) throw new Error('there is no flow from a');
  return found;
};
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";';

describe('MirrorMakerConfigTest', () => {
  test('testClusterConfigProperties: each side has its brokers; what is said for all clusters counts for both', () => {
    const { clients } = flow('security.protocol = SSL\nreplication.factor = 4\n');
    expect(clients.source.consumer.brokers).toEqual(['one:1', 'two:2']);
    expect(clients.target.producer.brokers).toEqual(['three:3']);
    expect([clients.source.admin.tls !== null, clients.target.admin.tls !== null]).toEqual([true, true]);
    expect(flow('replication.factor = 4\n').replicationFactor).toBe(4);
  });

  test('testReplicationConfigProperties: a->b.x is for that flow only', () => {
    const { flows } = read('b->a.enabled = true\na->b.offset.lag.max = 7\n').settings;
    expect(flows.map(({ source, offsetSyncs }) => [source, offsetSyncs.lagMax])).toEqual([
      ['a', 7],
      ['b', 100],
    ]);
  });

  test('testClientConfigProperties: a kind of client wins over its cluster, and that over all; secrets are filled in', () => {
    const { clients, replicationPolicy } = flow(
      [
        'config.providers = env',
        'config.providers.env.class = org.apache.kafka.common.config.provider.EnvVarConfigProvider',
        'replication.policy.separator = __',
        'sasl.mechanism = PLAIN',
        `sasl.jaas.config = ${plain.replace('"p"', '"${env:SECRET}"')}`,
        'security.protocol = SASL_SSL',
        'a.security.protocol = SASL_PLAINTEXT',
        'a.producer.security.protocol = SASL_SSL',
        'a.producer.client.id = writer',
      ].join('\n'),
      { SECRET: 'filled in' },
    );
    expect(replicationPolicy.separator).toBe('__');
    expect(clients.source.admin.tls).toBe(null);
    expect(clients.source.producer.tls).not.toBe(null);
    expect([clients.source.producer.clientId, clients.source.admin.clientId]).toEqual(['writer', null]);
    const sasl = clients.target.admin.sasl;
    expect(sasl && 'password' in sasl && sasl.password.reveal()).toBe('filled in');
  });

  test('testIncludesConnectorConfigProperties, testIncludesTopicFilterProperties: lists at the top and of a flow', () => {
    const top = flow('topics = t1\ngroups = g2\nconfig.properties.exclude = p3\n');
    expect([top.topics.include, top.groups.include, top.configSync.exclude]).toEqual([['t1'], ['g2'], ['p3']]);
    const own = flow('topics = t1\na->b.topics = t4, t5\na->b.topics.exclude = t6\n');
    expect(own.topics).toEqual({ include: ['t4', 't5'], exclude: ['t6'] });
  });

  const three = (more: string): string[] =>
    readMm2(Buffer.from(`clusters = a, b, c\nbootstrap.servers = x:1\n${more}`), { file: 'f' }).settings.flows.map(
      ({ source, target }) => `${source}->${target}`,
    );
  const OFF = 'emit.heartbeats.enabled = false\n';

  test('testClusterPairsWithDefaultSettings: all of them', () => {
    expect(three('')).toHaveLength(6);
  });
  test('testEmptyClusterPairsWithGloballyDisabledHeartbeats: none where nothing is enabled', () => {
    expect(three(OFF)).toEqual([]);
  });
  test('testClusterPairsWithTwoDisabledHeartbeats: the other four', () => {
    const off = 'a->b.emit.heartbeats.enabled = false\na->c.emit.heartbeats.enabled = false\n';
    expect(three(off).sort()).toEqual(['b->a', 'b->c', 'c->a', 'c->b']);
  });
  test('testClusterPairsWithGloballyDisabledHeartbeats: those that are enabled, or have heartbeats of their own', () => {
    const on = 'a->b.enabled = true\na->c.enabled = true\nb->c.emit.heartbeats.enabled = true\n';
    expect(three(OFF + on).sort()).toEqual(['a->b', 'a->c', 'b->c']);
  });
  test('testClusterPairsWithGloballyDisabledHeartbeatsCentralLocal: one direction of a star', () => {
    expect(three(`${OFF}b->a.enabled = true\nc->a.enabled = true\n`).sort()).toEqual(['b->a', 'c->a']);
  });

  test.each(['', 'a.', 'a.consumer.', 'a->b.source.admin.'])(
    'testInvalidSecurityProtocol, testClientInvalidSecurityProtocol: %ssecurity.protocol',
    (prefix) => {
      expect(() => read(`${prefix}security.protocol = abc\n`)).toThrow(/security\.protocol.*"ABC" is not known/s);
    },
  );
  test('testCaseInsensitiveSecurityProtocol, testClientCaseInsensitiveSecurityProtocol', () => {
    expect(flow('a.security.protocol = ssl\n').clients.source.consumer.tls).not.toBe(null);
    const sasl = `b.admin.security.protocol = Sasl_SSL\nb.sasl.mechanism = PLAIN\nb.sasl.jaas.config = ${plain}\n`;
    expect(flow(sasl).clients.target.admin.tls).not.toBe(null);
    expect(() => read('b.security.protocol = sasl_plaintext\n')).toThrow(/sasl/);
  });
});

describe('MirrorConnectorConfigTest', () => {
  const SIDES = ['source', 'target'] as const;
  const KINDS = ['consumer', 'producer', 'admin'] as const;
  const pairs = SIDES.flatMap((side) => KINDS.map((kind) => [side, kind] as const));

  test.each(pairs)('client settings by role, with and without prefix: %s.%s', (side, kind) => {
    const of = (more: string): number => flow(more).clients[side][kind].requestTimeoutMs;
    const alias = side === 'source' ? 'a' : 'b';
    expect(of(`a->b.${side}.${kind}.request.timeout.ms = 7000\n`)).toBe(7_000);
    expect(of(`a->b.${kind}.request.timeout.ms = 8000\n`)).toBe(8_000);
    expect(of(`${alias}.${kind}.request.timeout.ms = 9000\n`)).toBe(9_000);
    expect(of(`a->b.${side === 'source' ? 'target' : 'source'}.${kind}.request.timeout.ms = 7000\n`)).toBe(30_000);
  });

  test('replication policy: by class, and its separator', () => {
    const kind = 'replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy\n';
    expect(flow(kind).replicationPolicy.kind).toBe('identity');
    expect(() => read('replication.policy.class = com.example.Mine\n')).toThrow(/can not be honoured/);
  });
});

describe('MirrorSourceConfigTest', () => {
  test('offset-syncs topic name per location, invalid location', () => {
    expect(flow('').offsetSyncs.location).toBe('source');
    expect(flow('offset-syncs.topic.location = target\n').offsetSyncs.location).toBe('target');
    expect(() => read('offset-syncs.topic.location = something\n')).toThrow(/one of source, target/);
  });
});

describe('MirrorCheckpointConfigTest', () => {
  test('validation when disabled and enabled', () => {
    expect(() => read('emit.checkpoints.enabled = false\nsync.group.offsets.enabled = true\n')).toThrow(/checkpoints/);
    expect(() => read('emit.offset-syncs.enabled = false\nemit.checkpoints.enabled = true\n')).toThrow(/offset-syncs/);
    expect(flow('emit.checkpoints.enabled = false\n').checkpoints.enabled).toBe(false);
    expect(flow('sync.group.offsets.enabled = true\n').groupOffsetSync.enabled).toBe(true);
  });
});
