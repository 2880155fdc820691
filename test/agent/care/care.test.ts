/** Looking into a stopped agent's file: what is said is right, nothing is changed, and what is broken is found. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type ExportOptions, exportRecords, inspect, verify, withView } from '../../../agent/care/index.ts';
import { copyBuffer, corrupt, folder, open, pointBehind, record, records, takeAll } from '../seal/support.ts';

/** 30 delivered and retained, 10 sealed, 2 in the tail; as a kill leaves it. */
async function killed(): Promise<string> {
  const path = join(folder(), 'buffer.db');
  const seal = { sealRecords: 10, sealRawBytes: 1e7, retain: { maxAgeMs: 1e9, maxBytes: 1e9 } };
  const { intake } = open(path, { seal });
  await intake.capture({ records: records('a', 30) });
  await intake.settle(takeAll(intake).map((row) => ({ streamId: row.stream.id, points: [pointBehind(row)] })));
  await intake.capture({ records: records('b', 10, { timestamp: 1_800_000_000_000 }) });
  await intake.capture({
    records: [
      ...records('c', 1),
      record('', { value: Buffer.from([0xff, 0]), headers: [[Buffer.from('h'), Buffer.from('1')]] }),
    ],
  });
  const copy = join(folder(), 'buffer.db');
  copyBuffer(path, copy);
  return copy;
}
const exported = (path: string, options: ExportOptions = {}) =>
  withView(path, (view) => [...exportRecords(view, options, (row) => expect(row).toBe('readable'))]);

describe('a file of a killed agent', () => {
  it('is inspected, verified and exported, tail included, and stays as it is', async () => {
    const path = await killed();
    const before = [statSync(path).mtimeMs, statSync(path).size, statSync(`${path}-wal`).mtimeMs];
    const found = await withView(path, inspect);
    expect(found).toMatchObject({ edge: 'store-1', format: 2, retained: { rows: 3, records: 30 } });
    expect(found.places).toMatchObject([{ captured: 42, delivered: 30, buffered: 12, gaps: 0, retained: 30 }]);
    expect(await withView(path, (view) => verify(view))).toMatchObject({ problems: [], problemCount: 0 });
    const all = await exported(path);
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, i) => 30 + i));
    expect(all[0]).toMatchObject({ state: 'buffered', topic: 'orders', value: 'b0', source: 'test:b0', headers: [] });
    expect(all.at(-1)).toMatchObject({
      state: 'tail',
      value: '/wA=',
      base64: ['value'],
      headers: [{ name: 'h', value: '1' }],
    });
    expect([statSync(path).mtimeMs, statSync(path).size, statSync(`${path}-wal`).mtimeMs]).toEqual(before);
  });

  it('gives the records that are asked for', async () => {
    const path = await killed();
    expect(await exported(path, { topic: 'none' })).toEqual([]);
    expect(await exported(path, { fromMs: 1_800_000_000_000 })).toHaveLength(10);
    expect(await exported(path, { toMs: 1_800_000_000_000, delivered: true })).toHaveLength(32);
    expect(await exported(path, { limit: 3 })).toHaveLength(3);
  });

  it.each([
    ['a byte of a blob', (path: string) => corrupt(path, 'content', 4), 'parcel 4'],
    ['a field of a row', (path: string) => change(path, 'UPDATE parcel SET last = last + 1 WHERE id = 4'), 'parcel 4'],
    ['a counter', (path: string) => change(path, 'UPDATE place SET gaps = 1'), 'place orders/0'],
    ['a row that is gone', (path: string) => change(path, 'DELETE FROM parcel WHERE id = 4'), 'stream 1'],
  ])('shows %s that is not right', async (_, damage, object) => {
    const path = await killed();
    damage(path);
    const { problems, problemCount } = await withView(path, (view) => verify(view));
    expect(problemCount).toBeGreaterThan(0);
    expect(problems.some((one) => one.object.startsWith(object))).toBe(true);
  });

  it('is not looked into while an agent has it, nor where it is none', async () => {
    const { path } = open(join(folder(), 'buffer.db'));
    await expect(withView(path, inspect)).rejects.toMatchObject({ code: 'bufferLocked' });
    await expect(withView(join(folder(), 'no.db'), inspect)).rejects.toMatchObject({ reason: 'there is no such file' });
  });
});

function change(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}
