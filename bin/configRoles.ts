/** The two roles' configurations, as the `config` commands see them. */
import type { TObject } from 'typebox';
import { agentOptions } from '../agent/config.ts';
import { hubOptions } from '../hub/config.ts';
import { markdown, readText, topLevelKeys } from '../shared/config/index.ts';
import type { Role } from './roleNames.ts';

export const schemaOf = (role: Role): TObject => (role === 'agent' ? agentOptions : hubOptions);

/** Whose file it is, by the options in it that only one of them has; a file that says nothing counts as an agent's. */
export function roleOf(file: string): Role {
  const keys = topLevelKeys(readText(file));
  const fits = (role: Role): number => keys.filter((key) => Object.hasOwn(schemaOf(role).properties, key)).length;
  return fits('hub') > fits('agent') ? 'hub' : 'agent';
}

export const EXAMPLES: Readonly<Record<Role, string>> = {
  agent: `edge: store-217
hub: { url: "https://hub.example:8443", token: "\${file:/etc/tributary/token}", ca: /etc/tributary/ca.pem }
buffer: { path: /var/lib/tributary/buffer.db, maxBytes: 20GiB }
sources:
  - kafka: { brokers: ["127.0.0.1:9092"], topics: ["orders", "/sensors\\\\..*/"], from: earliest }
  - http: { listen: "127.0.0.1:7080" }
telemetry: { listen: "127.0.0.1:9464", log: info }
`,
  hub: `kafka: { brokers: ["kafka-1:9092"], ssl: true, sasl: { mechanism: scram-sha-512, username: hub, password: "\${env:P}" } }
listen: "0.0.0.0:8443"
tls: { cert: /etc/tributary/hub.pem, key: /etc/tributary/hub.key }
edges: { tokens: /etc/tributary/edges.yaml }
ledger: { topic: tributary.ledger, shards: 12 }
routes: { default: { topic: "{edge}.{topic}", partitions: source, replicationFactor: -1 } }
telemetry: { listen: "0.0.0.0:9464" }
`,
};

const MORE: Readonly<Record<Role, readonly Role[]>> = { agent: ['hub'], hub: ['agent'] };

/** docs/reference/<role>.md, whole. */
export function referencePage(role: Role): string {
  const title = `Configuration of the ${role}`;
  const see = MORE[role].map((other) => `[the ${other}'s configuration](${other}.md)`).join(', ');
  return markdown(schemaOf(role), {
    title,
    command: `tributary ${role} --config ${role}.yaml`,
    example: EXAMPLES[role],
    see,
  });
}
