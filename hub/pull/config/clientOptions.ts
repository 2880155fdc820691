/** How clusters are reached, as hub.yaml says it. */
import type { Static } from 'typebox';
import {
  type Check,
  choice,
  duration,
  flag,
  list,
  optional,
  path,
  secret,
  section,
  switchOr,
  text,
} from '../../../shared/config/index.ts';
import { SASL_MECHANISMS } from '../../../shared/config/kafkaOptions.ts';
import { wrongTls } from './material.ts';
import { pemOf } from './pem.ts';
import type { ClientSasl, ClientSettings, ClientTls } from './settings.ts';
import { TLS_VERSIONS } from './settings.ts';

const store = {
  path: path({ says: 'A Java key store: JKS or PKCS12, which the file itself says.' }),
  password: optional(secret({ says: 'Opens it.', examples: ['${env:STORE_PASSWORD}'] })),
};

const sslOptions = {
  ca: optional(path({ says: 'PEM file with the authorities that the brokers are checked against.' })),
  caText: optional(secret({ says: 'The same, as PEM text.' })),
  truststore: optional(section(store, { says: 'The same, from a store.' })),
  cert: optional(path({ says: 'PEM file with the client certificate.' })),
  key: optional(path({ says: 'PEM file with the private key of `cert`; it may be the same file.' })),
  certText: optional(secret({ says: '`cert`, as PEM text.' })),
  keyText: optional(secret({ says: '`key`, as PEM text.', examples: ['${file:/run/secrets/client-key.pem}'] })),
  passphrase: optional(secret({ says: 'Opens `key` or `keyText`, where it is encrypted.' })),
  keystore: optional(
    section(
      { ...store, keyPassword: optional(secret({ says: 'Opens the key inside; by default as the store.' })) },
      { says: 'Certificate and key, from a store.' },
    ),
  ),
  verifyHostname: flag({
    says: 'False takes any certificate of a trusted authority, whatever host it names.',
    default: true,
  }),
  minVersion: choice(TLS_VERSIONS, { says: 'The oldest version of TLS.', default: 'TLSv1.2' }),
  maxVersion: choice(TLS_VERSIONS, { says: 'The newest version of TLS.', default: 'TLSv1.3' }),
};
type Ssl = Static<ReturnType<typeof section<typeof sslOptions>>>;

const TRUST = ['ca', 'caText', 'truststore'] as const;
const CERTS = ['cert', 'certText'] as const;
const KEYS = ['key', 'keyText'] as const;

const sslFits: Check<Ssl> = {
  needs: [...TRUST, ...CERTS, ...KEYS, 'keystore', 'passphrase', 'minVersion', 'maxVersion'],
  run: (ssl, report) => {
    let right = true;
    const wrong = (at: string, problem: string, allowed: string): void => {
      right = false;
      report(at, { problem, allowed });
    };
    const trusts = TRUST.filter((name) => ssl[name]);
    if (trusts.length > 1) wrong(trusts[1]!, `stands beside ${trusts[0]}`, 'write one of them');
    const [certs, keys] = [CERTS.filter((name) => ssl[name]), KEYS.filter((name) => ssl[name])];
    for (const both of [certs, keys]) {
      if (both.length > 1) wrong(both[1]!, `stands beside ${both[0]}`, 'write one of them');
    }
    if (certs.length > 0 && keys.length === 0) wrong('key', 'is missing', `${certs[0]} needs key or keyText`);
    if (keys.length > 0 && certs.length === 0) wrong('cert', 'is missing', `${keys[0]} needs cert or certText`);
    if (certs[0] && ssl.keystore) wrong('keystore', `stands beside ${certs[0]}`, 'write one of them');
    if (ssl.keystore && !ssl.keystore.password) wrong('keystore.password', 'is missing', 'it opens the store');
    if (ssl.passphrase && !ssl.key && !ssl.keyText)
      wrong('passphrase', 'opens nothing', 'write it beside key or keyText');
    if (ssl.minVersion > ssl.maxVersion) wrong('minVersion', 'is above maxVersion', 'write the older one');
    if (!right) return;
    for (const { of, problem } of wrongTls(tlsOf(ssl))) {
      const at = of === 'truststore' ? trusts[0] : (keys[0] ?? 'keystore');
      report(at ?? 'key', { problem, allowed: 'check the file, its type and its password' });
    }
  },
};

const saslOptions = {
  mechanism: choice(SASL_MECHANISMS, { says: 'How the client proves who it is.' }),
  username: optional(text({ says: 'For `plain` and `scram-*`.' })),
  password: optional(secret({ says: 'For `plain` and `scram-*`.', examples: ['${env:KAFKA_PASSWORD}'] })),
  tokenFile: optional(path({ says: 'For `oauthbearer`: file with a token, which something else renews.' })),
  tokenEndpoint: optional(
    text({
      says: 'For `oauthbearer`: where tokens are asked for, with client credentials.',
      pattern: /^https?:\/\/\S+$/,
      allowed: 'write https://...',
      examples: ['https://login.example/oauth2/token'],
    }),
  ),
  clientId: optional(text({ says: 'At the token endpoint.' })),
  clientSecret: optional(secret({ says: 'At the token endpoint.' })),
  scope: optional(text({ says: 'At the token endpoint.' })),
};
type Sasl = Static<ReturnType<typeof section<typeof saslOptions>>>;

