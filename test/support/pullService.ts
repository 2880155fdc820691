/** `tributary pull` as processes of their own, with an API each, over the run's Kafka as source and target; and what to ask it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Done, FlowList, FlowStatus, PartitionStatus } from '../../hub/flows/index.ts';
import { deleteTopics } from '../../shared/kafka/index.ts';
import { Cli, LAUNCHER } from '../bin/cli.ts';
import { brokers, cluster, consumeAll, uniqueTopic } from './kafka.ts';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export class PullService {
  readonly name: string;
  readonly cli: Cli;
  url = '';

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    this.cli = new Cli([LAUNCHER, 'pull', ...args]);
  }

  async up(): Promise<this> {
    const url = await eventually(
      `${this.name} up`,
      async () => {
        const ready = this.cli.events().find(({ event }) => event === 'ready');
        return typeof ready?.url === 'string' ? ready.url : null;
      },
      () => this.cli.stderr,
    );
    this.url = url;
    return this;
  }

  async ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer<T>> {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${this.url}/v1/flows${path}`, { method, ...sent });
    return { status: answer.status, body: (await answer.json()) as T };
  }

  async done(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const { status, body: said } = await this.ask<Done>(method, path, body);
    if (status > 201 || !said.done) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(said)}`);
  }

  async list(): Promise<FlowList> {
    return (await this.ask<FlowList>('GET', '')).body;
  }

  async flow(name: string): Promise<FlowStatus> {
    return (await this.ask<FlowStatus>('GET', `/${encodeURIComponent(name)}?limit=20000`)).body;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.cli.kill(signal);
    await this.cli.ended;
  }
}

/** A file, and processes that share its work. */
export class PullFleet {
  readonly ledger = uniqueTopic('pulls');
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-pulls-'));
  readonly #running: PullService[] = [];
  #aliases: readonly string[] = [];
  #started = 0;

  static open(): PullFleet {
    const fleet = new PullFleet();
    onTestFinished(async () => {
      await Promise.all(fleet.#running.map(async (one) => one.stop('SIGKILL').catch(() => {})));
      rmSync(fleet.#folder, { recursive: true });
      const { ledger } = fleet;
      const { topics } = await cluster().metadata(null);
      const copies = [...topics.keys()].filter((topic) =>
        fleet.#aliases.some((alias) => topic.startsWith(`${alias}.`)),
      );
      await deleteTopics(cluster(), [...copies, ledger, `${ledger}.control`, `${ledger}.deadletter`]);
    });
    return fleet;
  }

  /** All with one broker: aliases only make names. */
  file(aliases: readonly string[], flows: readonly object[]): string {
    this.#aliases = aliases;
    const path = join(this.#folder, 'pull.yaml');
    const clusters = Object.fromEntries(aliases.map((alias) => [alias, { brokers: brokers() }]));
    writeFileSync(path, JSON.stringify({ clusters, flows }));
    return path;
  }

  start(file: string, args: readonly string[] = []): Promise<PullService> {
    return this.begin(file, args).up();
  }

  /** Not waited for: it may be one that must not run. */
  begin(file: string, args: readonly string[] = []): PullService {
    this.#started += 1;
    const name = `${this.ledger}-${this.#started}`;
    const service = new PullService(name, [
      file,
      '--name',
      name,
      '--ledger',
      this.ledger,
      '--listen',
      '127.0.0.1:0',
      ...args,
    ]);
    this.#running.push(service);
    return service;
  }
}

/** A flow of tests: one that writes nothing but copies. */
export const plainFlow = (source: string, target: string, topics: readonly string[]) => ({
  source,
  target,
  topics: { include: topics },
  replicationFactor: 1,
  refresh: { topics: { everyMs: '1s' }, groups: { enabled: false } },
  sync: { configs: { enabled: false }, acls: { enabled: false } },
  // The run's Kafka has other tests' heartbeats as well.
  heartbeats: { enabled: false, replicated: false },
  offsetSyncs: { enabled: false },
  checkpoints: { enabled: false },
});

export async function eventually<T>(
  what: string,
  look: () => Promise<T | null>,
  more: () => string = () => '',
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms. ${more().slice(-4_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Who has a partition, as any process tells it. */
export const ownerOf = ({ topics }: FlowStatus, topic: string, partition: number): PartitionStatus | undefined =>
  topics.find((one) => one.topic === topic && one.partition === partition);

export const valuesOf = async (topic: string, partition?: number): Promise<string[]> =>
  (await consumeAll(topic).catch(() => []))
    .filter((one) => partition === undefined || one.partition === partition)
    .map(({ value }) => String(value));
