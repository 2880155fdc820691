/** Settings as a MirrorMaker 2 file says them: only what differs from what an absent line would give. */
import { pathToFileURL } from 'node:url';
import { formatProperty } from '../../../shared/config/index.ts';
import type { Secret } from '../../../shared/config/secret.ts';
import { mm2Offsets } from './flow.ts';
import { DEFAULT_POLICY, flowProperties, IDENTITY_POLICY, ownProperties } from './flowProperties.ts';
import { quote } from './jaas.ts';
import { asProvider, differing, fingerprint, heading, type Printed, SecretWords } from './print.ts';
import { providerClass } from './providers.ts';
import {
  CLIENT_KINDS,
  type ClientSasl,
  type ClientSettings,
  type Clients,
  type ClientTls,
  type FlowSettings,
  type PullSettings,
} from './settings.ts';
import { startAtText } from './startAt.ts';
import { ratesText } from './topicLimits.ts';

type Lines = Map<string, string>;

export function toProperties({ clusters, flows }: PullSettings): Printed {
  const words = new SecretWords();
  const aliases = Object.keys(clusters);
  const blocks = [
    new Map([['clusters', aliases.join(', ')]]),
    ...aliases.map((alias) => clusterLines(alias, clusters[alias]!, words)),
    ...flows.map((flow) => flowLines(flow, clusters, words)),
    silentPairs(aliases, flows),
  ];
  const text = blocks.filter((lines) => lines.size > 0).map(textOf);
  const providers = textOf(providerLines(text.join('\n')));
  const { variables } = words;
  return { text: heading(variables) + [providers, ...text].filter(Boolean).join('\n'), variables };
}

const textOf = (lines: Lines): string => [...lines].map(([key, value]) => `${formatProperty(key, value)}\n`).join('');

/** What the references in the text need. */
function providerLines(text: string): Lines {
  const used = (['env', 'file', 'directory'] as const).filter((kind) => text.includes(`\${${kind}:`));
  const lines: Lines = new Map();
  if (used.length === 0) return lines;
  lines.set('config.providers', used.join(', '));
  for (const kind of used) lines.set(`config.providers.${kind}.class`, providerClass(kind));
  return lines;
}

/** Pairs that do nothing must be told to: MirrorMaker 2 writes heartbeats for all. */
function silentPairs(aliases: readonly string[], flows: readonly FlowSettings[]): Lines {
  const lines: Lines = new Map();
  for (const source of aliases) {
    for (const target of aliases) {
      const told = source === target || flows.some((flow) => flow.source === source && flow.target === target);
      if (!told) lines.set(`${source}->${target}.emit.heartbeats.enabled`, 'false');
    }
  }
  return lines;
}

/** `A.x` where all kinds of client are the same, else each for itself. */
function clusterLines(alias: string, clients: Clients, words: SecretWords): Lines {
  const lines: Lines = new Map();
  const perKind = CLIENT_KINDS.map((kind) => clientLines(alias, clients[kind], words));
  const security = perKind.map(({ security: own }) => fingerprint([...own]));
  const same = security.every((print) => print === security[0]);
  if (same) for (const [name, value] of perKind[0]!.security) lines.set(`${alias}.${name}`, value);
  CLIENT_KINDS.forEach((kind, i) => {
    const { security: own, tuning } = perKind[i]!;
    for (const [name, value] of [...(same ? [] : own), ...tuning]) lines.set(`${alias}.${kind}.${name}`, value);
  });
  return lines;
}

interface ClientLines {
  readonly security: Lines;
  readonly tuning: Lines;
}

function clientLines(name: string, client: ClientSettings, words: SecretWords): ClientLines {
  const security: Lines = new Map([['bootstrap.servers', client.brokers.join(', ')]]);
  const protocol = `${client.sasl ? 'SASL_' : ''}${client.tls ? 'SSL' : 'PLAINTEXT'}`;
  if (protocol !== 'PLAINTEXT') security.set('security.protocol', protocol);
  const word = (secret: Secret, what: string): string => asProvider(words.word(secret, `${name} ${what}`));
  if (client.tls) tlsLines(client.tls, security, word);
  if (client.sasl) saslLines(client.sasl, security, word);
  const tuning: Lines = new Map();
  if (client.clientId !== null) tuning.set('client.id', client.clientId);
  if (client.connectTimeoutMs !== 5_000) tuning.set('socket.connection.setup.timeout.ms', `${client.connectTimeoutMs}`);
  if (client.requestTimeoutMs !== 30_000) tuning.set('request.timeout.ms', `${client.requestTimeoutMs}`);
  return { security, tuning };
}

type Word = (secret: Secret, what: string) => string;

