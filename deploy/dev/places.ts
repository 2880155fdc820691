/** What `tributary up` runs: names, ports, folders and the configuration files that it writes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface DemoEdge {
  readonly edge: string;
  readonly topics: readonly string[];
  /** Where it takes records: `kafka`, or a port for HTTP. */
  readonly source: 'kafka' | 'http';
}

export const DEMO_EDGES: readonly DemoEdge[] = [
  { edge: 'store-1', topics: ['host.load', 'host.memory'], source: 'kafka' },
  { edge: 'factory-1', topics: ['host.disks'], source: 'http' },
  { edge: 'gateway-1', topics: ['host.network', 'host.processes'], source: 'http' },
];

/** Ports are remembered in the folder, so that the addresses stay the same from start to start. */
export interface Ports {
  readonly hub: number;
  readonly hubTelemetry: number;
  readonly http: Readonly<Record<string, number>>;
  readonly telemetry: Readonly<Record<string, number>>;
}

const FIRST_CHOICE = { hub: 8443, hubTelemetry: 9463, http: 7080, telemetry: 9464 };

export async function choosePorts(dir: string): Promise<Ports> {
  const path = join(dir, 'ports.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Ports;
  const taken = new Set<number>();
  const next = async (wanted: number): Promise<number> => {
    for (let port = wanted; ; port += 1) {
      if (taken.has(port) || !(await isFree(port))) continue;
      taken.add(port);
      return port;
    }
  };
  const http: Record<string, number> = {};
  const telemetry: Record<string, number> = {};
  const hub = await next(FIRST_CHOICE.hub);
  const hubTelemetry = await next(FIRST_CHOICE.hubTelemetry);
  for (const { edge, source } of DEMO_EDGES) {
    if (source === 'http') http[edge] = await next(FIRST_CHOICE.http);
    telemetry[edge] = await next(FIRST_CHOICE.telemetry);
  }
  const ports = { hub, hubTelemetry, http, telemetry };
  writeFileSync(path, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const list = (brokers: readonly string[]): string => JSON.stringify(brokers);

/** Writes hub.yaml and one agent file per edge; returns their paths. */
export function writeConfigs(
  dir: string,
  ports: Ports,
  central: readonly string[],
  edge: readonly string[],
): Map<string, string> {
  const paths = new Map<string, string>();
  const write = (name: string, text: string): void => {
    const path = join(dir, `${name}.yaml`);
    writeFileSync(path, text);
    paths.set(name, path);
  };
  write('hub', hubYaml(ports, central));
  for (const demo of DEMO_EDGES) {
    mkdirSync(join(dir, demo.edge), { recursive: true });
    write(demo.edge, agentYaml(demo, ports, edge));
  }
  return paths;
}

const hubYaml = (
  ports: Ports,
  brokers: readonly string[],
): string => `# Written by "tributary up". Plain HTTP and no tokens: only on loopback.
kafka: { brokers: ${list(brokers)} }
listen: "127.0.0.1:${ports.hub}"
ledger: { topic: tributary.ledger, shards: 4 }
routes: { default: { topic: "{edge}.{topic}", partitions: source, replicationFactor: -1 } }
telemetry: { listen: "127.0.0.1:${ports.hubTelemetry}" }
`;

function agentYaml({ edge, topics, source }: DemoEdge, ports: Ports, brokers: readonly string[]): string {
  const kafka = `kafka: { brokers: ${list(brokers)}, topics: ${JSON.stringify(topics)}, from: earliest }`;
  const http = `http: { listen: "127.0.0.1:${ports.http[edge]}" }`;
  return `# Written by "tributary up".
edge: ${edge}
hub: { url: "http://127.0.0.1:${ports.hub}" }
buffer: { path: ${edge}/buffer.db, maxBytes: 1GiB }
sources:
  - ${source === 'kafka' ? kafka : http}
telemetry: { listen: "127.0.0.1:${ports.telemetry[edge]}", log: info }
`;
}
