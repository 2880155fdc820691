/** Follows the maps topic of a target, for one flow: every process translates groups, whoever copies the partitions. */
import { type Cluster, readCommitted } from '../../../shared/kafka/index.ts';
import { limits } from '../../../shared/limits.ts';
import { readRecords } from '../../../shared/records/index.ts';
import { PartitionMap, type Place } from './partitionMap.ts';
import { decodeBegin, isBegin } from './segment.ts';

export interface MapReaderOptions {
  /** The target. */
  readonly cluster: Cluster;
  readonly topic: string;
  /** `<source>-><target>` */
  readonly flow: string;
  /** Topics whose maps are kept. */
  readonly acceptsTopic: (topic: string) => boolean;
  /** Default `limits.offsetMapBytes`. */
  readonly maxBytes?: number;
}

export class MapReader {
  readonly #options: MapReaderOptions;
  readonly #maps = new Map<string, PartitionMap>();
  #topicId = '';
  #next = new Map<number, number>();
  #segmentsKept: number = limits.offsetMapSegments;
  #bytes = 0;

  constructor(options: MapReaderOptions) {
    this.#options = options;
  }

  /** Fewer where there are so many partitions that not all of them fit. */
  get segmentsKept(): number {
    return this.#segmentsKept;
  }

  /** Null: the map has nothing about it. */
  translate(topic: string, partition: number, upstream: number): Place | null {
    return this.#maps.get(`${topic}/${partition}`)?.translate(upstream) ?? null;
  }

  /** The topic that a partition's map is of; null: it has none, or began before maps said so. */
  targetOf(topic: string, partition: number): string | null {
    return this.#maps.get(`${topic}/${partition}`)?.target ?? null;
  }

  /** Reads what was written since. @throws TributaryError `brokerUnavailable`, `brokerRefused` */
  async catchUp(): Promise<void> {
    const { cluster, topic } = this.#options;
    const known = (await cluster.metadata([topic])).topics.get(topic);
    if (known?.errorCode !== 0) return;
    if (known.topicId !== this.#topicId) {
      this.#topicId = known.topicId;
      this.#next = new Map();
      this.#maps.clear();
      this.#bytes = 0;
    }
    for (const { partition } of known.partitions) {
      const where = { topic, topicId: known.topicId, partition };
      const { next } = await readCommitted(cluster, where, {
        ...{ from: this.#next.get(partition) ?? null, until: 'stable', purpose: 'pull-maps' },
        visit: ({ baseOffset }, batch, from) => {
          for (const { key, value, offsetDelta } of readRecords(batch, { maxRawBytes: limits.maxBatchRawBytes })) {
            if (baseOffset + offsetDelta >= from && key && value) this.#apply(key.toString('utf8'), value);
          }
          return true;
        },
      });
      this.#next.set(partition, next);
    }
  }

  #apply(key: string, value: Buffer): void {
    const { flow, acceptsTopic } = this.#options;
    if (!key.startsWith(`${flow}/`)) return;
    const [topic = '', partition, slot, ...more] = key.slice(flow.length + 1).split('/');
    if (slot === undefined || more.length > 0 || !acceptsTopic(topic)) return;
    const label = `${topic}/${partition}`;
    const known = this.#maps.get(label);
    this.#bytes -= known?.bytes ?? 0;
    const map = !known || isBegin(slot) ? new PartitionMap(isBegin(slot) ? decodeBegin(value) : null) : known;
    this.#maps.set(label, map);
    if (!isBegin(slot)) map.apply(value);
    map.keep(this.#segmentsKept);
    this.#bytes += map.bytes;
    while (this.#bytes > (this.#options.maxBytes ?? limits.offsetMapBytes) && this.#segmentsKept > 1) this.#keepLess();
  }

  #keepLess(): void {
    this.#segmentsKept = Math.ceil(this.#segmentsKept / 2);
    this.#bytes = 0;
    for (const map of this.#maps.values()) {
      map.keep(this.#segmentsKept);
      this.#bytes += map.bytes;
    }
  }
}
