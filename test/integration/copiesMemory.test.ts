/**
 * A running agent copied with its memory: two agents that go on writing the same epoch.
 *
 * Broken on purpose, to see that these tests can fail:
 * - agent/seal/settle.ts, `agreedPoint`: `sameTip(row.tip, tip)` taken as true, so that an agent settles by numbers alone.
 *   All three red: whatever the second wrote behind the snapshot was deleted and is lost (`"two-0"` to `"two-7"`; with
 *   two places `"one-1-*"` and `"two-0-*"`).
 * - hub/sequence/run.ts, `placeRun`: the boundary at the hub's end compared by its number alone, conflicts in the ring
 *   ignored, and `placeBelow` confirming the run's last boundary, so that a hub takes repeats by numbers alone. All three
 *   red: with two places the records are lost as above; in the other two the agent's own comparison still refuses the
 *   hub's tip, so nothing is deleted, and nothing moves ("the receipt does not confirm 0..9"). The test of forgotten
 *   boundaries in copies.test.ts is red too: what can't be known was taken as known.
 */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Capture } from '../../agent/stages.ts';
import { drawEpoch, type Epoch } from '../../shared/identity.ts';
import { PROVENANCE } from '../../shared/records/index.ts';
import { consumeAll } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { valuesOf } from '../support/rigAgent.ts';
import { SOUND } from '../support/rigTruth.ts';
import { Twin } from '../support/rigTwin.ts';

vi.mock('../../shared/identity.ts', async (load) => {
  const real = await load<typeof import('../../shared/identity.ts')>();
  return { ...real, drawEpoch: vi.fn(real.drawEpoch) };
});

const SHARED = 'abcdefabcdefabcdefabcdef' as Epoch;
const EDGE = 'gateway';

/** What the machine had captured when its snapshot was taken: two batches at each place. */
function memoryOf(rig: Rig, partitions: number): Capture[] {
  return [0, 1].flatMap((round) =>
    Array.from({ length: partitions }, (_, partition): Capture => {
      const values = valuesOf(`before-${partition}`, 3, round * 3);
      rig.truth.accepted(EDGE, 'orders', `before-${partition}`, values);
      const common = { topic: 'orders', partition, key: null, headers: [], timestamp: Date.now() };
      const records = values.map((value) => {
        return { ...common, value: Buffer.from(value), stamp: 'source' as const, source: `http:1-1/${value}` };
      });
      return { records, sourcePartitions: new Map([['orders', partitions]]) };
    }),
  );
}

/** Two resumed from one snapshot; not connected yet. */
async function snapshotResumedTwice(rig: Rig, hubUrl: string, partitions = 1): Promise<[Twin, Twin]> {
  const memory = memoryOf(rig, partitions);
  const resume = async (name: string): Promise<Twin> => {
    vi.mocked(drawEpoch).mockReturnValueOnce(SHARED);
    const path = join(rig.dir, `${name}.db`);
    const twin = await Twin.resume(rig.truth, { edge: EDGE, hubUrl, path, partitions }, memory);
    onTestFinished(() => twin.close());
    return twin;
  };
  const [one, two] = [await resume('one'), await resume('two')];
  expect(one.rows()).toEqual(two.rows());
  expect(one.rows().every((row) => row.startsWith(SHARED))).toBe(true);
  return [one, two];
}

/** The epoch in the headers of each record, by value. */
async function epochs(rig: Rig): Promise<Map<string, string>> {
  const records = await consumeAll(rig.target(EDGE, 'orders'));
  return new Map(records.map(({ value, headers }) => [String(value), String(headers?.[PROVENANCE.epoch])]));
}

test('the second to write the shared epoch goes on in one of its own, and loses nothing', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const [one, two] = await snapshotResumedTwice(rig, hub.url);
  // As many records in as many batches: by their numbers alone the second's are the first's.
  await one.post('orders', 'one', valuesOf('one', 4));
  await two.post('orders', 'two', valuesOf('two', 4));
  one.connect();
  await one.drained();
  two.connect();
  await two.drained();

  await one.post('orders', 'one', valuesOf('one', 4, 4));
  await two.post('orders', 'two', valuesOf('two', 4, 4));
  await Promise.all([one.drained(), two.drained()]);

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  expect([one.maybeDuplicate, two.maybeDuplicate]).toEqual([0, 0]);
  const epoch = await epochs(rig);
  expect(valuesOf('one', 8).map((value) => epoch.get(value))).toEqual(Array(8).fill(SHARED));
  const second = new Set(valuesOf('two', 8).map((value) => epoch.get(value)));
  expect(second.size).toBe(1);
  expect(second.has(SHARED)).toBe(false);

  const { forks, forksTotal } = await hub.edge(EDGE);
  expect(forksTotal).toBe(2);
  expect(forks.map(({ cause, epoch: of }) => [cause, of === SHARED])).toEqual([
    ['chain', true],
    ['behind', false],
  ]);
});

test('where each was first at a place, both go on in epochs of their own, and nothing is lost', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const [one, two] = await snapshotResumedTwice(rig, hub.url, 2);
  one.connect();
  await one.post('orders', 'one-0', valuesOf('one-0', 4), 0);
  await one.drained();
  two.connect();
  await two.post('orders', 'two-1', valuesOf('two-1', 4), 1);
  await two.drained();
  // Each meets the other's history now.
  await one.post('orders', 'one-1', valuesOf('one-1', 4), 1);
  await two.post('orders', 'two-0', valuesOf('two-0', 4), 0);
  await one.post('orders', 'one-0', valuesOf('one-0', 4, 4), 0);
  await two.post('orders', 'two-1', valuesOf('two-1', 4, 4), 1);
  await Promise.all([one.drained(), two.drained()]);

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  const epoch = await epochs(rig);
  const of = (value: string): string | undefined => epoch.get(JSON.stringify(value));
  expect([of('one-0-0'), of('two-1-0')]).toEqual([SHARED, SHARED]);
  expect(of('one-1-0')).not.toBe(SHARED);
  expect(of('two-0-0')).not.toBe(SHARED);
  expect(of('one-1-0')).not.toBe(of('two-0-0'));
  const { places, forksTotal } = await hub.edge(EDGE);
  expect(forksTotal).toBeGreaterThanOrEqual(4);
  expect(places.map(({ delivered }) => delivered)).toEqual([6 + 8 + 4, 6 + 8 + 4]);
});

test('both at once, against each other: nothing is lost, whoever is first', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const [one, two] = await snapshotResumedTwice(rig, hub.url);
  one.connect();
  two.connect();
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([
      one.post('orders', 'one', valuesOf('one', 3, 3 * round)),
      two.post('orders', 'two', valuesOf('two', 3, 3 * round)),
    ]);
  }
  await Promise.all([one.drained(), two.drained()]);
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  expect((await hub.edge(EDGE)).forksTotal).toBeGreaterThan(0);
});
