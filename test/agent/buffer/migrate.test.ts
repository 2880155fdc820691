import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { TABLES, TO_FORMAT_2 } from '../../../agent/buffer/schema.ts';
import { corrupt, folder, open, openNew, readTable, record, records, takeAll, valuesOf } from '../seal/support.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/buffers');

function format1(): string {
  const path = join(folder(), 'buffer.db');
  for (const suffix of ['', '-wal']) {
    writeFileSync(path + suffix, gunzipSync(readFileSync(join(FIXTURES, `format1.db${suffix}.gz`))));
  }
  return path;
}
const seen = (path: string) => {
  const { intake } = open(path, { seal: { sealRecords: 5 } });
  const parcels = takeAll(intake).map((parcel) => {
    const { kind, stream, first, last } = parcel;
    return [kind, `${stream.topic}/${stream.partition}`, first, last, valuesOf(parcel).join()];
  });
  return { intake, parcels };
};
const ROWS = [
  ['gap', 'orders/0', 5, 9, ''],
  ['sealed', 'orders/0', 10, 14, 'c0,c1,c2,c3,c4'],
  ['sealed', 'orders/1', 0, 4, 'p0,p1,p2,p3,p4'],
  ['sealed', 'orders/0', 0, 4, 'd0,d1,d2,d3,d4'],
  ['sealed', 'orders/0', 5, 6, 'e0,e1'],
  ['sealed', 'notes/0', 0, 1, 'n0,n1'],
  ['sealed', 'orders/0', 7, 7, 'f0'],
];

describe('a buffer of format 1', () => {
  test('migrates with all that is in it, and goes on', async () => {
    const path = format1();
    const { intake, parcels } = seen(path);
    expect(parcels).toEqual(ROWS);
    const [orders, , notes] = intake.stats().places;
    expect(orders).toMatchObject({ captured: 23, delivered: 5, buffered: 13, gaps: 5 });
    expect(notes).toMatchObject({ topic: 'notes', captured: 2, buffered: 2 });
    expect(intake.positions('kafka:')).toMatchObject([{ key: 'kafka:local:orders:0', position: { nextOffset: 23 } }]);
    expect(intake.meta.get('hub')).toBe('cluster/ledger/4');
    const again = await intake.capture({ records: [record('a0')], idempotencyKey: 'key-a' });
    expect(again).toEqual({ repeated: true, records: 5, idempotencyDigest: 'digest-a' });
    await intake.capture({ records: records('g', 5) });
    expect(takeAll(intake).map(({ previousTip }) => previousTip.length)).toHaveLength(ROWS.length + 1);
    await intake.close();
    const rows = readTable(path, 'SELECT first, last, reason, length(blob) > 0 AS kept FROM quarantine');
    expect(rows).toEqual([{ first: 5, last: 9, reason: 'the target refuses it', kept: 1 }]);
    expect(readTable(path, 'PRAGMA user_version')).toEqual([{ user_version: 2 }]);
    expect(seen(path).parcels).toHaveLength(ROWS.length + 1);
  });

  test('a row that was broken before stays broken', () => {
    const path = format1();
    const id = Number(readTable(path, 'SELECT max(id) AS id FROM parcel')[0]!.id);
    corrupt(path, 'content', id);
    corrupt(path, 'tail', Number(readTable(path, 'SELECT max(id) AS id FROM tail')[0]!.id));
    const { intake, parcels } = seen(path);
    const gaps = parcels.filter(([kind]) => kind === 'gap');
    expect(gaps).toHaveLength(3);
    for (const place of intake.stats().places) {
      expect(place.captured).toBe(place.delivered + place.buffered + place.gaps);
    }
  });

  test('as it was without the columns that came later: it gets them, and goes on', () => {
    const path = format1();
    const db = new Database(path);
    db.exec('ALTER TABLE stream DROP chainedNext; ALTER TABLE stream DROP chainedTip');
    db.close();
    expect(seen(path).parcels).toEqual(ROWS);
  });

  test('is still of format 1 where the migration did not come to its end', () => {
    const path = format1();
    const db = new Database(path);
    db.exec(`BEGIN; ${TO_FORMAT_2}; PRAGMA user_version = 2; ROLLBACK`);
    db.close();
    expect(readTable(path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
    expect(seen(path).parcels).toEqual(ROWS);
  });
});

test('a file that has migrated has the tables of a new one', async () => {
  const path = format1();
  const { intake } = seen(path);
  await intake.close();
  const { path: fresh, intake: other } = openNew();
  await other.close();
  const tables = readTable(fresh, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_auto%' ORDER BY name");
  expect(tables.length).toBeGreaterThan(12);
  for (const { name } of tables) {
    const columns = (of: string) => readTable(of, `PRAGMA table_info(${name})`);
    expect([name, columns(path)]).toEqual([name, columns(fresh)]);
  }
  expect(TABLES).toContain('CREATE TABLE parcel');
});