function tlsLines({ trust, identity, ...tls }: ClientTls, lines: Lines, word: Word): void {
  if (!tls.verifyHostname) lines.set('ssl.endpoint.identification.algorithm', '');
  const versions = [...new Set([tls.minVersion, tls.maxVersion])];
  if (versions.length === 1) lines.set('ssl.enabled.protocols', versions.join(','));
  if (trust && 'store' in trust) {
    lines.set('ssl.truststore.location', trust.store.path);
    if (trust.store.password) lines.set('ssl.truststore.password', word(trust.store.password, 'truststore password'));
  } else if (trust) {
    lines.set('ssl.truststore.type', 'PEM');
    if ('path' in trust) lines.set('ssl.truststore.location', trust.path);
    else lines.set('ssl.truststore.certificates', word(trust.pem, 'ca'));
  }
  if (!identity) return;
  if ('store' in identity) {
    lines.set('ssl.keystore.location', identity.store.path);
    if (identity.store.password) lines.set('ssl.keystore.password', word(identity.store.password, 'keystore password'));
    if (identity.keyPassword) lines.set('ssl.key.password', word(identity.keyPassword, 'key password'));
    return;
  }
  const { cert, key, passphrase } = identity;
  lines.set('ssl.keystore.type', 'PEM');
  if ('path' in cert && 'path' in key && cert.path === key.path) lines.set('ssl.keystore.location', cert.path);
  else {
    lines.set('ssl.keystore.certificate.chain', 'path' in cert ? fileReference(cert.path) : word(cert.pem, 'cert'));
    lines.set('ssl.keystore.key', 'path' in key ? fileReference(key.path) : word(key.pem, 'key'));
  }
  if (passphrase) lines.set('ssl.key.password', word(passphrase, 'key passphrase'));
}

/** Kafka takes certificate and key from one file, or as text; two files are two texts. */
const fileReference = (path: string): string => asProvider(`\${file:${path}}`);

const MODULE = 'org.apache.kafka.common.security';

function saslLines(sasl: ClientSasl, lines: Lines, word: Word): void {
  lines.set('sasl.mechanism', sasl.mechanism.toUpperCase());
  if (sasl.mechanism !== 'oauthbearer') {
    const module = sasl.mechanism === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    const password = quote(word(sasl.password, 'sasl password'));
    lines.set(
      'sasl.jaas.config',
      `${MODULE}.${module} required username=${quote(sasl.username)} password=${password};`,
    );
    return;
  }
  const bearer = `${MODULE}.oauthbearer.OAuthBearerLoginModule required`;
  if ('path' in sasl.token) {
    lines.set('sasl.oauthbearer.token.endpoint.url', pathToFileURL(sasl.token.path).href);
    lines.set('sasl.jaas.config', `${bearer};`);
    return;
  }
  const { endpoint, clientId, clientSecret, scope } = sasl.token;
  const secret = quote(word(clientSecret, 'client secret'));
  const scoped = scope === null ? '' : ` scope=${quote(scope)}`;
  lines.set('sasl.oauthbearer.token.endpoint.url', endpoint);
  lines.set('sasl.jaas.config', `${bearer} clientId=${quote(clientId)} clientSecret=${secret}${scoped};`);
}

const PRESETS: ReadonlyMap<string, string> = new Map(
  [...flowProperties, ...ownProperties].map(({ name, here, default: preset }) => [name, here ?? preset ?? '']),
);

function flowLines(flow: FlowSettings, clusters: PullSettings['clusters'], words: SecretWords): Lines {
  const { source, target } = flow;
  const lines: Lines = new Map();
  const prefix = `${source}->${target}.`;
  for (const [name, value] of Object.entries(told(flow))) {
    if (value !== PRESETS.get(name)) lines.set(prefix + name, value);
  }
  if (flow.mm2OffsetsTopic !== mm2Offsets(source)) lines.set(`${prefix}offsets.storage.topic`, flow.mm2OffsetsTopic);
  const rates = { bytes: flow.maxBytesPerSecond, records: flow.maxRecordsPerSecond };
  for (const [what, rate] of Object.entries(rates)) {
    if (rate !== null) lines.set(`${prefix}tributary.max.${what}.per.second`, `${rate}`);
  }
  for (const [name, value] of consumerLines(flow)) lines.set(`${prefix}source.consumer.${name}`, value);
  for (const side of ['source', 'target'] as const) ownClients(flow, side, clusters[flow[side]]!, words, lines);
  return lines;
}

function consumerLines({ autoOffsetReset, isolationLevel, fetch }: FlowSettings): Lines {
  const lines: Lines = new Map();
  if (autoOffsetReset !== 'earliest') lines.set('auto.offset.reset', startAtText(autoOffsetReset));
  if (isolationLevel === 'readCommitted') lines.set('isolation.level', 'read_committed');
  const names = {
    'fetch.max.bytes': fetch.maxBytes,
    'max.partition.fetch.bytes': fetch.partitionMaxBytes,
    'fetch.min.bytes': fetch.minBytes,
    'fetch.max.wait.ms': fetch.maxWaitMs,
    'client.rack': fetch.rack,
  };
  for (const [name, value] of Object.entries(names)) if (value !== null) lines.set(name, `${value}`);
  return lines;
}

