import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentOptions } from '../../agent/config.ts';
import { ConfigError, loadConfig } from '../../shared/config/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-agent-config-'));
  writeFileSync(join(folder, 'token'), 'hush-hush\n');
  writeFileSync(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, yaml);
  return loadConfig(agentOptions, file, { env });
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

/** A right file of which single lines are replaced. */
function file(lines: Record<string, string> = {}): string {
  const all = {
    edge: 'store-1',
    hub: '{ url: "http://127.0.0.1:8443" }',
    buffer: '{ path: buffer.db }',
    sources: '[{ http: { listen: "127.0.0.1:7080" } }]',
    ...lines,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
}

test('the example of the documentation loads', () => {
  const config = load(`edge: store-217
hub: { url: "https://hub.example:8443", token: "\${file:${folder}/token}", ca: ${folder}/ca.pem }
buffer: { path: /var/lib/tributary/buffer.db, maxBytes: 20GiB }
sources:
  - kafka: { brokers: ["127.0.0.1:9092"], topics: ["orders", "/sensors\\\\..*/"], from: earliest }
  - http: { listen: "127.0.0.1:7080" }        # POST /topics/{topic}
telemetry: { listen: "127.0.0.1:9464", log: info }
`);
  expect(config).toMatchObject({
    edge: 'store-217',
    hub: { url: 'https://hub.example:8443', ca: join(folder, 'ca.pem') },
    buffer: { path: '/var/lib/tributary/buffer.db', maxBytes: 20 * 2 ** 30, idempotencyMs: 86_400_000 },
    sources: [
      {
        kafka: {
          name: 'kafka',
          brokers: ['127.0.0.1:9092'],
          topics: ['orders', '/sensors\\..*/'],
          exclude: [],
          from: 'earliest',
          isolation: 'read_committed',
          ssl: false,
        },
      },
      { http: { name: 'http', listen: { host: '127.0.0.1', port: 7080 }, topics: {}, maxBodyBytes: 16 * 2 ** 20 } },
    ],
    forward: { lingerMs: 250 },
    telemetry: { listen: { host: '127.0.0.1', port: 9464 }, log: 'info' },
  });
  expect(config.hub.token?.reveal()).toBe('hush-hush');
});

test('the least that must be said', () => {
  expect(load(file())).toMatchObject({ edge: 'store-1', telemetry: { log: 'info' } });
  expect(load(file({ edge: '217' })).edge).toBe('217');
});

describe('mistakes', () => {
  test.each(['Store-1', 'store.1', '-store', 'store_1', '"a b"', `${'x'.repeat(64)}`])('edge %s', (edge) => {
    expect(mistakes(file({ edge }))).toEqual([expect.stringMatching(/^1 edge: .* is not allowed here$/)]);
  });

  test('plain http and no token only to this machine', () => {
    expect(mistakes(file({ hub: '{ url: "http://hub.example:8443" }' }))).toEqual([
      '2 hub.token: is missing',
      '2 hub.url: plain http to hub.example',
    ]);
    expect(mistakes(file({ hub: '{ url: "https://hub.example:8443" }' }))).toEqual(['2 hub.token: is missing']);
    expect(mistakes(file({ hub: '{ url: "http://hub.example:8443", token: x }' }))).toHaveLength(1);
    expect(mistakes(file({ hub: '{ url: "http://[::1]:8443" }' }))).toEqual([]);
    expect(mistakes(file({ hub: '{ url: "http://localhost:8443" }' }))).toEqual([]);
  });

  test.each([
    ['hub.example:8443', 'is not an http or https URL'],
    ['ftp://hub', 'is not an http or https URL'],
    ['https://hub/v1', 'has a path or query'],
    ['https://me:hush@hub', 'holds a user name or password'],
    ['ftp://me:hush@hub', '"ftp://[secret]@hub" is not an http or https URL'],
    ['https://me:hu@sh@hub:99999', '"https://[secret]@hub:99999" is not an http or https URL'],
  ])('hub.url %s', (url, problem) => {
    const found = mistakes(file({ hub: `{ url: "${url}", token: x }` }));
    expect(found).toEqual([expect.stringContaining(problem)]);
    if (problem.startsWith('holds')) expect(found[0]).not.toContain('hush');
  });

  test('an HTTP source that others can reach needs a token', () => {
    expect(mistakes(file({ sources: '[{ http: { listen: "0.0.0.0:7080" } }]' }))).toEqual([
      '4 sources[0].http.token: is missing, and 0.0.0.0:7080 can be reached from other machines',
    ]);
    expect(mistakes(file({ sources: '[{ http: { listen: "0.0.0.0:7080", token: x } }]' }))).toEqual([]);
  });

  test('two servers at one address', () => {
    const sources = '[{ http: { listen: "127.0.0.1:7080" } }, { http: { name: b, listen: "127.0.0.1:7080" } }]';
    expect(mistakes(file({ sources, telemetry: '{ listen: "0.0.0.0:7080" }' }))).toEqual([
      '4 sources[1].http.listen: 127.0.0.1:7080 is taken by sources[0].http.listen',
      '5 telemetry.listen: 0.0.0.0:7080 is taken by sources[0].http.listen',
    ]);
  });

  test('two sources of one name', () => {
    const sources = '[{ http: { listen: "127.0.0.1:1" } }, { http: { listen: "127.0.0.1:2" } }]';
    expect(mistakes(file({ sources }))).toEqual(['4 sources[1].http.name: sources[0] is called "http" too']);
  });

  test('topics are names or expressions that compile', () => {
    const kafka = (topics: string) => file({ sources: `[{ kafka: { brokers: ["k:1"], topics: ${topics} } }]` });
    expect(mistakes(kafka('[orders, "/a.*/", "/(/", "a b", ".."]'))).toEqual([
      expect.stringContaining('sources[0].kafka.topics[2]: "/(/" is not a regular expression'),
      expect.stringContaining('sources[0].kafka.topics[3]: "a b" is neither a topic name nor an expression'),
      expect.stringContaining('sources[0].kafka.topics[4]: ".." is neither'),
    ]);
    expect(mistakes(kafka('[]'))).toEqual(['4 sources[0].kafka.topics: has 0 entries']);
  });

  test('a buffer smaller than what is under way', () => {
    expect(mistakes(file({ buffer: '{ path: b.db, maxBytes: 1MiB }' }))).toEqual([
      '3 buffer.maxBytes: "1MiB" is too small',
    ]);
  });

  test('SASL says what its mechanism needs; certificate and key go together', () => {
    const kafka = (more: string) => file({ sources: `[{ kafka: { brokers: ["k:1"], topics: [a], ${more} } }]` });
    expect(mistakes(kafka('sasl: { mechanism: plain, username: u }'))).toEqual([
      '4 sources[0].kafka.sasl.password: is missing',
    ]);
    expect(mistakes(kafka('sasl: { mechanism: oauthbearer }'))).toEqual(['4 sources[0].kafka.sasl.token: is missing']);
    expect(mistakes(kafka('ssl: { cert: ca.pem }'))).toEqual(['4 sources[0].kafka.ssl.key: is missing']);
    expect(mistakes(kafka('sasl: { mechanism: gssapi }'))).toEqual([
      '4 sources[0].kafka.sasl.mechanism: "gssapi" is not known',
    ]);
  });
});
