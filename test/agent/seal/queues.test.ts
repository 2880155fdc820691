/** Rows by queue, and what becomes of them when a topic gets another priority. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { SealingIntake } from '../../../agent/seal/index.ts';
import type { TopicOrders } from '../../../agent/seal/queues.ts';
import { type Priority, queueOf } from '../../../shared/queues.ts';
import { allValues, folder, type Opened, open, openNew, readTable, records, valuesOf } from './support.ts';

const LOW = queueOf('low', 'main');
const HIGH = queueOf('high', 'main');
const BATCH_EACH = { sealRawBytes: 1, sealRecords: 5 };

const orders =
  (priorities: Readonly<Record<string, Priority>>): TopicOrders =>
  (topic) => ({ priority: priorities[topic] ?? 'normal' });

const valuesIn = (intake: SealingIntake, queue: number): string[] =>
  intake.take({ queue, after: Number.MIN_SAFE_INTEGER, maxBytes: 1e9, maxParcels: 1e6 }).flatMap(valuesOf);

async function fill({ intake }: Opened, topic: string, prefix: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 5) {
    await intake.capture({ records: records(`${prefix}${at}-`, 5, { topic }) });
  }
}
const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i - (i % 5)}-${i % 5}`);

describe('queues', () => {
  it('each has its own rows in their order', async () => {
    const opened = openNew({ seal: BATCH_EACH, orders: orders({ alarms: 'high', logs: 'low' }) });
    for (const round of ['a', 'b']) {
      await fill(opened, 'logs', `l${round}`, 10);
      await fill(opened, 'alarms', `a${round}`, 5);
    }
    expect(valuesIn(opened.intake, HIGH)).toEqual([...named('aa', 5), ...named('ab', 5)]);
    expect(valuesIn(opened.intake, LOW)).toEqual([...named('la', 10), ...named('lb', 10)]);
    expect(allValues(opened.intake)).toHaveLength(30);
  });

  it("the next row of a queue is found by an index, and needs no row of others' to be looked at", async () => {
    const { path, intake } = openNew();
    await intake.close();
    const db = new Database(path, { readonly: true });
    const plan = db
      .prepare(
        'EXPLAIN QUERY PLAN SELECT id, stream, first, bytes FROM parcel WHERE queue = ? AND id > ? ORDER BY id LIMIT ?',
      )
      .all(1, 1, 1) as { detail: string }[];
    db.close();
    expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH parcel USING INDEX parcelByQueue (queue=? AND id>?)']);
  });

  it('rows that wait move when their topic gets another priority, and nothing of the place is sent before all have', async () => {
    const path = join(folder(), 'buffer.db');
    const first = open(path, { seal: BATCH_EACH, orders: orders({ alarms: 'low' }) });
    await fill(first, 'alarms', 'a', 3_000);
    await fill(first, 'logs', 'l', 5);
    await first.intake.close();
    const second = open(path, { seal: BATCH_EACH, orders: orders({ alarms: 'high' }) });
    const freed: (number | undefined)[] = [];
    second.intake.onRows((after) => freed.push(after));
    // Of the place that moves nothing, of others all.
    expect(valuesIn(second.intake, HIGH)).toEqual([]);
    expect(valuesIn(second.intake, LOW)).toEqual([]);
    expect(valuesIn(second.intake, 0)).toEqual(named('l', 5));
    await fill(second, 'alarms', 'b', 5);
    await expect.poll(() => freed.includes(Number.MIN_SAFE_INTEGER)).toBe(true);
    expect(valuesIn(second.intake, HIGH)).toEqual([...named('a', 3_000), ...named('b', 5)]);
    expect(valuesIn(second.intake, LOW)).toEqual([]);
    await second.intake.close();
    expect(readTable(path, 'SELECT topic, queue, requeue FROM place ORDER BY topic')).toEqual([
      { topic: 'alarms', queue: HIGH, requeue: 0 },
      { topic: 'logs', queue: 0, requeue: 0 },
    ]);
  });

  it('a move that was cut off goes on at the next start', async () => {
    const path = join(folder(), 'buffer.db');
    const first = open(path, { seal: BATCH_EACH });
    await fill(first, 'alarms', 'a', 3_000);
    await first.intake.close();
    const cut = open(path, { seal: BATCH_EACH, orders: orders({ alarms: 'high' }) });
    await cut.intake.close();
    expect(readTable(path, 'SELECT requeue FROM place')).toEqual([{ requeue: 1 }]);
    const last = open(path, { seal: BATCH_EACH, orders: orders({ alarms: 'high' }) });
    await expect.poll(() => valuesIn(last.intake, HIGH).length).toBe(3_000);
    expect(valuesIn(last.intake, HIGH)).toEqual(named('a', 3_000));
  });

  it("a stream's bytes are those of its sealed rows", async () => {
    const { path, intake } = openNew({ seal: BATCH_EACH });
    await intake.capture({ records: records('a', 5) });
    await intake.capture({ records: records('b', 5) });
    const [head] = intake.take({ after: 0, maxBytes: 1, maxParcels: 1 });
    await intake.settle([{ streamId: head!.stream.id, points: [{ next: 5, tip: head!.tip }] }]);
    await intake.close();
    const [stream] = readTable(path, 'SELECT bytes FROM stream');
    const [rows] = readTable(path, 'SELECT sum(bytes) AS bytes FROM parcel');
    expect(rows!.bytes).toBeGreaterThan(0);
    expect(stream).toEqual(rows);
  });
});