/** A client of the flow's own: what the cluster's has beyond it is taken back. */
function ownClients(
  flow: FlowSettings,
  side: 'source' | 'target',
  cluster: Clients,
  words: SecretWords,
  lines: Lines,
): void {
  for (const kind of differing(flow.clients[side], (one) => cluster[one])) {
    const wanted = clientLines(`${flow.source} ${flow.target} ${side} ${kind}`, flow.clients[side][kind], words);
    const base = clientLines(flow[side], cluster[kind], new SecretWords());
    const all = new Map([
      ...takenBack(base, flow.clients[side][kind]),
      ...explicit(flow.clients[side][kind]),
      ...wanted.security,
      ...wanted.tuning,
    ]);
    for (const [name, value] of all) lines.set(`${flow.source}->${flow.target}.${side}.${kind}.${name}`, value);
  }
}

/** An empty line stands for none; what belongs to a protocol that is not spoken may stay. */
const takenBack = ({ security, tuning }: ClientLines, { tls }: ClientSettings): Lines =>
  new Map(
    [...security, ...tuning].flatMap(([name]) => {
      const counts = name === 'client.id' || (tls !== null && name.startsWith('ssl.'));
      return counts ? [[name, ''] as const] : [];
    }),
  );

/** What an empty line would not set back. */
function explicit({ tls, connectTimeoutMs, requestTimeoutMs }: ClientSettings): Lines {
  const lines: Lines = new Map([
    ['security.protocol', 'PLAINTEXT'],
    ['socket.connection.setup.timeout.ms', `${connectTimeoutMs}`],
    ['request.timeout.ms', `${requestTimeoutMs}`],
  ]);
  if (tls) {
    lines.set('ssl.endpoint.identification.algorithm', 'https');
    lines.set('ssl.enabled.protocols', 'TLSv1.2,TLSv1.3');
    lines.set('ssl.truststore.type', 'JKS');
    lines.set('ssl.keystore.type', 'JKS');
  }
  return lines;
}

/** Every property that a flow has a value for. */
function told(flow: FlowSettings): Record<string, string> {
  const { replicationPolicy: policy, configSync, aclSync, heartbeats, offsetSyncs, checkpoints } = flow;
  const repeated = (name: string, one: { readonly enabled: boolean; readonly everyMs: number }) => ({
    [`${name}.enabled`]: `${one.enabled}`,
    [`${name}.interval.seconds`]: `${one.everyMs / 1_000}`,
  });
  return {
    enabled: `${flow.enabled}`,
    topics: flow.topics.include.join(','),
    'topics.exclude': flow.topics.exclude.join(','),
    groups: flow.groups.include.join(','),
    'groups.exclude': flow.groups.exclude.join(','),
    'replication.policy.class': policy.kind === 'identity' ? IDENTITY_POLICY : DEFAULT_POLICY,
    'replication.policy.separator': policy.separator,
    'replication.policy.internal.topic.separator.enabled': `${policy.internalTopicSeparator}`,
    'replication.factor': `${flow.replicationFactor}`,
    ...repeated('refresh.topics', flow.topicRefresh),
    ...repeated('refresh.groups', flow.groupRefresh),
    ...repeated('sync.topic.configs', configSync),
    'config.properties.exclude': configSync.exclude.join(','),
    'use.defaults.from': configSync.useDefaultsFrom,
    ...repeated('sync.topic.acls', aclSync),
    'tributary.sync.topic.acls.deletions': `${aclSync.deletions}`,
    ...repeated('emit.heartbeats', heartbeats),
    'heartbeats.topic.replication.factor': `${heartbeats.replicationFactor}`,
    'heartbeats.replication.enabled': `${heartbeats.replicated}`,
    'emit.offset-syncs.enabled': `${offsetSyncs.enabled}`,
    'offset-syncs.topic.location': offsetSyncs.location,
    'offset-syncs.topic.replication.factor': `${offsetSyncs.replicationFactor}`,
    'offset.lag.max': `${offsetSyncs.lagMax}`,
    ...repeated('emit.checkpoints', checkpoints),
    'checkpoints.topic.replication.factor': `${checkpoints.replicationFactor}`,
    ...repeated('sync.group.offsets', flow.groupOffsetSync),
    'admin.timeout.ms': `${flow.adminTimeoutMs}`,
    'tributary.delivery': flow.delivery,
    'tributary.on.record.too.large': flow.onRecordTooLarge,
    'tributary.on.topic.recreated': flow.onTopicRecreated,
    'tributary.mm2.positions': flow.mm2Positions,
    'tributary.topic.max.bytes.per.second': ratesText(flow.topicLimits, 'maxBytesPerSecond'),
    'tributary.topic.max.records.per.second': ratesText(flow.topicLimits, 'maxRecordsPerSecond'),
    'tributary.provenance.headers': `${flow.provenanceHeaders}`,
  };
}
