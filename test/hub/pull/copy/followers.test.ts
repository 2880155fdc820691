/** What a follower answers but records is not believed: brokers that answer as the test says, around the real fetch loop. */
import { expect, onTestFinished, test } from 'vitest';
import { FetchLoop } from '../../../../hub/pull/copy/fetchLoop.ts';
import type { Flow } from '../../../../hub/pull/copy/flow.ts';
import { Followers } from '../../../../hub/pull/copy/followers.ts';
import { Limiter } from '../../../../hub/pull/copy/limits.ts';
import { Partition } from '../../../../hub/pull/copy/partition.ts';
import { DEFAULT_COPY } from '../../../../hub/pull/copy/settings.ts';
import { systemClock } from '../../../../shared/clock.ts';
import type { FetchedPartition, FetchRequest } from '../../../../shared/kafka/index.ts';
import { encodeBatch, patchBatch } from '../../../../shared/records/index.ts';
import { rigTelemetry } from '../../../support/rigTelemetry.ts';

const LEADER = 1;
const FOLLOWER = 2;
const name = { source: 'a', target: 'b' };

function logged(): Buffer {
  const batch = encodeBatch([{ key: null, value: Buffer.from('v'), timestamp: 1, headers: [] }], { codec: 'none' });
  patchBatch(batch, { baseOffset: 10, partitionLeaderEpoch: 3 });
  return batch;
}
const damaged = (): Buffer => {
  const batch = logged();
  batch[batch.length - 2]! ^= 1;
  return batch;
};

type Answer = () => Partial<FetchedPartition>;

/** Until the partition has been read to its end; answers what brokers were asked, in order. */
async function readThrough(follower: Answer): Promise<{ partition: Partition; asked: string[] }> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const telemetry = rigTelemetry('test');
  const partition = new Partition({ topic: 't', partition: 0, targetTopic: 't' }, 'x', 0, systemClock, () => {});
  partition.own(null);
  partition.committed = 10;
  partition.rewind();
  partition.leader = LEADER;
  partition.copy();
  const asked: string[] = [];
  const connection = (node: number) => ({
    speaks: () => true,
    send: async (_api: unknown, { rack, partitions }: FetchRequest) => {
      const [question] = partitions;
      if (question) asked.push(`${node} at ${question.offset}${rack ? ` from ${rack}` : ''}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const blank = { topic: 't', topicId: '', partition: 0, errorCode: 0, aborted: [], preferredReplica: -1 };
      const ends = { highWatermark: 11, lastStableOffset: 11, logStartOffset: 0, records: Buffer.alloc(0) };
      const redirect: Answer = () =>
        rack ? { preferredReplica: FOLLOWER } : question?.offset === 10 ? { records: logged() } : {};
      const said = { ...blank, ...ends, ...(node === LEADER ? redirect() : follower()) };
      return { errorCode: 0, throttleMs: 0, sessionId: 0, partitions: question ? [said] : [] };
    },
  });
  const loops = new Map<number, FetchLoop>();
  const flow = {
    name,
    telemetry,
    clock: systemClock,
    signal: stop.signal,
    settings: { ...DEFAULT_COPY, rack: 'near', isolation: 'read_uncommitted' },
    partitions: new Map([[partition.label, partition]]),
    owners: new Map(),
    stamp: null,
    pendingBytes: 0,
    limiter: new Limiter(name, telemetry, systemClock),
    followers: new Followers('near', systemClock),
    source: { settings: {}, forget: () => {}, connection: async (node: number) => connection(node) },
    targets: { get: () => null },
    reserve: () => {},
    released: () => {},
    recovered: () => {},
    away: () => {},
    wakeFetchers: () => {
      const node = partition.fetchNode;
      if (!loops.has(node)) loops.set(node, new FetchLoop(flow as unknown as Flow, node));
      for (const loop of loops.values()) loop.wake();
    },
  };
  flow.wakeFetchers();
  await expect.poll(() => partition.fetchOffset, { timeout: 10_000, interval: 5 }).toBe(11);
  return { partition, asked };
}

const OUT_OF_RANGE = 1;
const NOT_LEADER_OR_FOLLOWER = 6;
const OFFSET_NOT_AVAILABLE = 78;

test.each([
  ['out of range', () => ({ errorCode: OUT_OF_RANGE })],
  ['no replica any more', () => ({ errorCode: NOT_LEADER_OR_FOLLOWER })],
  ['not there yet', () => ({ errorCode: OFFSET_NOT_AVAILABLE })],
  ['damaged bytes', () => ({ records: damaged() })],
  [
    'no answer',
    () => {
      throw new Error('gone');
    },
  ],
] satisfies [string, Answer][])(
  'a follower says: %s. The leader is asked from the same offset, and nothing counts as lost',
  async (_, answer) => {
    const { partition, asked } = await readThrough(answer);
    expect(asked.slice(0, 3)).toEqual(['1 at 10 from near', '2 at 10 from near', '1 at 10']);
    expect(partition.state).toEqual({ kind: 'copying' });
    expect([partition.trouble, partition.generation]).toEqual([null, 2]);
  },
);

test('a follower that has records is asked until it is told otherwise', async () => {
  const { partition, asked } = await readThrough(() => (partitionsRead() ? {} : { records: logged() }));
  expect(asked.slice(0, 2)).toEqual(['1 at 10 from near', '2 at 10 from near']);
  expect([partition.fetchNode, partition.leader]).toEqual([FOLLOWER, LEADER]);
});

let reads = 0;
/** True from the second time on. */
function partitionsRead(): boolean {
  reads += 1;
  return reads > 1;
}
