/** The one place where a user's client settings become those of the two client libraries. */
import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { ConnectionOptions, SASLMechanismValue } from '@platformatic/kafka';
import { type KafkaConfig, type SASLOptions as KafkaJsSasl, logLevel } from 'kafkajs';
import { TributaryError } from '../errors.ts';
import { sessionKeeper } from './saslSession.ts';

export interface TlsSettings {
  /** PEM text, not a path; the same for `cert` and `key`. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Name that the broker's certificate is checked against; default: the host that is connected to. */
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  /** False: a certificate of a trusted authority will do, whatever host it names. */
  readonly verifyHostname?: boolean;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}
export interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';
  readonly username?: string;
  readonly password?: string;
  /** A function is asked at each connection; it keeps a token as long as it may. */
  readonly token?: string | (() => Promise<string>);
}
export interface KafkaSettings {
  /** `host:port`, IPv6 as `[::1]:9092`; tried in turn. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** A function is asked at each connection: files that were renewed count from then on. */
  readonly ssl?: boolean | TlsSettings | (() => TlsSettings);
  readonly sasl?: SaslSettings;
  readonly connectTimeoutMs?: number;
  /** How long an answer may take, counted from sending. */
  readonly requestTimeoutMs?: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const DEFAULT_CLIENT_ID = 'tributary';
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
/** More than any caller keeps under way on one connection; the library queues what goes beyond. */
const REQUESTS_IN_FLIGHT = 64;

/** @throws TributaryError `configInvalid` */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (!host || port < 1 || port > 65_535) {
    throw new TributaryError({
      code: 'configInvalid',
      operation: 'read Kafka settings',
      subject: `broker ${JSON.stringify(text)}`,
      reason: 'it is not host:port',
      hint: 'Write it as kafka-1.example:9092, or [::1]:9092 for an IPv6 address.',
      retry: 'final',
    });
  }
  return { host, port };
}

export const addressText = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Settings for kafkajs. It logs nothing by itself: callers hand on what they are told through errors and events. */
export function toKafkaJs(settings: KafkaSettings): KafkaConfig {
  return {
    clientId: settings.clientId ?? DEFAULT_CLIENT_ID,
    brokers: settings.brokers.map((broker) => addressText(parseAddress(broker))),
    connectionTimeout: settings.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    authenticationTimeout: settings.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    logLevel: logLevel.NOTHING,
    ...(settings.ssl ? { ssl: settings.ssl === true ? true : tlsOptions(current(settings.ssl)) } : {}),
    ...(settings.sasl ? { sasl: kafkaJsSasl(settings.sasl) } : {}),
  };
}

/** Settings for one connection of @platformatic/kafka; `onSessionEnd` hears how long a SASL session may be used. */
export function toConnectionOptions(
  settings: KafkaSettings,
  address: Address,
  onSessionLifetime: (lifetimeMs: number) => void,
): ConnectionOptions {
  return {
    connectTimeout: settings.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    maxInflights: REQUESTS_IN_FLIGHT,
    ...(settings.ssl ? { tls: withServerName(settings.ssl === true ? {} : current(settings.ssl), address.host) } : {}),
    ...(settings.sasl ? { sasl: platformaticSasl(settings.sasl, onSessionLifetime) } : {}),
  };
}

const current = (ssl: TlsSettings | (() => TlsSettings)): TlsSettings => (typeof ssl === 'function' ? ssl() : ssl);

function tlsOptions({ verifyHostname = true, ...ssl }: TlsSettings): TlsOptions {
  const options = Object.fromEntries(Object.entries(ssl).filter(([, value]) => value !== undefined));
  return verifyHostname ? options : { ...options, checkServerIdentity: () => undefined };
}

/** TLS wants the name said (SNI), and forbids to say an IP address. */
function withServerName(ssl: TlsSettings, host: string): TlsOptions {
  const options = tlsOptions(ssl);
  return options.servername || isIP(host) ? options : { ...options, servername: host };
}

function kafkaJsSasl(sasl: SaslSettings): KafkaJsSasl {
  if (sasl.mechanism === 'oauthbearer') {
    const token = required(sasl, 'token');
    const ask = typeof token === 'function' ? token : async () => token;
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await ask() }) };
  }
  return { mechanism: sasl.mechanism, username: required(sasl, 'username'), password: required(sasl, 'password') };
}

function platformaticSasl(
  sasl: SaslSettings,
  onSessionLifetime: (lifetimeMs: number) => void,
): NonNullable<ConnectionOptions['sasl']> {
  const mechanism = sasl.mechanism.toUpperCase() as SASLMechanismValue;
  const authenticate = sessionKeeper(onSessionLifetime);
  if (sasl.mechanism === 'oauthbearer') return { mechanism, token: required(sasl, 'token'), authenticate };
  return { mechanism, username: required(sasl, 'username'), password: required(sasl, 'password'), authenticate };
}

function required<N extends 'username' | 'password' | 'token'>(
  sasl: SaslSettings,
  name: N,
): NonNullable<SaslSettings[N]> {
  const value = sasl[name];
  if (value !== undefined) return value;
  throw new TributaryError({
    code: 'configInvalid',
    operation: 'read Kafka settings',
    subject: `sasl.${name}`,
    reason: `mechanism ${sasl.mechanism} needs it`,
    retry: 'final',
  });
}
