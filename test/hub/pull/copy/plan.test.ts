/** What of a fetch answer is produced, and what is passed over. */
import { crc32 } from '@node-rs/crc32';
import { describe, expect, test } from 'vitest';
import { planFetched } from '../../../../hub/pull/copy/plan.ts';
import type { FetchedPartition } from '../../../../shared/kafka/index.ts';
import { AT, CONTROL, DELETE_HORIZON, TRANSACTIONAL, writeCrc } from '../../../../shared/records/header.ts';
import { encodeBatch, patchBatch, readRecords } from '../../../../shared/records/index.ts';

interface Logged {
  readonly at: number;
  readonly values?: readonly string[];
  readonly bits?: number;
  readonly producerId?: bigint;
  readonly epoch?: number;
}

function batch({ at, values = ['v'], bits = 0, producerId = -1n, epoch = 4 }: Logged): Buffer {
  const records = values.map((value, i) => ({
    key: null,
    value: Buffer.from(value),
    timestamp: 1_000 + i,
    headers: [],
  }));
  const blob = encodeBatch(records, { codec: 'none' });
  patchBatch(blob, { baseOffset: at, partitionLeaderEpoch: epoch, producerId });
  blob.writeUInt16BE(bits, AT.attributes);
  writeCrc(blob);
  return blob;
}

/** Version 0, type 0: abort. */
function abortMarker(at: number, producerId: bigint): Buffer {
  const record = { key: Buffer.from([0, 0, 0, 0]), value: Buffer.alloc(6), timestamp: 0, headers: [] };
  const blob = encodeBatch([record], { codec: 'none' });
  patchBatch(blob, { baseOffset: at, partitionLeaderEpoch: 4, producerId });
  blob.writeUInt16BE(CONTROL | TRANSACTIONAL, AT.attributes);
  writeCrc(blob);
  return blob;
}

function legacyMessage(offset: number, value: string): Buffer {
  const body = Buffer.concat([Buffer.from([0, 0, 255, 255, 255, 255, 0, 0, 0, value.length]), Buffer.from(value)]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(BigInt(offset), 0);
  head.writeInt32BE(body.length + 4, 8);
  head.writeUInt32BE(crc32(body), 12);
  return Buffer.concat([head, body]);
}

const fetched = (batches: readonly Buffer[], aborted: FetchedPartition['aborted'] = []): FetchedPartition => ({
  topic: 't',
  topicId: 'i',
  partition: 0,
  errorCode: 0,
  highWatermark: 100,
  lastStableOffset: 100,
  logStartOffset: 0,
  preferredReplica: -1,
  aborted,
  records: Buffer.concat(batches),
});
const options = {
  from: 0,
  leaderEpoch: 1,
  isolation: 'read_committed' as const,
  maxMessageBytes: 1_000_000,
  onRefused: 'hold' as const,
};
const valuesOf = (plan: ReturnType<typeof planFetched>): string[] =>
  plan.pieces.flatMap(({ blob }) => readRecords(blob, { maxRawBytes: 1_000_000 }).map(({ value }) => String(value)));

describe('planFetched', () => {
  test('batches as they are: views into the answer, nothing rebuilt', () => {
    const answer = fetched([batch({ at: 0, values: ['a', 'b'] }), batch({ at: 2, values: ['c'], epoch: 5 })]);
    const plan = planFetched(answer, options);
    expect(plan).toMatchObject({ next: 3, leaderEpoch: 5, records: 3, problem: null, rebuilt: new Map() });
    expect(plan.pieces.map(({ first, last, records }) => [first, last, records])).toEqual([
      [0, 1, 2],
      [2, 2, 1],
    ]);
    expect(plan.pieces.every(({ blob }) => blob.buffer === answer.records.buffer)).toBe(true);
  });

  test('aborted batches of one producer go, another producer between them stays; the position passes markers', () => {
    const bits = TRANSACTIONAL;
    const answer = fetched(
      [
        batch({ at: 0, values: ['bad'], bits, producerId: 1n }),
        batch({ at: 1, values: ['good'], bits, producerId: 2n }),
        abortMarker(2, 1n),
        batch({ at: 3, values: ['later'], bits, producerId: 1n }),
        abortMarker(4, 9n),
      ],
      [{ producerId: 1n, firstOffset: 0 }],
    );
    const plan = planFetched(answer, options);
    expect([valuesOf(plan), plan.aborted, plan.next]).toEqual([['good', 'later'], 1, 5]);
    expect(valuesOf(planFetched(answer, { ...options, isolation: 'read_uncommitted' }))).toEqual([
      'bad',
      'good',
      'later',
    ]);
  });

  test('what is below the position does not come again, not even out of the middle of a batch', () => {
    const plan = planFetched(fetched([batch({ at: 0 }), batch({ at: 1, values: ['a', 'b', 'c'] })]), {
      ...options,
      from: 2,
    });
    expect([valuesOf(plan), plan.next, [...plan.rebuilt]]).toEqual([['b', 'c'], 4, [['position', 1]]]);
  });

  test('a delete horizon is rebuilt', () => {
    const plan = planFetched(fetched([batch({ at: 0, bits: DELETE_HORIZON })]), options);
    expect([...plan.rebuilt]).toEqual([['deleteHorizon', 1]]);
  });

  test('a damaged batch ends the plan in front of it: its CRC is not made right', () => {
    const damaged = batch({ at: 1, values: ['damaged'] });
    damaged[damaged.length - 3]! ^= 1;
    const plan = planFetched(fetched([batch({ at: 0, values: ['a'] }), damaged, batch({ at: 2 })]), options);
    expect([valuesOf(plan), plan.next, plan.problem?.kind]).toEqual([['a'], 1, 'corrupt']);
  });

  test('a record over the limit: what is in front of it goes, it is held; or it is put aside', () => {
    const values = ['a', 'x'.repeat(500), 'b'];
    const answer = () => fetched([batch({ at: 7, values })]);
    const held = planFetched(answer(), { ...options, from: 7, maxMessageBytes: 300 });
    expect([valuesOf(held), held.next, held.problem?.kind]).toEqual([['a'], 8, 'recordTooLarge']);
    const aside = planFetched(answer(), { ...options, from: 7, maxMessageBytes: 300, onRefused: 'deadLetter' });
    expect(aside.pieces.map(({ tooLarge, first }) => [tooLarge, first])).toEqual([
      [false, 7],
      [true, 8],
      [false, 9],
    ]);
    expect([aside.next, aside.problem]).toEqual([10, null]);
  });

  test('a batch that was cut off by the fetch limit waits for the next fetch', () => {
    const whole = batch({ at: 1 });
    const plan = planFetched(fetched([batch({ at: 0 }), whole.subarray(0, whole.length - 1)]), options);
    expect([plan.next, plan.problem]).toEqual([1, null]);
  });

  test('messages of the old format become batches, in front of new ones', () => {
    const log = [legacyMessage(3, 'a'), legacyMessage(5, 'b'), batch({ at: 6, values: ['c'] })];
    const plan = planFetched(fetched(log), { ...options, from: 4 });
    expect([valuesOf(plan), plan.next, [...plan.rebuilt]]).toEqual([['b', 'c'], 7, [['magic', 1]]]);
  });
});
