import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../agent/forward/backoff.ts';
import { Window } from '../../../agent/forward/window.ts';
import { KIB, limits, MIB } from '../../../shared/limits.ts';
import { arrivals, peakPerSecond } from '../../support/arrivals.ts';

/** Sends `count` shipments of the size that the window wants over a link of so many bytes a second. */
function over(window: Window, bytesPerSecond: number, count: number): number {
  let now = 0;
  for (let at = 0; at < count; at += 1) {
    const bytes = window.roomBytes();
    window.sent(bytes, now);
    now += 20 + (bytes / bytesPerSecond) * 1000;
    window.answered(now);
  }
  return window.roomBytes();
}

describe('the size of a shipment', () => {
  it.each([
    ['50 kbit/s', 6_250, 16 * KIB, 16 * KIB],
    ['1 Mbit/s', 125_000, 60 * KIB, 130 * KIB],
    ['1 Gbit/s', 125_000_000, 1 * MIB, 1 * MIB],
  ])('is what the link carries in about a second, within bounds: %s', (_, rate, least, most) => {
    const window = new Window();
    window.credit(64 * MIB);
    const bytes = over(window, rate, 40);
    expect(bytes).toBeGreaterThanOrEqual(least);
    expect(bytes).toBeLessThanOrEqual(most);
  });

  it('is not made small by small shipments, which only measure the way', () => {
    const window = new Window();
    window.credit(64 * MIB);
    over(window, 125_000_000, 20);
    for (let at = 0; at < 50; at += 1) {
      window.sent(100, at * 1000);
      window.answered(at * 1000 + 600);
    }
    expect(window.roomBytes()).toBe(1 * MIB);
  });

  it("is never above the hub's", () => {
    const window = new Window();
    window.credit(64 * MIB);
    window.maxShipment(50_000);
    expect(over(window, 1e9, 10)).toBe(50_000);
    window.maxShipment(1e12);
    expect(window.maxShipmentBytes).toBe(limits.maxShipmentBytes);
  });
});

describe('what is unanswered', () => {
  it('never exceeds the credit, but for one shipment alone', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('send', 'answer', 'credit'), fc.nat(200_000)), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (actions) => {
        const window = new Window();
        for (const [action, number] of actions) {
          if (action === 'credit') window.credit(number);
          else if (action === 'answer') window.answered(0);
          else if (window.fits(number)) {
            const alone = window.shipments === 0;
            window.sent(number, 0);
            expect(alone || window.bytes <= window.creditBytes).toBe(true);
            expect(window.creditBytes).toBeGreaterThan(0);
          }
          expect(window.shipments).toBeLessThanOrEqual(limits.shipmentsInFlight);
          if (window.shipments === limits.shipmentsInFlight) expect(window.roomBytes()).toBe(0);
        }
      }),
    );
  });

  it('may take longer on a slow link, within bounds', () => {
    const window = new Window();
    window.credit(64 * MIB);
    over(window, 6_250, 10);
    const small = window.answerTimeoutMs(30_000, 1_000);
    expect(small).toBeGreaterThanOrEqual(30_000);
    expect(window.answerTimeoutMs(30_000, 16 * KIB)).toBeGreaterThan(small);
    expect(window.answerTimeoutMs(30_000, 20 * MIB)).toBe(900_000);
  });
});

/** What a pipelined sender gets through a link in `seconds`, beside what the link could carry. */
function use(bytesPerSecond: number, roundTripMs: number, seconds: number, commitMs = 30): number {
  const window = new Window();
  window.credit(64 * MIB);
  const flying: { readonly bytes: number; readonly atMs: number }[] = [];
  let [now, freeMs, through] = [0, 0, 0];
  while (now < seconds * 1000) {
    for (let bytes = window.roomBytes(); bytes > 0 && window.fits(bytes); bytes = window.roomBytes()) {
      window.sent(bytes, now);
      freeMs = Math.max(now, freeMs) + (bytes / bytesPerSecond) * 1000;
      flying.push({ bytes, atMs: freeMs + roundTripMs + commitMs });
    }
    const next = flying.shift()!;
    now = next.atMs;
    window.answered(now);
    if (now < seconds * 1000) through += next.bytes;
  }
  return through / (bytesPerSecond * seconds);
}

