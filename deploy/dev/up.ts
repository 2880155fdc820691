/**
 * `tributary up`: the whole journey on one machine. A central and an edge Kafka, one hub, three agents and a feeder,
 * each a process of its own; data stays in a local folder, so that the next start goes on where this one stopped.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster, createTopics } from '../../shared/kafka/index.ts';
import { Child } from './children.ts';
import { type LocalKafka, startKafka } from './kafka/launch.ts';
import { choosePorts, DEMO_EDGES, type Ports, writeConfigs } from './places.ts';
import { statusLines, waitForFirstRecord } from './statusLines.ts';

export interface UpOptions {
  /** Folder for everything; default `.tributary`. */
  readonly dir?: string;
  /** Begin anew: removes the folder first. */
  readonly fresh?: boolean;
  /** Use these brokers instead of starting a Kafka. */
  readonly centralBrokers?: readonly string[];
  readonly edgeBrokers?: readonly string[];
  /** Status lines every so many seconds. */
  readonly everySeconds?: number;
  /** Aborted on SIGINT or SIGTERM: everything is stopped in order. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

const READY_WITHIN_MS = 60_000;
const LAUNCHER = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));
const FEEDER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './feeder.ts' : './feeder.js', import.meta.url));

/** Resolves when everything has stopped after `signal`. */
export async function runUp(options: UpOptions): Promise<void> {
  const started = performance.now();
  const dir = resolve(options.dir ?? '.tributary');
  if (options.fresh) rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const stack = new Stack(options.print);
  try {
    const [central, edge] = await startKafkas(dir, options, stack);
    const ports = await choosePorts(dir);
    await createSourceTopics(edge);
    const children = await startTributary(dir, ports, central, edge, stack);
    writeUpFile(dir, ports, central, edge, children);
    options.print(`everything runs ${seconds(started)} after the start; waiting for the first record in central Kafka`);
    await waitForFirstRecord(`http://127.0.0.1:${ports.hub}`, options.signal);
    options.print(`the first record is in central Kafka, ${seconds(started)} after the start`);
    options.print(introduction(dir, ports, central, children));
    for await (const lines of statusLines(ports, (options.everySeconds ?? 5) * 1000, options.signal)) {
      writeUpFile(dir, ports, central, edge, children);
      for (const line of lines) options.print(line);
    }
  } finally {
    options.print('stopping: feeder, agents, hub, Kafka');
    await stack.unwind();
    options.print(`stopped; the data is in ${dir}; the next start goes on from there (--fresh begins anew)`);
  }
}

/** What has been started, stopped in the opposite order. */
class Stack {
  readonly #stops: { name: string; stop: () => Promise<void> }[] = [];
  readonly print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  push(name: string, stop: () => Promise<void>): void {
    this.#stops.push({ name, stop });
  }

  async unwind(): Promise<void> {
    for (const { name, stop } of this.#stops.reverse()) {
      await stop().catch((error: unknown) => this.print(`${name} did not stop cleanly: ${String(error)}`));
    }
  }
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function startKafkas(
  dir: string,
  options: UpOptions,
  stack: Stack,
): Promise<[readonly string[], readonly string[]]> {
  const start = async (name: string, named: readonly string[] | undefined): Promise<readonly string[]> => {
    if (named && named.length > 0) {
      options.print(`${name} Kafka: using ${named.join(', ')}`);
      return named;
    }
    const kafka: LocalKafka = await startKafka({
      dir: join(dir, `kafka-${name}`),
      onProgress: (line) => options.print(`${name} Kafka: ${line}`),
    });
    stack.push(`${name} Kafka`, () => kafka.stop());
    return kafka.brokers;
  };
  const both = await Promise.allSettled([start('central', options.centralBrokers), start('edge', options.edgeBrokers)]);
  const failed = both.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  const [central, edge] = both as [
    PromiseFulfilledResult<readonly string[]>,
    PromiseFulfilledResult<readonly string[]>,
  ];
  return [central.value, edge.value];
}

async function createSourceTopics(brokers: readonly string[]): Promise<void> {
  const cluster = Cluster.open({ brokers: [...brokers], clientId: 'tributary-up' });
  try {
    const topics = DEMO_EDGES.filter(({ source }) => source === 'kafka').flatMap(({ topics: names }) => names);
    const { topics: known } = await cluster.metadata(null);
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length > 0)
      await createTopics(
        cluster,
        missing.map((name) => ({ name, partitions: 3, replicationFactor: -1 })),
      );
  } finally {
    await cluster.close();
  }
}

