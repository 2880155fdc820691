/** Settings as hub.yaml says them: only what differs from the defaults. */
import { stringify } from 'yaml';
import { formatDuration, formatSize, parseConfig } from '../../../shared/config/index.ts';
import { pullOptions } from './flowOptions.ts';
import { differing, fingerprint, heading, type Printed, SecretWords, sharedClient } from './print.ts';
import type { ClientKind, ClientSettings, Clients, ClientTls, FlowSettings, PullSettings } from './settings.ts';
import { startAtText } from './startAt.ts';
import { pullSettings } from './yaml.ts';

type Yaml = { [key: string]: unknown };

/** A flow of which only what must be said is said: what it has is what need not be printed. */
const PLAIN: FlowSettings = pullSettings(
  parseConfig(
    pullOptions,
    'clusters: { a: { brokers: ["a:1"] }, b: { brokers: ["b:1"] } }\nflows: [{ source: a, target: b }]',
    { file: 'plain', env: {} },
  ),
).flows[0]!;

export function toYaml({ clusters, flows }: PullSettings): Printed {
  const words = new SecretWords();
  const tree = {
    clusters: Object.fromEntries(Object.entries(clusters).map(([alias, one]) => [alias, cluster(alias, one, words)])),
    flows: flows.map((flow) => flowYaml(flow, clusters, words)),
  };
  const { variables } = words;
  return { text: heading(variables) + stringify(literal(tree), { lineWidth: 120 }), variables };
}

/** References are marked, so that any other `${` can be written as text. */
class Reference {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function literal(value: unknown): unknown {
  if (value instanceof Reference) return value.text;
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined || part === null ? [] : [[key, literal(part)]])),
  );
}

function cluster(alias: string, clients: Clients, words: SecretWords): Yaml {
  const shared = sharedClient(clients);
  const others = differing(clients, () => shared);
  return { ...clientYaml(alias, shared, words), ...kinds(alias, clients, others, words) };
}

const kinds = (name: string, clients: Clients, some: readonly ClientKind[], words: SecretWords): Yaml =>
  Object.fromEntries(some.map((kind) => [kind, clientYaml(`${name} ${kind}`, clients[kind], words)]));

function clientYaml(name: string, client: ClientSettings, words: SecretWords): Yaml {
  const { brokers, clientId, tls, sasl, connectTimeoutMs, requestTimeoutMs } = client;
  return {
    brokers,
    clientId,
    ssl: tls ? sslYaml(name, tls, words) : undefined,
    sasl: sasl ? saslYaml(name, sasl, words) : undefined,
    connectTimeoutMs: connectTimeoutMs === 5_000 ? undefined : formatDuration(connectTimeoutMs),
    requestTimeoutMs: requestTimeoutMs === 30_000 ? undefined : formatDuration(requestTimeoutMs),
  };
}

type Secrets = Parameters<SecretWords['word']>[0] | null;

const hidden = (words: SecretWords, secret: Secrets, name: string): Reference | undefined =>
  secret ? new Reference(words.word(secret, name)) : undefined;

function sslYaml(name: string, tls: ClientTls, words: SecretWords): true | Yaml {
  const { trust, identity, verifyHostname, minVersion, maxVersion } = tls;
  const ssl: Yaml = {
    verifyHostname: verifyHostname ? undefined : false,
    minVersion: minVersion === 'TLSv1.2' ? undefined : minVersion,
    maxVersion: maxVersion === 'TLSv1.3' ? undefined : maxVersion,
  };
  if (trust && 'store' in trust) {
    const { path, password } = trust.store;
    ssl.truststore = { path, password: hidden(words, password, `${name} truststore password`) };
  } else if (trust && 'path' in trust) ssl.ca = trust.path;
  else if (trust) ssl.caText = hidden(words, trust.pem, `${name} ca`);
  if (identity && 'store' in identity) {
    const { path, password } = identity.store;
    ssl.keystore = {
      path,
      password: hidden(words, password, `${name} keystore password`),
      keyPassword: hidden(words, identity.keyPassword, `${name} key password`),
    };
  } else if (identity) {
    const { cert, key, passphrase } = identity;
    if ('path' in cert) ssl.cert = cert.path;
    else ssl.certText = hidden(words, cert.pem, `${name} cert`);
    if ('path' in key) ssl.key = key.path;
    else ssl.keyText = hidden(words, key.pem, `${name} key`);
    ssl.passphrase = hidden(words, passphrase, `${name} key passphrase`);
  }
  return Object.values(ssl).some((value) => value !== undefined) ? ssl : true;
}

