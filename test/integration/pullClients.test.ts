/** What a MirrorMaker 2 file says about TLS and SASL, used against a broker that asks for both. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runPull } from '../../hub/assemblePull.ts';
import { clientKafkaSettings, readMm2, readPullYaml, toYaml } from '../../hub/pull/config/index.ts';
import { Cluster, createTopics, IdempotentProducer, type KafkaSettings, toKafkaJs } from '../../shared/kafka/index.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import { keysAt } from '../support/kafkaPair.ts';
import { rigTelemetry } from '../support/rigTelemetry.ts';
import { SECURE_USER, type SecureKafka, startSecureKafka } from '../support/secureKafka.ts';

const run = promisify(execFile);
let own: SecureKafka;
let folder: string;

beforeAll(async () => {
  own = await startSecureKafka(60_000);
  folder = mkdtempSync(join(tmpdir(), 'tributary-pull-clients-'));
  writeFileSync(join(folder, 'ca.pem'), own.ca);
  const store = ['-keystore', join(folder, 'trust.jks'), '-storetype', 'JKS', '-storepass', 'store-secret'];
  await run('keytool', ['-importcert', '-noprompt', '-alias', 'ca', '-file', join(folder, 'ca.pem'), ...store]);
}, 300_000);
afterAll(async () => {
  await own?.close();
  rmSync(folder, { recursive: true, force: true });
});

const jaas = (module: string, password: string): string =>
  // Once for JAAS, once for the properties file.
  `org.apache.kafka.common.security.${module} required username="${SECURE_USER.username}" password="${password.replace(/["\\]/g, '\\$&')}";`.replaceAll(
    '\\',
    '\\\\',
  );

const file = (lines: readonly string[]): string =>
  [
    'clusters = A, B',
    `A.bootstrap.servers = ${own.secure}`,
    'B.bootstrap.servers = b:1',
    'A.security.protocol = SASL_SSL',
    ...lines,
  ].join('\n');

const store = () => [
  `A.ssl.truststore.location = ${join(folder, 'trust.jks')}`,
  'A.ssl.truststore.password = store-secret',
];
const pem = () => [
  'A.ssl.truststore.type = PEM',
  `A.ssl.truststore.certificates = ${own.ca.replaceAll(/\r?\n/g, '\\n')}`,
];
const plain = () => [
  'A.sasl.mechanism = PLAIN',
  `A.sasl.jaas.config = ${jaas('plain.PlainLoginModule', SECURE_USER.password)}`,
];
const scram = () => [
  'A.sasl.mechanism = SCRAM-SHA-512',
  `A.sasl.jaas.config = ${jaas('scram.ScramLoginModule', 'scram-secret')}`,
];

const settingsOf = (text: string): KafkaSettings =>
  clientKafkaSettings(readMm2(Buffer.from(text), { file: 'mm2.properties' }).settings.clusters.A!.admin, 'test');

/** With both client libraries. */
async function works(settings: KafkaSettings, topic: string): Promise<void> {
  const cluster = Cluster.open(settings);
  try {
    const [made] = await createTopics(cluster, [{ name: topic, partitions: 1, replicationFactor: 1 }]);
    expect(made?.errorCode).toBe(0);
  } finally {
    cluster.close();
  }
  const admin = new kafkajs.Kafka(toKafkaJs(settings)).admin();
  await admin.connect();
  expect(await admin.listTopics()).toContain(topic);
  await admin.disconnect();
}

test('a JKS truststore and PLAIN, with a password that needs every escape', async () => {
  await works(settingsOf(file([...store(), ...plain()])), 'pull-plain');
});

test('a PEM text and SCRAM-SHA-512', async () => {
  await works(settingsOf(file([...pem(), ...scram()])), 'pull-scram');
});

test('the same after it went through hub.yaml', async () => {
  const { settings } = readMm2(Buffer.from(file([...store(), ...scram()])), { file: 'mm2.properties' });
  const { text, variables } = toYaml(settings);
  expect(variables).toEqual(['A_TRUSTSTORE_PASSWORD', 'A_SASL_PASSWORD']);
  const env = { A_TRUSTSTORE_PASSWORD: 'store-secret', A_SASL_PASSWORD: 'scram-secret' };
  const again = readPullYaml(text, { file: join(folder, 'pull.yaml'), env }).settings;
  await works(clientKafkaSettings(again.clusters.A!.admin, 'test'), 'pull-yaml');
});

test('MirrorConnectorsIntegrationSSLTest: a whole flow over TLS, by SCRAM on one side and PLAIN on the other', async () => {
  const both = [...store(), ...scram()].flatMap((line) => [line, line.replace(/^A\./, 'B.')]);
  const more = plain().map((line) => line.replace(/^A\./, 'B.'));
  const text = file([
    ...both,
    ...more,
    'B.security.protocol = SASL_SSL',
    `B.bootstrap.servers = ${own.secure}`,
    'A->B.enabled = true',
    'topics = over-tls',
    'replication.factor = 1',
    ...['offset-syncs', 'checkpoints', 'heartbeats'].map((of) => `${of}.topic.replication.factor = 1`),
  ]);
  const cluster = Cluster.open(settingsOf(text));
  onTestFinished(() => cluster.close());
  const [made] = await createTopics(cluster, [{ name: 'over-tls', partitions: 1, replicationFactor: 1 }]);
  expect(made?.errorCode).toBe(0);
  const records = [{ key: Buffer.from('k'), value: null, timestamp: Date.now(), headers: [] }];
  const batch = { topic: 'over-tls', partition: 0, records: 1, blob: encodeBatch(records, { codec: 'zstd' }) };
  expect(await new IdempotentProducer(cluster, 'test').send([batch])).toMatchObject([{ kind: 'landed' }]);
  const { settings } = readMm2(Buffer.from(text), { file: 'mm2.properties' });
  const pull = await runPull({ settings, name: 'tls', listen: null }, rigTelemetry('pull'));
  onTestFinished(() => pull.close());
  const arrived = async () => {
    const found = (await cluster.metadata(['A.over-tls'])).topics.get('A.over-tls');
    return found?.partitions[0]?.errorCode === 0 ? keysAt(cluster, 'A.over-tls', 0) : [];
  };
  await expect.poll(arrived, { timeout: 45_000, interval: 200 }).toEqual(['k']);
});

test('a wrong password is refused', async () => {
  const wrong = scram().map((line) => line.replace('scram-secret', 'wrong'));
  const cluster = Cluster.open(settingsOf(file([...pem(), ...wrong])));
  await expect(createTopics(cluster, [{ name: 'never', partitions: 1, replicationFactor: 1 }])).rejects.toThrow();
  cluster.close();
});
