import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Captured } from '../../../agent/stages.ts';
import { EMPTY_TIP } from '../../../shared/identity.ts';
import { limits, MIB } from '../../../shared/limits.ts';
import {
  allValues,
  codeOf,
  isSealed,
  onDisk,
  open,
  openNew,
  pointBehind,
  readTable,
  record,
  records,
  TestClock,
  takeAll,
  valuesOf,
} from './support.ts';

const position = (nextOffset: number) => ({ kind: 'kafka', topic: 'orders', partition: 0, nextOffset });

describe('capture', () => {
  test('few records wait in the tail and come out as one batch, in order', async () => {
    const { intake } = openNew();
    await intake.capture({ records: records('a', 3) });
    await intake.capture({ records: records('b', 2) });
    expect(takeAll(intake)).toEqual([]);
    expect(await intake.sealTail(0)).toBe(true);
    const [parcel, ...others] = takeAll(intake);
    expect(others).toEqual([]);
    expect(valuesOf(parcel!)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1']);
    expect(parcel).toMatchObject({ first: 0, last: 4, previousTip: EMPTY_TIP, kind: 'sealed' });
    expect(await intake.sealTail(0)).toBe(false);
  });

  test('a stream that was rolled back leaves nothing behind that would be sealed later', async () => {
    const { intake, file, path } = openNew();
    file.notes.setPosition = () => {
      throw new Error('not now');
    };
    const positions = [{ key: 'k', position: position(1) }];
    await expect(intake.capture({ records: records('a', 3), positions })).rejects.toThrow('not now');
    await intake.capture({ records: records('b', 3) });
    expect(await intake.sealTail(0)).toBe(true);
    expect(allValues(intake)).toEqual(['b0', 'b1', 'b2']);
    await intake.close();
    expect(readTable(path, 'SELECT next, sealedNext FROM stream')).toEqual([{ next: 3, sealedNext: 3 }]);
  });

  test('many records are sealed at once into nearly equal batches', async () => {
    const { intake } = openNew({ seal: { sealRecords: 100 } });
    await intake.capture({ records: records('a', 250) });
    const parcels = takeAll(intake);
    expect(parcels.map(({ first, last }) => [first, last])).toEqual([
      [0, 83],
      [84, 167],
      [168, 249],
    ]);
    expect(parcels.slice(1).map((parcel) => parcel.previousTip)).toEqual(parcels.slice(0, 2).map(({ tip }) => tip));
  });

  test('a tail is sealed before a bigger group of its stream', async () => {
    const { intake } = openNew({ seal: { sealRecords: 40 } });
    await intake.capture({ records: records('a', 3) });
    await intake.capture({ records: records('b', 30) });
    expect(takeAll(intake).map(({ first, last }) => [first, last])).toEqual([
      [0, 2],
      [3, 32],
    ]);
  });

  test('a tail that has grown enough is sealed without being asked', async () => {
    const { intake } = openNew({ seal: { sealRecords: 20 } });
    for (let i = 0; i < 6; i++) await intake.capture({ records: records(`${i}.`, 4) });
    expect(takeAll(intake).map(({ first, last }) => [first, last])).toEqual([[0, 19]]);
  });

  test('a large record is a batch of its own', async () => {
    const { intake } = openNew({ seal: { sealRawBytes: 1_000 } });
    const big = record('x'.repeat(5_000));
    await intake.capture({ records: [...records('a', 2), big, ...records('b', 2)] });
    expect(takeAll(intake).map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
      [3, 4],
    ]);
  });

  test('what the agent stamped is sealed apart', async () => {
    const { intake } = openNew();
    const stamped = { stamp: 'agent' } as const;
    await intake.capture({ records: [...records('a', 2), ...records('b', 2, stamped), ...records('c', 1)] });
    await intake.capture({ records: records('d', 1) });
    await intake.sealTail(0);
    expect(takeAll(intake).map(valuesOf)).toEqual([
      ['a0', 'a1'],
      ['b0', 'b1'],
      ['c0', 'd0'],
    ]);
  });

  test('records that the agent stamped before and after a clock step are sealed apart', async () => {
    const clock = new TestClock();
    const { intake } = openNew({ clock });
    await intake.capture({ records: records('a', 1, { stamp: 'agent' }) });
    clock.pass(10);
    await intake.capture({ records: records('b', 1, { stamp: 'agent' }) });
    clock.wallMs += 3_600_000;
    await intake.capture({ records: records('c', 1, { stamp: 'agent' }) });
    await intake.sealTail(0);
    expect(takeAll(intake).map(valuesOf)).toEqual([['a0', 'b0'], ['c0']]);
  });

  test('only tails that are old enough are sealed', async () => {
    const clock = new TestClock();
    const { intake } = openNew({ clock });
    await intake.capture({ records: records('a', 1, { partition: 0 }) });
    clock.pass(60);
    await intake.capture({ records: records('b', 1, { partition: 1 }) });
    clock.pass(50);
    expect(intake.tailAgeMs()).toBe(110);
    expect(await intake.sealTail(100)).toBe(true);
    expect(allValues(intake)).toEqual(['a0']);
    expect(await intake.sealTail(100)).toBe(false);
    expect(intake.tailAgeMs()).toBe(50);
  });

  test('captures of one turn share a commit', async () => {
    const { intake } = openNew();
    let commits = 0;
    intake.onRows(() => {
      commits += 1;
    });
    await Promise.all([1, 2, 3, 4].map((i) => intake.capture({ records: records(`${i}.`, 1) })));
    expect(commits).toBe(1);
    await intake.sealTail(0);
    expect(allValues(intake)).toEqual(['1.0', '2.0', '3.0', '4.0']);
  });

  test('keys, headers, nulls and odd timestamps come out as they went in', async () => {
    const { intake } = openNew();
    const odd: Captured[] = [
      record('', { key: Buffer.from('k'), value: null, headers: [[Buffer.from('h'), null]] }),
      record('v', { key: Buffer.alloc(0), timestamp: -5 }),
      record('w', { timestamp: 8_640_000_000_000_000 }),
    ];
    await intake.capture({ records: odd });
    await intake.sealTail(0);
    const [parcel] = takeAll(intake);
    expect(parcel).toMatchObject({ minTimestamp: -5, maxTimestamp: 8_640_000_000_000_000 });
    expect(valuesOf(parcel!)).toEqual(['null', 'v', 'w']);
  });

  test('a batch carries the source position behind its last record', async () => {
    const { intake } = openNew({ seal: { sealRecords: 10 } });
    const at = (nextOffset: number) => [{ key: 'kafka:k:orders:0', position: position(nextOffset) }];
    await Promise.all([
      intake.capture({ records: records('a', 10), positions: at(10) }),
      intake.capture({ records: records('b', 15), positions: at(25) }),
    ]);
    const parcels = takeAll(intake).filter(isSealed);
    expect(parcels.map(({ last }) => last)).toEqual([8, 17, 24]);
    expect(parcels.map((parcel) => parcel.position?.nextOffset ?? null)).toEqual([null, 10, 25]);
    expect(intake.positions('kafka:k:')).toMatchObject([{ key: 'kafka:k:orders:0', position: position(25) }]);
    expect(intake.positions('kafka:other')).toEqual([]);
  });

  test('a batch that ends within a capture carries the position of its last record, where that is of the log', async () => {
    const { intake } = openNew({ seal: { sealRecords: 10 } });
    const behind = ({ value }: Captured) => {
      const text = String(value);
      return text.startsWith('b') ? position(100 + Number(text.slice(1)) + 1) : null;
    };
    const stored = { key: 'kafka:k:orders:0', position: position(115), behind };
    await Promise.all([
      intake.capture({ records: records('a', 10) }),
      intake.capture({ records: records('b', 15), positions: [stored] }),
      intake.capture({ records: records('c', 2) }),
    ]);
    const parcels = takeAll(intake).filter(isSealed);
    expect(parcels.map(({ last }) => last)).toEqual([8, 17, 26]);
    expect(parcels.map((parcel) => parcel.position?.nextOffset ?? null)).toEqual([null, 108, 115]);
  });

  test('batches that are joined in the tail carry the furthest position of any', async () => {
    const { intake } = openNew();
    const positions = [{ key: 'kafka:k:orders:0', position: position(3) }];
    await intake.capture({ records: records('a', 3), positions });
    await intake.capture({ records: records('b', 1) });
    await intake.sealTail(0);
    expect(takeAll(intake).filter(isSealed)).toMatchObject([{ last: 3, position: position(3) }]);
  });

  test('what the hub may have is counted at its place, and positions can be forgotten, over a restart too', async () => {
    const { intake, path } = openNew();
    expect(intake.hasCaptured('orders', 0)).toBe(false);
    const positions = [{ key: 'unasked:kafka:k:orders:0', position: position(7) }];
    const repeats = { topic: 'orders', partition: 0 };
    await intake.capture({ records: records('a', 3), positions, maybeDuplicate: [{ ...repeats, records: 2 }] });
    const forget = ['unasked:kafka:k:orders:0'];
    await intake.capture({ records: [], forget, maybeDuplicate: [{ ...repeats, records: 5 }] });
    await intake.close();
    const again = open(path).intake;
    expect(again.stats().places).toMatchObject([{ captured: 3, maybeDuplicate: 7 }]);
    expect(again.positions('unasked:')).toEqual([]);
    expect(again.hasCaptured('orders', 0)).toBe(true);
    expect(again.hasCaptured('orders', 1)).toBe(false);
  });

  test('positions without records are stored', async () => {
    const { intake, path } = openNew();
    await intake.capture({ records: [], positions: [{ key: 'kafka:k:orders:0', position: position(7) }] });
    await intake.close();
    expect(open(path).intake.positions('kafka:')[0]?.position.nextOffset).toBe(7);
  });

  test('the number of source partitions reaches the parcels', async () => {
    const { intake } = openNew();
    await intake.capture({ records: records('a', 1), sourcePartitions: new Map([['orders', 6]]) });
    await intake.sealTail(0);
    expect(takeAll(intake)[0]?.stream.sourcePartitions).toBe(6);
  });
});