function saslYaml(name: string, sasl: NonNullable<ClientSettings['sasl']>, words: SecretWords): Yaml {
  const { mechanism } = sasl;
  if (mechanism !== 'oauthbearer') {
    return { mechanism, username: sasl.username, password: hidden(words, sasl.password, `${name} sasl password`) };
  }
  if ('path' in sasl.token) return { mechanism, tokenFile: sasl.token.path };
  const { endpoint, clientId, clientSecret, scope } = sasl.token;
  const secret = hidden(words, clientSecret, `${name} client secret`);
  return { mechanism, tokenEndpoint: endpoint, clientId, clientSecret: secret, scope };
}

function flowYaml(flow: FlowSettings, clusters: PullSettings['clusters'], words: SecretWords): Yaml {
  const { source, target } = flow;
  const own = (side: 'source' | 'target'): Yaml | undefined => {
    const some = differing(flow.clients[side], (kind) => clusters[flow[side]]![kind]);
    return some.length > 0 ? kinds(`${source} ${target} ${side}`, flow.clients[side], some, words) : undefined;
  };
  const clients = { source: own('source'), target: own('target') };
  const ownTopic = flow.mm2OffsetsTopic === `mm2-offsets.${source}.internal` ? undefined : flow.mm2OffsetsTopic;
  const told = changes(inYaml(flow), inYaml(PLAIN)) as Yaml | undefined;
  return {
    source,
    target,
    ...told,
    mm2OffsetsTopic: ownTopic,
    clients: clients.source || clients.target ? clients : undefined,
  };
}

/** In the shape of the file, with units. */
function inYaml(flow: FlowSettings): Yaml {
  const { replicationPolicy: naming, fetch, heartbeats, offsetSyncs, checkpoints } = flow;
  const bytes = (value: number | null): string | null => (value === null ? null : formatSize(value));
  const timed = <T extends { readonly everyMs: number }>(one: T): Yaml => ({
    ...one,
    everyMs: formatDuration(one.everyMs),
  });
  return {
    enabled: flow.enabled,
    topics: flow.topics,
    groups: flow.groups,
    naming: { policy: naming.kind, separator: naming.separator, internalTopics: naming.internalTopicSeparator },
    replicationFactor: flow.replicationFactor,
    delivery: flow.delivery,
    from: startAtText(flow.autoOffsetReset),
    isolation: flow.isolationLevel,
    fetch: {
      maxBytes: bytes(fetch.maxBytes),
      partitionMaxBytes: bytes(fetch.partitionMaxBytes),
      minBytes: bytes(fetch.minBytes),
      maxWaitMs: fetch.maxWaitMs === null ? null : formatDuration(fetch.maxWaitMs),
      rack: fetch.rack,
    },
    refresh: { topics: timed(flow.topicRefresh), groups: timed(flow.groupRefresh) },
    sync: { configs: timed(flow.configSync), acls: timed(flow.aclSync), groupOffsets: timed(flow.groupOffsetSync) },
    heartbeats: timed(heartbeats),
    offsetSyncs,
    checkpoints: timed(checkpoints),
    adminTimeoutMs: formatDuration(flow.adminTimeoutMs),
    mm2Positions: flow.mm2Positions,
    onRecordTooLarge: flow.onRecordTooLarge,
    onTopicRecreated: flow.onTopicRecreated,
    provenanceHeaders: flow.provenanceHeaders,
    maxBytesPerSecond: bytes(flow.maxBytesPerSecond),
    maxRecordsPerSecond: flow.maxRecordsPerSecond,
    topicLimits: Object.fromEntries(
      Object.entries(flow.topicLimits).map(([topic, { maxBytesPerSecond, maxRecordsPerSecond }]) => [
        topic,
        { maxBytesPerSecond: bytes(maxBytesPerSecond), maxRecordsPerSecond },
      ]),
    ),
  };
}

/** What differs, with the sections around it; undefined: nothing. */
function changes(value: unknown, plain: unknown): unknown {
  if (fingerprint(value) === fingerprint(plain)) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || plain === undefined) return value;
  const entries = Object.entries(value).flatMap(([key, part]) => {
    const changed = changes(part, (plain as Yaml)[key]);
    return changed === undefined ? [] : [[key, changed] as const];
  });
  return Object.fromEntries(entries);
}
