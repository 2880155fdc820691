import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { flipBytes, flipPages } from '../../../faults/bufferFlips.ts';
import { tornWrites } from '../../../faults/bufferTorn.ts';
import { allValues, copyBuffer, folder, open, openNew, records, takeAll, valuesOf } from '../../seal/support.ts';

const FIVES = { seal: { sealRecords: 5 } };
const CLEAN = { lost: 0, twice: 0, disorder: 0, unexplained: 0 };
const quiet = () => undefined;

/** A buffer of twenty records that was closed. */
async function closed(): Promise<string> {
  const { intake, path } = openNew(FIVES);
  for (const name of 'abcd') await intake.capture({ records: records(name, 5) });
  await intake.close();
  return path;
}
/** What a power cut leaves: ten records in the database, ten in the log. */
async function cut(): Promise<string> {
  const { intake, path } = openNew(FIVES);
  for (const name of 'ab') await intake.capture({ records: records(name, 5) });
  await intake.close();
  const { intake: second } = open(path, FIVES);
  for (const name of 'cd') await second.capture({ records: records(name, 5) });
  const copy = join(folder(), 'copy.db');
  copyBuffer(path, copy);
  writeFileSync(`${copy}.pid`, '1\n');
  return copy;
}
const asides = (path: string): string[] => readdirSync(dirname(path)).filter((name) => name.includes('.damaged-'));
function change(path: string, at: number, bytes: Buffer): void {
  const all = readFileSync(path);
  bytes.copy(all, at);
  writeFileSync(path, all);
}

describe('a damaged buffer opens', () => {
  test.each([
    ['magic', 0, Buffer.alloc(16)],
    ['page size', 16, Buffer.from([0x7f])],
    ['application', 68, Buffer.from([1, 2, 3, 4])],
    ['format', 60, Buffer.from([0, 0, 0, 66])],
    ['all of it', 0, Buffer.alloc(8192)],
  ])('with a broken header (%s): nothing is lost', async (_, at, bytes) => {
    const path = await closed();
    change(path, at, bytes);
    const { intake, file } = open(path, FIVES);
    expect(file.opening.mended).toMatchObject({ how: 'salvaged', unknownEnds: [], lost: [] });
    expect(allValues(intake)).toHaveLength(20);
    expect(asides(path)).toHaveLength(1);
    await intake.capture({ records: records('e', 5) });
    expect(takeAll(intake).at(-1)!.stream.previous).not.toBeNull();
  });

  test('that was truncated: what is left is sent, the rest is a gap or said to be missing', async () => {
    const path = await closed();
    truncateSync(path, statSync(path).size - 3 * 8192 - 100);
    const { intake, file } = open(path, FIVES);
    expect(file.opening.mended?.how).toBe('salvaged');
    const parcels = takeAll(intake);
    const gone = parcels
      .filter(({ kind }) => kind === 'gap')
      .reduce((sum, { first, last }) => sum + last - first + 1, 0);
    expect(parcels.flatMap(valuesOf).length + gone).toBe(20);
  });

  test('of length zero: with its log, from that; without, it begins anew', async () => {
    const path = await cut();
    truncateSync(path, 0);
    const { file, intake } = open(path, FIVES);
    expect(file.opening.mended?.how).toMatch(/salvaged|begunAnew/);
    await intake.capture({ records: records('x', 1) });
    const other = join(folder(), 'buffer.db');
    writeFileSync(other, '');
    writeFileSync(`${other}.pid`, '1\n');
    expect(open(other).file.opening.mended).toMatchObject({ how: 'withoutLog', reason: 'the file was empty' });
  });

  test('without its log: that records may be missing is said', async () => {
    const path = await cut();
    rmSync(`${path}-wal`);
    const { file, intake } = open(path, FIVES);
    expect(file.opening.mended).toMatchObject({ how: 'withoutLog' });
    expect(allValues(intake)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b0', 'b1', 'b2', 'b3', 'b4']);
  });

  test("with another buffer's log: it is moved away, not read", async () => {
    const path = await closed();
    const other = await cut();
    writeFileSync(`${path}-wal`, readFileSync(`${other}-wal`));
    const { file, intake } = open(path, FIVES);
    expect(file.opening.mended).toMatchObject({ how: 'withoutLog', reason: expect.stringContaining('another buffer') });
    expect(allValues(intake)).toHaveLength(20);
    expect(asides(path)).toEqual([expect.stringMatching(/-wal$/)]);
  });

  test('where a start was interrupted while it was mended', async () => {
    const path = await closed();
    writeFileSync(`${path}.salvaging`, 'a part');
    const good = readFileSync(path);
    writeFileSync(`${path}.salvaged`, good);
    change(path, 0, Buffer.alloc(8192));
    const { intake } = open(path, FIVES);
    expect(allValues(intake)).toHaveLength(20);
    expect([existsSync(`${path}.salvaging`), existsSync(`${path}.salvaged`)]).toEqual([false, false]);
  });

  test('again and again: a bounded number of damaged files is kept', async () => {
    const path = await closed();
    for (let i = 0; i < 7; i++) {
      writeFileSync(`${path}.damaged-2020010${i}T000000Z`, 'old');
    }
    change(path, 0, Buffer.alloc(16));
    open(path, FIVES);
    expect(asides(path).length).toBeLessThanOrEqual(4);
  });
});

test('torn writes: each image opens with all that was acknowledged', async () => {
  expect(await tornWrites({ images: 40, seed: 7, print: quiet })).toMatchObject(CLEAN);
}, 120_000);

test('each page overwritten, one at a time: nothing wrong is sent, and what is gone is said', async () => {
  const result = await flipPages({ seed: 7, print: quiet });
  expect(result).toMatchObject(CLEAN);
  expect(result.accepted).toBeGreaterThan(5_000);
}, 120_000);

test('flipped bits in database and log: the same', async () => {
  expect(await flipBytes({ seed: 7, count: 40, print: quiet })).toMatchObject(CLEAN);
}, 120_000);