/** What goes with a mechanism; the rest must not be there. */
function saslNeeds(sasl: Sasl): { readonly needed: readonly (keyof Sasl)[]; readonly may: readonly (keyof Sasl)[] } {
  if (sasl.mechanism !== 'oauthbearer') return { needed: ['username', 'password'], may: [] };
  if (sasl.tokenFile) return { needed: ['tokenFile'], may: [] };
  return { needed: ['tokenEndpoint', 'clientId', 'clientSecret'], may: ['scope'] };
}

const saslFits: Check<Sasl> = {
  needs: Object.keys(saslOptions) as (keyof Sasl)[],
  run: (sasl, report) => {
    const { needed, may } = saslNeeds(sasl);
    const allowed = `${sasl.mechanism} needs ${needed.join(', ')}`;
    for (const name of needed) if (sasl[name] === undefined) report(name, { problem: 'is missing', allowed });
    for (const name of Object.keys(saslOptions) as (keyof Sasl)[]) {
      if (name === 'mechanism' || needed.includes(name) || may.includes(name) || sasl[name] === undefined) continue;
      report(name, { problem: `has no meaning with ${sasl.mechanism}`, allowed });
    }
  },
};

const BROKER = /^(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):\d{1,5}$/;

/** One client. */
export const clientOptions = {
  brokers: list(
    text({ says: 'host:port of a broker.', pattern: BROKER, allowed: 'write host:port', examples: ['kafka-1:9092'] }),
    { says: 'Brokers to begin with, as `host:port`; the others are found through them.', minItems: 1 },
  ),
  clientId: optional(
    text({
      says: "Name in the brokers' logs and quotas; by default made from the flow.",
      pattern: /^\S(.*\S)?$/,
      allowed: 'no white space at the ends',
    }),
  ),
  ssl: switchOr(section(sslOptions, { says: 'TLS with files of your own.', checks: [sslFits] }), {
    says: '`true`: TLS, checked against the authorities that Node.js knows. Or a section with files of your own.',
    default: false,
  }),
  sasl: optional(section(saslOptions, { says: 'Authentication at the brokers.', checks: [saslFits] })),
  connectTimeoutMs: duration({ says: 'How long a connection may take.', default: '5s', minimum: '1ms' }),
  requestTimeoutMs: duration({ says: 'How long an answer may take.', default: '30s', minimum: '1ms' }),
};
export type ClientConfig = Static<ReturnType<typeof section<typeof clientOptions>>>;

export function clientOf({
  brokers,
  clientId,
  ssl,
  sasl,
  connectTimeoutMs,
  requestTimeoutMs,
}: ClientConfig): ClientSettings {
  return {
    brokers,
    clientId: clientId ?? null,
    tls: ssl === false ? null : ssl === true ? PLAIN_TLS : tlsOf(ssl),
    sasl: sasl ? saslOf(sasl) : null,
    connectTimeoutMs,
    requestTimeoutMs,
  };
}

const PLAIN_TLS: ClientTls = {
  trust: null,
  identity: null,
  verifyHostname: true,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
};

function tlsOf(ssl: Ssl): ClientTls {
  const { verifyHostname, minVersion, maxVersion } = ssl;
  return { trust: trustOf(ssl), identity: identityOf(ssl), verifyHostname, minVersion, maxVersion };
}

function trustOf({ ca, caText, truststore }: Ssl): ClientTls['trust'] {
  if (ca) return { path: ca };
  if (caText) return pemOf(caText);
  return truststore ? { store: { path: truststore.path, password: truststore.password ?? null } } : null;
}

function identityOf({ cert, key, certText, keyText, keystore, ...ssl }: Ssl): ClientTls['identity'] {
  const passphrase = ssl.passphrase ?? null;
  const certPem = cert ? { path: cert } : certText && pemOf(certText);
  const keyPem = key ? { path: key } : keyText && pemOf(keyText);
  if (certPem && keyPem) return { cert: certPem, key: keyPem, passphrase };
  if (!keystore) return null;
  const { path: file, password, keyPassword } = keystore;
  return { store: { path: file, password: password ?? null }, keyPassword: keyPassword ?? null };
}

function saslOf(sasl: Sasl): ClientSasl | null {
  const { mechanism, username, password, tokenFile, tokenEndpoint, clientId, clientSecret, scope } = sasl;
  if (mechanism !== 'oauthbearer') return username && password ? { mechanism, username, password } : null;
  if (tokenFile) return { mechanism, token: { path: tokenFile } };
  if (!tokenEndpoint || !clientId || !clientSecret) return null;
  return { mechanism, token: { endpoint: tokenEndpoint, clientId, clientSecret, scope: scope ?? null } };
}
