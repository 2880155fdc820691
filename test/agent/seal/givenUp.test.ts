/** What was given up and keeps its tip, through everything else that a buffer does. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verify, withView } from '../../../agent/care/index.ts';
import type { TopicConfig } from '../../../agent/config.ts';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import { TopicPolicies } from '../../../agent/topicPolicies.ts';
import { KIB, MIB } from '../../../shared/limits.ts';
import { codeOf, isSealed, open, openNew, pointBehind, record, records, TestClock, takeAll } from './support.ts';

const HOUR_MS = 3_600_000;
const policies = (more: Partial<TopicConfig>) =>
  new TopicPolicies([{ match: 'orders', whenFull: 'block', priority: 'normal', ...more }]);
const shape = (intake: SealingIntake): unknown[] =>
  takeAll(intake).map(({ kind, first, last, previousTip, tip }) => ({
    ...{ kind, first, last, previousTip: previousTip.toString('hex'), tip: tip.toString('hex') },
  }));

test('a gap with the tip of what it stands for survives salvage, and is right to whoever verifies', async () => {
  const clock = new TestClock();
  const options = { clock, seal: { sealRecords: 5 }, policies: policies({ maxAge: HOUR_MS }) };
  const { intake, path } = openNew(options);
  for (const name of ['a', 'b']) await intake.capture({ records: records(name, 5) });
  await intake.sealTail(0);
  intake.letIn(intake.lineage().map(({ epoch }) => epoch));
  const [a, b] = takeAll(intake);
  intake.nothingUnderWay();
  clock.pass(2 * HOUR_MS);
  await intake.capture({ records: records('c', 5) });
  await expect.poll(() => intake.stats().places[0]?.gaps).toBe(10);
  await intake.sealTail(0);
  const before = shape(intake);
  expect(before).toMatchObject([
    { kind: 'gap', first: 0, last: 4, tip: a!.tip.toString('hex') },
    { kind: 'gap', first: 5, last: 9, tip: b!.tip.toString('hex') },
    { kind: 'sealed', first: 10, last: 14, previousTip: b!.tip.toString('hex') },
  ]);
  const sealed = takeAll(intake).find(isSealed);
  expect(intake.stats().places[0]).toMatchObject({ buffered: 5, bytes: sealed!.blob.length });
  await intake.close();
  expect(await withView(path, (view) => verify(view))).toMatchObject({ problems: [], problemCount: 0 });

  const image = readFileSync(path);
  image.fill(0, 0, 16);
  writeFileSync(path, image);
  const second = open(path, options);
  expect(second.file.opening.mended).toMatchObject({ how: 'salvaged', lost: [], unknownEnds: [] });
  expect(shape(second.intake)).toEqual(before);
  expect(second.intake.stats().places[0]).toMatchObject({ captured: 15, buffered: 5, gaps: 10 });
  await second.intake.close();
  expect(await withView(path, (view) => verify(view))).toMatchObject({ problems: [], problemCount: 0 });
});

const big = (name: string) => record('', { value: Buffer.concat([Buffer.from(name), randomBytes(100 * KIB)]) });

test.each(['block', 'evictOldest'] as const)(
  'what is kept after its delivery goes before anything else gives way (%s)',
  async (whenFull) => {
    const retain = { maxAgeMs: 1e9, maxBytes: 1e9 };
    const { intake } = openNew({ maxBytes: 8 * MIB, seal: { retain }, policies: policies({ whenFull }) });
    for (let i = 0; i < 20; i++) await intake.capture({ records: [big(`d${i}`)] });
    await intake.sealTail(0);
    await intake.settle(takeAll(intake).map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
    expect(intake.stats().retained.records).toBe(20);
    let code = 'nothing';
    for (let i = 0; code === 'nothing' && i < 100 && intake.stats().places[0]!.gaps === 0; i++)
      code = await codeOf(intake.capture({ records: [big(`r${i}`)] }));
    expect(intake.stats().retained.records).toBe(0);
    const { captured, gaps } = intake.stats().places[0]!;
    if (whenFull === 'block') expect([code, gaps]).toEqual(['bufferFull', 0]);
    else expect(gaps).toBeGreaterThan(0);
    // A buffer that never had anything to keep takes as much.
    expect(captured - 20).toBeGreaterThan(30);
  },
);

test('so it does where more comes at once than is left free of it', async () => {
  const retain = { maxAgeMs: 1e9, maxBytes: 1e9 };
  const { intake } = openNew({ maxBytes: 8 * MIB, seal: { retain } });
  for (let i = 0; i < 80; i++) {
    await intake.capture({ records: [big(`d${i}`)] });
    await intake.sealTail(0);
    await intake.settle(takeAll(intake).map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
  }
  const { records: kept } = intake.stats().retained;
  expect(kept).toBeGreaterThan(15);
  const group = Array.from({ length: 18 }, (_, i) => big(`r${i}`));
  // The log needs it too: a source that was refused tries again, and the file has got shorter meanwhile.
  await expect.poll(() => codeOf(intake.capture({ records: group })), { interval: 10 }).toBe('nothing');
  expect(intake.stats().retained.records).toBeLessThan(kept);
});
