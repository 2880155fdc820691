/**
 * Records at the limits: 10 MB in one record, a thousand headers on one.
 *
 * Seen red: with Kafka's default for the target's limit, a held batch's position at its first record, a dead letter that is cut
 * short, and batches rebuilt without need.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IdempotentProducer } from '../../shared/kafka/index.ts';
import { MIB } from '../../shared/limits.ts';
import { readRecords, splitBatches } from '../../shared/records/index.ts';
import { cluster, consumeAll, endOffsets, produce } from '../support/kafka.ts';
import { batchesOf, batchOf, copied, copyOf, PullRig } from '../support/pullRig.ts';

const POLL = { timeout: 30_000, interval: 20 };
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');
const text = (value: string): Buffer => Buffer.from(value);
const roomy = { 'max.message.bytes': String(12 * MIB) };
/** 10 MB that no codec makes smaller. */
const large = randomBytes(10_000_000);

async function send(topic: string, ...batches: ReturnType<typeof batchOf>[]): Promise<void> {
  const producer = new IdempotentProducer(cluster(), 'pull test');
  for (const batch of batches) expect(await producer.send([batch])).toMatchObject([{ kind: 'landed' }]);
  expect((await ends(topic)).get(0)).toBe(batches.reduce((sum, { records }) => sum + records, 0));
}
const sizesOf = async (topic: string) => (await consumeAll(topic)).map(({ value }) => value?.length);

describe('a record of 10 MB', () => {
  test.each(['none', 'zstd'] as const)('%s: arrives where both sides take it, in its place', async (codec) => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-10mb', { configs: roomy, target: roomy });
    const small = (value: string) => batchOf(topic, [{ value: text(value) }], codec);
    await send(topic, small('before'), batchOf(topic, [{ key: text('k'), value: large }], codec), small('after'));
    const process = await rig.start({ topics: [topic] });
    const { source, target } = await copied(process, topic, await ends(topic));
    expect(target.map(({ value }) => value?.length)).toEqual([6, 10_000_000, 5]);
    expect(target).toEqual(source);
    expect(process.state(topic)).toMatchObject({ records: 3, rebuiltBatches: {} });
  });

  test.each(['hold', 'deadLetter'] as const)(
    '%s where the target does not take it; others go on',
    async (onRefused) => {
      const rig = PullRig.open();
      const topic = await rig.topic('pull-10mb', { configs: roomy });
      const other = await rig.topic('pull-beside');
      // In the middle of a batch whose other records fit: they are split off.
      await send(topic, batchOf(topic, [{ value: text('before') }, { value: large }, { value: text('after') }], 'lz4'));
      await produce(other, [{ value: 'goes on' }]);
      const process = await rig.start({ topics: [topic, other], settings: { onRefused }, shards: { shards: 1 } });
      expect((await copied(process, other, await ends(other))).target).toHaveLength(1);
      if (onRefused === 'hold') {
        const held = { kind: 'waiting', reason: 'recordTooLarge' };
        await expect.poll(() => process.state(topic).state, POLL).toMatchObject(held);
        expect(process.state(topic).position).toBe(1);
        expect(await sizesOf(copyOf(topic))).toEqual([6]);
        return;
      }
      const { target } = await copied(process, topic, await ends(topic));
      expect(target.map(({ value }) => value)).toEqual(['before', 'after']);
      expect(process.state(topic)).toMatchObject({ deadLetteredRecords: 1, records: 2, lagOffsets: 0 });
      const [letter] = await consumeAll(`${rig.ledger}.dead`);
      const [aside] = [...splitBatches(letter!.value!)].flatMap(({ batch }) =>
        readRecords(batch, { maxRawBytes: 16 * MIB }),
      );
      expect(aside!.value!.equals(large)).toBe(true);
    },
  );
});

describe('a thousand headers on one record', () => {
  const headers = Array.from({ length: 1_000 }, (_, i) => [text(`name-${i % 400}`), text(`${i}`)] as const);
  /** Names come again, so that neither order nor repetition may be lost. */
  const headersIn = async (topic: string) => {
    const [read] = (await batchesOf(topic)).flatMap(({ batch }) => readRecords(batch, { maxRawBytes: MIB }));
    return read!.headers.map(([name, value]) => [String(name), String(value)]);
  };
  const wanted = headers.map(([name, value]) => [String(name), String(value)]);

  test('as bytes', async () => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-headers');
    await send(topic, batchOf(topic, [{ value: text('v'), headers }], 'zstd'));
    const process = await rig.start({ topics: [topic] });
    await copied(process, topic, await ends(topic));
    expect(await headersIn(copyOf(topic))).toEqual(wanted);
    expect(process.state(topic).rebuiltBatches).toEqual({});
  });

  test('in a batch that has to be rebuilt', async () => {
    const rig = PullRig.open();
    const topic = await rig.topic('pull-headers', { configs: { 'message.timestamp.type': 'LogAppendTime' } });
    await send(topic, batchOf(topic, [{ value: text('v'), headers }], 'zstd'));
    const process = await rig.start({ topics: [topic] });
    await copied(process, topic, await ends(topic));
    expect(await headersIn(copyOf(topic))).toEqual(wanted);
    expect(process.state(topic).rebuiltBatches).toEqual({ logAppendTime: 1 });
  });
});
