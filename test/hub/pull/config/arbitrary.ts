/** Arbitrary settings of pulls, as both files can say them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type {
  ClientSasl,
  ClientSettings,
  Clients,
  ClientTls,
  FlowSettings,
  Pem,
  PullSettings,
} from '../../../../hub/pull/config/index.ts';
import type { TopicLimits } from '../../../../hub/pull/config/settings.ts';
import type { StartAt } from '../../../../hub/pull/config/startAt.ts';
import { Secret } from '../../../../shared/config/index.ts';

/** For the test to remove. */
export const FOLDER = mkdtempSync(join(tmpdir(), 'tributary-pull-'));
const PEM_FILES = ['ca.pem', 'client.pem', 'two words.pem'].map((name) => join(FOLDER, name));
for (const file of PEM_FILES) writeFileSync(file, `what ${file} holds\n`);

/** What the secrets' references mean. */
export const ENV: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`SECRET_${i}`, `p$${i} \u00e4{secret}=:#!'`]),
);

const secret = fc.constantFrom(...Object.entries(ENV)).map(([name, text]) => new Secret(text, `\${env:${name}}`));
const word = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 =:#!'"\\\u00e4-]{0,10}[a-zA-Z0-9]$/);
const copies = fc.constantFrom(-1, 1, 2, 3, 5);
const path = fc.constantFrom(...PEM_FILES);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const pem: fc.Arbitrary<Pem> = fc.oneof(
  path.map((file) => ({ path: file })),
  secret.map((text) => ({ pem: text })),
);
const store = fc.record({ path: fc.constantFrom('/etc/x/store.jks', '/etc/x/store.p12'), password: orNull(secret) });
const ownStore = fc.record({ path: store.map((one) => one.path), password: secret });

const tls: fc.Arbitrary<ClientTls> = fc
  .record({
    trust: orNull(fc.oneof(pem, fc.record({ store }))),
    identity: orNull(
      fc.oneof(
        fc.record({ cert: pem, key: pem, passphrase: orNull(secret) }),
        fc.record({ store: ownStore, keyPassword: orNull(secret) }),
      ),
    ),
    verifyHostname: fc.boolean(),
    versions: fc.constantFrom(
      ['TLSv1.2', 'TLSv1.3'] as const,
      ['TLSv1.2', 'TLSv1.2'] as const,
      ['TLSv1.3', 'TLSv1.3'] as const,
    ),
  })
  .map(({ versions: [minVersion, maxVersion], ...one }) => ({ ...one, minVersion, maxVersion }));

const sasl: fc.Arbitrary<ClientSasl> = fc.oneof(
  fc.record({
    mechanism: fc.constantFrom('plain', 'scram-sha-256', 'scram-sha-512'),
    username: word,
    password: secret,
  }),
  fc.record({
    mechanism: fc.constant('oauthbearer' as const),
    token: fc.oneof(
      fc.record({ path: fc.constantFrom('/run/token', '/run/a token') }),
      fc.record({
        endpoint: fc.constant('https://login.example/token'),
        clientId: word,
        clientSecret: secret,
        scope: orNull(word),
      }),
    ),
  }),
);

const client: fc.Arbitrary<ClientSettings> = fc.record({
  brokers: fc.uniqueArray(fc.constantFrom('a:1', 'kafka-1.example:9092', '[::1]:9092'), { minLength: 1 }),
  clientId: orNull(word),
  tls: orNull(tls),
  sasl: orNull(sasl),
  connectTimeoutMs: fc.constantFrom(5_000, 1, 12_345),
  requestTimeoutMs: fc.constantFrom(30_000, 1, 60_000),
});

/** Mostly the same for all kinds, as people have it. */
const clients: fc.Arbitrary<Clients> = fc.tuple(client, client, client, fc.nat(4)).map(([consumer, b, c, how]) => ({
  consumer,
  producer: how === 3 ? b : consumer,
  admin: how >= 3 ? c : consumer,
}));

const names = fc.uniqueArray(fc.constantFrom('.*', 'orders.*', 'billing', 'a{2}', '__.*', '[a-z]+\\.x', 'x\\-y'), {
  maxLength: 4,
});
const filter = fc.record({ include: names, exclude: names });
const repeated = {
  enabled: fc.boolean(),
  everyMs: fc.constantFrom(1, 5, 60, 600, 3_600, 90_061).map((s) => s * 1_000),
};
const bytes = orNull(fc.constantFrom(1, 1_024, 1_048_576, 5_000_000));

