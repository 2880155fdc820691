/** Looks for topics, partitions and leaders, every few seconds and whenever somebody finds that they have changed. */
import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../../shared/errors.ts';
import { kafkaErrorName, type Metadata, type MetadataTopic } from '../../../shared/kafka/index.ts';
import type { Intake } from '../../stages.ts';
import { backoffMs, Waiter } from '../backoff.ts';
import type { Delivered } from './delivered.ts';
import { kafkaFound, kafkaTopicGone, kafkaTopicMadeAgain } from './events.ts';
import { BROKER_BACKOFF } from './options.ts';
import { Partition } from './partition.ts';
import type { Parts } from './shared.ts';
import type { TopicChoice } from './topicChoice.ts';

const UNKNOWN_TOPIC = 3;
/** However often somebody asks. */
const LEAST_PAUSE_MS = 100;
/** A partition that is gone is remembered this long: it may be a broker that has not heard of it yet. */
const FORGET_MS = 60_000;
const NAMES_SAID = 20;
const CLUSTER = 'cluster';

export class Discovery {
  readonly #parts: Parts;
  readonly #partitions: Map<string, Partition>;
  readonly #choice: TopicChoice;
  readonly #intake: Intake;
  readonly #delivered: Delivered;
  readonly #changed: () => void;
  readonly #waiter = new Waiter();
  readonly #firstRun: boolean;
  #sourcePartitions: ReadonlyMap<string, number> = new Map();
  #missing: readonly string[] = [];
  #rounds = 0;

  constructor(
    parts: Parts,
    options: {
      partitions: Map<string, Partition>;
      choice: TopicChoice;
      intake: Intake;
      delivered: Delivered;
      changed: () => void;
    },
  ) {
    this.#parts = parts;
    this.#partitions = options.partitions;
    this.#choice = options.choice;
    this.#intake = options.intake;
    this.#delivered = options.delivered;
    this.#changed = options.changed;
    this.#firstRun = this.#stored().size === 0;
  }

  /** Whether the cluster has been seen. */
  get seen(): boolean {
    return this.#rounds > 0;
  }

  /** Number of partitions of each topic that is read. */
  get sourcePartitions(): ReadonlyMap<string, number> {
    return this.#sourcePartitions;
  }

