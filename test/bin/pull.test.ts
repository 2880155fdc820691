import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pullPage } from '../../hub/pull/config/index.ts';
import { ROOT, tributary } from './cli.ts';

let folder: string;
const PROPERTIES = `clusters = A, B
A.bootstrap.servers = a:1
B.bootstrap.servers = b:1
A->B.enabled = true
A->B.topics = orders
A.security.protocol = SASL_PLAINTEXT
A.sasl.mechanism = PLAIN
A.sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="hush";
tasks.max = 3
topcis = x
`;
const YAML =
  'clusters: { A: { brokers: ["a:1"] }, B: { brokers: ["b:1"] } }\nflows: [{ source: A, target: B, topics: { include: [orders] } }]\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-pull-cli-'));
  writeFileSync(join(folder, 'mm2.properties'), PROPERTIES);
  writeFileSync(join(folder, 'pull.yaml'), YAML);
  writeFileSync(join(folder, 'hub.yaml'), `kafka: { brokers: ["k:1"] }\nlisten: "127.0.0.1:0"\n${YAML}`);
  writeFileSync(join(folder, 'bad.properties'), 'clusters = A\ntopics = (\nreplication.factor = x\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => tributary(args, { cwd: folder });

describe('tributary pull FILE --print', () => {
  test('shows properties as YAML, without secrets, and names on stderr what does nothing', async () => {
    const { code, stdout, stderr } = await run('pull', 'mm2.properties', '--print', 'yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('  - source: A\n    target: B\n    topics:\n      include:\n        - orders\n');
    expect(stdout).toContain('password: ${env:A_SASL_PASSWORD}');
    expect(stdout + stderr).not.toContain('hush');
    expect(stderr).toMatch(
      /^mm2\.properties:9:1: tasks\.max .*\nmm2\.properties:10:1: topcis .*did you mean topics\?\n$/,
    );
  });

  test('shows YAML as properties, that of hub.yaml too', async () => {
    for (const file of ['pull.yaml', 'hub.yaml']) {
      const { code, stdout, stderr } = await run('pull', file, '--print', 'properties');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('A->B.topics = orders\n');
      expect(stdout).toContain('B->A.emit.heartbeats.enabled = false\n');
    }
  });

  test('without a form: says which there are', async () => {
    const { code, stderr } = await run('pull', 'mm2.properties', '--print');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--print yaml.*--print properties/)]);
  });

  test('--clusters limits the targets', async () => {
    const { stdout } = await run('pull', 'mm2.properties', '--print', 'yaml', '--clusters', 'A');
    expect(stdout).toContain('target: A');
    expect(stdout).not.toContain('target: B');
  });
});

test('tributary flows add: a file that is not there is no matter of --config', async () => {
  const { code, stderr } = await run('flows', 'add', 'nofile.yaml');
  expect(code).toBe(2);
  expect(stderr).toContain('one flow');
  expect(stderr).not.toContain('--config');
});

describe('tributary config check', () => {
  test('knows files of pulls', async () => {
    expect((await run('config', 'check', 'pull.yaml')).stdout).toBe('pull.yaml: ok, pull\n');
    const { code, stdout } = await run('config', 'check', 'mm2.properties', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      role: 'pull',
      ok: true,
      remarks: [expect.stringContaining(':9:1:'), expect.anything()],
    });
  });

  test('lists every mistake', async () => {
    const { code, stderr } = await run('config', 'check', 'bad.properties');
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.properties:1:1: A\.bootstrap\.servers: is missing/);
    expect(stderr).toMatch(/bad\.properties:2:1: topics: /);
    expect(stderr).toMatch(/bad\.properties:3:1: replication\.factor: /);
  });
});

test('docs/reference/pull.md is what the declarations say; "node bin/tributary.js config docs" writes it anew', () => {
  expect(readFileSync(join(ROOT, 'docs', 'reference', 'pull.md'), 'utf8')).toBe(pullPage());
});
