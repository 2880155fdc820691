/** What the target cluster says of the topics that are written to: looked up together, believed for a while. */
import type { Clock } from '../../../shared/clock.ts';
import { type Cluster, describeConfigs } from '../../../shared/kafka/index.ts';
import { MIB } from '../../../shared/limits.ts';

export interface TargetTopic {
  readonly topicId: string;
  readonly partitions: ReadonlyMap<number, number>;
  /** Largest batch that it takes. */
  readonly maxMessageBytes: number;
}

interface Known {
  readonly topic: TargetTopic | null;
  /** There are no rights to it: whether it exists is not known. */
  readonly hidden: boolean;
  readonly atMs: number;
}

/** Also of a topic that does not exist, where it might not be seen. */
export const TOPIC_AUTHORIZATION_FAILED = 29;
const FRESH_MS = 30_000;
/** Kafka's own default, with the overhead that it allows for. */
const DEFAULT_MAX_MESSAGE_BYTES = MIB;

export class TargetTopics {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  #looking: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** Null before the first look. */
  get clusterId(): string | null {
    return this.#cluster.clusterId;
  }

  /** As last heard; null where it does not exist, or was never looked up. */
  get(topic: string): TargetTopic | null {
    return this.#known.get(topic)?.topic ?? null;
  }

  /** As {@link get}, where it is a difference that there are no rights to it. */
  seen(topic: string): TargetTopic | 'hidden' | null {
    return this.#known.get(topic)?.hidden ? 'hidden' : this.get(topic);
  }

  /** The next {@link look} asks for it. */
  doubt(topic: string): void {
    const known = this.#known.get(topic);
    if (known) this.#known.set(topic, { ...known, atMs: Number.NEGATIVE_INFINITY });
    this.#cluster.forget(topic);
  }

  /** Asks for those that are not known, do not exist, or were looked up long ago. @throws TributaryError `brokerUnavailable` */
  look(topics: Iterable<string>): Promise<void> {
    const wanted = new Set(topics);
    const run = this.#looking.then(() => this.#look([...wanted].filter((topic) => !this.#fresh(topic))));
    this.#looking = run.catch(() => {});
    return run;
  }

  #fresh(topic: string): boolean {
    const known = this.#known.get(topic);
    return known?.topic != null && this.#clock.monotonicMs() - known.atMs < FRESH_MS;
  }

  async #look(topics: readonly string[]): Promise<void> {
    if (topics.length === 0) return;
    const metadata = await this.#cluster.metadata(topics);
    const present = topics.filter((topic) => metadata.topics.get(topic)?.errorCode === 0);
    const sizes = await this.#sizes(present);
    const atMs = this.#clock.monotonicMs();
    for (const name of topics) {
      const found = metadata.topics.get(name);
      if (found?.errorCode !== 0) {
        this.#known.set(name, { topic: null, hidden: found?.errorCode === TOPIC_AUTHORIZATION_FAILED, atMs });
        continue;
      }
      const partitions = new Map(found.partitions.map((p) => [p.partition, p.leader]));
      const maxMessageBytes = sizes.get(name) ?? DEFAULT_MAX_MESSAGE_BYTES;
      const topic = { topicId: found.topicId, partitions, maxMessageBytes };
      this.#known.set(name, { topic, hidden: false, atMs });
    }
  }

  /** Without the right to ask, Kafka's default is believed; a batch that is too large is then refused, not lost. */
  async #sizes(names: readonly string[]): Promise<Map<string, number>> {
    if (names.length === 0) return new Map();
    const resources = names.map((name) => ({ kind: 'topic' as const, name }));
    const described = await describeConfigs(this.#cluster, resources, ['max.message.bytes']);
    return new Map(
      described.flatMap(({ name, configs }): [string, number][] => {
        const bytes = Number(configs.get('max.message.bytes') ?? Number.NaN);
        return Number.isFinite(bytes) ? [[name, bytes]] : [];
      }),
    );
  }
}