describe('idempotency keys', () => {
  test('a known key captures nothing and answers with the first outcome, after a restart too', async () => {
    const { intake, path } = openNew();
    const first = await intake.capture({ records: records('a', 3), idempotencyKey: 'k' });
    expect(first).toEqual({ repeated: false, records: 3 });
    expect(await intake.capture({ records: records('b', 5), idempotencyKey: 'k' })).toEqual({
      repeated: true,
      records: 3,
    });
    await intake.close();
    const again = open(path).intake;
    expect(await again.capture({ records: records('c', 1), idempotencyKey: 'k' })).toEqual({
      repeated: true,
      records: 3,
    });
    expect(allValues(again)).toEqual(['a0', 'a1', 'a2']);
  });

  test('what a key stands for comes back with the repeat, after a restart too', async () => {
    const { intake, path } = openNew();
    await intake.capture({ records: records('a', 1), idempotencyKey: 'k', idempotencyDigest: 'one' });
    const again = { records: records('b', 2), idempotencyKey: 'k', idempotencyDigest: 'two' };
    const first = { repeated: true, records: 1, idempotencyDigest: 'one' };
    expect(await intake.capture(again)).toEqual(first);
    await intake.close();
    expect(await open(path).intake.capture(again)).toEqual(first);
  });

  test('twice in one group counts once', async () => {
    const { intake } = openNew();
    const outcomes = await Promise.all(
      ['x', 'x'].map((key) => intake.capture({ records: records('a', 2), idempotencyKey: key })),
    );
    expect(outcomes.map(({ repeated }) => repeated)).toEqual([false, true]);
    expect(intake.stats().places[0]?.captured).toBe(2);
  });

  test('a key is forgotten after its window of running time, and beyond the cap', async () => {
    const clock = new TestClock();
    const { intake } = openNew({ clock, keys: { windowMs: 1_000, maxKeys: 2 } });
    const capture = (key: string) => intake.capture({ records: records(key, 1), idempotencyKey: key });
    await capture('a');
    clock.pass(900);
    expect(await capture('a')).toMatchObject({ repeated: true });
    clock.wallMs += 1e9;
    expect(await capture('a')).toMatchObject({ repeated: true });
    clock.pass(200);
    expect(await capture('a')).toMatchObject({ repeated: false });
    for (const key of ['b', 'c']) await capture(key);
    expect(await capture('c')).toMatchObject({ repeated: true });
    expect(await capture('a')).toMatchObject({ repeated: false });
  });
});

