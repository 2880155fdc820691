import { describe, expect, it } from 'vitest';
import type { BufferStats, PlaceStats } from '../../../agent/buffer/outbox.ts';
import { Outlooks, topicsOf } from '../../../agent/control/outlook.ts';

const DAY_MS = 86_400_000;

class TestClock {
  wallMs = 1_700_000_000_000;
  sinceMs = 1_000;
  now(): number {
    return this.wallMs;
  }
  monotonicMs(): number {
    return this.sinceMs;
  }
}

function place(more: Partial<PlaceStats> & { captured: number; delivered: number }): PlaceStats {
  const gaps = more.gaps ?? 0;
  return {
    ...{ topic: 'orders', partition: 0, lane: 'main', deadLettered: 0, gaps, maybeDuplicate: 0, oldestAgeMs: 0 },
    ...{
      buffered: more.captured - more.delivered - gaps,
      bytes: 10 * (more.captured - more.delivered - gaps),
      ...more,
    },
  };
}
const statsOf = (places: readonly PlaceStats[], bytes = 0): BufferStats => ({
  ...{ bytes, maxBytes: 1_000_000, room: { kind: 'open', sinceMs: 0, reason: '' } as const, oldestAgeMs: 0 },
  ...{ retained: { records: 0, bytes: 0, oldestAgeMs: 0 }, places },
});

/** An agent that takes in and delivers so many records a second. */
function run(seconds: number, inPerSecond: number, outPerSecond: number, backlog = 0, everySeconds = 5) {
  const clock = new TestClock();
  const outlooks = new Outlooks(clock);
  const look = () => {
    const since = (clock.sinceMs - 1_000) / 1_000;
    return outlooks.look(
      statsOf([place({ captured: backlog + inPerSecond * since, delivered: outPerSecond * since })]),
      50_000,
    );
  };
  for (let at = 0; at < seconds; at += everySeconds) {
    look();
    clock.sinceMs += everySeconds * 1_000;
    // A clock that goes anywhere changes nothing.
    clock.wallMs += at % 2 === 0 ? DAY_MS : -DAY_MS;
  }
  return look();
}

describe('the outlook', () => {
  it('says nothing before there is a while to speak of', () => {
    expect(run(5, 10, 20, 1_000)).toMatchObject({ drainMs: null, fullMs: null, linkBytesPerSecond: 50_000 });
  });

  it('a backlog is drained at what goes out less what comes in', () => {
    const { intakePerSecond, drainPerSecond, drainMs, fullMs } = run(60, 10, 20, 1_000);
    expect([intakePerSecond, drainPerSecond]).toEqual([10, 20]);
    // 1,000 less 10 a second for 60 seconds.
    expect(drainMs).toBe(40_000);
    expect(fullMs).toBe(null);
  });

  it('is never drained where more comes in, and nothing is left where nothing waits', () => {
    expect(run(60, 20, 10).drainMs).toBe(null);
    expect(run(60, 10, 10).drainMs).toBe(0);
  });

  it('is full at the rate of the last day, however that was shared out', () => {
    // 10 records of 10 bytes more each second: 1,000,000 bytes in 10,000 s, of which 6,000 have passed.
    expect(run(6_000, 20, 10).fullMs).toBe(4_000_000);
  });

  it('rates are those of the last minutes: what was before is forgotten', () => {
    const clock = new TestClock();
    const outlooks = new Outlooks(clock);
    let [captured, delivered] = [100_000, 0];
    for (let at = 0; at < 1_000; at += 5) {
      outlooks.look(statsOf([place({ captured, delivered })]), null);
      clock.sinceMs += 5_000;
      captured += 5;
      // The link was down for the first 500 s.
      delivered += at < 500 ? 0 : 500;
    }
    expect(outlooks.look(statsOf([place({ captured, delivered })]), null)).toMatchObject({
      ...{ intakePerSecond: 1, drainPerSecond: 100, linkBytesPerSecond: 0 },
    });
  });

  it('names the topics with most bytes, and counts the others together', () => {
    const places = Array.from({ length: 50 }, (_, i) => [
      place({ topic: `t${i}`, captured: i, delivered: 0, oldestAgeMs: 5.4 }),
      place({ topic: `t${i}`, partition: 1, captured: i, delivered: 0, oldestAgeMs: 7.2 }),
    ]).flat();
    const { topics, topicsLeftOut, leftOutBytes } = topicsOf(places, 2);
    expect(topics).toEqual([
      { topic: 't49', buffered: 98, bytes: 980, oldestAgeMs: 7 },
      { topic: 't48', buffered: 96, bytes: 960, oldestAgeMs: 7 },
    ]);
    // t0 has nothing.
    expect(topicsLeftOut).toBe(47);
    expect(leftOutBytes).toBe(10 * 2 * ((49 * 50) / 2 - 49 - 48));
  });
});
