import { expect, it } from 'vitest';
import { newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

it("a place's next epoch is not sent while an answer about the one before is under way; other places are", async () => {
  const path = newBufferPath();
  const before = newAgent({ url: 'http://127.0.0.1:1', path });
  await before.capture('orders', numbered('a', 3));
  await before.intake.close();
  const hub = await newHub();
  const agent = newAgent({ url: hub.url, path });
  hub.hold();
  agent.forwarder.open();
  const topics = (): string[] =>
    hub.shipments.flatMap(({ streams, parcels }) => parcels.map(({ stream }) => streams[stream]!.topic));
  await until('the first epoch is on its way', () => topics().length === 1);
  await agent.capture('orders', numbered('b', 3));
  await agent.intake.sealTail(-1);
  await agent.capture('sensors', ['c']);
  await until('another place is sent', () => topics().includes('sensors'));
  expect(topics()).toEqual(['orders', 'sensors']);
  hub.release();
  await until('the buffer is empty', agent.drained);
  expect(hub.values('orders')).toEqual([...numbered('a', 3), ...numbered('b', 3)]);
});
