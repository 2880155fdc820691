/** What a crash run starts: two real Kafkas, a hub and two agents, each a process that can be killed and started again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { Victim } from './victim.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PARTITIONS = 4;
export const CLIENTS = 4;

export interface Rig {
  readonly central: LocalKafka;
  readonly edge: LocalKafka;
  readonly hub: Victim;
  readonly store: Victim;
  readonly plant: Victim;
  readonly httpUrl: string;
  readonly hubUrl: string;
  close(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** `sources`: the clone whose agent and hub are run (a broken copy, where a promise is broken on purpose). */
export async function openRig(dir: string, sources: string, print: (line: string) => void): Promise<Rig> {
  mkdirSync(dir, { recursive: true });
  const [central, edge] = await Promise.all([
    startKafka({ dir: join(dir, 'central'), onProgress: (line) => print(`central Kafka: ${line}`) }),
    startKafka({ dir: join(dir, 'edge'), onProgress: (line) => print(`edge Kafka: ${line}`) }),
  ]);
  await createTopics(central.brokers, ['store.orders', 'plant.metrics']);
  await createTopics(edge.brokers, ['orders']);
  const [hubPort, httpPort, t1, t2, t3] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const hubYaml = write(dir, 'hub.yaml', [
    `kafka: { brokers: ${JSON.stringify(central.brokers)} }`,
    `listen: "127.0.0.1:${hubPort}"`,
    'ledger: { topic: tributary.ledger, shards: 4 }',
    `telemetry: { listen: "127.0.0.1:${t1}" }`,
  ]);
  const agent = (name: string, source: string, telemetry: number): string =>
    write(dir, `${name}.yaml`, [
      `edge: ${name}`,
      `hub: { url: "http://127.0.0.1:${hubPort}" }`,
      `buffer: { path: ${join(dir, `${name}.db`)}, maxBytes: 2GiB }`,
      'sources:',
      `  - ${source}`,
      `telemetry: { listen: "127.0.0.1:${telemetry}", log: info }`,
    ]);
  const store = agent(
    'store',
    `kafka: { brokers: ${JSON.stringify(edge.brokers)}, topics: [orders], from: earliest }`,
    t2,
  );
  const plant = agent(
    'plant',
    `http: { listen: "127.0.0.1:${httpPort}", topics: { metrics: { partitions: ${CLIENTS} } } }`,
    t3,
  );
  const launcher = join(sources, 'bin/tributary.js');
  const rig = {
    central,
    edge,
    hub: new Victim('hub', [launcher, 'hub', '--config', hubYaml], join(dir, 'hub.log')),
    store: new Victim('store', [launcher, 'agent', '--config', store], join(dir, 'store.log')),
    plant: new Victim('plant', [launcher, 'agent', '--config', plant], join(dir, 'plant.log')),
    httpUrl: `http://127.0.0.1:${httpPort}`,
    hubUrl: `http://127.0.0.1:${hubPort}`,
    close: async (): Promise<void> => {
      await Promise.all([rig.store.stop(), rig.plant.stop()]);
      await rig.hub.stop();
      await Promise.all([central.stop(), edge.stop()]);
    },
  };
  await Promise.all([rig.hub.start(), rig.store.start(), rig.plant.start()]);
  return rig;
}

function write(dir: string, name: string, lines: readonly string[]): string {
  const path = join(dir, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export async function createTopics(brokers: readonly string[], topics: readonly string[]): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS })),
    waitForLeaders: true,
  });
  await admin.disconnect();
}
