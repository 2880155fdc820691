/** Token buckets of a flow and its topics, on a clock that the test moves. */
import { expect, test } from 'vitest';
import { Limiter } from '../../../../hub/pull/copy/limits.ts';
import { Partition } from '../../../../hub/pull/copy/partition.ts';
import type { FlowLimits } from '../../../../hub/pull/copy/settings.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { metricOf, rigTelemetry } from '../../../support/rigTelemetry.ts';

function limiterOf(limits: FlowLimits) {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const telemetry = rigTelemetry('test');
  const limiter = new Limiter({ source: 'a', target: 'b' }, telemetry, clock);
  limiter.set(limits);
  return {
    limiter,
    telemetry,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

const partition = (topic: string, number: number, own: boolean): Partition => {
  const spec = { topic, partition: number, targetTopic: topic };
  const one = new Partition(spec, `a->b/${topic}/${number}`, 0, systemClock, () => {});
  if (own) one.own(null);
  return one;
};

test('what a fetch brought beyond the tokens is paid before the next one; no more than a second is saved up', () => {
  const { limiter, pass } = limiterOf({ flow: { maxBytesPerSecond: 1_000 } });
  pass(60_000);
  expect(limiter.flowWaitMs()).toBe(0);
  limiter.spend('t', 4_000, 1);
  expect(limiter.flowWaitMs()).toBeCloseTo(3_001, 3);
  pass(3_000);
  expect(limiter.flowWaitMs()).toBeCloseTo(1, 3);
  pass(1);
  expect(limiter.flowWaitMs()).toBe(0);
});

test('over a long time the rate is kept, of bytes and of records, whatever the fetches bring', () => {
  const { limiter, pass } = limiterOf({ flow: { maxBytesPerSecond: 1_000_000, maxRecordsPerSecond: 100 } });
  let records = 0;
  for (let ms = 0; ms < 100_000; ms += 10) {
    if (limiter.flowWaitMs() === 0) {
      const brought = 1 + ((ms * 7919) % 250);
      records += brought;
      limiter.spend('t', brought * 100, brought);
    }
    pass(10);
  }
  expect(records).toBeGreaterThan(9_500);
  expect(records).toBeLessThan(100 * 100 + 100 + 250);
});

test('topics: by name, else by *, each by itself; asked for by the quarter of a second', () => {
  const limits = { topics: { '*': { maxBytesPerSecond: 64_000 }, orders: { maxBytesPerSecond: 2_000_000 } } };
  const { limiter } = limiterOf(limits);
  limiter.share([0, 1].map((n) => partition('x', n, true)));
  limiter.spend('x', 100_000, 1);
  expect(limiter.topicWaitMs('x')).toBeGreaterThan(0);
  expect([limiter.topicWaitMs('y'), limiter.topicWaitMs('orders'), limiter.flowWaitMs()]).toEqual([0, 0, 0]);
  expect(limiter.partitionBytes('x', 2 ** 21)).toBe(8_192 / 2);
  expect(limiter.partitionBytes('orders', 2 ** 21)).toBe(2 ** 18);
  expect(limiter.fetchBytes(2 ** 23)).toBe(2 ** 23);
  limiter.set({ topics: { orders: { maxBytesPerSecond: 1 } } });
  expect(limiter.topicWaitMs('x')).toBe(0);
  expect(limiter.partitionBytes('x', 2 ** 21)).toBe(2 ** 21);
});

test('what is set takes the place of what was; flow and topics each for itself; nonsense is refused whole', () => {
  const { limiter } = limiterOf({ flow: { maxBytesPerSecond: 5 }, topics: { a: { maxRecordsPerSecond: 1 } } });
  limiter.set({ flow: { maxRecordsPerSecond: 7 } });
  expect(limiter.limits).toEqual({ flow: { maxRecordsPerSecond: 7 }, topics: { a: { maxRecordsPerSecond: 1 } } });
  expect(() => limiter.set({ topics: { b: { maxBytesPerSecond: 0 } } })).toThrow(/maxBytesPerSecond is 0/);
  expect(limiter.limits.topics).toEqual({ a: { maxRecordsPerSecond: 1 } });
  limiter.set({ flow: {}, topics: {} });
  limiter.spend('a', 1e9, 1e9);
  expect([limiter.flowWaitMs(), limiter.topicWaitMs('a')]).toEqual([0, 0]);
});

test('a process that has a part of the partitions takes that part of the rate', () => {
  const { limiter, pass } = limiterOf({
    flow: { maxRecordsPerSecond: 100 },
    topics: { '*': { maxRecordsPerSecond: 8 } },
  });
  limiter.share([0, 1, 2, 3].map((n) => partition('x', n, n === 0)));
  limiter.flowWaitMs();
  limiter.spend('x', 0, 50);
  expect(limiter.flowWaitMs()).toBeCloseTo(26_000 / 25, 3);
  pass(30_000);
  limiter.topicWaitMs('x');
  limiter.spend('x', 0, 10);
  expect(limiter.topicWaitMs('x')).toBeCloseTo(9_000 / 2, 3);
});

test('time without tokens is counted once, however often it is asked', async () => {
  const { limiter, pass, telemetry } = limiterOf({ topics: { '*': { maxBytesPerSecond: 100 } } });
  limiter.spend('x', 300, 1);
  for (let ms = 0; ms < 5_000; ms += 7) {
    limiter.topicWaitMs('x');
    pass(7);
  }
  expect(await metricOf(telemetry, 'tributary_pull_limited_seconds_total')).toBeCloseTo(2, 1);
});
