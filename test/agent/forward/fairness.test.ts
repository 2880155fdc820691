import { describe, expect, it } from 'vitest';
import { Fairness } from '../../../agent/forward/fairness.ts';
import { queueOf } from '../../../shared/queues.ts';

const HIGH = queueOf('high', 'main');
const NORMAL = queueOf('normal', 'main');
const OLD = queueOf('normal', 'backfill');
const LOW = queueOf('low', 'main');
const NOTHING = new Map<number, number>();

/** Sends pieces of one size from whatever queue is next; returns how many each had. */
function run(fairness: Fairness, queues: readonly number[], pieces: number, bytes = 1_000): Map<number, number> {
  const sent = new Map<number, number>();
  for (let i = 0; i < pieces; i++) {
    const queue = fairness.next(queues, NOTHING)!;
    fairness.sent(queue, bytes);
    sent.set(queue, (sent.get(queue) ?? 0) + 1);
  }
  return sent;
}

describe('whose turn it is', () => {
  it('nobody is next where nobody has anything', () => {
    expect(new Fairness().next([], NOTHING)).toBe(null);
  });

  it('queues that keep the link busy share it by their weights, the lowest too', () => {
    const sent = run(new Fairness(), [LOW, OLD, NORMAL, HIGH], 172_000);
    // 8 : 4 : 32 : 128 of 172.
    for (const [queue, share] of [[LOW, 8_000] as const, [OLD, 4_000] as const, [NORMAL, 32_000] as const]) {
      expect(Math.abs((sent.get(queue) ?? 0) - share)).toBeLessThan(50);
    }
  });

  it('one that had nothing to send is next when it has something, and has saved nothing up meanwhile', () => {
    const fairness = new Fairness();
    run(fairness, [LOW], 100_000);
    expect(fairness.next([LOW, HIGH], NOTHING)).toBe(HIGH);
    const sent = run(fairness, [LOW, HIGH], 17_000);
    expect(Math.abs(sent.get(LOW)! - 1_000)).toBeLessThan(20);
  });

  it('a huge piece of a low one is paid for with its next turns', () => {
    const fairness = new Fairness();
    fairness.sent(LOW, 16_000_000);
    const sent = run(fairness, [LOW, NORMAL], 40_000);
    expect(sent.get(LOW) ?? 0).toBe(0);
    expect(run(fairness, [LOW, NORMAL], 40_000).get(LOW)).toBeGreaterThan(1_000);
  });

  it('what is on its way into a shipment counts, before it is sent', () => {
    const fairness = new Fairness();
    const draft = new Map([[HIGH, 128]]);
    expect(fairness.next([NORMAL, HIGH], draft)).toBe(NORMAL);
    draft.set(NORMAL, 64);
    expect(fairness.next([NORMAL, HIGH], draft)).toBe(HIGH);
  });
});