describe('use of the link', () => {
  it.each([
    ['50 kbit/s', 6_250],
    ['10 Mbit/s', 1_250_000],
    ['100 Mbit/s', 12_500_000],
  ])('is 95 %% and more at 300 ms round trip: %s', (_, rate) => {
    expect(use(rate, 300, 60)).toBeGreaterThan(0.95);
  });
});

describe('cuts', () => {
  /** One connection that lets `fits` shipments through and then breaks. */
  function connection(window: Window, fits: number): number {
    let now = 0;
    for (let at = 0; at < fits; at += 1) {
      window.sent(window.roomBytes(), now);
      now += 1_000;
      window.answered(now);
    }
    const size = window.roomBytes();
    window.sent(size, now);
    window.reset(now + 500);
    return size;
  }

  it('that let too little through make what is sent smaller at once, down to a bound, and it grows again slowly', () => {
    const window = new Window();
    window.credit(64 * MIB);
    const sizes = Array.from({ length: 12 }, () => connection(window, 0));
    for (const [at, size] of sizes.entries()) if (at > 0) expect(size).toBeLessThanOrEqual(sizes[at - 1]!);
    expect(sizes.at(-1)).toBe(limits.leastShipmentBytes);
    const small = window.roomBytes();
    window.sent(small, 0);
    window.answered(10);
    expect(window.roomBytes()).toBeLessThan(1.2 * small);
    over(window, 125_000_000, 100);
    expect(window.roomBytes()).toBe(1 * MIB);
  });

  it('between which many fit change nothing', () => {
    const window = new Window();
    window.credit(64 * MIB);
    over(window, 6_250, 20);
    const before = window.roomBytes();
    connection(window, 20);
    expect(window.roomBytes()).toBe(before);
  });
});

describe('a time-out', () => {
  it('makes the next one longer, until something is answered', () => {
    const window = new Window();
    window.credit(64 * MIB);
    over(window, 125_000_000, 20);
    const first = window.answerTimeoutMs(12_000, 1_000);
    expect(first).toBeLessThan(13_000);
    window.sent(1_000, 0);
    window.reset(12_000, true);
    expect(window.answerTimeoutMs(12_000, 1_000)).toBeGreaterThan(23_000);
    window.sent(1_000, 0);
    window.answered(50);
    expect(window.answerTimeoutMs(12_000, 1_000)).toBeLessThan(13_000);
  });
});

describe('backoff', () => {
  it('has full jitter under a bound that doubles, up to its highest', () => {
    const last = new Backoff({ firstMs: 500, maxMs: 30_000, random: () => 0.999999 });
    const waits = Array.from({ length: 9 }, () => Math.round(last.next()));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const least = new Backoff({ firstMs: 500, maxMs: 30_000, random: () => 0 });
    expect([least.next(), least.next()]).toEqual([0, 0]);
  });

  it('begins anew once something has worked, and adds what the peer asks for', () => {
    const backoff = new Backoff({ firstMs: 500, maxMs: 30_000, random: () => 0.5 });
    for (let at = 0; at < 5; at += 1) backoff.next();
    backoff.reset();
    expect(backoff.next(7_000)).toBe(7_250);
  });
});

describe('ten thousand agents after an outage', () => {
  it.each([
    [5_000, 3_000],
    [60_000, 1_000],
    [600_000, 1_000],
  ])('of %d ms do not arrive in one second', (outageMs, most) => {
    const all = arrivals({ agents: 10_000, outageMs, seed: 7 });
    expect(peakPerSecond(all)).toBeLessThan(most);
    expect(Math.max(...all)).toBeLessThanOrEqual(30_000);
  });
});
