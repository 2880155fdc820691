/** How a Kafka cluster is reached: the same options for the agent's local cluster and the hub's central one. */
import { readFileSync } from 'node:fs';
import type { Static } from 'typebox';
import type { KafkaSettings, SaslSettings, TlsSettings } from '../kafka/settings.ts';
import { type Check, list, optional, section, switchOr } from './option.ts';
import { path } from './placeOptions.ts';
import { choice, flag, secret, text } from './values.ts';

const ssl = section(
  {
    ca: optional(
      path({ says: 'PEM file with the authorities that the brokers are checked against.', mustExist: true }),
    ),
    cert: optional(path({ says: 'PEM file with the client certificate.', mustExist: true })),
    key: optional(path({ says: 'PEM file with the private key of `cert`.', mustExist: true })),
    passphrase: optional(secret({ says: 'Opens `key`, where it is encrypted.', examples: ['${env:KEY_PASSPHRASE}'] })),
    servername: optional(
      text({ says: "Name to expect in the brokers' certificates, where it isn't their host name." }),
    ),
    rejectUnauthorized: flag({
      says: 'False takes any certificate: anybody on the way can then read and change everything.',
      default: true,
    }),
  },
  { says: 'TLS with files of your own.', checks: [pair('cert', 'key'), pair('key', 'cert')] },
);

function pair<A extends string, B extends string>(have: A, need: B): Check<{ [k in A | B]?: unknown }> {
  return {
    needs: [have, need],
    run: (value, report) => {
      if (value[have] !== undefined && value[need] === undefined) {
        report(need, { problem: 'is missing', allowed: `${have} and ${need} go together` });
      }
    },
  };
}

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;

const sasl = section(
  {
    mechanism: choice(SASL_MECHANISMS, { says: 'How the client proves who it is.' }),
    username: optional(text({ says: 'For `plain` and `scram-*`.' })),
    password: optional(secret({ says: 'For `plain` and `scram-*`.', examples: ['${env:KAFKA_PASSWORD}'] })),
    token: optional(secret({ says: 'For `oauthbearer`.', examples: ['${file:/run/secrets/kafka-token}'] })),
  },
  {
    says: 'Authentication at the brokers.',
    checks: [
      {
        needs: ['mechanism', 'username', 'password', 'token'],
        run: (value, report) => {
          const needed = value.mechanism === 'oauthbearer' ? (['token'] as const) : (['username', 'password'] as const);
          for (const name of needed) {
            if (value[name] === undefined)
              report(name, { problem: 'is missing', allowed: `${value.mechanism} needs it` });
          }
        },
      },
    ],
  },
);

const BROKER = /^(\[[0-9A-Fa-f:.]+\]|[^\s:,/]+):\d{1,5}$/;

/** Spread into a section: `section({ ...kafkaOptions, topics: ... })`. */
export const kafkaOptions = {
  brokers: list(
    text({ says: 'host:port of a broker.', pattern: BROKER, allowed: 'write host:port', examples: ['kafka-1:9092'] }),
    { says: 'Brokers to begin with, as `host:port`; the others are found through them.', minItems: 1 },
  ),
  clientId: optional(
    text({ says: "Name in the brokers' logs and quotas; by default made from the role and the edge." }),
  ),
  ssl: switchOr(ssl, {
    says: '`true`: TLS, checked against the authorities that Node.js knows. Or a section with files of your own.',
    default: false,
  }),
  sasl: optional(sasl),
};

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly ssl: boolean | Static<typeof ssl>;
  readonly sasl?: Static<typeof sasl>;
}

/**
 * Settings for shared/kafka: PEM files are read and secrets revealed here, as late as possible.
 * @throws where a PEM file can't be read any more
 */
export function kafkaSettings(config: KafkaConfig, defaultClientId: string): KafkaSettings {
  return {
    brokers: config.brokers,
    clientId: config.clientId ?? defaultClientId,
    ...(config.ssl ? { ssl: config.ssl === true || tlsSettings(config.ssl) } : {}),
    ...(config.sasl ? { sasl: saslSettings(config.sasl) } : {}),
  };
}

function tlsSettings({ ca, cert, key, passphrase, servername, rejectUnauthorized }: Static<typeof ssl>): TlsSettings {
  return {
    ...(ca ? { ca: readFileSync(ca, 'utf8') } : {}),
    ...(cert ? { cert: readFileSync(cert, 'utf8') } : {}),
    ...(key ? { key: readFileSync(key, 'utf8') } : {}),
    ...(passphrase ? { passphrase: passphrase.reveal() } : {}),
    ...(servername ? { servername } : {}),
    rejectUnauthorized,
  };
}

function saslSettings({ mechanism, username, password, token }: Static<typeof sasl>): SaslSettings {
  return {
    mechanism,
    ...(username ? { username } : {}),
    ...(password ? { password: password.reveal() } : {}),
    ...(token ? { token: token.reveal() } : {}),
  };
}