  /** Topics that were asked for by name and are not there, or can't be read. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  wake(): void {
    this.#waiter.wake();
  }

  async run(): Promise<void> {
    const { cluster, troubles, signal, settings } = this.#parts;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const metadata = await cluster.metadata(this.#choice.ask);
        if (signal.aborted) return;
        troubles.end(CLUSTER);
        failures = 0;
        this.#reconcile(metadata);
      } catch (error) {
        if (signal.aborted) return;
        troubles.begin(CLUSTER, reasonOf(error));
        failures += 1;
      }
      await pause(LEAST_PAUSE_MS);
      await this.#waiter.wait(failures > 0 ? backoffMs(failures, BROKER_BACKOFF) : settings.metadataMs);
    }
  }

  #stored() {
    const positions = this.#intake.positions(`kafka:${this.#parts.settings.name}:`);
    return new Map(positions.map(({ key, position }) => [key, position]));
  }

  #reconcile(metadata: Metadata): void {
    const topics = [...metadata.topics.values()].filter(({ name, internal }) => this.#choice.chooses(name, internal));
    const there = topics.filter(({ errorCode }) => errorCode === 0);
    const counts = new Map(this.#sourcePartitions);
    for (const { name, partitions } of there) counts.set(name, partitions.length);
    for (const name of counts.keys()) if (!metadata.topics.has(name)) counts.delete(name);
    this.#sourcePartitions = counts;
    this.#missing = this.#choice.named.flatMap((name) => missing(name, metadata.topics.get(name)));
    for (const topic of there) this.#startOverIfMadeAgain(topic);
    this.#add(there);
    this.#follow(there);
    // A topic that answers with an error of its own (no leader yet, no permission now) is there all the same.
    this.#retire(new Set(topics.filter(({ errorCode }) => errorCode !== UNKNOWN_TOPIC).map(({ name }) => name)));
    this.#rounds += 1;
    this.#changed();
  }

  #startOverIfMadeAgain({ name, topicId, partitions }: MetadataTopic): void {
    const known = partitions.flatMap(({ partition }) => this.#partitions.get(`${name}/${partition}`) ?? []);
    const old = known.filter((partition) => partition.topicId !== topicId);
    const first = old[0];
    if (!first) return;
    const { telemetry, settings } = this.#parts;
    telemetry.emit(kafkaTopicMadeAgain, { source: settings.name, topic: name, was: first.topicId, is: topicId });
    for (const partition of old) {
      partition.startOver(topicId);
      this.#delivered.compare(partition);
    }
  }

  #add(topics: readonly MetadataTopic[]): void {
    const { settings, telemetry } = this.#parts;
    const added: Partition[] = [];
    for (const topic of topics) {
      for (const { partition } of topic.partitions) {
        if (this.#partitions.has(`${topic.name}/${partition}`)) continue;
        added.push(new Partition(settings.name, topic, partition));
      }
    }
    if (added.length === 0) return;
    const stored = this.#stored();
    const madeAgain = new Set<string>();
    for (const partition of added) {
      const position = stored.get(partition.key);
      if (position && position.topicId === partition.topicId) partition.resume(position);
      else if (position && !madeAgain.has(partition.topic)) {
        madeAgain.add(partition.topic);
        const [was, is] = [position.topicId ?? '', partition.topicId];
        telemetry.emit(kafkaTopicMadeAgain, { source: settings.name, topic: partition.topic, was, is });
      } else if (!position && settings.from === 'latest' && this.#firstRun && this.#rounds === 0) {
        partition.doubt = 'newLatest';
      }
      this.#delivered.compare(partition);
      this.#partitions.set(partition.label, partition);
    }
    telemetry.emit(kafkaFound, {
      source: settings.name,
      topics: this.#sourcePartitions.size,
      partitions: this.#partitions.size,
      added: said(added.map(({ label }) => label)),
    });
  }

  #follow(topics: readonly MetadataTopic[]): void {
    for (const topic of topics) {
      for (const found of topic.partitions) {
        const partition = this.#partitions.get(`${topic.name}/${found.partition}`);
        if (!partition) continue;
        partition.goneSinceMs = null;
        const newEpoch = partition.leads(found);
        if (!newEpoch || partition.doubt !== null || partition.positionEpoch < 0) continue;
        // Another leader may have less than the one before: compare before reading on.
        partition.rewind();
        partition.doubt = 'epoch';
      }
    }
  }

  #retire(there: ReadonlySet<string>): void {
    const { telemetry, settings, clock } = this.#parts;
    const now = clock.monotonicMs();
    const gone = new Set<string>();
    for (const [label, partition] of this.#partitions) {
      if (there.has(partition.topic)) continue;
      if (partition.goneSinceMs === null) {
        partition.goneSinceMs = now;
        gone.add(partition.topic);
        continue;
      }
      const atRest = partition.handed === partition.stored || partition.handed < 0;
      if (atRest && now - partition.goneSinceMs > FORGET_MS) this.#partitions.delete(label);
    }
    for (const topic of gone) telemetry.emit(kafkaTopicGone, { source: settings.name, topic });
  }
}

function missing(name: string, topic: MetadataTopic | undefined): string[] {
  if (!topic || topic.errorCode === UNKNOWN_TOPIC) return [`${name} is not there yet`];
  return topic.errorCode === 0 ? [] : [`${name}: Kafka answers ${kafkaErrorName(topic.errorCode)}`];
}

function said(names: readonly string[]): string[] {
  const some = names.slice(0, NAMES_SAID);
  return names.length > some.length ? [...some, `and ${names.length - some.length} more`] : some;
}