/** Without source, target and clients. */
const flow = fc
  .record({
    enabled: fc.boolean(),
    topics: filter,
    groups: filter,
    replicationPolicy: fc.record({
      kind: fc.constantFrom('default', 'identity'),
      separator: fc.constantFrom('.', '_', '--'),
      internalTopicSeparator: fc.boolean(),
    }),
    replicationFactor: copies,
    delivery: fc.constantFrom('exactlyOnce', 'atLeastOnce'),
    autoOffsetReset: fc.constantFrom<StartAt>('earliest', 'latest', 'none', { agoMs: 0 }, { agoMs: 5_400_500 }),
    isolationLevel: fc.constantFrom('readUncommitted', 'readCommitted'),
    fetch: fc.record({
      maxBytes: bytes,
      partitionMaxBytes: bytes,
      minBytes: bytes,
      maxWaitMs: orNull(fc.constantFrom(0, 500)),
      rack: orNull(fc.constantFrom('r1', 'eu west')),
    }),
    topicRefresh: fc.record(repeated),
    groupRefresh: fc.record(repeated),
    configSync: fc.record({ ...repeated, exclude: names, useDefaultsFrom: fc.constantFrom('source', 'target') }),
    aclSync: fc.record({ ...repeated, deletions: fc.boolean() }),
    heartbeats: fc.record({ ...repeated, replicationFactor: copies, replicated: fc.boolean() }),
    offsetSyncs: fc.record({
      enabled: fc.boolean(),
      location: fc.constantFrom('source', 'target'),
      lagMax: fc.constantFrom(0, 100, 7),
      replicationFactor: copies,
    }),
    checkpoints: fc.record({ ...repeated, replicationFactor: copies }),
    groupOffsetSync: fc.record(repeated),
    adminTimeoutMs: fc.constantFrom(60_000, 1, 5_000),
    onRecordTooLarge: fc.constantFrom('hold', 'deadLetter'),
    onTopicRecreated: fc.constantFrom('stop', 'follow'),
    mm2Positions: fc.constantFrom('auto', 'always', 'never'),
    provenanceHeaders: fc.boolean(),
    maxBytesPerSecond: bytes,
    maxRecordsPerSecond: bytes,
    topicLimits: fc.constantFrom<TopicLimits>(
      {},
      {
        '*': { maxBytesPerSecond: 1_000, maxRecordsPerSecond: null },
        orders: { maxBytesPerSecond: null, maxRecordsPerSecond: 7 },
      },
      { 'a.b': { maxBytesPerSecond: 5_000_000, maxRecordsPerSecond: 1 } },
    ),
    otherOffsets: fc.boolean(),
    ownClients: fc.record({ source: orNull(client), target: orNull(client) }),
  })
  .map(({ offsetSyncs, checkpoints, groupOffsetSync, ...one }) => ({
    ...one,
    // What needs something else that is off is off as well.
    offsetSyncs: offsetSyncs.enabled
      ? offsetSyncs
      : { ...offsetSyncs, location: 'source' as const, replicationFactor: 3 },
    checkpoints: { ...checkpoints, enabled: checkpoints.enabled && offsetSyncs.enabled },
    groupOffsetSync: {
      ...groupOffsetSync,
      enabled: groupOffsetSync.enabled && checkpoints.enabled && offsetSyncs.enabled,
    },
  }));

const ALIASES = ['A', 'backup-1', 'eu_west'];

export const settings: fc.Arbitrary<PullSettings> = fc
  .record({
    clusters: fc.tuple(clients, clients, clients),
    count: fc.integer({ min: 2, max: 3 }),
    flows: fc.array(orNull(flow), { minLength: 6, maxLength: 6 }),
  })
  .map(({ clusters, count, flows }) => {
    const aliases = ALIASES.slice(0, count);
    const byAlias = Object.fromEntries(aliases.map((alias, i) => [alias, clusters[i]!]));
    const pairs = aliases.flatMap((source) =>
      aliases.filter((target) => target !== source).map((target) => ({ source, target })),
    );
    const all = pairs.flatMap(({ source, target }, i): FlowSettings[] => {
      const one = flows[i];
      if (!one) return [];
      const { otherOffsets, ownClients, ...rest } = one;
      const [from, to] = [byAlias[source]!, byAlias[target]!];
      return [
        {
          ...rest,
          source,
          target,
          clients: {
            source: ownClients.source ? { ...from, consumer: ownClients.source } : from,
            target: ownClients.target ? { ...to, producer: ownClients.target } : to,
          },
          mm2OffsetsTopic: otherOffsets ? 'elsewhere' : `mm2-offsets.${source}.internal`,
        },
      ];
    });
    return { clusters: byAlias, flows: all.filter(({ enabled, heartbeats }) => enabled || heartbeats.enabled) };
  })
  .filter(({ flows }) => flows.length > 0);
