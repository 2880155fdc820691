/** Every outcome of the transactional producer, against a real broker and read back by kafkajs; both protocols. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Cluster, type OutgoingBatch, TransactionalProducer } from '../../shared/kafka/index.ts';
import { encodeBatch } from '../../shared/records/index.ts';
import { brokers, cluster, consumeAll, createTopic, endOffsets, kafkaJs, uniqueTopic } from '../support/kafka.ts';

const HOUR_MS = 3_600_000;

interface Wanted {
  values: readonly string[];
  partition?: number;
  key?: string | null;
  timestamp?: number;
}
function batch(topic: string, { values, partition = 0, key = 'k', timestamp = Date.now() }: Wanted): OutgoingBatch {
  const records = values.map((value) => ({
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(value),
    timestamp,
    headers: [],
  }));
  return { topic, partition, blob: encodeBatch(records, { codec: 'zstd' }), records: records.length };
}

const valuesOf = (records: readonly { value: Buffer | null }[]): string[] => records.map((r) => String(r.value));
const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe.each([
  { protocol: 2 as const, options: {} },
  { protocol: 1 as const, options: { protocol: 1 as const } },
])('transactional producer, protocol $protocol', ({ protocol, options }) => {
  async function open(id = uniqueTopic('kafka-txn')): Promise<TransactionalProducer> {
    const producer = await TransactionalProducer.open(cluster(), {
      transactionalId: id,
      transactionTimeoutMs: 60_000,
      ...options,
    });
    expect(producer.protocol).toBe(protocol);
    return producer;
  }

  it('makes committed batches visible, in order, at the offsets that it answered', async () => {
    const topic = await createTopic('kafka-commit', { partitions: 3 });
    const producer = await open();
    const expected = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      const batches = Array.from({ length: 60 }, (_, i) =>
        batch(topic, { partition: i % 3, values: numbered(`${round}/${i}/`, 1 + (i % 7)) }),
      );
      const outcomes = await producer.send(batches);
      outcomes.forEach((outcome, i) => {
        if (outcome.kind !== 'landed') throw new Error(`batch ${i}: ${JSON.stringify(outcome)}`);
        numbered(`${round}/${i}/`, 1 + (i % 7)).forEach((value, at) => {
          expected.set(`${i % 3}/${outcome.offset + at}`, value);
        });
      });
      await producer.commit();
    }
    const seen = await consumeAll(topic);
    expect(new Map(seen.map((r) => [`${r.partition}/${r.offset}`, String(r.value)]))).toEqual(expected);
    for (const partition of [0, 1, 2]) {
      const order = seen.filter((r) => r.partition === partition).map((r) => String(r.value).split('/').map(Number));
      const sorted = order.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
      expect(order).toEqual(sorted);
    }
    producer.close();
  });

  it('keeps aborted batches invisible and goes on after them', async () => {
    const topic = await createTopic('kafka-abort');
    const producer = await open();
    await producer.send([batch(topic, { values: ['kept 1'] })]);
    await producer.commit();
    await producer.send([
      batch(topic, { values: ['dropped 1', 'dropped 2'] }),
      batch(topic, { values: ['dropped 3'] }),
    ]);
    await producer.abort();
    // Other bytes of the same shape: with a sequence used again the broker would call them a repeat.
    await producer.send([batch(topic, { values: ['kept 2', 'kept 3'] }), batch(topic, { values: ['kept 4'] })]);
    await producer.commit();
    expect(valuesOf(await consumeAll(topic))).toEqual(['kept 1', 'kept 2', 'kept 3', 'kept 4']);
    const all = valuesOf(await consumeAll(topic, { readCommitted: false }));
    expect(all).toContain('dropped 2');
    producer.close();
  });

  it('commits nothing at all without a fuss', async () => {
    const producer = await open();
    await producer.commit();
    await producer.abort();
    producer.close();
  });

  it('isolates refused batches, sends their followers again and keeps the order', async () => {
    const small = await createTopic('kafka-small', { configs: { 'max.message.bytes': '2000' } });
    const compacted = await createTopic('kafka-compacted', { configs: { 'cleanup.policy': 'compact' } });
    const producer = await open();
    const huge = Array.from({ length: 40 }, () => randomBytes(100).toString('hex'));
    const garbage = batch(small, { values: ['x', 'y'] });
    garbage.blob.fill(0xff, 61);
    const sent = [
      batch(small, { values: ['a1', 'a2'] }),
      batch(small, { values: huge }),
      batch(small, { values: ['b1', 'b2', 'b3'] }),
      batch(small, { values: ['too new'], timestamp: Date.now() + 2 * HOUR_MS }),
      garbage,
      batch(small, { values: ['c1'] }),
      batch(compacted, { values: ['no key'], key: null }),
      batch(compacted, { values: ['with key'] }),
      { ...batch(small, { values: ['count'] }), records: 7 },
      batch(small, { values: ['d1'] }),
    ];
    const outcomes = await producer.send(sent);
    await producer.commit();
    const kinds = outcomes.map((o) => (o.kind === 'refused' ? `${o.kind} ${o.code}` : o.kind));
    expect(kinds).toEqual([
      'landed',
      'refused 10',
      'landed',
      'refused 32',
      'refused -1',
      'landed',
      'refused 87',
      'landed',
      'refused 87',
      'landed',
    ]);
    expect(outcomes[1]).toMatchObject({ name: 'MESSAGE_TOO_LARGE' });
    expect(valuesOf(await consumeAll(small))).toEqual(['a1', 'a2', 'b1', 'b2', 'b3', 'c1', 'd1']);
    expect(valuesOf(await consumeAll(compacted))).toEqual(['with key']);
    producer.close();
  });

  it('says unavailable for an unknown topic, and the rest commits', async () => {
    const topic = await createTopic('kafka-known');
    const unknown = uniqueTopic('kafka-unknown');
    const producer = await open();
    const outcomes = await producer.send([
      batch(unknown, { values: ['lost'] }),
      batch(topic, { values: ['1'] }),
      batch(unknown, { values: ['lost too'] }),
      batch(topic, { values: ['2'], partition: 5 }),
    ]);
    await producer.commit();
    expect(outcomes.map((o) => o.kind)).toEqual(['unavailable', 'landed', 'unavailable', 'unavailable']);
    expect(outcomes[0]).toMatchObject({ code: 3, name: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(valuesOf(await consumeAll(topic))).toEqual(['1']);
    const names = (await cluster().metadata(null)).topics;
    expect(names.has(unknown)).toBe(false);
    producer.close();
  });

  it('says late of what was not its turn in time: nothing of it is in the log, and the producer goes on', async () => {
    const topic = await createTopic('kafka-late');
    const producer = await open();
    const late = await producer.send([batch(topic, { values: ['1'] }), batch(topic, { values: ['2'] })], 0);
    expect(late.map(({ kind }) => kind)).toEqual(['late', 'late']);
    await producer.abort();
    expect((await producer.send([batch(topic, { values: ['3'] })], 60_000)).map(({ kind }) => kind)).toEqual([
      'landed',
    ]);
    await producer.commit();
    expect(valuesOf(await consumeAll(topic))).toEqual(['3']);
    producer.close();
  });

  it('is fenced by a second producer, whose takeover aborts what was open', async () => {
    const topic = await createTopic('kafka-fenced');
    const id = uniqueTopic('kafka-txn');
    const first = await open(id);
    await first.send([batch(topic, { values: ['of the first'] })]);
    const second = await open(id);
    await expect(first.send([batch(topic, { values: ['late'] })])).rejects.toMatchObject({ code: 'fenced' });
    await expect(first.commit()).rejects.toMatchObject({ code: 'fenced' });
    await second.send([batch(topic, { values: ['of the second'] })]);
    await second.commit();
    expect(valuesOf(await consumeAll(topic))).toEqual(['of the second']);
    first.close();
    second.close();
  });

  it('is fenced at commit', async () => {
    const topic = await createTopic('kafka-fenced');
    const id = uniqueTopic('kafka-txn');
    const first = await open(id);
    await first.send([batch(topic, { values: ['of the first'] })]);
    const second = await open(id);
    await expect(first.commit()).rejects.toMatchObject({ code: 'fenced' });
    expect(await consumeAll(topic)).toEqual([]);
    first.close();
    second.close();
  });

  it('does not know what a commit without an answer did; after fence() the log says', async () => {
    const topic = await createTopic('kafka-ambiguous', { partitions: 4 });
    const producer = await open();
    const connectionOf = async () => {
      const nodeId = await cluster().coordinator('transaction', producer.transactionalId);
      return cluster().connection(nodeId, `transaction ${producer.transactionalId}`);
    };
    let committed = 0;
    for (let round = 0; round < 10; round++) {
      const batches = [0, 1, 2, 3].map((partition) => batch(topic, { partition, values: [`round ${round}`] }));
      await producer.send(batches);
      const connection = await connectionOf();
      const commit = producer.commit();
      // The request goes out in this turn of the event loop; the connection is gone before the answer comes.
      await Promise.resolve();
      setImmediate(() => connection.close());
      const lost = await commit.then(
        () => false,
        (error: { code: string }) => {
          expect(error.code).toBe('outcomeUnknown');
          return true;
        },
      );
      if (lost) {
        await expect(producer.send(batches)).rejects.toMatchObject({ code: 'outcomeUnknown' });
        await producer.fence();
        expect(await endOffsets(topic, 'read_committed')).toEqual(await endOffsets(topic, 'read_uncommitted'));
      }
      const seen = valuesOf(await consumeAll(topic)).filter((value) => value === `round ${round}`).length;
      expect([0, 4]).toContain(seen);
      if (!lost) expect(seen).toBe(4);
      committed += lost ? 1 : 0;
    }
    expect(committed).toBeGreaterThan(0);
    producer.close();
  });

  it('does not know what a produce without an answer did; nothing of it becomes visible after fence()', async () => {
    const topic = await createTopic('kafka-ambiguous');
    const producer = await open();
    await producer.send([batch(topic, { values: ['before'] })]);
    const leader = await cluster().leader(topic, 0);
    const connection = await cluster().connection(leader!.nodeId, `transaction ${producer.transactionalId}`);
    const sending = producer.send(numbered('lost', 50).map((value) => batch(topic, { values: [value] })));
    setImmediate(() => connection.close());
    await expect(sending).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await expect(producer.commit()).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await producer.fence();
    await producer.send([batch(topic, { values: ['after'] })]);
    await producer.commit();
    expect(valuesOf(await consumeAll(topic))).toEqual(['after']);
    producer.close();
  });

  it('writes many batches at once into a topic that was just made', async () => {
    const topic = uniqueTopic('kafka-fresh');
    const producer = await open();
    const admin = kafkaJs().admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 20 }], waitForLeaders: false });
    const values = (i: number): string[] => numbered(`${i}:`, 3);
    const outcomes = await producer.send(
      Array.from({ length: 200 }, (_, i) => batch(topic, { partition: i % 20, values: values(i) })),
    );
    await producer.commit();
    expect(new Set(outcomes.map((o) => o.kind))).toEqual(new Set(['landed']));
    const seen = await consumeAll(topic);
    const expected = Array.from({ length: 20 }, (_, p) => Array.from({ length: 10 }, (_, n) => values(p + 20 * n)));
    expect(valuesOf(seen)).toEqual(expected.flat(2));
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    producer.close();
  });
});

it('answers brokerUnavailable with every address when nobody is there', async () => {
  const nobody = Cluster.open({ brokers: ['127.0.0.1:1', 'localhost:2'], connectTimeoutMs: 500 });
  await expect(nobody.metadata([])).rejects.toMatchObject({
    code: 'brokerUnavailable',
    subject: '127.0.0.1:1, localhost:2',
    retry: 'retried',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
  nobody.close();
  const second = Cluster.open({ brokers: ['127.0.0.1:1', ...brokers()] });
  expect((await second.metadata([])).brokers.length).toBeGreaterThan(0);
  second.close();
});
