/** Which copy a topic gets, by several processes that share a control log. */
import { describe, expect, test } from 'vitest';
import { type ControlEntry, copiesOf } from '../../../../hub/pull/control/index.ts';
import { FlowCopies } from '../../../../hub/pull/run/copyNumbers.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { HeardTelemetry } from '../../../integration/pullSupport.ts';

const FLOW = 'a->b';
const shape = (name: string, topicId: string) => ({ name, topicId, partitions: 1 });
const none = { source: new Set<string>(), target: new Set<string>() };

class Shared {
  readonly log = new Map<string, ControlEntry>();
  readonly telemetry = new HeardTelemetry();
  /** What is written before the next word of a process. */
  before: (() => Promise<void>) | null = null;

  process(ledger: Record<string, readonly string[]> = {}, apart = true): FlowCopies {
    return new FlowCopies({
      flow: FLOW,
      apart,
      copyName: (topic) => `a.${topic}`,
      isHeartbeats: (topic) => topic === 'heartbeats',
      rule: () => ({ copies: copiesOf(this.log, FLOW) }),
      say: async (entries) => {
        const { before } = this;
        this.before = null;
        await before?.();
        for (const [key, entry] of entries) this.log.set(key, entry);
      },
      copied: async () => new Map(Object.entries(ledger).map(([name, ids]) => [name, new Set(ids)])),
      telemetry: this.telemetry,
      clock: systemClock,
    });
  }
}

describe('a topic that was made again', () => {
  test('has the next copy, after a first one with the name of the policy', async () => {
    const shared = new Shared();
    const one = shared.process();
    expect([one.of('orders', 'x'), one.nameOf('orders')]).toEqual([null, null]);
    for (const id of ['x', 'y', 'z']) await one.decide([shape('orders', id)], none);
    expect(['x', 'y', 'z'].map((id) => one.of('orders', id))).toEqual([1, 2, 3]);
    expect(one.nameOf('orders')).toBe('a.orders.3');
    expect(shared.telemetry.of('pull_topic_made_again').map(({ copy }) => copy)).toEqual(['a.orders.2', 'a.orders.3']);
    // Said once, whoever asks later.
    const written = shared.log.size;
    await shared.process().decide([shape('orders', 'z')], none);
    expect(shared.log.size).toBe(written);
  });

  test('takes no name that another topic has, on either side', async () => {
    const one = new Shared().process();
    await one.decide([shape('orders', 'x')], none);
    const taken = { source: new Set(['orders.2']), target: new Set(['a.orders_3', 'a.orders']) };
    await one.decide([shape('orders', 'y')], taken);
    expect(one.of('orders', 'y')).toBe(4);
  });

  test('what was copied before anything was said is known by the ledger', async () => {
    const ledger = { orders: ['x'], bills: ['m', 'n'] };
    const one = new Shared().process(ledger);
    await one.decide([shape('orders', 'y'), shape('bills', 'n'), shape('late', 'l')], none);
    expect([one.of('orders', 'x'), one.of('orders', 'y'), one.of('bills', 'n'), one.of('late', 'l')]).toEqual([
      1, 2, 1, 1,
    ]);
  });

  test('followed for a while, then apart again: the one that was followed keeps its place', async () => {
    const shared = new Shared();
    for (const id of ['x', 'y']) await shared.process().decide([shape('orders', id)], none);
    const following = shared.process({}, false);
    await following.decide([shape('orders', 'z')], none);
    expect(following.of('orders', 'z')).toBe(2);
    const apart = shared.process({ orders: ['z'] });
    await apart.decide([shape('orders', 'z')], none);
    await apart.decide([shape('orders', 'later')], none);
    expect([apart.of('orders', 'z'), apart.of('orders', 'later')]).toEqual([2, 3]);
  });

  test('two processes at once: the first word holds for both', async () => {
    const shared = new Shared();
    await shared.process().decide([shape('orders', 'x')], none);
    const [quick, slow] = [shared.process(), shared.process()];
    shared.before = () => quick.decide([shape('orders', 'y')], none);
    await slow.decide([shape('orders', 'y')], { ...none, target: new Set(['a.orders.2']) });
    expect([quick.of('orders', 'y'), slow.of('orders', 'y')]).toEqual([2, 2]);
    // A number that went to another topic meanwhile is not shared.
    shared.before = () => quick.decide([shape('orders', 'z')], none);
    await slow.decide([shape('orders', 'w')], none);
    expect([slow.of('orders', 'z'), slow.of('orders', 'w')]).toEqual([3, 4]);
  });

  test('heartbeats go on where they were', async () => {
    const one = new Shared().process();
    for (const id of ['x', 'y']) await one.decide([shape('heartbeats', id)], none);
    expect(one.of('heartbeats', 'y')).toBeNull();
  });
});
