/** How clusters are reached: the properties of Kafka's clients, as MirrorMaker 2 hands them on. */
import { among, atLeast, has, isClass, listOf, none, only, type Property } from './property.ts';
import { TLS_VERSIONS } from './settings.ts';
import { checkStartAt } from './startAt.ts';

const OAUTH = 'org.apache.kafka.common.security.oauthbearer';
const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];
const STORE_TYPES = ['JKS', 'PKCS12', 'PEM'];

/** Of the JWT bearer grant. */
const ASSERTION = [
  ['algorithm', 'string', 'RS256'],
  ['claim.aud', 'string', null],
  ['claim.exp.seconds', 'int', '300'],
  ['claim.iss', 'string', null],
  ['claim.jti.include', 'boolean', 'false'],
  ['claim.nbf.seconds', 'int', '60'],
  ['claim.sub', 'string', null],
  ['file', 'string', null],
  ['private.key.file', 'string', null],
  ['private.key.passphrase', 'password', null],
  ['template.file', 'string', null],
] as const;

const storeType = (of: string): Property =>
  only(
    `ssl.${of}.type`,
    'string',
    'JKS',
    'JKS, PKCS12 or PEM. Whether a store is JKS or PKCS12, the file itself says.',
    (value) => STORE_TYPES.includes(value.toUpperCase()),
    'convert it with keytool -importkeystore -deststoretype PKCS12',
  );

