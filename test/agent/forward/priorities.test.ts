/** Several priorities over one link. */
import { expect, it } from 'vitest';
import type { TopicOrders } from '../../../agent/seal/queues.ts';
import type { Shipment } from '../../../shared/wire/index.ts';
import type { StandInHub } from './hub.ts';
import { newAgent, newHub, numbered, until } from './support.ts';

const orders: TopicOrders = (topic) => ({
  priority: topic === 'alarms' ? 'high' : topic === 'logs' ? 'low' : 'normal',
});
const BATCH_EACH = { sealRawBytes: 1, sealRecords: 5, codec: 'none' } as const;
const BIG = 'x'.repeat(2_000);

const topicsOf = ({ streams, parcels }: Shipment): string[] => parcels.map(({ stream }) => streams[stream]!.topic);
const sent = (hub: StandInHub): string[] => hub.shipments.flatMap(topicsOf);
const big = (prefix: string, count: number): string[] => numbered(prefix, count).map((name) => `${name} ${BIG}`);

it('alarms pass a backlog of logs, and logs get their share meanwhile', async () => {
  const hub = await newHub();
  const agent = newAgent({ url: hub.url, seal: BATCH_EACH, orders });
  for (let i = 0; i < 200; i++) await agent.capture('logs', big(`l${i}-`, 5));
  for (let i = 0; i < 200; i++) await agent.capture('alarms', big(`a${i}-`, 5));
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  const order = sent(hub);
  const lastAlarm = order.lastIndexOf('alarms');
  const logsBefore = order.slice(0, lastAlarm).filter((topic) => topic === 'logs').length;
  // 1 for 16 by weight, of 1,000 rows as large; one turn more or less.
  expect(logsBefore).toBeGreaterThan(40);
  expect(logsBefore).toBeLessThan(90);
  expect(hub.values('logs')).toHaveLength(1_000);
  expect(hub.values('alarms')).toEqual(numbered('a', 200).flatMap((a) => big(`${a}-`, 5)));
});

it('an alarm that fills no batch does not wait for the backlog of others to end', async () => {
  const hub = await newHub();
  const agent = newAgent({ url: hub.url, seal: { ...BATCH_EACH, sealRawBytes: 20_000 }, orders });
  for (let i = 0; i < 400; i++) await agent.capture('logs', big(`l${i}-`, 5));
  hub.hold();
  agent.forwarder.open();
  await until('the window is full', () => hub.unanswered > 0);
  await agent.capture('alarms', ['fire']);
  hub.release();
  await until('the buffer is empty', agent.drained);
  const order = sent(hub);
  expect(order.indexOf('alarms')).toBeGreaterThan(0);
  expect(order.slice(order.indexOf('alarms')).filter((topic) => topic === 'logs').length).toBeGreaterThan(100);
});

it('a stream of one queue that waits holds up no other, and its rows come in order', async () => {
  const hub = await newHub();
  let refusals = 3;
  hub.script = ({ streams }) => {
    if (!streams.some(({ topic }) => topic === 'alarms') || refusals === 0) return undefined;
    refusals -= 1;
    return { kind: 'refuse', refusals: { alarms: { code: 'parked', reason: 'no leader', retryAfterMs: 5 } } };
  };
  const agent = newAgent({ url: hub.url, seal: BATCH_EACH, orders });
  for (let i = 0; i < 20; i++)
    for (const topic of ['alarms', 'orders', 'logs']) await agent.capture(topic, numbered(`${i}-`, 5));
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  const all = numbered('', 20).flatMap((i) => numbered(`${i}-`, 5));
  for (const topic of ['alarms', 'orders', 'logs']) expect(hub.values(topic)).toEqual(all);
  expect(refusals).toBe(0);
});