describe('refusals', () => {
  test('a record that is too large refuses its capture before anything is stored, and no other', async () => {
    const { intake } = openNew();
    const large = record('', { value: Buffer.alloc(limits.maxRecordBytes + 1) });
    const others = intake.capture({ records: records('a', 1) });
    expect(await codeOf(intake.capture({ records: [record('x'), large] }))).toBe('tooLarge');
    await others;
    await intake.sealTail(0);
    expect(allValues(intake)).toEqual(['a0']);
  });

  test('the largest record that is allowed fits the smallest buffer that can be configured', async () => {
    const { intake } = openNew({ maxBytes: 64 * MIB });
    const bytes = randomBytes(limits.maxRecordBytes);
    for (let i = 0; i < 3; i++) {
      await intake.capture({ records: [record('', { value: bytes })] });
      const [parcel] = takeAll(intake);
      expect(valuesOf(parcel!)[0]).toHaveLength(String(bytes).length);
      await intake.settle([{ streamId: parcel!.stream.id, points: [pointBehind(parcel!)] }]);
    }
    expect(intake.stats().places[0]).toMatchObject({ captured: 3, delivered: 3 });
  });

  test.each([
    ['a topic name', { topic: 'a/b' }],
    ['a partition', { partition: -1 }],
    ['a timestamp', { timestamp: 1.5 }],
  ])('%s that Kafka would refuse is refused', async (_, wrong) => {
    expect(await codeOf(openNew().intake.capture({ records: [record('x', wrong)] }))).toBe('badRequest');
  });

  test('a capture that sealing cannot take does not stop the others of its group', async () => {
    const { intake } = openNew();
    const headers = {
      get length() {
        return lengthOnce();
      },
    } as unknown as Captured['headers'];
    const lengthOnce = throwsLater();
    const results = await Promise.all([
      codeOf(intake.capture({ records: records('a', 1) })),
      codeOf(intake.capture({ records: [record('x', { headers })] })),
      codeOf(intake.capture({ records: records('b', 1) })),
    ]);
    expect(results).toEqual(['nothing', 'badRequest', 'nothing']);
    await intake.sealTail(0);
    expect(allValues(intake)).toEqual(['a0', 'b0']);
    expect(intake.stats().places[0]).toMatchObject({ captured: 2, buffered: 2 });
  });

  test('a full buffer refuses, stays below its cap, and takes again once something was settled', async () => {
    const maxBytes = 4 * MIB;
    const { intake, path } = openNew({ maxBytes, seal: { codec: 'none' } });
    const value = Buffer.alloc(50_000, 'x');
    let code = 'nothing';
    let taken = 0;
    while (code === 'nothing') {
      code = await codeOf(intake.capture({ records: [record('', { value }), record('', { value })] }));
      if (code === 'nothing') taken += 2;
      expect(onDisk(path)).toBeLessThanOrEqual(maxBytes);
    }
    expect(code).toBe('bufferFull');
    expect(taken).toBeGreaterThan(20);
    await intake.sealTail(0);
    const all = takeAll(intake);
    const half = all[Math.floor(all.length / 2)]!;
    await intake.settle([{ streamId: half.stream.id, points: [{ next: half.last + 1, tip: half.tip }] }]);
    expect(await codeOf(intake.capture({ records: [record('', { value })] }))).toBe('nothing');
    expect(onDisk(path)).toBeLessThanOrEqual(maxBytes);
  });

  test('more than the queue may hold is refused at once', async () => {
    const { intake } = openNew({ maxBytes: 1024 * MIB });
    const value = Buffer.alloc(10 * MIB);
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(intake.capture({ records: [record('', { value })] }))),
    );
    expect(codes.filter((code) => code === 'bufferFull')).toHaveLength(2);
    expect(intake.stats().places[0]?.captured).toBe(6);
  });

  test('after close nothing is taken', async () => {
    const { intake } = openNew();
    const last = intake.capture({ records: records('a', 1) });
    await intake.close();
    await last;
    expect(await codeOf(intake.capture({ records: records('b', 1) }))).toBe('closed');
  });
});

/** A getter that gives 0 while a capture is checked and sorted, and throws when it is encoded. */
function throwsLater(): () => number {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls > 4) throw new Error('poison');
    return 0;
  };
}
