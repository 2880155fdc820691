import { describe, expect, it } from 'vitest';
import { Budget, type BudgetSettings } from '../../../agent/forward/budget.ts';
import { QUEUES } from '../../../shared/queues.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Midnight in Berlin, winter time. */
const MIDNIGHT = Date.parse('2026-11-23T23:00:00Z');

function setUp(settings: Partial<BudgetSettings>, notes = new Map<string, string>()) {
  const clock = { wallMs: 0, sinceMs: 1_000, now: () => clock.wallMs, monotonicMs: () => clock.sinceMs };
  const meta = {
    get: (key: string) => notes.get(key) ?? null,
    set: (key: string, value: string) => void notes.set(key, value),
  };
  const budget = new Budget({ timeZone: 'Europe/Berlin', windows: [], ...settings }, clock, meta);
  return { budget, clock, notes };
}
const priorities = (queues: readonly number[]) => [...new Set(queues.map((queue) => QUEUES[queue]!.priority))].sort();

describe('a budget', () => {
  it('where none is set allows all, also before the time is known', () => {
    expect(setUp({}).budget.allow()).toMatchObject({ maxBytes: Number.POSITIVE_INFINITY, reason: null });
  });

  it('bytes a second: over any time no more than that, and one second beside it', () => {
    const { budget, clock } = setUp({ bytesPerSecond: 100_000 });
    budget.hubTime(MIDNIGHT);
    let sent = 0;
    for (const end = clock.sinceMs + 60_000; clock.sinceMs < end; ) {
      const { queues, maxBytes, untilMs } = budget.allow();
      if (queues.length === 0) clock.sinceMs = untilMs;
      else {
        budget.sent(Math.floor(maxBytes));
        sent += Math.floor(maxBytes);
      }
    }
    expect(sent).toBeGreaterThan(5_900_000);
    expect(sent).toBeLessThanOrEqual(6_100_000);
  });

  it('a row that is larger than what is left is paid for afterwards', () => {
    const { budget, clock } = setUp({ bytesPerSecond: 1_000 });
    budget.hubTime(MIDNIGHT);
    budget.sent(10_000);
    clock.sinceMs += 9_000;
    expect(budget.allow().queues).toEqual([]);
    clock.sinceMs += 251;
    expect(budget.allow().queues).toHaveLength(QUEUES.length);
  });

  it('bytes a day: until the next day where the site is, over restarts too', () => {
    const first = setUp({ bytesPerDay: 1_000_000 });
    first.budget.hubTime(MIDNIGHT + HOUR_MS);
    expect(first.budget.allow().maxBytes).toBe(1_000_000);
    first.budget.sent(600_000);
    expect(first.budget.allow().maxBytes).toBe(400_000);
    const second = setUp({ bytesPerDay: 1_000_000 }, first.notes);
    second.budget.hubTime(MIDNIGHT + 2 * HOUR_MS);
    const { maxBytes } = second.budget.allow();
    // What was written down is ahead, never behind.
    expect(maxBytes).toBeLessThanOrEqual(400_000);
    expect(maxBytes).toBeGreaterThan(300_000);
    second.budget.sent(400_000);
    expect(second.budget.allow()).toMatchObject({ queues: [], reason: 'the 1000000 bytes of this day are used up' });
    second.clock.sinceMs += 22 * HOUR_MS - 1;
    expect(second.budget.allow().queues).toEqual([]);
    second.clock.sinceMs += 1;
    expect(second.budget.allow().maxBytes).toBe(1_000_000);
  });

  it('a hub whose clock goes back gives no new day', () => {
    const { budget } = setUp({ bytesPerDay: 1_000, bytesPerMonth: 5_000 });
    budget.hubTime(MIDNIGHT);
    budget.allow();
    budget.sent(1_000);
    budget.hubTime(MIDNIGHT - 40 * DAY_MS);
    expect(budget.allow().queues).toEqual([]);
    budget.hubTime(MIDNIGHT + DAY_MS);
    expect(budget.allow().maxBytes).toBe(1_000);
    // The month is the same, and goes on.
    for (let day = 1; day < 5; day++) {
      budget.hubTime(MIDNIGHT + day * DAY_MS);
      budget.allow();
      budget.sent(1_000);
    }
    budget.hubTime(MIDNIGHT + 5 * DAY_MS);
    expect(budget.allow().reason).toBe('the 5000 bytes of this month are used up');
    budget.hubTime(MIDNIGHT + 8 * DAY_MS);
    expect(budget.allow().maxBytes).toBe(1_000);
  });

  it('windows: what they are about goes only within one, what is higher always', () => {
    const { budget } = setUp({
      windows: [
        { from: 60, to: 300, upTo: 'normal' },
        { from: 23 * 60, to: 30, upTo: 'low' },
      ],
    });
    const at = (hours: number) => {
      budget.hubTime(MIDNIGHT + hours * HOUR_MS);
      return priorities(budget.allow().queues);
    };
    expect(at(0.25)).toEqual(['high', 'low']);
    expect(at(0.75)).toEqual(['high']);
    expect(at(1)).toEqual(['high', 'low', 'normal']);
    expect(at(4.99)).toEqual(['high', 'low', 'normal']);
    expect(at(5)).toEqual(['high']);
    expect(at(23.5)).toEqual(['high', 'low']);
  });

  it('says nothing is allowed while the time is not known', () => {
    expect(setUp({ windows: [{ from: 0, to: 1, upTo: 'low' }] }).budget.allow().queues).toEqual([]);
  });
});
