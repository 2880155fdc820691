import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubOptions } from '../../hub/config.ts';
import { ConfigError, loadConfig } from '../../shared/config/index.ts';
import { kafkaSettings } from '../../shared/config/kafkaOptions.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-hub-config-'));
  for (const name of ['hub.pem', 'hub.key', 'edges.yaml']) writeFileSync(join(folder, name), `content of ${name}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(folder, 'hub.yaml');
  writeFileSync(file, yaml);
  return loadConfig(hubOptions, file, { env });
}

function mistakes(yaml: string): string[] {
  try {
    load(yaml);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map(({ path, line, problem }) => `${line} ${path}: ${problem}`);
  }
  return [];
}

const least = (more = ''): string => `kafka: { brokers: ["k:9092"] }\nlisten: "127.0.0.1:8443"\n${more}`;

test('the example of the documentation loads', () => {
  const yaml = `kafka: { brokers: ["kafka-1:9092"], ssl: true, sasl: { mechanism: scram-sha-512, username: hub, password: "\${env:P}" } }
listen: "0.0.0.0:8443"
tls: { cert: ${folder}/hub.pem, key: ${folder}/hub.key }
edges: { tokens: ${folder}/edges.yaml }   # edge -> token hash
ledger: { topic: tributary.ledger, shards: 12 }
routes: { default: { topic: "{edge}.{topic}", partitions: source, replicationFactor: -1 } }
telemetry: { listen: "0.0.0.0:9464" }
`;
  const config = load(yaml, { P: 'hush-hush' });
  expect(config).toMatchObject({
    listen: { host: '0.0.0.0', port: 8443 },
    edges: { tokens: join(folder, 'edges.yaml') },
    ledger: { topic: 'tributary.ledger', shards: 12, replicationFactor: -1 },
    routes: {
      default: { topic: '{edge}.{topic}', partitions: 'source', replicationFactor: -1, onRefused: 'deadLetter' },
    },
    verify: 'strict',
    deadLetter: { topic: 'tributary.dead-letter' },
  });
  expect(kafkaSettings(config.kafka, 'tributary-hub')).toEqual({
    brokers: ['kafka-1:9092'],
    clientId: 'tributary-hub',
    ssl: true,
    sasl: { mechanism: 'scram-sha-512', username: 'hub', password: 'hush-hush' },
  });
});

test('files of the client are read where they are used', () => {
  const yaml = `kafka: { brokers: ["k:1"], ssl: { ca: hub.pem, cert: hub.pem, key: hub.key } }\nlisten: "127.0.0.1:1"`;
  expect(kafkaSettings(load(yaml).kafka, 'x').ssl).toEqual({
    ca: 'content of hub.pem',
    cert: 'content of hub.pem',
    key: 'content of hub.key',
    rejectUnauthorized: true,
  });
});

test('the least that must be said', () => {
  expect(load(least())).toMatchObject({ ledger: { shards: 12 }, telemetry: { log: 'info' } });
});

describe('mistakes', () => {
  test('a hub that others can reach needs TLS and tokens', () => {
    expect(mistakes('kafka: { brokers: ["k:1"] }\nlisten: "0.0.0.0:8443"')).toEqual([
      '1 edges.tokens: is missing, and 0.0.0.0:8443 can be reached from other machines',
      '1 tls: is missing, and 0.0.0.0:8443 can be reached from other machines',
    ]);
  });

  test('two servers at one address', () => {
    expect(mistakes(least('telemetry: { listen: "127.0.0.1:8443" }'))).toEqual([
      '3 telemetry.listen: 127.0.0.1:8443 is taken by listen',
    ]);
  });

  test('routes that would mix topics', () => {
    const route = (text: string) => mistakes(least(`routes: { default: { ${text} } }`));
    expect(route('topic: "{edge}"')).toEqual([expect.stringContaining('3 routes.default.topic: it has no {topic}')]);
    expect(route('topic: "{edgy}.{topic}"')).toEqual([expect.stringContaining('it has {edgy}')]);
    expect(route('topic: "all.{topic}"')).toEqual([
      expect.stringContaining('3 routes.default: edges share its topics'),
    ]);
    expect(route('topic: "all.{topic}", partitions: 6')).toEqual([]);
    expect(route('partitions: many')).toEqual(['3 routes.default.partitions: "many" is not known']);
    expect(route('replicationFactor: 0')).toEqual([expect.stringContaining('3 routes.default: `replicationFactor`')]);
  });

  test('groups for {group}', () => {
    const yaml = 'routes: { default: { topic: "{group}.{topic}", partitions: 6 }, groups: { stores: ["store-*"] } }';
    expect(load(least(yaml)).routes.groups).toEqual({ stores: ['store-*'] });
    expect(mistakes(least(yaml.replace(/, groups.*/, ' }')))).toEqual([expect.stringContaining('no groups')]);
  });

  test('a ledger without a copy', () => {
    expect(mistakes(least('ledger: { replicationFactor: 0 }'))).toEqual([
      expect.stringContaining('3 ledger.replicationFactor'),
    ]);
  });

  test('the dead-letter topic is not the ledger', () => {
    expect(mistakes(least('deadLetter: { topic: tributary.ledger.audit }'))).toEqual([
      '3 deadLetter.topic: "tributary.ledger.audit" is a topic of the ledger',
    ]);
  });
});
