/** What a pull run starts: a source broker, a target of three, and two processes that share one flow. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { Cluster, createTopics } from '../../shared/kafka/index.ts';
import { type KafkaTrio, startTrio } from './kafkaTrio.ts';
import { SOURCE_TOPICS } from './pullLoad.ts';
import { Victim } from './victim.ts';

const SOURCE = 'src';
export const COPIES = Object.keys(SOURCE_TOPICS).map((topic) => `${SOURCE}.${topic}`);
const TOPICS_WITHIN_MS = 60_000;

/** False: not within that time. */
export async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

export class PullVictim extends Victim {
  readonly #file: string;

  constructor(name: string, args: readonly string[], file: string) {
    super(name, args, file);
    this.#file = file;
  }

  /** Where its log ends now. */
  get logEnd(): number {
    return statSync(this.#file).size;
  }

  /** Lines with this event behind a place in the log. */
  said(event: string, from: number): Record<string, unknown>[] {
    const text = readFileSync(this.#file).subarray(from).toString('utf8');
    return text.split('\n').flatMap((line) => (line.includes(`"${event}"`) ? [JSON.parse(line)] : []));
  }

  says(event: string, from: number, withinMs: number): Promise<boolean> {
    return until(() => this.said(event, from).length > 0, withinMs);
  }

  /** Shards that the group gave it last. */
  assigned(from = 0): number {
    const shards = this.said('hub_assignment_changed', from).at(-1)?.shards;
    return Array.isArray(shards) ? shards.length : 0;
  }

  stall(): void {
    if (this.pid) process.kill(this.pid, 'SIGSTOP');
  }
  goOn(): void {
    if (this.pid) process.kill(this.pid, 'SIGCONT');
  }
}

export interface PullFaultRig {
  readonly source: LocalKafka;
  readonly target: KafkaTrio;
  readonly pulls: readonly [PullVictim, PullVictim];
  close(): Promise<void>;
}

/** `sources`: the clone whose pulls are run. */
export async function openPullRig(dir: string, sources: string, print: (line: string) => void): Promise<PullFaultRig> {
  mkdirSync(dir, { recursive: true });
  const [source, target] = await Promise.all([
    startKafka({ dir: join(dir, 'source'), onProgress: (line) => print(`source Kafka: ${line}`) }),
    startTrio(join(dir, 'target'), print),
  ]);
  await makeSourceTopics(source.brokers);
  const file = join(dir, 'mm2.properties');
  writeFileSync(file, propertiesOf(source.brokers, target.brokers));
  const launcher = join(sources, 'bin/tributary.js');
  const pull = (name: string): PullVictim =>
    new PullVictim(name, [launcher, 'pull', file, '--name', name], join(dir, `${name}.log`));
  const pulls = [pull('one'), pull('two')] as const;
  await Promise.all(pulls.map((one) => one.start()));
  await untilCopies(target.brokers);
  return {
    source,
    target,
    pulls,
    close: async () => {
      for (const one of pulls) one.goOn();
      await Promise.all(pulls.map((one) => one.stop()));
      await Promise.all([source.stop(), target.stop()]);
    },
  };
}

function propertiesOf(source: readonly string[], target: readonly string[]): string {
  return `clusters = ${SOURCE}, dst
${SOURCE}.bootstrap.servers = ${source.join(',')}
dst.bootstrap.servers = ${target.join(',')}
${SOURCE}->dst.enabled = true
${SOURCE}->dst.topics = ${Object.keys(SOURCE_TOPICS).join(', ')}
dst->${SOURCE}.enabled = false
dst->${SOURCE}.emit.heartbeats.enabled = false
replication.factor = 3
checkpoints.topic.replication.factor = 3
heartbeats.topic.replication.factor = 3
offset-syncs.topic.replication.factor = 1
refresh.topics.interval.seconds = 5
${SOURCE}.consumer.isolation.level = read_committed
`;
}

async function makeSourceTopics(brokers: readonly string[]): Promise<void> {
  const cluster = Cluster.open({ brokers, clientId: 'fault-setup' });
  const wanted = Object.entries(SOURCE_TOPICS).map(([name, partitions]) => ({
    ...{ name, partitions, replicationFactor: 1 },
  }));
  const bad = (await createTopics(cluster, wanted)).find(({ errorCode }) => errorCode !== 0);
  cluster.close();
  if (bad) throw new Error(`topic ${bad.name}: ${bad.errorMessage}`);
}

async function untilCopies(brokers: readonly string[]): Promise<void> {
  const cluster = Cluster.open({ brokers, clientId: 'fault-setup' });
  const deadline = performance.now() + TOPICS_WITHIN_MS;
  try {
    for (;;) {
      const { topics } = await cluster.metadata(COPIES);
      if (COPIES.every((topic) => topics.get(topic)?.errorCode === 0)) return;
      if (performance.now() > deadline) throw new Error('the pulls did not make the topics of the target');
      await sleep(200);
    }
  } finally {
    cluster.close();
  }
}
