/** Two brokers, one cluster: the first is the controller too, the second can be stopped in its tracks. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { freePorts } from '../../deploy/dev/kafka/ports.ts';
import { Cluster, type KafkaSettings, readCommitted } from '../../shared/kafka/index.ts';
import { readRecords } from '../../shared/records/index.ts';

interface Launch {
  readonly ports: { readonly broker: number; readonly controller: number };
  readonly clusterId: string;
}

type PairProperties = (node: number) => Readonly<Record<string, string>>;

/** A silent broker keeps its leaderships for so long. */
const PATIENT = { 'broker.session.timeout.ms': '600000' };
export const SECOND = 2;

export class KafkaPair {
  readonly first: LocalKafka;
  readonly #dir: string;
  readonly #properties: PairProperties;
  #second: LocalKafka | null = null;

  private constructor(dir: string, first: LocalKafka, properties: PairProperties) {
    this.#dir = dir;
    this.first = first;
    this.#properties = properties;
  }

  /** The first broker alone, so that what is made now is there. Gone when the test ends. */
  static async open(properties: PairProperties = () => ({})): Promise<KafkaPair> {
    const dir = mkdtempSync(join(tmpdir(), 'tributary-pair-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const first = await startKafka({ dir: join(dir, 'first'), properties: { ...PATIENT, ...properties(1) } });
    onTestFinished(() => first.kill9());
    return new KafkaPair(dir, first, properties);
  }

  /** Topics that are made from now on are spread over both. */
  async addSecond(): Promise<void> {
    const { ports, clusterId } = JSON.parse(readFileSync(join(this.#dir, 'first', 'launch.json'), 'utf8')) as Launch;
    const dir = join(this.#dir, 'second');
    const [broker = 0, controller = 0] = await freePorts(2);
    mkdirSync(dir);
    writeFileSync(join(dir, 'launch.json'), JSON.stringify({ ports: { broker, controller }, clusterId, extra: [] }));
    const second = await startKafka({
      dir,
      properties: {
        'process.roles': 'broker',
        'node.id': String(SECOND),
        'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
        listeners: `PLAINTEXT://127.0.0.1:${broker}`,
        ...this.#properties(SECOND),
      },
    });
    this.#second = second;
    onTestFinished(() => second.kill9());
  }

  /** `host:port` of the second one. */
  get secondAddress(): string {
    return this.#second!.brokers[0]!;
  }
  async killSecond(): Promise<void> {
    await this.#second!.kill9();
  }

  /** The second one takes connections from now on, and answers nothing. */
  stall(): void {
    process.kill(this.#second!.pid, 'SIGSTOP');
  }
  goOn(): void {
    process.kill(this.#second!.pid, 'SIGCONT');
  }

  cluster(settings: Partial<KafkaSettings> = {}): Cluster {
    const own = Cluster.open({ brokers: this.first.brokers, clientId: 'tributary-test', ...settings });
    onTestFinished(() => own.close());
    return own;
  }
}

/** Keys of the committed records of a partition, in their order. */
export async function keysAt(cluster: Cluster, topic: string, partition: number): Promise<string[]> {
  const { topics } = await cluster.metadata([topic]);
  const keys: string[] = [];
  const where = { topic, topicId: topics.get(topic)?.topicId ?? '', partition };
  await readCommitted(cluster, where, {
    ...{ from: null, until: 'end', purpose: 'test' },
    visit: (_header, batch) => {
      for (const { key } of readRecords(batch, { maxRawBytes: 1e8 })) keys.push(String(key));
      return true;
    },
  });
  return keys;
}
