/**
 * A small fleet for one test: real hubs and agents in this process (put together by `hub/assemble.ts` and
 * `agent/assemble.ts` from configuration text), the run's Kafka, names of its own. All of it is gone when the test ends.
 *
 * What clients were told was accepted is noted in {@link Rig.truth} by those who sent it; `rigTruth.ts` compares.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { deleteTopics } from '../../shared/kafka/index.ts';
import { brokers, cluster, uniqueTopic } from './kafka.ts';
import { RigAgent, type RigAgentOptions } from './rigAgent.ts';
import { RigHub, type RigHubOptions } from './rigHub.ts';
import { Truth } from './rigTruth.ts';

export interface RigOptions {
  readonly shards?: number;
  /** Template of target topics; `{prefix}` is the rig's own. */
  readonly route?: string;
}

export class Rig {
  /** In front of every topic of this rig. Fit for an edge name. */
  readonly prefix = uniqueTopic('rig');
  readonly dir = mkdtempSync(join(tmpdir(), 'tributary-rig-'));
  readonly truth = new Truth((edge, topic) => this.target(edge, topic));
  readonly brokers = brokers();
  readonly #route: string;
  readonly #shards: number;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor({ shards = 2, route = '{prefix}.{edge}.{topic}' }: RigOptions) {
    this.#shards = shards;
    this.#route = route.replace('{prefix}', this.prefix);
  }

  /** `atEnd`: `afterAll` for a rig that several tests of a file share, which is opened outside of them and of hooks. */
  static open(options: RigOptions = {}, atEnd: (close: () => Promise<void>) => void = onTestFinished): Rig {
    const rig = new Rig(options);
    atEnd(() => rig.#close());
    return rig;
  }

  /** Where an edge's topic lands. */
  target(edge: string, topic: string): string {
    return this.#route.replace('{edge}', edge).replace('{topic}', topic);
  }

  /** A hub that serves. `ledger`: another one is another hub identity. */
  async hub(options: Partial<RigHubOptions> = {}): Promise<RigHub> {
    const hub = await this.stoppedHub(options);
    await hub.start();
    return hub;
  }

  /** One that is not started yet. */
  async stoppedHub(options: Partial<RigHubOptions> = {}): Promise<RigHub> {
    const ledger = options.ledger ?? `${this.prefix}-ledger`;
    const port = options.port ?? (await freePorts(1))[0]!;
    const hub = new RigHub({ shards: this.#shards, route: this.#route, dir: this.dir, ...options, ledger, port });
    this.#closing.push(() => hub.stop());
    return hub;
  }

  /** An agent that is not started yet. */
  async agent(name: string, options: Omit<RigAgentOptions, 'path' | 'dir' | 'httpPort' | 'pagesPort'>) {
    const [httpPort = 0, pagesPort = 0] = await freePorts(2);
    const path = join(this.dir, `${name}.db`);
    const agent = new RigAgent(this.truth, { ...options, path, dir: this.dir, httpPort, pagesPort });
    this.#closing.push(() => agent.stop());
    return agent;
  }

  async #close(): Promise<void> {
    // Agents first: they were made after the hub that they talk to.
    for (const close of this.#closing.reverse()) await close();
    const { topics } = await cluster().metadata(null);
    const ours = [...topics.keys()].filter((name) => name.startsWith(this.prefix));
    if (ours.length > 0) await deleteTopics(cluster(), ours);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Copies a buffer as it lies on disk, the write-ahead log too. By another process: see agent/buffer/index.ts on locks. */
export function copyBuffer(from: string, to: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${to}${end}`, { force: true });
  execFileSync('sh', ['-c', 'cp "$1" "$2"; if [ -e "$1-wal" ]; then cp "$1-wal" "$2-wal"; fi', 'sh', from, to]);
}
