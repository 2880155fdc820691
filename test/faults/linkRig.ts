/** What runs over a bad link need: central Kafka (that of TRIBUTARY_TEST_BROKERS, else one of its own), a hub, an agent, and the link between them. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { request } from 'undici';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { TcpProxy } from '../support/proxy.ts';
import { ROOT } from './rig.ts';
import { Victim } from './victim.ts';

export const TOPIC = 'metrics';
export const CLIENTS = 4;

export interface LinkRig {
  readonly brokers: readonly string[];
  /** Where the records land. */
  readonly target: string;
  readonly proxy: TcpProxy;
  readonly hub: Victim;
  readonly agent: Victim;
  readonly hubPort: number;
  readonly httpUrl: string;
  /** The agent's own account. */
  status(): Promise<{ readonly captured: number; readonly delivered: number; readonly buffered: number }>;
  close(): Promise<void>;
}

export async function openLinkRig(dir: string, sources: string, print: (line: string) => void): Promise<LinkRig> {
  mkdirSync(dir, { recursive: true });
  const shared = process.env.TRIBUTARY_TEST_BROKERS?.split(',');
  const own = shared ? null : await startKafka({ dir: join(dir, 'central'), onProgress: print });
  const brokers = shared ?? own!.brokers;
  const name = `link-${randomBytes(4).toString('hex')}`;
  const target = `${name}.gate.${TOPIC}`;
  const [hubPort = 0, httpPort = 0, hubPages = 0, agentPages = 0] = await freePorts(4);
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: target, numPartitions: CLIENTS }], waitForLeaders: true });
  const proxy = await TcpProxy.listen({ targetPort: hubPort });
  const hubYaml = write(dir, 'hub.yaml', [
    `name: ${name}`,
    `kafka: { brokers: ${JSON.stringify(brokers)} }`,
    `listen: "127.0.0.1:${hubPort}"`,
    `ledger: { topic: ${name}.ledger, shards: 1, replicationFactor: 1 }`,
    `deadLetter: { topic: ${name}.dead }`,
    `routes: { default: { topic: "${name}.{edge}.{topic}", replicationFactor: 1 } }`,
    `telemetry: { listen: "127.0.0.1:${hubPages}" }`,
  ]);
  const agentYaml = write(dir, 'gate.yaml', [
    'edge: gate',
    `hub: { url: "http://127.0.0.1:${proxy.port}" }`,
    `buffer: { path: ${join(dir, 'gate.db')}, maxBytes: 2GiB }`,
    'sources:',
    `  - http: { listen: "127.0.0.1:${httpPort}", topics: { ${TOPIC}: { partitions: ${CLIENTS} } } }`,
    `telemetry: { listen: "127.0.0.1:${agentPages}", log: info }`,
  ]);
  const launcher = join(sources || ROOT, 'bin/tributary.js');
  const hub = new Victim('hub', [launcher, 'hub', '--config', hubYaml], join(dir, 'hub.log'));
  const agent = new Victim('gate', [launcher, 'agent', '--config', agentYaml], join(dir, 'gate.log'));
  const rig: LinkRig = {
    ...{ brokers, target, proxy, hub, agent, hubPort, httpUrl: `http://127.0.0.1:${httpPort}` },
    status: async () => {
      const { body } = await request(`http://127.0.0.1:${agentPages}/status`);
      return (await body.json()) as Awaited<ReturnType<LinkRig['status']>>;
    },
    close: async () => {
      proxy.up();
      await agent.stop();
      await proxy.close();
      await hub.stop();
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(name));
      if (shared && topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
      await own?.stop();
    },
  };
  await hub.start();
  await agent.start();
  return rig;
}

function write(dir: string, name: string, lines: readonly string[]): string {
  const path = join(dir, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
