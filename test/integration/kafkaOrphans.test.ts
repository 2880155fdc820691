/**
 * A transaction that ended everywhere but in some partition (shared/kafka/transaction/orphans.ts, hub/ledger/mend.ts).
 *
 * A broker that checks nothing lets an orphan be planted: a transactional batch that no coordinator knows of. The last test
 * makes real ones: a broker killed right behind a commit.
 *
 * Seen red: with 'committed' and 'aborted' exchanged in the producer and in mend.ts; with orphans left as they are; without
 * `#mendLast` (the orphan is then aborted with the next transaction).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { mendLedger, mendTargets } from '../../hub/ledger/mend.ts';
import type { TributaryError } from '../../shared/errors.ts';
import {
  Cluster,
  createTopics,
  LATEST,
  listOffsets,
  type OutgoingBatch,
  readCommitted,
  TransactionalProducer,
} from '../../shared/kafka/index.ts';
import { describeTransaction } from '../../shared/kafka/wire/describeTransactions.ts';
import { produceV11 } from '../../shared/kafka/wire/produce.ts';
import { encodeBatch, patchBatch, readRecords } from '../../shared/records/index.ts';
import { eventually } from '../support/rigWait.ts';

const MAX_RAW_BYTES = 1024 * 1024;
const LEDGER = 'ledger';
const LEDGER_PARTITION = { topic: LEDGER, partition: 0 };
const BESIDE = [{ topic: 'audit', partition: 0 }];
const dir = mkdtempSync(join(tmpdir(), 'tributary-orphans-'));
let kafka: LocalKafka;
let cluster: Cluster;

beforeAll(async () => {
  const properties = { 'transaction.partition.verification.enable': 'false' };
  kafka = await startKafka({ dir, properties });
  cluster = Cluster.open({ brokers: kafka.brokers, requestTimeoutMs: 10_000 });
  await makeTopics([LEDGER, 'audit']);
}, 300_000);
afterAll(async () => {
  await cluster?.close();
  await kafka?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function makeTopics(names: readonly string[]): Promise<void> {
  const made = await createTopics(
    cluster,
    names.map((name) => ({ name, partitions: 1, replicationFactor: 1 })),
  );
  expect(made.map(({ errorCode }) => errorCode)).toEqual(names.map(() => 0));
}

const encoded = (value: string): Buffer =>
  encodeBatch([{ key: null, value: Buffer.from(value), timestamp: Date.now(), headers: [] }], { codec: 'none' });
const batch = (topic: string, value: string): OutgoingBatch => ({
  ...{ topic, partition: 0, blob: encoded(value), records: 1 },
});
const openProducer = (transactionalId: string): Promise<TransactionalProducer> =>
  TransactionalProducer.open(cluster, { transactionalId, transactionTimeoutMs: 60_000 });

/**
 * What the coordinator knows nothing of. Its offset. Planted while the coordinator still completes a commit, the batch would
 * have the epoch of that commit's marker, which the partition then refuses for good: the id would never be free again.
 */
async function plant(producer: TransactionalProducer, topic: string, value: string): Promise<number> {
  const { transactionalId, producerId, producerEpoch } = producer;
  await eventually('the last transaction is complete', async () => {
    const nodeId = await cluster.coordinator('transaction', transactionalId);
    const described = await (await cluster.connection(nodeId, 'plant')).send(describeTransaction, transactionalId);
    return described?.state.startsWith('Prepare') ? null : true;
  });
  const blob = encoded(value);
  const patch = { baseOffset: 0, partitionLeaderEpoch: -1, baseSequence: 0, transactional: true };
  patchBatch(blob, { ...patch, producerId, producerEpoch });
  const leader = await cluster.leader(topic, 0);
  const connection = await cluster.connection(leader!.nodeId, 'plant');
  const batches = [{ topic, partition: 0, batch: blob }];
  const { partitions } = await connection.send(produceV11, { transactionalId, timeoutMs: 5_000, batches });
  const [answer] = partitions;
  expect(answer?.errorCode).toBe(0);
  return answer!.baseOffset;
}

async function isStable(topic: string): Promise<boolean> {
  const ask = [{ topic, partition: 0, timestamp: LATEST }];
  const [end] = await listOffsets(cluster, ask, 'read_uncommitted');
  const [stable] = await listOffsets(cluster, ask, 'read_committed');
  return end!.offset === stable!.offset;
}

/** To the end, waiting for what is open. */
async function committedValues(topic: string): Promise<string[]> {
  const { topics } = await cluster.metadata([topic]);
  const where = { topic, topicId: topics.get(topic)!.topicId, partition: 0 };
  const values: string[] = [];
  await readCommitted(cluster, where, {
    ...{ from: null, until: 'end', purpose: 'test' },
    visit: (_header, bytes) => {
      for (const record of readRecords(bytes, { maxRawBytes: MAX_RAW_BYTES })) values.push(String(record.value));
      return true;
    },
  });
  return values;
}

async function send(producer: TransactionalProducer, topic: string, value: string): Promise<void> {
  const [outcome] = await producer.send([batch(topic, value)]);
  expect(outcome?.kind).toBe('landed');
}

