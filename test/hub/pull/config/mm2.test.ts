import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Loaded, readMm2 } from '../../../../hub/pull/config/index.ts';
import { ConfigError } from '../../../../shared/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-mm2-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BASE = 'clusters = A, B\nA.bootstrap.servers = a:1\nB.bootstrap.servers = b:1\nA->B.enabled = true\n';
const read = (text: string, env: Record<string, string> = {}, targets: string[] = []): Loaded =>
  readMm2(Buffer.from(text, 'latin1'), { file: 'mm2.properties', env, targets });
const flow = (more: string, env: Record<string, string> = {}) => read(BASE + more, env).settings.flows[0]!;
const remarks = (more: string): string[] =>
  read(BASE + more).remarks.map(({ line, path, says }) => `${line} ${path} ${says}`);

/** Line, key and text of each mistake. Lines of `more` begin at 5. */
function mistakes(more: string, env: Record<string, string> = {}, base = BASE): string[] {
  try {
    read(base + more, env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.mistakes.map(({ line, path, problem, allowed }) => `${line} ${path}: ${problem}; ${allowed}`);
    }
    throw error;
  }
  return [];
}

describe('defaults', () => {
  test('are those of Kafka 4.3.0, or ours where the reference says so', () => {
    expect(flow('')).toMatchObject({
      source: 'A',
      target: 'B',
      enabled: true,
      topics: { include: ['.*'], exclude: ['mm2.*\\.internal', '.*\\.replica', '__.*'] },
      groups: { include: ['.*'], exclude: ['console-consumer-.*', 'connect-.*', '__.*'] },
      replicationPolicy: { kind: 'default', separator: '.', internalTopicSeparator: true },
      replicationFactor: 2,
      delivery: 'exactlyOnce',
      autoOffsetReset: 'earliest',
      isolationLevel: 'readUncommitted',
      topicRefresh: { enabled: true, everyMs: 5_000 },
      configSync: { enabled: true, everyMs: 600_000, useDefaultsFrom: 'target' },
      aclSync: { enabled: true, everyMs: 600_000, deletions: false },
      heartbeats: { enabled: true, everyMs: 1_000, replicationFactor: 3, replicated: true },
      offsetSyncs: { enabled: true, location: 'source', lagMax: 100, replicationFactor: 3 },
      checkpoints: { enabled: true, everyMs: 60_000, replicationFactor: 3 },
      groupOffsetSync: { enabled: false, everyMs: 60_000 },
      mm2OffsetsTopic: 'mm2-offsets.A.internal',
    });
  });
});

describe('which pairs run', () => {
  const three = 'clusters=A,B,C\nbootstrap.servers=x:1\n';
  const pairs = (text: string, targets: string[] = []): string[] =>
    read(three + text, {}, targets).settings.flows.map(
      ({ source, target, enabled }) => `${source}->${target} ${enabled ? 'copies' : 'heartbeats'}`,
    );

  test('all do by default, for their heartbeats', () => {
    expect(pairs('A->B.enabled=true')).toEqual([
      'A->B copies',
      'A->C heartbeats',
      'B->A heartbeats',
      'B->C heartbeats',
      'C->A heartbeats',
      'C->B heartbeats',
    ]);
  });

  test('with heartbeats off for all: only those that copy', () => {
    expect(pairs('emit.heartbeats.enabled=false')).toEqual([]);
    expect(pairs('emit.heartbeats.enabled=false\nA->B.enabled=true\nC->A.enabled=true')).toEqual([
      'A->B copies',
      'C->A copies',
    ]);
  });

  test('with heartbeats off for some', () => {
    expect(pairs('A->B.emit.heartbeats.enabled=false\nB->A.emit.heartbeats.enabled=false')).toHaveLength(4);
    expect(pairs('emit.heartbeats.enabled=false\nB->C.emit.heartbeats.enabled=true')).toEqual(['B->C heartbeats']);
  });

  test('--clusters limits the targets', () => {
    expect(pairs('A->B.enabled=true', ['B'])).toEqual(['A->B copies', 'C->B heartbeats']);
    expect(() => pairs('', ['D'])).toThrow(/has no "D"/);
  });
});

