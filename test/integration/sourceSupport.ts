/** Topics, producers and Kafka sources of one test, all cleaned up after it. */
import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel, type Producer, type ProducerConfig } from 'kafkajs';
import { onTestFinished } from 'vitest';
import { KafkaSource } from '../../agent/source/kafka/kafkaSource.ts';
import type { KafkaSourceOptions } from '../../agent/source/kafka/options.ts';
import type { Intake } from '../../agent/stages.ts';
import { systemClock } from '../../shared/clock.ts';
import type { MemoryIntake } from '../agent/source/memoryIntake.ts';
import { Recorder } from '../agent/source/recorder.ts';
import { until } from '../agent/source/until.ts';
import { brokers } from '../support/kafka.ts';

export class Field {
  /** In front of every name of this test. */
  readonly prefix = `sources-${randomBytes(4).toString('hex')}`;
  readonly brokers: string[];
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly #topics = new Set<string>();

  private constructor(at: readonly string[]) {
    this.brokers = [...at];
    this.kafka = new Kafka({ clientId: this.prefix, brokers: this.brokers, logLevel: logLevel.NOTHING });
    this.admin = this.kafka.admin();
  }

  static async open(at: readonly string[] = brokers()): Promise<Field> {
    const field = new Field(at);
    await field.admin.connect();
    onTestFinished(async () => {
      const there = new Set(await field.admin.listTopics());
      const topics = [...field.#topics].filter((topic) => there.has(topic));
      if (topics.length > 0) await field.admin.deleteTopics({ topics });
      await field.admin.disconnect();
    });
    return field;
  }

  async topic(name: string, partitions = 1, config: Record<string, string> = {}): Promise<string> {
    const topic = name.startsWith('__') ? name : `${this.prefix}.${name}`;
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    this.#topics.add(topic);
    await this.admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, configEntries }],
    });
    // kafkajs waits for leaders only while the topic is known everywhere, and fails where it is not yet.
    await until(`${topic} has leaders`, async () => {
      const [found] = (await this.admin.fetchTopicMetadata({ topics: [topic] }).catch(() => ({ topics: [] }))).topics;
      return found?.partitions.length === partitions && found.partitions.every(({ leader }) => leader >= 0);
    });
    return topic;
  }

  async producer(config: ProducerConfig = {}): Promise<Producer> {
    const producer = this.kafka.producer(config);
    await producer.connect();
    onTestFinished(() => producer.disconnect());
    return producer;
  }

  /** Texts into one partition, in one batch. */
  async send(topic: string, texts: readonly string[], partition = 0): Promise<void> {
    const producer = await this.producer({ allowAutoTopicCreation: false });
    await producer.send({ topic, messages: texts.map((value) => ({ value, partition })) });
  }

  async deleteBelow(topic: string, partition: number, offset: number): Promise<void> {
    // kafkajs finds the partition's leader only once it has asked for something of the topic.
    await this.admin.fetchTopicOffsets(topic);
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  /** A source that is closed after the test, at the latest. */
  async source(intake: Intake, options: Partial<KafkaSourceOptions> & Pick<KafkaSourceOptions, 'topics'>) {
    const telemetry = new Recorder();
    const settings = { kafka: { brokers: this.brokers }, group: null, metadataMs: 500, maxWaitMs: 200, ...options };
    const source = new KafkaSource(settings, { telemetry, clock: systemClock });
    await source.open(intake);
    onTestFinished(() => source.close());
    return { source, telemetry };
  }
}

export const texts = (intake: MemoryIntake, topic?: string): string[] =>
  intake.captured.filter((r) => topic === undefined || r.topic === topic).map((r) => r.value?.toString() ?? 'null');

export const captured = (intake: MemoryIntake, count: number): Promise<void> =>
  until(`${count} records`, () => {
    if (intake.captured.length > count) throw new Error(`${intake.captured.length} records, ${count} expected`);
    return intake.captured.length === count;
  });

/** The offset behind what is durable. */
export const storedOffset = (intake: MemoryIntake, topic: string, partition = 0): number => {
  const key = `kafka:kafka:${topic}:${partition}`;
  return Number(intake.stored.get(key)?.position.nextOffset ?? -1);
};
