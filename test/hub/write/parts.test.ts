/** The parts of writing that need no Kafka. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyState, Staging, type Write } from '../../../hub/sequence/index.ts';
import { type Job, JobQueue, Pace } from '../../../hub/write/jobs.ts';
import { piecesOf, restored } from '../../../hub/write/pieces.ts';
import { shardOf } from '../../../hub/write/shards.ts';
import { judgeGroup, mustRepeat } from '../../../hub/write/verdict.ts';
import type { EdgeId, Epoch } from '../../../shared/identity.ts';
import type { Outcome } from '../../../shared/kafka/index.ts';
import { encodeSealed, patchBatch, readProvenance, readRecords } from '../../../shared/records/index.ts';

const EPOCH = 'a'.repeat(24) as Epoch;
const KEY = `store-1/${EPOCH}/main/0/orders`;

function write(first: number, count: number, valueBytes = 10): Write {
  const blob = encodeSealed({
    edge: 'store-1',
    epoch: EPOCH,
    firstSequence: first,
    codec: 'none',
    records: Array.from({ length: count }, () => ({
      key: null,
      value: Buffer.alloc(valueBytes, 'x'),
      timestamp: 1,
      headers: [],
      source: 'test',
    })),
  });
  const batch = { kind: 'sealed', stream: 0, first, last: first + count - 1, blob } as Write['batch'];
  return { key: KEY, edge: 'store-1' as EdgeId, stream: 0, batch, topic: 't', partition: 0 };
}

test('a batch over the limit becomes batches under it, of the same records in the same order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 400, max: 5000 }), (count, limit) => {
      const pieces = piecesOf(write(100, count, 120), 0, limit);
      const sequences = pieces.flatMap(({ blob }) =>
        readRecords(blob, { maxRawBytes: 1e6 }).map((record) => readProvenance(record.headers)!.sequence),
      );
      expect(sequences).toEqual(Array.from({ length: count }, (_, at) => 100 + at));
      for (const { blob, tooLarge, first, last } of pieces) {
        expect(blob.length <= limit || (tooLarge && first === last)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('a record that is too large alone is marked, the others are sent', () => {
  const pieces = piecesOf(write(0, 3, 500), 0, 300);
  expect(pieces.map(({ tooLarge }) => tooLarge)).toEqual([true, true, true]);
});

test('a dead letter holds the bytes as they were sealed, whatever producing did to them', () => {
  const one = write(0, 2);
  const sealed = Buffer.from(one.batch.blob);
  const [piece] = piecesOf(one, 0, 1e6);
  patchBatch(piece!.blob, { producerId: 7n, producerEpoch: 3, baseSequence: 5, transactional: true });
  // A second attempt at the group begins with what the first one has patched.
  const [again] = piecesOf(one, 0, 1e6);
  expect(Buffer.compare(restored(again!), sealed)).toBe(0);
});

const landed = (offset: number): Outcome => ({ kind: 'landed', offset });
const refused = (code: number): Outcome => ({ kind: 'refused', code, name: `E${code}`, message: 'no' });
const unavailable: Outcome = { kind: 'unavailable', code: 5, name: 'LEADER_NOT_AVAILABLE', silentNode: null };

function judged(outcomes: Outcome[], over: Partial<Parameters<typeof judgeGroup>[0]> = {}) {
  const pieces = outcomes.flatMap((_, at) => piecesOf(write(at * 2, 2), 0, 1e6));
  const staging = new Staging(emptyState());
  return judgeGroup({ pieces, outcomes, staging, onRefused: () => 'deadLetter', lookedUp: new Set(), ...over });
}

test('all landed, or dead letters: the transaction goes on', () => {
  const verdict = judged([landed(0), refused(87), landed(2)]);
  expect(mustRepeat(verdict)).toBe(false);
  expect(verdict.landed.map(({ lastOffset }) => lastOffset)).toEqual([1, 3]);
  expect(verdict.refused.map(({ reason }) => reason)).toEqual(['E87']);
});

test('a batch without a place to go leaves its stream out from there, and the target is parked', () => {
  const verdict = judged([landed(0), unavailable, landed(2)]);
  expect(mustRepeat(verdict)).toBe(true);
  expect(verdict.exclusions.get(KEY)).toMatchObject({ first: 2, refusal: { code: 'PARKED' } });
  expect([...verdict.parks.keys()]).toEqual(['t/0']);
});

test('a limit that was lowered is asked for again before anything is called too large', () => {
  const first = judged([refused(10)]);
  expect([...first.doubted]).toEqual(['t']);
  expect(mustRepeat(first)).toBe(true);
  const second = judged([refused(10)], { lookedUp: new Set(['t']) });
  expect(second.refused).toHaveLength(1);
  expect(mustRepeat(second)).toBe(false);
});

test('a log that gives an offset again has lost records: that is to be written down first', () => {
  const state = emptyState();
  const target = { topic: 't', topicId: 'i', partition: 0, lastOffset: 9, leaderEpoch: 1 };
  state.streams.set(KEY, { target } as never);
  const verdict = judged([landed(5)], { staging: new Staging(state) });
  expect(verdict.exclusions.get(KEY)?.refusal.reason).toMatch(
    /lost records: .* up to offset 9 and gave offset 5 again/,
  );
  expect(verdict.diverged).toEqual([{ stream: KEY, cause: 'truncated', target, foundTopicId: 'i', lostFrom: 5 }]);
});

test('the shard of an edge never changes', () => {
  // printf store-1 | sha256sum: the first 8 hex digits mod 12.
  expect(['store-1', 'store-2', 'gateway-9'].map((edge) => shardOf(edge as EdgeId, 12))).toEqual([8, 5, 4]);
});

const job = (bytes: number, streams = 1): Job =>
  ({
    kind: 'shipment',
    shipment: { bytes, streams: Array(streams).fill(null) },
    resolve: () => {},
    reject: () => {},
  }) as unknown as Job;

test('a group is bounded by bytes and partitions and never empty; the queue has an end', () => {
  const queue = new JobQueue(100);
  for (const bytes of [60, 30]) expect(queue.add(job(bytes))).toBe(true);
  expect(queue.add(job(20))).toBe(false);
  expect(queue.take({ bytes: 10, partitions: 10 })).toHaveLength(1);
  expect(queue.bytes).toBe(30);
  expect(queue.add(job(5, 9))).toBe(true);
  expect(queue.take({ bytes: 100, partitions: 9 })).toHaveLength(1);
  expect(queue.takeAll()).toHaveLength(1);
  expect(queue.bytes).toBe(0);
});

test('what was not sent in time leaves its stream out from there, and the next groups are smaller until one is in time', () => {
  const verdict = judged([landed(0), { kind: 'late', name: 'NOT_SENT_IN_TIME' }]);
  expect(verdict.late).toBe(true);
  expect(verdict.exclusions.get(KEY)).toMatchObject({ first: 2, refusal: { code: 'PARKED' } });
  expect(verdict.parks.size + verdict.silent.size).toBe(0);
  const pace = new Pace({ bytes: 1000, partitions: 100 });
  pace.ended(true);
  pace.ended(true);
  expect(pace.limits).toEqual({ bytes: 250, partitions: 25 });
  for (let group = 0; group < 100; group += 1) pace.ended(true);
  expect(pace.limits.partitions).toBeGreaterThan(0);
  for (let group = 0; group < 100; group += 1) pace.ended(false);
  expect(pace.limits).toEqual({ bytes: 1000, partitions: 100 });
});

test('a broker that can not be reached is what is parked, not one partition of many', () => {
  const verdict = judged([landed(0), { ...unavailable, silentNode: 3 }]);
  expect([...verdict.silent.keys()]).toEqual([3]);
  expect(verdict.parks.size).toBe(0);
});