/** What MirrorMaker 2 hands on from `A.x`: the rest needs `A.consumer.x`, `A.producer.x` or `A.admin.x`. */
export const securityProperties: readonly Property[] = [
  has('bootstrap.servers', 'list', null, 'Brokers to begin with, as `host:port`.'),
  has('security.protocol', 'string', 'PLAINTEXT', 'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.', {
    check: (value) => among(...PROTOCOLS)(value.toUpperCase()),
  }),
  storeType('truststore'),
  has('ssl.truststore.location', 'string', null, 'File with the authorities that are trusted.'),
  has('ssl.truststore.password', 'password', null, 'Opens it.'),
  has('ssl.truststore.certificates', 'password', null, 'The authorities, as PEM text.'),
  storeType('keystore'),
  has('ssl.keystore.location', 'string', null, "File with the client's certificate and key."),
  has('ssl.keystore.password', 'password', null, 'Opens it.'),
  has('ssl.key.password', 'password', null, 'Opens the key inside; by default as the store.'),
  has('ssl.keystore.certificate.chain', 'password', null, "The client's certificates, as PEM text."),
  has('ssl.keystore.key', 'password', null, "The client's key, as PEM text."),
  has(
    'ssl.endpoint.identification.algorithm',
    'string',
    'https',
    '`https`: the host name must stand in the certificate. Empty: it need not.',
    { check: (value) => (value === '' ? null : among('https')(value.toLowerCase())) },
  ),
  only(
    'ssl.enabled.protocols',
    'list',
    'TLSv1.2,TLSv1.3',
    'Versions of TLS.',
    (value) => listOf(value).every((one) => TLS_VERSIONS.some((known) => known === one)),
    'write TLSv1.2, TLSv1.3 or both',
  ),
  only(
    'ssl.cipher.suites',
    'list',
    '',
    'Ciphers.',
    (value) => value === '',
    'remove it; NODE_OPTIONS=--tls-cipher-list=... sets them for the process',
  ),
  only(
    'ssl.engine.factory.class',
    'class',
    null,
    'Where TLS comes from.',
    (value) => value === '',
    'remove it; certificates come from ssl.truststore.* and ssl.keystore.*',
  ),
  has(
    'sasl.mechanism',
    'string',
    'GSSAPI',
    'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER. GSSAPI (Kerberos) can not be honoured.',
    {
      check: (value) =>
        MECHANISMS.includes(value)
          ? null
          : { problem: `"${value}" can not be honoured`, allowed: `it is one of ${MECHANISMS.join(', ')}` },
    },
  ),
  has(
    'sasl.jaas.config',
    'password',
    null,
    'Who the client is: login module, then username="..." password="..."; or clientId, clientSecret, scope.',
  ),
  has('sasl.oauthbearer.token.endpoint.url', 'string', null, 'Where tokens are asked for, or `file:///path` of one.', {
    check: (value) =>
      /^(https?|file):\/\//i.test(value)
        ? null
        : { problem: 'is not a URL', allowed: 'write https://... or file:///...' },
  }),
  has('sasl.oauthbearer.client.credentials.client.id', 'string', null, 'As clientId in sasl.jaas.config.'),
  has('sasl.oauthbearer.client.credentials.client.secret', 'password', null, 'As clientSecret in sasl.jaas.config.'),
  has('sasl.oauthbearer.scope', 'string', null, 'As scope in sasl.jaas.config.'),
  only(
    'sasl.login.callback.handler.class',
    'class',
    null,
    'Where a login comes from.',
    isClass(`${OAUTH}.OAuthBearerLoginCallbackHandler`, `${OAUTH}.secured.OAuthBearerLoginCallbackHandler`),
    'use sasl.oauthbearer.token.endpoint.url, or a token file (file:///path)',
  ),
  only(
    'sasl.client.callback.handler.class',
    'class',
    null,
    'Where credentials come from.',
    (value) => value === '',
    'write them into sasl.jaas.config, with ${file:...} or ${env:...}',
  ),
  only('sasl.login.class', 'class', null, 'How a login is kept.', (value) => value === '', 'remove it'),
  only(
    'sasl.oauthbearer.jwt.retriever.class',
    'class',
    `${OAUTH}.DefaultJwtRetriever`,
    'Where tokens come from.',
    isClass(`${OAUTH}.DefaultJwtRetriever`, `${OAUTH}.ClientCredentialsJwtRetriever`, `${OAUTH}.FileJwtRetriever`),
    'use client credentials at a token endpoint, or a token file (file:///path)',
  ),
  ...ASSERTION.map(([name, type, preset]) =>
    only(
      `sasl.oauthbearer.assertion.${name}`,
      type,
      preset,
      'For the JWT bearer grant.',
      (value) => value === '',
      'use client credentials, or a token file (file:///path) that something else renews',
    ),
  ),
  only(
    'sasl.oauthbearer.header.urlencode',
    'boolean',
    'false',
    'Whether client id and secret are encoded for the header.',
    (value) => value.toLowerCase() === 'false',
    'write false',
  ),
  ...none('the broker checks the token', [
    'sasl.oauthbearer.jwt.validator.class',
    'sasl.oauthbearer.clock.skew.seconds',
    'sasl.oauthbearer.expected.audience',
    'sasl.oauthbearer.expected.issuer',
    'sasl.oauthbearer.jwks.endpoint.url',
    'sasl.oauthbearer.jwks.endpoint.refresh.ms',
    'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
    'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
    'sasl.oauthbearer.scope.claim.name',
    'sasl.oauthbearer.sub.claim.name',
  ]),
  ...none('a token is renewed when 80 % of its life is over', [
    'sasl.login.refresh.buffer.seconds',
    'sasl.login.refresh.min.period.seconds',
    'sasl.login.refresh.window.factor',
    'sasl.login.refresh.window.jitter',
    'sasl.login.connect.timeout.ms',
    'sasl.login.read.timeout.ms',
    'sasl.login.retry.backoff.ms',
    'sasl.login.retry.backoff.max.ms',
  ]),
  ...none('Kerberos is not spoken', [
    'sasl.kerberos.kinit.cmd',
    'sasl.kerberos.min.time.before.relogin',
    'sasl.kerberos.service.name',
    'sasl.kerberos.ticket.renew.jitter',
    'sasl.kerberos.ticket.renew.window.factor',
  ]),
  ...none("it is a matter of Java's TLS; Node.js brings its own", [
    'ssl.protocol',
    'ssl.provider',
    'ssl.keymanager.algorithm',
    'ssl.trustmanager.algorithm',
    'ssl.secure.random.implementation',
    'security.providers',
  ]),
];

