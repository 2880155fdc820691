/** What needs a broker of its own: TLS and SASL, sessions that end, a broker that is killed and comes back. */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TributaryError } from '../../shared/errors.ts';
import {
  Cluster,
  createTopics,
  fetchRaw,
  type KafkaSettings,
  LATEST,
  listOffsets,
  type OutgoingBatch,
  TransactionalProducer,
  toKafkaJs,
} from '../../shared/kafka/index.ts';
import { encodeBatch, readRecords, splitBatches } from '../../shared/records/index.ts';
import { SECURE_USER, type SecureKafka, startSecureKafka } from '../support/secureKafka.ts';

const SESSION_MS = 2_000;
const MAX_RAW_BYTES = 1024 * 1024;
let own: SecureKafka;
const clusters: Cluster[] = [];

beforeAll(async () => {
  own = await startSecureKafka(SESSION_MS);
}, 300_000);
afterAll(async () => {
  for (const cluster of clusters) cluster.close();
  await own?.close();
});

function open(settings: KafkaSettings): Cluster {
  const cluster = Cluster.open(settings);
  clusters.push(cluster);
  return cluster;
}
const secured = (changes: Partial<KafkaSettings> = {}): KafkaSettings => ({
  brokers: [own.secure],
  ssl: { ca: own.ca },
  sasl: { mechanism: 'plain', ...SECURE_USER },
  ...changes,
});
const scram = { mechanism: 'scram-sha-512' as const, username: SECURE_USER.username, password: 'scram-secret' };

function batch(topic: string, value: string): OutgoingBatch {
  const records = [{ key: null, value: Buffer.from(value), timestamp: Date.now(), headers: [] }];
  return { topic, partition: 0, blob: encodeBatch(records, { codec: 'none' }), records: 1 };
}
async function newTopic(cluster: Cluster, name: string): Promise<string> {
  const [made] = await createTopics(cluster, [{ name, partitions: 1, replicationFactor: 1 }]);
  expect(made?.errorCode).toBe(0);
  return name;
}

/** Committed values, read up to the high watermark. */
async function committedValues(cluster: Cluster, topic: string): Promise<string[]> {
  const [end] = await listOffsets(cluster, [{ topic, partition: 0, timestamp: LATEST }]);
  const values: string[] = [];
  const aborted = new Set<string>();
  for (let offset = 0; offset < end!.offset; ) {
    const leader = await cluster.leader(topic, 0);
    const partitions = [{ topic, partition: 0, offset, currentLeaderEpoch: -1, maxBytes: 1_000_000 }];
    const request = {
      isolation: 'read_committed' as const,
      maxWaitMs: 200,
      minBytes: 1,
      maxBytes: 1_000_000,
      partitions,
    };
    const [fetched] = await fetchRaw(cluster, leader!.nodeId, request, 'read');
    for (const { producerId, firstOffset } of fetched!.aborted) aborted.add(`${producerId}/${firstOffset}`);
    for (const { header, batch: bytes } of splitBatches(fetched!.records)) {
      offset = header.baseOffset + header.lastOffsetDelta + 1;
      if (header.control || aborted.has(`${header.producerId}/${header.baseOffset}`)) continue;
      for (const record of readRecords(bytes, { maxRawBytes: MAX_RAW_BYTES })) values.push(String(record.value));
    }
  }
  return values;
}

describe('TLS and SASL', () => {
  it.each(['plain', 'scram-sha-512'])(
    'writes and reads over TLS with %s; kafkajs gets in with the same settings',
    async (mechanism) => {
      const settings = mechanism === 'plain' ? secured() : secured({ sasl: scram });
      const cluster = open(settings);
      const topic = await newTopic(cluster, `secure-${mechanism}`);
      const producer = await TransactionalProducer.open(cluster, {
        transactionalId: `secure-${mechanism}`,
        transactionTimeoutMs: 60_000,
      });
      expect((await producer.send([batch(topic, 'hello')]))[0]).toEqual({ kind: 'landed', offset: 0 });
      await producer.commit();
      expect(await committedValues(cluster, topic)).toEqual(['hello']);
      const admin = new kafkajs.Kafka(toKafkaJs(settings)).admin();
      await admin.connect();
      expect(await admin.listTopics()).toContain(topic);
      await admin.disconnect();
    },
  );

  it('says what is wrong: password, unknown certificate, no TLS', async () => {
    const wrong = open(secured({ sasl: { ...scram, password: 'x' } }));
    await expect(wrong.metadata([])).rejects.toMatchObject({
      code: 'brokerRefused',
      retry: 'final',
      subject: own.secure,
    });
    const stranger = open(secured({ ssl: true }));
    await expect(stranger.metadata([])).rejects.toMatchObject({ reason: expect.stringMatching(/self.signed/) });
    const bare = open({ brokers: [own.secure], connectTimeoutMs: 2_000, requestTimeoutMs: 2_000 });
    await expect(bare.metadata([])).rejects.toThrow(TributaryError);
  });

  it('outlives SASL sessions in the middle of transactions', async () => {
    const cluster = open(secured({ brokers: [own.shortSessions], sasl: scram }));
    const topic = await newTopic(cluster, 'secure-sessions');
    const producer = await TransactionalProducer.open(cluster, {
      transactionalId: 'secure-sessions',
      transactionTimeoutMs: 60_000,
    });
    const expected: string[] = [];
    const until = performance.now() + 2.5 * SESSION_MS;
    for (let i = 0; performance.now() < until; i++) {
      const outcomes = await producer.send([batch(topic, `${i}a`), batch(topic, `${i}b`)]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['landed', 'landed']);
      await producer.commit();
      expected.push(`${i}a`, `${i}b`);
    }
    await producer.fence();
    expect(await committedValues(cluster, topic)).toEqual(expected);
  });
});
