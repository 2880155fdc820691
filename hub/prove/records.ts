import type { Provenance } from '../../shared/records/index.ts';
import type { ExpectedStream } from './expected.ts';
import { normalise, type Range } from './ranges.ts';
import { type Sharer, Sharers } from './sharers.ts';
import { StreamCheck } from './streamCheck.ts';

/** Different kinds of strangers that are told apart; the others are only counted. */
const MAX_STRANGERS = 1_000;

/** Records that do not belong where they lie, of one origin. */
export interface Stranger {
  readonly topic: string;
  readonly partition: number;
  /** Of the first one. */
  readonly offset: number;
  readonly reason: string;
  count: number;
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
  readonly unlisted = new Map<string, UnlistedStream>();
  readonly #strangers = new Map<string, Stranger>();
  /** Strangers beyond those that are told apart. */
  moreStrangers = 0;
  read = 0;
  readonly #checks = new Map<string, StreamCheck>();
  /** By edge, epoch and target partition: the streams that may lie there. */
  readonly #candidates = new Map<string, Sharer[]>();
  /** Where there are several, for records that do not say which one they are of. */
  readonly #sharers = new Map<string, Sharers>();
  /** Edges and target partitions that the ledger knows: an epoch that it has dropped may have records there. */
  readonly #knownTargets = new Set<string>();

  constructor(expected: readonly ExpectedStream[], deadLetters: ReadonlyMap<string, readonly Range[]>) {
    for (const stream of expected) {
      const { id, target, key, gaps } = stream;
      const sharer = { stream, holes: normalise([...gaps, ...(deadLetters.get(key) ?? [])]) };
      const place = landing(id.edge, id.epoch, target.topic, target.partition);
      const there = this.#candidates.get(place);
      if (there) there.push(sharer);
      else this.#candidates.set(place, [sharer]);
      this.#knownTargets.add(landingOfEdge(id.edge, target.topic, target.partition));
      this.#checks.set(key, new StreamCheck());
    }
  }

  get strangers(): Iterable<Stranger> {
    return this.#strangers.values();
  }

  /** Of a stream that it was given. */
  checkOf({ key }: ExpectedStream): StreamCheck {
    return this.#checks.get(key) ?? new StreamCheck();
  }

  see(topic: string, partition: number, offset: number, provenance: Provenance | null): void {
    this.read += 1;
    if (!provenance) {
      const reason = 'no provenance headers: somebody else wrote it';
      this.#stranger('', { topic, partition, offset, reason, count: 1 });
      return;
    }
    const { edge, epoch, sequence, source } = provenance;
    const place = landing(edge, epoch, topic, partition);
    const candidates = this.#candidates.get(place);
    if (candidates) this.#follow(place, candidates, sequence, source);
    else if (this.#knownTargets.has(landingOfEdge(edge, topic, partition))) {
      this.#unlisted(edge, epoch, topic, partition, source).see(sequence);
    } else {
      const reason = `its headers say ${edge}, epoch ${epoch}, sequence ${sequence}, which does not belong here`;
      this.#stranger(`${edge}/${epoch}`, { topic, partition, offset, reason, count: 1 });
    }
  }

  #follow(place: string, candidates: readonly Sharer[], sequence: number, source: string): void {
    const named = candidates.length === 1 ? candidates[0] : namedBy(candidates, source);
    if (named) {
      this.#checks.get(named.stream.key)?.see(sequence);
      return;
    }
    const known = this.#sharers.get(place);
    const sharers = known ?? new Sharers(candidates);
    if (!known) this.#sharers.set(place, sharers);
    sharers.see(sequence);
  }

  /** After the last record. */
  finish(): void {
    const isFree = (key: string): boolean => this.#checks.get(key)?.records === 0;
    for (const sharers of this.#sharers.values()) {
      for (const [key, check] of sharers.assigned(isFree)) this.#checks.set(key, check);
    }
  }

  #unlisted(edge: string, epoch: string, topic: string, partition: number, source: string): StreamCheck {
    const [, sourceTopic = '', sourcePartition = ''] = KAFKA_SOURCE.exec(source) ?? [];
    const key = `${landing(edge, epoch, topic, partition)}/${sourceTopic}/${sourcePartition}`;
    const known = this.unlisted.get(key);
    if (known) return known.check;
    const check = new StreamCheck();
    this.unlisted.set(key, { edge, epoch, topic, partition, check });
    return check;
  }

  #stranger(origin: string, stranger: Stranger): void {
    const key = `${stranger.topic}/${stranger.partition}/${origin}`;
    const known = this.#strangers.get(key);
    if (known) known.count += 1;
    else if (this.#strangers.size < MAX_STRANGERS) this.#strangers.set(key, stranger);
    else this.moreStrangers += 1;
  }
}

const landing = (edge: string, epoch: string, topic: string, partition: number): string =>
  `${edge}/${epoch}/${topic}/${partition}`;
const landingOfEdge = (edge: string, topic: string, partition: number): string => `${edge}/${topic}/${partition}`;

/** Several source partitions may share a target partition: a Kafka source says which one it was, others don't. */
function namedBy(candidates: readonly Sharer[], source: string): Sharer | undefined {
  const [, topic, partition] = KAFKA_SOURCE.exec(source) ?? [];
  return candidates.find(({ stream: { id } }) => id.topic === topic && id.partition === Number(partition));
}
