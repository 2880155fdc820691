/** A budget on a real link: what it keeps back, and what it never does. */
import { expect, it } from 'vitest';
import type { BudgetWindow } from '../../../agent/forward/budget.ts';
import type { TopicOrders } from '../../../agent/seal/queues.ts';
import { newAgent, newHub, numbered, until } from './support.ts';

const orders: TopicOrders = (topic) => ({ priority: topic === 'alarms' ? 'high' : 'normal' });
/** An hour of the day that is not now. */
function closed(): BudgetWindow {
  const now = new Date();
  const minutes = now.getUTCHours() * 60 + now.getUTCMinutes();
  const [from, to] = [(minutes + 120) % 1440, (minutes + 180) % 1440];
  return { from, to, upTo: 'normal' };
}

it('outside of its hours bulk waits and alarms pass; the link says so, and the heartbeats go on', async () => {
  const hub = await newHub();
  const budget = { timeZone: 'UTC', windows: [closed()] };
  const agent = newAgent({ url: hub.url, orders, budget, heartbeatMs: 5, settings: { stuckAfterMs: 20 } });
  await agent.capture('bulk', numbered('b', 3));
  await agent.intake.sealTail(0);
  agent.control.open();
  agent.forwarder.open();
  await agent.capture('alarms', ['fire']);
  await until('the alarm is there', () => hub.values('alarms').length === 1);
  await until('the link says so', () => agent.forwarder.state().kind === 'budget');
  const beats = hub.heartbeats.length;
  await until('heartbeats go on', () => hub.heartbeats.length > beats + 5);
  expect(hub.values('bulk')).toEqual([]);
  expect(hub.heartbeats.at(-1)).toMatchObject({ linkState: 'budget' });
  // Spared is not stuck, and not ill.
  expect(agent.lines.filter(({ event }) => event === 'link_stopped')).toEqual([]);
  expect(agent.forwarder.health()).toEqual({ ok: true, reason: '' });
});

it('what a day may have goes out and no more, and it is written down', async () => {
  const hub = await newHub();
  const budget = { timeZone: 'UTC', windows: [], bytesPerDay: 40_000 };
  const seal = { sealRawBytes: 1, sealRecords: 1, codec: 'none' } as const;
  const agent = newAgent({ url: hub.url, seal, budget });
  for (let i = 0; i < 40; i++) await agent.capture('bulk', [`${i} ${'x'.repeat(2_000)}`]);
  agent.forwarder.open();
  await until('the link says so', () => agent.forwarder.state().kind === 'budget');
  const there = hub.values('bulk').length;
  // One row more than fits, at most.
  expect(there).toBeGreaterThan(10);
  expect(there).toBeLessThan(21);
  expect(agent.forwarder.state()).toMatchObject({ reason: 'the 40000 bytes of this day are used up' });
  const noted = agent.intake.meta.get('budget.day');
  expect(Number(noted?.split(' ')[1])).toBeGreaterThanOrEqual(40_000);
});

it('bytes a second slow the link down and lose nothing', async () => {
  const hub = await newHub();
  const agent = newAgent({ url: hub.url, budget: { timeZone: 'UTC', windows: [], bytesPerSecond: 400_000 } });
  for (let i = 0; i < 20; i++) await agent.capture('bulk', numbered(`${i}-`, 20));
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  expect(hub.values('bulk')).toEqual(numbered('', 20).flatMap((i) => numbered(`${i}-`, 20)));
});
