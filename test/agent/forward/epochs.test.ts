/** Buffers of many epochs: what a link names of them, and that it gets through. */
import { expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import type { Shipment } from '../../../shared/wire/index.ts';
import { refusal, type StandInHub } from './hub.ts';
import { type Agent, newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

/** An agent that was started so often without a link, each time with a record for each topic. */
async function restarted(hub: StandInHub, times: number, topics: readonly string[]): Promise<Agent> {
  const path = newBufferPath();
  for (let run = 0; ; run += 1) {
    const agent = newAgent({ url: hub.url, path });
    for (const topic of topics) await agent.capture(topic, [`${topic}${run}`]);
    if (run === times - 1) return agent;
    await agent.forwarder.close();
    await agent.intake.close();
  }
}

/** Epochs of shipments that no hello before had named: the hub would not know them. */
function unnamed(hub: StandInHub): string[] {
  const found: string[] = [];
  const before = hub.script;
  hub.script = (shipment, index) => {
    const named = new Set(hub.hellos.flatMap(({ lineage }) => lineage.map(({ epoch }) => epoch)));
    found.push(...epochsOf(shipment).filter((epoch) => !named.has(epoch)));
    return before(shipment, index);
  };
  return found;
}
const epochsOf = ({ streams, parcels }: Shipment) => parcels.map(({ stream }) => streams[stream]!.epoch);

it('names a window of its epochs at a time, and sends in order', async () => {
  const hub = await newHub();
  const agent = await restarted(hub, 50, ['orders', 'sensors']);
  const strangers = unnamed(hub);
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  expect(hub.values('orders')).toEqual(numbered('orders', 50));
  expect(hub.values('sensors')).toEqual(numbered('sensors', 50));
  expect(Math.max(...hub.hellos.map(({ lineage }) => lineage.length))).toBe(limits.epochsNamed);
  expect(strangers).toEqual([]);
  expect(hub.hellos.length).toBeLessThan(10);
});

it('gets past a place that waits in each of them, and sends that too when it may', async () => {
  const hub = await newHub();
  const agent = await restarted(hub, 50, ['orders', 'sensors']);
  const strangers = unnamed(hub);
  const script = hub.script;
  hub.script = (shipment, index) => {
    script(shipment, index);
    return { kind: 'refuse', refusals: { orders: refusal({ code: 'parked', retryAfterMs: 20 }) } };
  };
  agent.forwarder.open();
  await until('sensors are there', () => hub.values('sensors').length === 50);
  expect(hub.values('sensors')).toEqual(numbered('sensors', 50));
  expect(hub.values('orders')).toEqual([]);
  hub.script = script;
  await until('the buffer is empty', agent.drained);
  expect(hub.values('orders')).toEqual(numbered('orders', 50));
  expect(strangers).toEqual([]);
});

it('notes what the hub has let in, and vouches with it after a start', async () => {
  const hub = await newHub();
  const agent = await restarted(hub, 30, ['orders']);
  hub.script = () => ({ kind: 'refuse', refusals: { orders: refusal({ code: 'parked', retryAfterMs: 60_000 }) } });
  agent.forwarder.open();
  await until('it waits', () => agent.forwarder.waits().size > 0);
  const all = agent.intake.lineage();
  expect(all.filter(({ known }) => known)).toHaveLength(limits.epochsNamed);
  await agent.capture('sensors', ['late']);
  await until('the newest has arrived', () => hub.values('sensors').length === 1);
  expect(agent.intake.lineage().at(-1)!.known).toBe(true);
  expect(hub.hellos.at(-1)!.lineage[0]!.epoch).toBe(all[0]!.epoch);
});
