/** One hub of a rig: started, stopped and started again at the same address with the same ledger. */
import { join } from 'node:path';
import { type RunningHub, runHub } from '../../hub/assemble.ts';
import { hubOptions } from '../../hub/config.ts';
import type { EdgeStatus, HubStatus } from '../../hub/fleet/schemas.ts';
import { runVerify, type VerifyOptions, type VerifyOutcome } from '../../hub/prove/run.ts';
import { parseConfig } from '../../shared/config/index.ts';
import type { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';
import { brokers } from './kafka.ts';
import { get } from './rigHttp.ts';
import { type LogLine, metricOf, rigTelemetry } from './rigTelemetry.ts';
import { eventually } from './rigWait.ts';

export interface RigHubOptions {
  readonly ledger: string;
  readonly shards: number;
  readonly route: string;
  readonly dir: string;
  readonly port: number;
  /** More of the options `routes.default`, as YAML: `onRefused: quarantine`. */
  readonly routeOptions?: string;
  /** Of target topics; default: as many as the source has. */
  readonly partitions?: number;
  /** Default: the run's. */
  readonly brokers?: readonly string[];
}

export class RigHub {
  readonly url: string;
  readonly ledger: string;
  readonly deadLetter: string;
  /** What it has logged, over restarts. */
  readonly lines: LogLine[] = [];
  readonly #options: RigHubOptions;
  #telemetry: ProcessTelemetry | null = null;
  #running: RunningHub | null = null;

  constructor(options: RigHubOptions) {
    this.#options = options;
    this.ledger = options.ledger;
    this.deadLetter = `${options.ledger}-dead`;
    this.url = `http://127.0.0.1:${options.port}`;
  }

  get port(): number {
    return this.#options.port;
  }

  /** Resolves when every shard is served. */
  async start(): Promise<void> {
    await this.begin();
    const { shards } = this.#options;
    await eventually('all shards are served', async () => {
      const { shards: owned } = await this.get<HubStatus>('/v1/hub');
      return owned.filter(({ state }) => state === 'serving').length === shards ? owned : null;
    });
  }

  /** Resolves when it listens, whether or not there is a Kafka. */
  async begin(): Promise<void> {
    const { ledger, shards, route, dir, port, brokers: central = brokers() } = this.#options;
    const { partitions = 'source', routeOptions = 'replicationFactor: 1' } = this.#options;
    const text = `
      name: ${ledger}
      kafka: { brokers: ${JSON.stringify(central)} }
      listen: "127.0.0.1:${port}"
      ledger: { topic: ${ledger}, shards: ${shards}, replicationFactor: 1 }
      deadLetter: { topic: ${this.deadLetter} }
      routes: { default: { topic: "${route}", partitions: ${partitions}, ${routeOptions} } }`;
    const config = parseConfig(hubOptions, text, { file: join(dir, 'hub.yaml') });
    this.#telemetry = rigTelemetry('hub', this.lines);
    this.#running = await runHub(config, this.#telemetry);
  }

  /** Since its last start; all labels together. */
  metric(name: string): Promise<number> {
    return metricOf(this.#telemetry, name);
  }

  /** Log lines of one event. */
  named(event: string): LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.close();
  }

  /** @throws Error with the answer's text where it is not 2xx */
  get<T>(path: string): Promise<T> {
    return get<T>(`${this.url}${path}`);
  }

  /** What `tributary verify` says of its ledger. */
  verify(options: Partial<Pick<VerifyOptions, 'edges' | 'topics' | 'ignoreExpired'>> = {}): Promise<VerifyOutcome> {
    const { brokers: central = brokers() } = this.#options;
    return runVerify({
      ...{ edges: [], topics: [], ignoreExpired: false, ...options },
      kafka: { brokers: [...central] },
      ledgerTopic: this.ledger,
      deadLetterTopic: this.deadLetter,
    });
  }

  edge(name: string): Promise<EdgeStatus> {
    return this.get<EdgeStatus>(`/v1/edges/${name}`);
  }
}
