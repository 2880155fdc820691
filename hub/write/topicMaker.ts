/** Makes and grows target topics; what Kafka refuses is told to whoever asked. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cluster,
  createPartitions,
  createTopics,
  describeConfigs,
  type MetadataTopic,
} from '../../shared/kafka/index.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';
import { targetMade } from './targetEvents.ts';

/** How a topic is made where it is missing, or grown. */
export interface Making {
  readonly partitions: number;
  readonly replicationFactor: number;
}
export type Topics = ReadonlyMap<string, MetadataTopic>;
/** Answers the topics to go on with: none. */
type Refused = (topic: string, doing: string, code: number, message: string | null) => string[];

const LEADERS_WITHIN_MS = 10_000;
const ALREADY_THERE = 36;
const ENOUGH_PARTITIONS = 37;

export const isThere = (topic: MetadataTopic | undefined): topic is MetadataTopic => topic?.errorCode === 0;

export class TopicMaker {
  readonly #cluster: Cluster;
  readonly #telemetry: Telemetry;
  readonly #refused: Refused;

  constructor(parts: { readonly cluster: Cluster; readonly telemetry: Telemetry }, refused: Refused) {
    this.#cluster = parts.cluster;
    this.#telemetry = parts.telemetry;
    this.#refused = refused;
  }

  /** Topics that were made. */
  async make(wanted: ReadonlyMap<string, Making | null>, found: Topics): Promise<string[]> {
    const missing = [...wanted].filter(([topic, making]) => making && !isThere(found.get(topic)));
    if (missing.length === 0) return [];
    const configs = { 'compression.type': 'producer', 'message.timestamp.type': 'CreateTime' };
    const made = await createTopics(
      this.#cluster,
      missing.map(([name, making]) => ({ name, ...making!, configs })),
    );
    return made.flatMap(({ name, errorCode, errorMessage }) => {
      if (errorCode !== 0 && errorCode !== ALREADY_THERE) return this.#refused(name, 'make', errorCode, errorMessage);
      const partitions = wanted.get(name)?.partitions ?? 0;
      if (errorCode === 0) this.#telemetry.emit(targetMade, { topic: name, partitions, grown: false });
      return [name];
    });
  }

  /** Topics that were grown. */
  async grow(wanted: ReadonlyMap<string, Making | null>, found: Topics): Promise<string[]> {
    const small = [...wanted].filter(([topic, making]) => {
      const known = found.get(topic);
      return making && isThere(known) && known.partitions.length < making.partitions;
    });
    if (small.length === 0) return [];
    const grown = await createPartitions(
      this.#cluster,
      small.map(([name, making]) => ({ name, count: making!.partitions })),
    );
    return grown.flatMap(({ name, errorCode, errorMessage }) => {
      if (errorCode !== 0 && errorCode !== ENOUGH_PARTITIONS)
        return this.#refused(name, 'grow', errorCode, errorMessage);
      const partitions = wanted.get(name)?.partitions ?? 0;
      if (errorCode === 0) this.#telemetry.emit(targetMade, { topic: name, partitions, grown: true });
      return [name];
    });
  }

  /** Young partitions have no leader for a moment. What still has none after that is parked by {@link at}. */
  async withLeaders(names: readonly string[], wanted: ReadonlyMap<string, Making | null>): Promise<Topics> {
    const deadline = performance.now() + LEADERS_WITHIN_MS;
    for (;;) {
      const { topics } = await this.#cluster.metadata(names);
      const waiting = names.some((name) => {
        const topic = topics.get(name);
        const count = wanted.get(name)?.partitions ?? 0;
        if (!isThere(topic)) return count > 0;
        return topic.partitions.length < count || topic.partitions.some(({ leader }) => leader < 0);
      });
      if (!waiting || performance.now() > deadline) return topics;
      await sleep(20);
    }
  }

  /** Without the right to ask, Kafka's default is believed; a batch that is too large is then refused, not lost. */
  async sizes(names: readonly string[]): Promise<Map<string, number>> {
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