async function startTributary(
  dir: string,
  ports: Ports,
  central: readonly string[],
  edge: readonly string[],
  stack: Stack,
): Promise<Child[]> {
  const configs = writeConfigs(dir, ports, central, edge);
  const print = (line: string): void => stack.print(line);
  const make = (name: string, args: string[], ready: boolean): Child =>
    new Child({
      name,
      args,
      logPath: join(dir, 'logs', `${name}.log`),
      ...(ready ? { readyText: '"ready"' } : {}),
      onChange: print,
    });
  const launch = async (child: Child): Promise<Child> => {
    stack.push(child.name, () => child.stop());
    child.start();
    await child.ready(READY_WITHIN_MS);
    print(`${child.name} runs, pid ${child.pid}`);
    return child;
  };
  const hub = make('hub', [LAUNCHER, 'hub', '--config', configs.get('hub') ?? ''], true);
  const agents = DEMO_EDGES.map(({ edge: name }) =>
    make(name, [LAUNCHER, 'agent', '--config', configs.get(name) ?? ''], true),
  );
  const children = await Promise.all([hub, ...agents].map(launch));
  const urls = DEMO_EDGES.filter(({ source }) => source === 'http').map(({ edge: name }) => httpUrl(ports, name));
  children.push(await launch(make('feeder', [FEEDER, edge.join(','), ...urls], false)));
  return children;
}

const httpUrl = (ports: Ports, edge: string): string => `http://127.0.0.1:${ports.http[edge]}`;

/** The contract for scripts: where everything is, and under which process ids. */
function writeUpFile(
  dir: string,
  ports: Ports,
  central: readonly string[],
  edge: readonly string[],
  children: readonly Child[],
): void {
  const up = {
    centralBrokers: central,
    edgeBrokers: edge,
    hubUrl: `http://127.0.0.1:${ports.hub}`,
    edges: DEMO_EDGES.map(({ edge: name, topics, source }) => ({
      edge: name,
      ...(source === 'http' ? { httpUrl: httpUrl(ports, name) } : {}),
      topics,
    })),
    pids: Object.fromEntries(children.map(({ name, pid }) => [name, pid ?? null])),
  };
  writeFileSync(join(dir, 'up.json'), `${JSON.stringify(up, null, 2)}\n`);
}

function introduction(dir: string, ports: Ports, central: readonly string[], children: readonly Child[]): string {
  const pid = (name: string): number | undefined => children.find((child) => child.name === name)?.pid;
  const hub = `http://127.0.0.1:${ports.hub}`;
  const topics = DEMO_EDGES.flatMap(({ edge, topics: names }) => names.map((topic) => `${edge}.${topic}`));
  const [broker] = central;
  return `
  the fleet       ${hub}/   (JSON: ${hub}/v1/edges)
  central Kafka   ${central.join(', ')}   topics ${topics.join(', ')}
  data, logs      ${dir}

  try next, in another terminal:
    npx tributary status --watch
      every edge, again and again
    kcat -b ${broker} -C -t store-1.host.load -o -3 -e -q -f '%t/%p/%o %h\\n  %s\\n'
      read the newest records of a central topic
    curl -d '{"hello":"world"}' ${httpUrl(ports, 'gateway-1')}/topics/notes
      send a record of your own
    kill -STOP ${pid('hub')}; sleep 20; kill -CONT ${pid('hub')}
      the hub stands still: buffers grow, then drain
    kill -9 ${pid('store-1')}
      an agent dies: it is started again, nothing is lost
    npx tributary verify
      prove that what arrived is complete, once, in order
  Ctrl-C stops everything.
`;
}
