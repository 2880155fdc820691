/** One agent of a rig, with an HTTP source and, where asked for, a Kafka source; and a client that remembers what it was told. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningAgent, runAgent } from '../../agent/assemble.ts';
import { agentOptions } from '../../agent/config.ts';
import type { AgentStatus } from '../../agent/control/status.ts';
import { parseConfig } from '../../shared/config/index.ts';
import type { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';
import { brokers } from './kafka.ts';
import { type Answer, ask, get } from './rigHttp.ts';
import { type LogLine, metricOf, rigTelemetry } from './rigTelemetry.ts';
import type { Truth } from './rigTruth.ts';
import { eventually } from './rigWait.ts';

export interface RigAgentOptions {
  readonly edge: string;
  readonly hubUrl: string;
  /** Topics of the run's Kafka. */
  readonly kafkaTopics?: readonly string[];
  /** Partitions of the HTTP source's topics. */
  readonly partitions?: number;
  /** More of the options `hub` and `http`, as YAML: `token: abc`. */
  readonly hubOptions?: string;
  readonly httpOptions?: string;
  /** Of the Kafka source; default: the run's. */
  readonly brokers?: readonly string[];
  readonly path: string;
  readonly dir: string;
  readonly httpPort: number;
  readonly pagesPort: number;
}

export class RigAgent {
  readonly edge: string;
  /** The buffer's file. */
  readonly path: string;
  /** Its configuration as a file, for the command line; written when it starts. */
  readonly configPath: string;
  /** What it has logged, over restarts. */
  readonly lines: LogLine[] = [];
  readonly #options: RigAgentOptions;
  readonly #truth: Truth;
  #telemetry: ProcessTelemetry | null = null;
  #running: RunningAgent | null = null;

  constructor(truth: Truth, options: RigAgentOptions) {
    this.#truth = truth;
    this.#options = options;
    this.edge = options.edge;
    this.path = options.path;
    this.configPath = `${options.path}.yaml`;
  }

  async start(): Promise<void> {
    const { edge, hubUrl, dir, path, httpPort, pagesPort, partitions = 1, kafkaTopics = [] } = this.#options;
    const { hubOptions = '', httpOptions = '', brokers: local = brokers() } = this.#options;
    const kafka = `- kafka: { brokers: ${JSON.stringify(local)}, topics: ${JSON.stringify(kafkaTopics)} }`;
    const text = `
      edge: ${edge}
      hub: { url: "${hubUrl}", ${hubOptions} }
      buffer: { path: ${path}, maxBytes: 256MiB }
      sources:
        - http: { listen: "127.0.0.1:${httpPort}", partitions: ${partitions}, ${httpOptions} }
        ${kafkaTopics.length > 0 ? kafka : ''}
      forward: { lingerMs: 5ms, heartbeatMs: 1s }
      telemetry: { listen: "127.0.0.1:${pagesPort}" }`;
    writeFileSync(this.configPath, text);
    const config = parseConfig(agentOptions, text, { file: join(dir, 'agent.yaml') });
    this.#telemetry = rigTelemetry(edge, this.lines);
    this.#running = await runAgent(config, this.#telemetry);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.close();
  }

  /** One request with a line a value; noted as accepted once the agent has said so. */
  async post(
    topic: string,
    client: string,
    values: readonly string[],
    partition = 0,
    terms: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const query = new URLSearchParams({ partition: String(partition), ...terms });
    const url = `http://127.0.0.1:${this.#options.httpPort}/topics/${topic}?${query}`;
    const { ok, status, text } = await ask(url, values.join('\n'), { 'content-type': 'application/x-ndjson' });
    if (!ok) throw new Error(`POST ${topic}: ${status} ${text}`);
    this.#truth.accepted(this.edge, topic, client, values);
  }

  /** Since its last start; all labels together. */
  metric(name: string): Promise<number> {
    return metricOf(this.#telemetry, name);
  }

  /** Log lines of one event. */
  named(event: string): LogLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  /** Any request to the HTTP source. */
  send(topic: string, body: string, contentType: string, headers: Record<string, string> = {}): Promise<Answer> {
    const url = `http://127.0.0.1:${this.#options.httpPort}/topics/${topic}`;
    return ask(url, body, { 'content-type': contentType, ...headers });
  }

  /** What `/readyz` says of the link. */
  async readiness(): Promise<{ readonly ok: boolean; readonly reason?: string } | undefined> {
    const { text } = await ask(`http://127.0.0.1:${this.#options.pagesPort}/readyz`);
    const { checks } = JSON.parse(text) as { checks: { name: string; ok: boolean; reason?: string }[] };
    return checks.find(({ name }) => name === 'link');
  }

  status(): Promise<AgentStatus> {
    return get<AgentStatus>(`http://127.0.0.1:${this.#options.pagesPort}/status`);
  }

  /** Waits until everything that was captured is confirmed by the hub. */
  drained(): Promise<AgentStatus> {
    return this.until('everything is delivered', ({ captured, buffered }) => captured > 0 && buffered === 0);
  }

  until(what: string, holds: (status: AgentStatus) => boolean): Promise<AgentStatus> {
    const look = async (): Promise<AgentStatus | null> => {
      const status = await this.status();
      return holds(status) ? status : null;
    };
    return eventually(`${this.edge}: ${what}`, look, () => this.status());
  }
}

/** JSON texts that nobody else uses: `"<name>-0"`, `"<name>-1"`, ... */
export const valuesOf = (name: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => JSON.stringify(`${name}-${from + i}`));