describe('mistakes', () => {
  test('are told all at once, by line and key', () => {
    expect(
      mistakes(
        'replication.factor = two\nA->B.offset.lag.max = -1\ntopics = a, b{1,2}\nA.security.protocol = SSLL\ntributary.delivry = x\nrefresh.groups.interval.seconds = 0\nrefresh.topics.enabled = yes\noffset-syncs.topic.location = middle\n',
      ),
    ).toEqual([
      '5 replication.factor: "two" is not a whole number (int); write digits only',
      '6 A->B.offset.lag.max: -1 is too small; at least 0',
      `7 topics: "b{1": it can't be matched exactly as Java does: { stands where nothing can be repeated; a comma ends an entry of the list: write x{2} or xx*`,
      '8 A.security.protocol: "SSLL" is not known; it is one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL',
      '9 tributary.delivry: is not a property of Tributary; did you mean tributary.delivery?',
      '10 refresh.groups.interval.seconds: 0 s is no interval; at least 1',
      '11 refresh.topics.enabled: "yes" is neither true nor false; write true or false',
      '12 offset-syncs.topic.location: "middle" is not known; it is one of source, target',
    ]);
  });

  test.each([
    [
      'tributary.on.topic.recreated = new\nreplication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
      'write stop',
    ],
    ['replication.policy.class = com.example.Mine', 'write DefaultReplicationPolicy or IdentityReplicationPolicy'],
    ['topic.filter.class = com.example.Mine', 'topics and topics.exclude'],
    ['group.filter.class = com.example.Mine', 'groups and groups.exclude'],
    ['config.property.filter.class = com.example.Mine', 'config.properties.exclude'],
    ['forwarding.admin.class = com.example.Mine', 'sync.topic.configs.enabled=false'],
    ['metric.reporters = com.example.Mine', '/metrics'],
    ['A->B.transforms = x', 'stream processor'],
    ['A->B.transforms.x.type = com.example.Mine', 'stream processor'],
    ['value.converter = org.apache.kafka.connect.json.JsonConverter', 'copied as bytes'],
    ['A.ssl.engine.factory.class = com.example.Mine', 'ssl.truststore'],
    ['A.sasl.login.callback.handler.class = com.example.Mine', 'token'],
    ['A.sasl.mechanism = GSSAPI', 'SCRAM-SHA-256'],
    ['config.providers = v\nconfig.providers.v.class = com.example.Vault', 'FileConfigProvider'],
    ['A.ssl.truststore.type = JCEKS', 'keytool'],
  ])('%s can not be honoured, and what to use instead is said', (line, instead) => {
    const found = mistakes(line);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toContain(instead);
  });

  test('what must be there', () => {
    expect(mistakes('', {}, '')).toEqual([expect.stringContaining('clusters: is missing')]);
    expect(mistakes('', {}, 'clusters=A,B\nA.bootstrap.servers=a:1\n')).toEqual([
      '1 B.bootstrap.servers: is missing; write host:port',
    ]);
    for (const typo of ['backp.bootstrap.servers', 'backup.bootstap.servers']) {
      expect(mistakes('', {}, `clusters=A,backup\nA.bootstrap.servers=a:1\n${typo}=b:1\n`)).toEqual([
        `1 backup.bootstrap.servers: is missing (line 3 has ${typo}); write host:port`,
      ]);
    }
    expect(mistakes('A.bootstrap.servers = nowhere')).toEqual([
      '5 A.bootstrap.servers: "nowhere" is not host:port; write kafka-1.example:9092',
    ]);
    expect(mistakes('A.security.protocol=SASL_SSL')).toEqual([
      expect.stringContaining('A.sasl.mechanism: is missing, which means GSSAPI'),
    ]);
    expect(mistakes('A.security.protocol=SASL_SSL\nA.sasl.mechanism=PLAIN')).toEqual([
      expect.stringContaining('sasl.jaas.config: is missing'),
    ]);
  });

  test('offset syncs that are off, and what needs them', () => {
    const off = 'emit.offset-syncs.enabled=false\n';
    expect(mistakes(`${off}offset-syncs.topic.location=target`)).toEqual([
      expect.stringMatching(/^6 offset-syncs.topic.location: needs offset syncs/),
    ]);
    expect(mistakes(`${off}sync.group.offsets.enabled=true`)).toEqual([
      expect.stringMatching(/^6 sync.group.offsets.enabled: can't be with/),
    ]);
    expect(mistakes(`${off}emit.checkpoints.enabled=true`)).toEqual([
      expect.stringMatching(/^6 emit.checkpoints.enabled: can't be with/),
    ]);
    expect(mistakes('emit.checkpoints.enabled=false\nsync.group.offsets.enabled=true')).toHaveLength(1);
    expect(flow(off).checkpoints.enabled).toBe(false);
    expect(remarks(off)).toEqual(['5 emit.offset-syncs.enabled is false, so no checkpoints are written either']);
  });

  test('no message shows a password', () => {
    const all = mistakes(
      'A.security.protocol=SASL_SSL\nA.sasl.mechanism=SCRAM-SHA-512\nA.sasl.jaas.config=org.x.ScramLoginModule required username="u" password="hush" oops;\nB.security.protocol=SSL\nB.ssl.keystore.key=hush\nreplication.factor=${env:HUSH}\nconfig.providers=env\nconfig.providers.env.class=EnvVarConfigProvider\n',
      { HUSH: 'hush' },
    );
    expect(all.length).toBeGreaterThan(3);
    expect(all.join('\n')).not.toMatch(/hush/);
  });

  test('a broken escape', () => {
    expect(mistakes('topics = \\u12')).toEqual([expect.stringMatching(/^5 : "\\u12" is not a character/)]);
  });
});

describe('remarks', () => {
  test.each([
    ['topcis = x', 'did you mean topics?'],
    ['A->B.replication.factr = 1', 'did you mean A->B.replication.factor?'],
    ['A.consumer.isolation.levle = x', 'did you mean A.consumer.isolation.level?'],
    ['A.sasl.jass.config = hush', 'did you mean A.sasl.jaas.config?'],
    ['A->D.enabled = true', 'names no two of the clusters'],
    ['producer.acks = all', 'write A.producer.acks'],
    ['A.topics = x', 'write topics at the top, or A->B.topics'],
    ['use.defaults.from = source', 'write A->B.use.defaults.from'],
    ['A->B.security.protocol = SSL', 'source.cluster.security.protocol'],
  ])('%s: unknown to MirrorMaker 2 too, and told what was probably meant', (line, says) => {
    const [remark] = read(BASE + line).remarks;
    expect(remark).toMatchObject({ kind: 'unknown', line: 5 });
    expect(remark?.says).toContain(says);
    expect(remark?.says).not.toContain('hush');
  });

  test.each([
    ['tasks.max = 9', 'no tasks'],
    ['B.offset.flush.interval.ms = 1', 'no Connect workers'],
    ['offset.storage.replication.factor = 1', 'no Connect workers'],
    ['dedicated.mode.enable.internal.rest = true', 'through Kafka'],
    ['listeners = http://:8083', 'through Kafka'],
    ['B.exactly.once.source.support = enabled', 'tributary.delivery'],
    ['A->B.producer.linger.ms = 50', 'copied as they are'],
    ['A.consumer.max.poll.records = 50', 'copied as they are'],
    ['A.ssl.provider = X', 'Node.js'],
  ])('%s: no meaning here, and why', (line, says) => {
    const found = read(BASE + line).remarks;
    expect(found).toEqual([expect.objectContaining({ kind: 'noMeaning', line: 5 })]);
    expect(found[0]?.says).toContain(says);
  });

  test('a key that stands twice, an interval below 0, bytes that are not ASCII, an alias with the separator', () => {
    expect(remarks('topics = a\ntopics = b')).toEqual(['5 topics does nothing: line 6 has the same key']);
    expect(flow('topics = a\ntopics = b').topics.include).toEqual(['b']);
    expect(remarks('sync.topic.acls.interval.seconds = -1')).toEqual([
      expect.stringContaining('sync.topic.acls is off'),
    ]);
    expect(flow('sync.topic.acls.interval.seconds = -1').aclSync).toMatchObject({ enabled: false, everyMs: 600_000 });
    expect(remarks('A.admin.client.id = \u00e4')).toEqual([expect.stringContaining('ISO-8859-1')]);
    const dotted = read('clusters=a.b,c\nbootstrap.servers=x:1\na.b->c.enabled=true\n');
    expect(dotted.remarks).toEqual([expect.objectContaining({ kind: 'hazard' })]);
  });
});

describe('config providers', () => {
  const PACKAGE = 'org.apache.kafka.common.config.provider';
  const declare = (more = ''): string =>
    `config.providers=file,env,dir\nconfig.providers.file.class=${PACKAGE}.FileConfigProvider\nconfig.providers.env.class=${PACKAGE}.EnvVarConfigProvider\nconfig.providers.dir.class=${PACKAGE}.DirectoryConfigProvider\n${more}\n`;
  writeFileSync(join(folder, 'secrets.properties'), 'rf = 5\nname: two\\u0020words\n');
  writeFileSync(join(folder, 'rf'), '7\n');

  test('fill in a key of a file, a variable, a file of a folder', () => {
    expect(flow(`${declare()}replication.factor=\${file:${folder}/secrets.properties:rf}`).replicationFactor).toBe(5);
    expect(flow(`${declare()}replication.factor=\${env:RF}`, { RF: '6' }).replicationFactor).toBe(6);
    expect(flow(`${declare()}replication.factor=\${dir:${folder}:rf}`).replicationFactor).toBe(7);
    const id = `\${file:${folder}/secrets.properties:name}-\${env:RF}`;
    expect(flow(`${declare()}A.consumer.client.id=${id}`, { RF: '6' }).clients.source.consumer.clientId).toBe(
      'two words-6',
    );
  });

  test('a secret remembers where it came from, inside sasl.jaas.config too', () => {
    const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="\${file:${folder}/secrets.properties:rf}";`;
    const { sasl } = flow(
      `${declare()}A.security.protocol=SASL_PLAINTEXT\nA.sasl.mechanism=PLAIN\nA.sasl.jaas.config=${jaas}`,
    ).clients.source.admin;
    const password = sasl && 'password' in sasl ? sasl.password : null;
    expect(password?.reveal()).toBe('5');
    expect(password?.reference).toBe(`\${property:${folder}/secrets.properties:rf}`);
  });

  test.each([
    ['${env:GONE}', '', 'the environment variable GONE is not set'],
    ['${env:RF}', 'config.providers.env.param.allowlist.pattern=X_.*', 'allowlist.pattern'],
    ['${dir:FOLDER:none}', '', 'no such file'],
    ['${dir:FOLDER:../rf}', '', 'is not in'],
    ['${file:FOLDER/secrets.properties:none}', '', 'has no "none"'],
    ['${file:FOLDER/secrets.properties:rf}', 'config.providers.file.param.allowed.paths=/somewhere', 'allowed.paths'],
    ['${file:rf}', '', 'a path and a key'],
  ])('%s with %j: a mistake, not text that is used as a password', (value, param, says) => {
    const filled = value.replace('FOLDER', folder);
    const found = mistakes(`${declare(param)}A.consumer.client.id=${filled}`, { RF: '6' });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(says);
  });

  test('allowed paths and names', () => {
    const params = `config.providers.file.param.allowed.paths=/x,${folder}\nconfig.providers.env.param.allowlist.pattern=R.`;
    const value = `\${file:${folder}/secrets.properties:rf}\${env:RF}`;
    expect(flow(`${declare(params)}replication.factor=${value}`, { RF: '6' }).replicationFactor).toBe(56);
  });

  test('that are not declared', () => {
    expect(mistakes('A.consumer.client.id=${env:X}')[0]).toContain('no config provider is named "env"');
    expect(mistakes('config.providers=x')[0]).toContain('there is no config.providers.x.class');
    expect(flow('A.consumer.client.id=${other:X}').clients.source.consumer.clientId).toBe('${other:X}');
  });
});

test('rates: each topic, and single ones', () => {
  const rates =
    'A->B.tributary.topic.max.bytes.per.second = 900, orders=50\ntributary.topic.max.records.per.second=orders=7';
  expect(flow(rates).topicLimits).toEqual({
    '*': { maxBytesPerSecond: 900, maxRecordsPerSecond: null },
    orders: { maxBytesPerSecond: 50, maxRecordsPerSecond: 7 },
  });
  expect(mistakes('tributary.topic.max.bytes.per.second = orders=fast')[0]).toContain('no rate');
});

test('clients: of the cluster, of a kind, of a flow', () => {
  const { clients } = flow(
    'A.consumer.client.id = reader\nA->B.source.admin.bootstrap.servers = admin:1\nA.consumer.isolation.level = READ_COMMITTED\nA->B.consumer.auto.offset.reset = latest\nB.producer.request.timeout.ms = 7000\n',
  );
  expect(clients.source.consumer).toMatchObject({ brokers: ['a:1'], clientId: 'reader' });
  expect(clients.source.admin).toMatchObject({ brokers: ['admin:1'], clientId: null });
  expect(clients.target.producer).toMatchObject({ brokers: ['b:1'], requestTimeoutMs: 7_000 });
  expect(flow('A.consumer.isolation.level = READ_COMMITTED').isolationLevel).toBe('readCommitted');
  expect(flow('A->B.consumer.auto.offset.reset = latest').autoOffsetReset).toBe('latest');
  const ago = { agoMs: 90_061_500 };
  expect(flow('A->B.consumer.auto.offset.reset = by_duration:P1DT1H1M1.5S').autoOffsetReset).toEqual(ago);
});

test('OAUTHBEARER: token endpoint with client credentials, or a file', () => {
  const sasl = 'A.security.protocol=SASL_SSL\nA.sasl.mechanism=OAUTHBEARER\n';
  const jaas =
    'A.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="s" scope="x";\n';
  const handler =
    'A.sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler\n';
  expect(
    flow(`${sasl}${jaas}${handler}A.sasl.oauthbearer.token.endpoint.url=https://login.example/t`).clients.source.admin
      .sasl,
  ).toMatchObject({
    mechanism: 'oauthbearer',
    token: { endpoint: 'https://login.example/t', clientId: 'i', scope: 'x' },
  });
  expect(flow(`${sasl}A.sasl.oauthbearer.token.endpoint.url=file:///run/token`).clients.source.admin.sasl).toEqual({
    mechanism: 'oauthbearer',
    token: { path: '/run/token' },
  });
  expect(mistakes(`${sasl}${jaas}`)).toEqual([expect.stringContaining('token.endpoint.url: is missing')]);
});
