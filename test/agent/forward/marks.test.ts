/** When marks go out, and what becomes of one that the hub does not take. */
import { expect, it } from 'vitest';
import type { Shipment } from '../../../shared/wire/index.ts';
import type { Reaction, StandInHub } from './hub.ts';
import { type Agent, newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

const OFTEN = { markMs: 10, idleMarkMs: 50 };
const SMALL = { sealRawBytes: 1, sealRecords: 5 };
const marksOf = (hub: StandInHub) => hub.shipments.filter(({ marks }) => marks.length > 0);
const refused: Reaction = {
  kind: 'problem',
  status: 400,
  problem: { code: 'corruptShipment', message: 'it makes no sense' },
};
const fed = async (hub: StandInHub): Promise<Agent> => {
  const agent = newAgent({ url: hub.url, settings: OFTEN, seal: SMALL });
  for (let at = 0; at < 20; at += 5) await agent.capture('orders', numbered('orders', 20).slice(at, at + 5));
  return agent;
};

it('names the newest stream of each place, whatever lies before it', async () => {
  const hub = await newHub();
  const path = newBufferPath();
  for (let run = 0; run < 5; run += 1) {
    const before = newAgent({ url: hub.url, path });
    await before.capture('orders', [`orders${run}`]);
    await before.intake.close();
  }
  const agent = newAgent({ url: hub.url, path, settings: OFTEN });
  await agent.capture('sensors', ['sensors0', 'sensors1']);
  const mark = agent.intake.mark()!;
  const { epoch: newest } = agent.intake.lineage().at(-2)!;
  expect(mark.streams.map(({ stream, next }) => [stream.topic, stream.epoch === newest, next])).toEqual([
    ['orders', true, 1],
    ['sensors', false, 2],
  ]);
  agent.forwarder.open();
  await until('a mark has come', () => marksOf(hub).length > 0);
  expect(hub.values('orders')).toHaveLength(5);
});

it('a cautious link sends its marks too, by themselves, once all that they name was sent', async () => {
  const hub = await newHub();
  const poison = ({ parcels }: Shipment) => parcels.some(({ first, kind }) => first === 10 && kind === 'sealed');
  let wasRefused = false;
  hub.script = (shipment) => {
    if (!poison(shipment) || wasRefused) return undefined;
    wasRefused = true;
    return refused;
  };
  const agent = await fed(hub);
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  await until('a mark has come', () => marksOf(hub).length > 1);
  const [first] = marksOf(hub).slice(1);
  expect(first!.parcels).toEqual([]);
  expect(hub.values('orders')).toEqual(numbered('orders', 20));
});

it('one that the hub refuses is given up: no row goes into quarantine for it, and rows go on', async () => {
  const hub = await newHub();
  hub.script = ({ marks }) => (marks.length > 0 ? refused : undefined);
  const agent = await fed(hub);
  agent.forwarder.open();
  await until('a mark was given up', () => agent.lines.some(({ event }) => event === 'mark_given_up'));
  await agent.capture('orders', ['more']);
  await until('the buffer is empty', agent.drained);
  expect(hub.values('orders')).toEqual([...numbered('orders', 20), 'more']);
  expect(agent.intake.stats().places[0]!.gaps).toBe(0);
  // Another one is tried, later, and taken.
  hub.script = () => undefined;
  await until('a mark was taken', () => marksOf(hub).some((shipment) => hub.shipments.indexOf(shipment) >= 0));
  await until('rows and marks travel together again', () => agent.forwarder.state().kind === 'idle');
});

it('one that is larger than what the hub takes is not sent', async () => {
  const hub = await newHub();
  hub.maxShipmentBytes = 10_000;
  const agent = newAgent({ url: hub.url, settings: OFTEN });
  for (let at = 0; at < 400; at += 1) await agent.capture('orders', [`orders${at}`], { partition: at });
  agent.forwarder.open();
  await until('the buffer is empty', agent.drained);
  await until('a mark was given up', () => agent.lines.some(({ event }) => event === 'mark_given_up'));
  expect(marksOf(hub)).toEqual([]);
});
