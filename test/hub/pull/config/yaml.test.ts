import { describe, expect, test } from 'vitest';
import { type PullSettings, readPullYaml } from '../../../../hub/pull/config/index.ts';
import { PULL_EXAMPLE } from '../../../../hub/pull/config/page.ts';
import { ConfigError } from '../../../../shared/config/index.ts';

const read = (text: string, targets: string[] = []): PullSettings =>
  readPullYaml(text, { file: '/etc/x/pull.yaml', env: { P: 'x' }, targets, others: ['kafka', 'listen'] }).settings;

function mistakes(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.mistakes.map(({ line, path, problem }) => `${line} ${path}: ${problem}`);
    throw error;
  }
  return [];
}

const CLUSTERS = 'clusters: { A: { brokers: ["a:1"] }, B: { brokers: ["b:1"] }, C: { brokers: ["c:1"] } }\n';
const flows = (...all: string[]): string => `${CLUSTERS}flows:\n${all.map((one) => `  - ${one}\n`).join('')}`;

test("the documentation's example", () => {
  const { clusters, flows: all } = read(PULL_EXAMPLE);
  expect(Object.keys(clusters)).toEqual(['primary', 'backup']);
  expect(all).toEqual([
    expect.objectContaining({
      source: 'primary',
      target: 'backup',
      enabled: true,
      topics: { include: ['orders.*', 'billing'], exclude: ['mm2.*\\.internal', '.*\\.replica', '__.*'] },
      groupOffsetSync: { enabled: true, everyMs: 10_000 },
    }),
  ]);
});

test('only the pairs that are written, in the order of the clusters; --clusters limits the targets', () => {
  const text = flows(
    '{ source: C, target: A }',
    '{ source: A, target: B, enabled: false }',
    '{ source: B, target: C, enabled: false, heartbeats: { enabled: false } }',
  );
  const pairs = (targets: string[] = []): string[] =>
    read(text, targets).flows.map(({ source, target }) => `${source}->${target}`);
  expect(pairs()).toEqual(['A->B', 'C->A']);
  expect(pairs(['A'])).toEqual(['C->A']);
});

test('other parts of hub.yaml are not looked at, what nobody knows is a mistake', () => {
  const text = flows('{ source: A, target: B }');
  expect(read(`kafka: 7\nlisten: x\n${text}`).flows).toHaveLength(1);
  expect(mistakes(`flws: 1\n${text}`)).toEqual(['1 flws: is not a known option']);
});

test('a client of a kind, and one of a flow, is whole', () => {
  const { flows: all } = read(`clusters:
  A: { brokers: ["a:1"], clientId: all, requestTimeoutMs: 7s, producer: { brokers: ["p:1"] } }
  B: { brokers: ["b:1"] }
flows:
  - { source: A, target: B, clients: { source: { consumer: { brokers: ["c:1"] } } } }
`);
  const { source } = all[0]!.clients;
  expect(source.admin).toMatchObject({ brokers: ['a:1'], clientId: 'all', requestTimeoutMs: 7_000 });
  expect(source.producer).toMatchObject({ brokers: ['p:1'], clientId: null, requestTimeoutMs: 30_000 });
  expect(source.consumer).toMatchObject({ brokers: ['c:1'], clientId: null });
});

describe('mistakes', () => {
  test('of pairs', () => {
    expect(
      mistakes(
        flows(
          '{ source: A, target: A }',
          '{ source: A, target: D }',
          '{ source: A, target: B }',
          '{ source: A, target: B }',
        ),
      ),
    ).toEqual([
      '3 flows[0].target: is the source',
      '4 flows[1].target: "D" is not in clusters',
      '6 flows[3]: A->B is there twice',
    ]);
  });

  test('of values, all at once', () => {
    expect(
      mistakes(
        flows(
          '{ source: A, target: B, topics: { include: ["a++"], exclude: ["a,b"] }, replicationFactor: 0 }',
          '{ source: B, target: A, heartbeats: { everyMs: 1500ms }, offsetSyncs: { enabled: false } }',
          '{ source: A, target: C, checkpoints: { enabled: false }, sync: { groupOffsets: { enabled: true } } }',
        ),
      ),
    ).toEqual([
      '3 flows[0].topics.exclude[0]: "a,b" is not allowed here',
      '3 flows[0].replicationFactor: 0 copies hold nothing',
      '4 flows[1].checkpoints.enabled: needs offset syncs',
      '4 flows[1].heartbeats.everyMs: is not whole seconds',
      '5 flows[2].sync.groupOffsets.enabled: needs checkpoints',
    ]);
  });

  test('of expressions', () => {
    const sync = 'sync: { configs: { exclude: ["("] } }';
    expect(mistakes(flows(`{ source: A, target: B, topics: { include: ["a", "a++"] }, ${sync} }`))).toEqual([
      expect.stringContaining(
        `flows[0].topics.include[1]: "a++": it can't be matched exactly as Java does: the possessive`,
      ),
      expect.stringContaining(
        `flows[0].sync.configs.exclude[0]: "(": it can't be matched exactly as Java does: a "(" is not closed`,
      ),
    ]);
  });

  test('of what goes together in ssl and sasl', () => {
    const client = (more: string): string =>
      `clusters: { A: { brokers: ["a:1"], ${more} }, B: { brokers: ["b:1"] } }\nflows: [{ source: A, target: B }]`;
    expect(mistakes(client('ssl: { cert: c.pem }'))).toEqual([expect.stringContaining('ssl.key: is missing')]);
    expect(mistakes(client('ssl: { ca: a.pem, truststore: { path: b } }'))).toEqual([
      expect.stringContaining('ssl.truststore: stands beside ca'),
    ]);
    expect(mistakes(client('ssl: { keystore: { path: b } }'))).toEqual([
      expect.stringContaining('ssl.keystore.password: is missing'),
    ]);
    expect(mistakes(client('ssl: { minVersion: TLSv1.3, maxVersion: TLSv1.2 }'))).toEqual([
      expect.stringContaining('ssl.minVersion: is above maxVersion'),
    ]);
    expect(mistakes(client('sasl: { mechanism: plain, username: u }'))).toEqual([
      expect.stringContaining('sasl.password: is missing'),
    ]);
    expect(mistakes(client('sasl: { mechanism: oauthbearer, tokenFile: t, clientId: i }'))).toEqual([
      expect.stringContaining('sasl.clientId: has no meaning'),
    ]);
  });
});
