/** From settings to the clients' own: files are read and secrets revealed here, as late as possible. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { toPem } from 'jks-js';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { reasonOf } from '../../../shared/errors.ts';
import { tokenFromEndpoint, tokenFromFile } from '../../../shared/kafka/oauthToken.ts';
import type { KafkaSettings, SaslSettings, TlsSettings } from '../../../shared/kafka/settings.ts';
import { fingerprint } from './print.ts';
import {
  CLIENT_KINDS,
  type ClientSasl,
  type ClientSettings,
  type ClientTls,
  type Pem,
  type PullSettings,
} from './settings.ts';

/**
 * Settings for shared/kafka.
 * @throws where a file can't be read any more
 */
export function clientKafkaSettings(
  client: ClientSettings,
  defaultClientId: string,
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
): KafkaSettings {
  return {
    brokers: client.brokers,
    clientId: client.clientId ?? defaultClientId,
    ...(client.tls ? { ssl: renewedTls(client.tls) } : {}),
    ...(client.sasl ? { sasl: saslMaterial(client.sasl, clock) } : {}),
    connectTimeoutMs: client.connectTimeoutMs,
    requestTimeoutMs: client.requestTimeoutMs,
  };
}

/**
 * What the files hold now, whenever it is asked for: a certificate that was renewed on disk is used by the next connection.
 * A file that is being written, or holds nothing usable, leaves what was there before.
 */
function renewedTls(tls: ClientTls): () => TlsSettings {
  const paths = [tls.trust, tls.identity].flatMap((material) => (material ? filesOf(material) : []));
  const look = (): string => paths.map(fileState).join(' ');
  let known = { seen: look(), material: tlsMaterial(tls) };
  return () => {
    try {
      const seen = look();
      if (seen === known.seen) return known.material;
      const material = tlsMaterial(tls);
      createSecureContext(material);
      known = { seen, material };
    } catch {
      // The next connection looks again; one that fails says why.
    }
    return known.material;
  };
}

function fileState(path: string): string {
  const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

function tlsMaterial(tls: ClientTls): TlsSettings {
  const { verifyHostname, minVersion, maxVersion } = tls;
  return { ...trustMaterial(tls), ...identityMaterial(tls), verifyHostname, minVersion, maxVersion };
}

const CERTIFICATE = /-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (TRUSTED )?CERTIFICATE-----/g;

const pemText = (pem: Pem): string => ('path' in pem ? readFileSync(pem.path, 'utf8') : pem.pem.reveal());

function trustMaterial({ trust }: ClientTls): Pick<TlsSettings, 'ca'> {
  if (!trust) return {};
  if (!('store' in trust)) {
    const ca = pemText(trust);
    // Node.js takes text without a certificate, and then trusts nobody.
    const whole = ca.match(CERTIFICATE) ?? [];
    if (whole.length === 0) throw new Error('it holds no certificate');
    for (const one of whole) new X509Certificate(one);
    return { ca };
  }
  const { path, password } = trust.store;
  const entries = Object.values(toPem(readFileSync(path), password?.reveal() ?? ''));
  const ca = entries.flatMap((entry) => entry.ca ?? entry.cert ?? []);
  if (ca.length === 0) throw new Error('it holds no certificate');
  return { ca: ca.join('\n') };
}

function identityMaterial({ identity }: ClientTls): Pick<TlsSettings, 'cert' | 'key' | 'passphrase'> {
  if (!identity) return {};
  if (!('store' in identity)) {
    const { cert, key, passphrase } = identity;
    return { cert: pemText(cert), key: pemText(key), ...(passphrase ? { passphrase: passphrase.reveal() } : {}) };
  }
  const { store, keyPassword } = identity;
  const password = store.password?.reveal() ?? '';
  const entries = Object.values(toPem(readFileSync(store.path), password, keyPassword?.reveal() ?? password));
  const own = entries.find((entry) => entry.cert && entry.key);
  if (!own?.cert || !own.key) throw new Error('it holds no key with a certificate');
  return { cert: own.cert, key: own.key };
}

function saslMaterial(sasl: ClientSasl, clock: Pick<Clock, 'monotonicMs'>): SaslSettings {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl, password: sasl.password.reveal() };
  const { token } = sasl;
  if ('path' in token) return { mechanism: 'oauthbearer', token: tokenFromFile(token.path) };
  const from = { ...token, clientSecret: token.clientSecret.reveal() };
  return { mechanism: 'oauthbearer', token: tokenFromEndpoint(from, clock) };
}

/** Something of a client's TLS that can't be used. */
export interface WrongMaterial {
  readonly of: 'truststore' | 'keystore';
  /** Null: PEM text in the configuration itself. */
  readonly path: string | null;
  readonly problem: string;
}

/** Opens what one client names. */
export const wrongTls = (tls: ClientTls): WrongMaterial[] => trials(tls).flatMap(({ run }) => run());

/** Opens every store and reads every certificate once, so that a wrong password is a mistake at the start. */
export function wrongMaterial({ clusters, flows }: PullSettings): WrongMaterial[] {
  const all = [...Object.values(clusters), ...flows.flatMap(({ clients }) => [clients.source, clients.target])];
  const tls = all.flatMap((clients) => CLIENT_KINDS.flatMap((kind) => clients[kind].tls ?? []));
  // Many clients name the same store, and opening one takes its time.
  const once = new Map(tls.flatMap(trials).map((trial) => [trial.print, trial]));
  return [...once.values()].flatMap(({ run }) => run());
}

interface Trial {
  readonly print: string;
  readonly run: () => WrongMaterial[];
}

function trials(tls: ClientTls): Trial[] {
  const trial = (of: WrongMaterial['of'], path: string | null, material: () => TlsSettings) => (): WrongMaterial[] => {
    try {
      createSecureContext(material());
      return [];
    } catch (error) {
      return [{ of, path, problem: `can't be used: ${reasonOf(error)}` }];
    }
  };
  const { trust, identity } = tls;
  return [
    ...(trust
      ? [{ print: fingerprint(trust), run: trial('truststore', pathOf(trust), () => trustMaterial(tls)) }]
      : []),
    ...(identity
      ? [{ print: fingerprint(identity), run: trial('keystore', pathOf(identity), () => identityMaterial(tls)) }]
      : []),
  ];
}

function filesOf(material: NonNullable<ClientTls['trust'] | ClientTls['identity']>): string[] {
  if ('store' in material) return [material.store.path];
  const all = 'key' in material ? [material.cert, material.key] : [material];
  return all.flatMap((pem) => ('path' in pem ? [pem.path] : []));
}

function pathOf(material: NonNullable<ClientTls['trust'] | ClientTls['identity']>): string | null {
  if ('store' in material) return material.store.path;
  const pem = 'key' in material ? material.key : material;
  return 'path' in pem ? pem.path : null;
}
