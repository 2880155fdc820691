/** Where partitions without a position begin: `auto.offset.reset`. */
import { expect, test } from 'vitest';
import { endOffsets, produce } from '../support/kafka.ts';
import { copied, PullRig, untilCopied } from '../support/pullRig.ts';

const POLL = { timeout: 30_000, interval: 20 };
const ends = (topic: string) => endOffsets(topic, 'read_uncommitted');

test('none: a partition without a position stops and says why; others go on; resumed, it begins at the earliest', async () => {
  const rig = PullRig.open();
  const fresh = await rig.topic('pull-none');
  const known = await rig.topic('pull-none-known');
  await produce(fresh, [{ value: 'a' }]);
  const before = await rig.start({ topics: [known] });
  await expect.poll(() => before.state(known).position, POLL).toBe(0);
  await before.close();

  const process = await rig.start({ topics: [fresh, known], settings: { startAt: 'none' } });
  await expect
    .poll(() => process.state(fresh).state, POLL)
    .toMatchObject({ kind: 'stopped', reason: 'noPosition', detail: expect.stringContaining('auto.offset.reset') });
  await produce(known, [{ value: 'goes on' }]);
  expect((await copied(process, known, await ends(known))).target).toHaveLength(1);
  expect(process.state(fresh).position).toBeNull();
  process.copier.resume(fresh);
  expect((await copied(process, fresh, await ends(fresh))).target.map(({ value }) => value)).toEqual(['a']);
});

test('by_duration: begins at the first record that is young enough, at the end where none is', async () => {
  const rig = PullRig.open();
  const topic = await rig.topic('pull-since', { configs: { 'retention.ms': '-1' } });
  const old = await rig.topic('pull-since-old', { configs: { 'retention.ms': '-1' } });
  const at = (hours: number) => String(Date.now() - hours * 3_600_000);
  for (const hours of [5, 3, 1]) await produce(topic, [{ value: `${hours}`, timestamp: at(hours) }]);
  await produce(old, [{ value: 'old', timestamp: at(5) }]);
  const process = await rig.start({ topics: [topic, old], settings: { startAt: { agoMs: 4 * 3_600_000 } } });
  expect((await copied(process, topic, await ends(topic))).target.map(({ value }) => value)).toEqual(['3', '1']);
  await untilCopied(process, old, await ends(old));
  expect(process.state(old)).toMatchObject({ position: 1, records: 0, gapCount: 0 });
});
