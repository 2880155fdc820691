import type { Provenance } from '../../shared/records/index.ts';
import type { ExpectedStream } from './expected.ts';
import { StreamCheck } from './streamCheck.ts';

/** Examples kept of records that do not belong where they lie. */
const MAX_STRANGERS = 100;

export interface Stranger {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
}

/** A stream that is not in the ledger (any more), as its records tell of it. */
export interface UnlistedStream {
  readonly edge: string;
  readonly epoch: string;
  readonly topic: string;
  readonly partition: number;
  readonly check: StreamCheck;
}

const KAFKA_SOURCE = /^kafka:([A-Za-z0-9._-]+)\/(\d+)\/\d+$/;

/** Takes the records of the central topics and follows each stream. */
export class Records {
  readonly checks = new Map<string, StreamCheck>();
  readonly unlisted = new Map<string, UnlistedStream>();
  readonly strangers: Stranger[] = [];
  strangersTotal = 0;
  read = 0;
  /** By edge, epoch and target partition: the streams that may lie there. */
  readonly #candidates = new Map<string, ExpectedStream[]>();
  /** Edges and target topics that the ledger knows: an epoch that it has dropped may have records there. */
  readonly #knownTargets = new Set<string>();

  constructor(expected: ReadonlyMap<string, ExpectedStream>) {
    for (const stream of expected.values()) {
      const { id, target } = stream;
      const key = landing(id.edge, id.epoch, target.topic, target.partition);
      const there = this.#candidates.get(key);
      if (there) there.push(stream);
      else this.#candidates.set(key, [stream]);
      this.#knownTargets.add(`${id.edge}/${target.topic}/${target.partition}`);
      this.checks.set(stream.key, new StreamCheck());
    }
  }

  see(topic: string, partition: number, offset: number, provenance: Provenance | null): void {
    this.read += 1;
    const reason = this.#follow(topic, partition, provenance);
    if (reason !== null) this.#stranger({ topic, partition, offset, reason });
  }

  /** Why the record does not belong where it lies; null where it does. */
  #follow(topic: string, partition: number, provenance: Provenance | null): string | null {
    if (!provenance) return 'it has no provenance: somebody else wrote it';
    const { edge, epoch, sequence, source } = provenance;
    const candidates = this.#candidates.get(landing(edge, epoch, topic, partition));
    const stream = candidates && choose(candidates, source);
    if (!stream && !this.#knownTargets.has(`${edge}/${topic}/${partition}`)) {
      return `its headers say ${edge}, epoch ${epoch}, sequence ${sequence}, which does not belong here`;
    }
    const check = stream ? this.checks.get(stream.key) : this.#unlisted(edge, epoch, topic, partition, source);
    check?.see(sequence);
    return null;
  }

  #unlisted(edge: string, epoch: string, topic: string, partition: number, source: string): StreamCheck {
    const [, sourceTopic = '', sourcePartition = ''] = KAFKA_SOURCE.exec(source) ?? [];
    const key = `${landing(edge, epoch, topic, partition)}/${sourceTopic}/${sourcePartition}`;
    let stream = this.unlisted.get(key);
    if (!stream) {
      stream = { edge, epoch, topic, partition, check: new StreamCheck() };
      this.unlisted.set(key, stream);
    }
    return stream.check;
  }

  #stranger(stranger: Stranger): void {
    this.strangersTotal += 1;
    if (this.strangers.length < MAX_STRANGERS) this.strangers.push(stranger);
  }
}

const landing = (edge: string, epoch: string, topic: string, partition: number): string =>
  `${edge}/${epoch}/${topic}/${partition}`;

/** Several source partitions may share a target partition: a Kafka source says which one it was. */
function choose(candidates: readonly ExpectedStream[], source: string): ExpectedStream | undefined {
  if (candidates.length === 1) return candidates[0];
  const [, topic, partition] = KAFKA_SOURCE.exec(source) ?? [];
  if (topic === undefined) return candidates[0];
  return candidates.find(({ id }) => id.topic === topic && id.partition === Number(partition));
}