/** What a client of a kind (`A.consumer.x`) has beside. */
export const tuningProperties: readonly Property[] = [
  has('client.id', 'string', '', "Name in the brokers' logs and quotas.", { here: 'made from the flow' }),
  has('request.timeout.ms', 'int', 30_000, 'How long an answer may take.', { check: atLeast(1) }),
  has('socket.connection.setup.timeout.ms', 'long', 10_000, 'How long a connection may take.', {
    here: '5000',
    check: atLeast(1),
  }),
  has(
    'auto.offset.reset',
    'string',
    'latest',
    'Where a partition without a position begins: earliest, latest, by_duration:PT1H (the first record that is not older than that), or none: it stops, until somebody resumes it.',
    { here: 'earliest', check: checkStartAt },
  ),
  has('isolation.level', 'string', 'read_uncommitted', '`read_committed` leaves out aborted transactions.', {
    check: (value) => among('read_committed', 'read_uncommitted')(value.toLowerCase()),
  }),
  has('fetch.max.bytes', 'int', 52_428_800, 'Bytes in one answer of a source broker.', {
    here: 'as the copy finds best',
    check: atLeast(1),
  }),
  has('max.partition.fetch.bytes', 'int', 1_048_576, 'Bytes of one partition in an answer.', {
    here: 'as the copy finds best',
    check: atLeast(1),
  }),
  has('fetch.min.bytes', 'int', 1, 'A source broker waits for so many bytes, as long as fetch.max.wait.ms.', {
    here: 'as the copy finds best',
    check: atLeast(1),
  }),
  has('fetch.max.wait.ms', 'int', 500, 'How long a source broker waits for data.', {
    here: 'as the copy finds best',
    check: atLeast(0),
  }),
  has('client.rack', 'string', '', 'Rack to read from, where brokers answer from near replicas.'),
  ...none('batches are copied as they are', [
    'batch.size',
    'linger.ms',
    'compression.type',
    'compression.gzip.level',
    'compression.lz4.level',
    'compression.zstd.level',
    'buffer.memory',
    'partitioner.class',
    'partitioner.adaptive.partitioning.enable',
    'partitioner.availability.timeout.ms',
    'partitioner.ignore.keys',
    'key.serializer',
    'value.serializer',
    'key.deserializer',
    'value.deserializer',
    'interceptor.classes',
    'max.poll.records',
    'check.crcs',
  ]),
  ...none('tributary.delivery decides it; it is always acks=all, without repeats', [
    'acks',
    'enable.idempotence',
    'max.in.flight.requests.per.connection',
    'transactional.id',
    'transaction.timeout.ms',
    'transaction.two.phase.commit.enable',
    'retries',
    'delivery.timeout.ms',
    'max.block.ms',
  ]),
  ...none("the target's message.max.bytes decides; a larger batch is split", ['max.request.size']),
  ...none('no consumer group is used at the source', [
    'group.id',
    'group.instance.id',
    'group.protocol',
    'group.remote.assignor',
    'partition.assignment.strategy',
    'session.timeout.ms',
    'heartbeat.interval.ms',
    'max.poll.interval.ms',
    'enable.auto.commit',
    'auto.commit.interval.ms',
    'allow.auto.create.topics',
    'exclude.internal.topics',
    'share.acknowledgement.mode',
    'share.acquire.mode',
    'internal.throw.on.fetch.stable.offset.unsupported',
  ]),
  ...none('connections are shared by cluster and kept by rules of their own', [
    'client.dns.lookup',
    'connections.max.idle.ms',
    'metadata.max.age.ms',
    'metadata.max.idle.ms',
    'metadata.recovery.strategy',
    'metadata.recovery.rebootstrap.trigger.ms',
    'receive.buffer.bytes',
    'send.buffer.bytes',
    'reconnect.backoff.ms',
    'reconnect.backoff.max.ms',
    'retry.backoff.ms',
    'retry.backoff.max.ms',
    'socket.connection.setup.timeout.max.ms',
    'default.api.timeout.ms',
    'bootstrap.controllers',
  ]),
  ...none('metrics have Prometheus names, see /metrics', [
    'metric.reporters',
    'metrics.num.samples',
    'metrics.recording.level',
    'metrics.sample.window.ms',
    'enable.metrics.push',
  ]),
  ...none('config providers are declared once, at the top', ['config.providers']),
];