describe('a planted orphan', () => {
  it.each(['committed', 'aborted'] as const)('is found after a fence, and ends as %s', async (ending) => {
    const [topic, other] = [`found-${ending}`, `untouched-${ending}`];
    await makeTopics([topic, other]);
    const producer = await openProducer(`found-${ending}`);
    const startOffset = await plant(producer, topic, 'orphan');
    await producer.fence();
    expect(await isStable(topic)).toBe(false);
    const partitions = [topic, other].map((name) => ({ topic: name, partition: 0 }));
    const { orphans } = await producer.orphans(partitions);
    expect(orphans).toEqual([{ topic, partition: 0, startOffset }]);
    await producer.endOrphans(orphans, ending);
    expect((await producer.orphans(partitions)).orphans).toEqual([]);
    expect(await committedValues(topic)).toEqual(ending === 'committed' ? ['orphan'] : []);
    await send(producer, topic, 'next');
    await producer.commit();
    expect(await committedValues(topic)).toEqual(ending === 'committed' ? ['orphan', 'next'] : ['next']);
  });

  it('of somebody else is left alone', async () => {
    await makeTopics(['foreign']);
    const [mine, theirs] = [await openProducer('mine'), await openProducer('theirs')];
    await plant(theirs, 'foreign', 'theirs');
    await mine.fence();
    expect((await mine.orphans([{ topic: 'foreign', partition: 0 }])).orphans).toEqual([]);
  });

  it('partitions that are not there are no reason to wait for ever, and said', async () => {
    const producer = await openProducer('nowhere');
    const nowhere = { topic: 'no-such-topic', partition: 0 };
    expect(await producer.orphans([nowhere])).toEqual({ orphans: [], unasked: [nowhere] });
  });
});

describe("a shard's orphans", () => {
  it.each([
    { what: 'known to the ledger', lastOffset: 0, values: ['orphan'] },
    { what: 'not known to the ledger', lastOffset: -1, values: [] },
  ])('in a target, $what', async ({ what, lastOffset, values }) => {
    const topic = `target-${lastOffset}`;
    await makeTopics([topic]);
    const producer = await openProducer(what);
    await plant(producer, topic, 'orphan');
    await producer.fence();
    const mended = await mendLedger(producer, LEDGER_PARTITION, BESIDE);
    expect(await isStable(topic)).toBe(false);
    await mendTargets(producer, [{ topic, partition: 0, lastOffset }], mended);
    expect(await committedValues(topic)).toEqual(values);
  });

  it('beside the ledger is remembered until the ledger is read; who has answered is asked once', async () => {
    await makeTopics(['asked']);
    const producer = await openProducer('asked-once');
    await plant(producer, 'audit', 'orphan');
    await producer.fence();
    const asked: string[] = [];
    const counting = {
      lastEnding: null,
      lastPartitions: [{ topic: 'gone', partition: 0 }],
      orphans: (partitions: readonly { topic: string; partition: number }[]) => {
        asked.push(...partitions.map(({ topic }) => topic));
        return producer.orphans(partitions);
      },
      endOrphans: producer.endOrphans.bind(producer),
    };
    const mended = await mendLedger(counting, LEDGER_PARTITION, BESIDE);
    expect(await isStable('audit')).toBe(false);
    const targets = ['asked', 'audit'].map((topic) => ({ topic, partition: 0, lastOffset: -1 }));
    await mendTargets(counting, targets, mended);
    expect(await isStable('audit')).toBe(true);
    // One that could not answer may hold one all the same.
    expect(asked.sort()).toEqual(['asked', 'audit', 'gone', 'gone', LEDGER].sort());
  });

  it('in the ledger: whole, so committed, before the ledger is read', async () => {
    const producer = await openProducer('in-ledger');
    await plant(producer, LEDGER, 'entry');
    await producer.fence();
    expect(await isStable(LEDGER)).toBe(false);
    await mendLedger(producer, LEDGER_PARTITION, BESIDE);
    expect(await committedValues(LEDGER)).toEqual(['entry']);
  });
});

describe('a broker that is killed right behind a commit', () => {
  it('is noticed by the next transaction, which ends what was left before it begins', async () => {
    await makeTopics(['between']);
    const producer = await openProducer('between');
    await send(producer, 'between', 'first');
    await producer.commit();
    await plant(producer, 'between', 'orphan');
    await kafka.kill9();
    await kafka.restart();
    await send(producer, 'between', 'aborted');
    await producer.abort();
    await send(producer, 'between', 'last');
    await producer.commit();
    expect(await committedValues('between')).toEqual(['first', 'orphan', 'last']);
  });

  it('keeps what it has committed, and nothing twice, whatever it forgot', async () => {
    await makeTopics(['killed']);
    const before = await cluster.metadata(['killed']);
    const producer = await openProducer('killed');
    const known: string[] = [];
    for (let kill = 0; kill < 4; kill += 1) {
      let unknown: string[] = [];
      let returned: Promise<void> | null = null;
      for (let i = 0; returned === null || known.length < 60 * (kill + 1); i += 1) {
        if (i === 25) {
          returned = kafka.kill9().then(() => kafka.restart());
          returned.catch(() => {});
        }
        const values = [`${kill}-${i}a`, `${kill}-${i}b`];
        try {
          const outcomes = await producer.send(values.map((value) => batch('killed', value)));
          if (outcomes.every((outcome) => outcome.kind === 'landed')) {
            unknown = values;
            await producer.commit();
            known.push(...values);
          } else await producer.abort();
        } catch (error) {
          expect((error as TributaryError).code).toBe('outcomeUnknown');
          await returned;
          await producer.fence();
          const { orphans } = await producer.orphans(producer.lastPartitions);
          if (orphans.length > 0) await producer.endOrphans(orphans, producer.lastEnding ?? 'aborted');
          const seen = await committedValues('killed');
          const rest = seen.slice(known.length);
          expect(seen.slice(0, known.length)).toEqual(known);
          if (rest.length > 0) expect(rest).toEqual(unknown);
          known.push(...rest);
        }
      }
      await returned;
    }
    expect(await committedValues('killed')).toEqual(known);
    expect((await cluster.metadata(['killed'])).brokers).toEqual(before.brokers);
  }, 240_000);
});
