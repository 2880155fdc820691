import { describe, expect, it } from 'vitest';
import { TributaryError } from '../../../shared/errors.ts';
import type { EpochState, Refusal, RefusalCode, Shipment } from '../../../shared/wire/index.ts';
import type { Script, StandInHub } from './hub.ts';
import { type Agent, newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

const ORDERS = numbered('o', 40);
const SENSORS = numbered('s', 40);
const SMALL_BATCHES = { sealRecords: 10 };

/** Refuses parcels of `orders` the first `times` times. */
function refuses(refusal: Partial<Refusal>, times: number): Script {
  let left = times;
  return (shipment) => {
    if (!holds(shipment, 'orders') || left === 0) return undefined;
    left -= 1;
    return { kind: 'refuse', refusals: { orders: refusal } };
  };
}
const holds = ({ streams, parcels }: Shipment, topic: string): boolean =>
  parcels.some(({ stream }) => streams[stream]!.topic === topic);

async function fed(hub: StandInHub, settings = {}): Promise<Agent> {
  const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES, settings });
  await agent.capture('orders', ORDERS);
  await agent.capture('sensors', SENSORS);
  agent.forwarder.open();
  return agent;
}

describe('a stream that the hub refuses waits; others go on', () => {
  it.each<[RefusalCode, Partial<Refusal>]>([
    ['ahead', { expected: 0 }],
    ['predecessorNotDrained', {}],
    ['epochUnknown', {}],
    ['epochHeld', {}],
    ['parked', { retryAfterMs: 5 }],
    ['limit', {}],
    ['other', {}],
  ])('%s', async (code, facts) => {
    const hub = await newHub();
    const refusing = refuses({ code, ...facts }, Number.POSITIVE_INFINITY);
    hub.script = refusing;
    const agent = await fed(hub);
    await until('the other stream has arrived', () => hub.values('sensors').length === 40);
    await until('it was tried again', () => hub.shipments.filter((one) => holds(one, 'orders')).length > 2);
    expect(agent.forwarder.state().kind).not.toBe('down');
    expect(await agent.metric('tributary_agent_link_failures_total')).toBe(0);
    hub.script = () => undefined;
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(ORDERS);
    expect(hub.values('sensors')).toEqual(SENSORS);
  });

  it.each<[RefusalCode, 'fork' | 'quarantine']>([
    ['fork', 'fork'],
    ['rejected', 'quarantine'],
  ])('%s: what the buffer can not do now is tried again', async (code, method) => {
    const hub = await newHub();
    hub.script = refuses({ code }, 1);
    let failed = 0;
    const agent = newAgent({
      url: hub.url,
      seal: SMALL_BATCHES,
      wrap: (outbox) => {
        outbox[method] = () => {
          failed += 1;
          const facts = { operation: 'capture', subject: 'test', reason: 'the disk is full' } as const;
          return Promise.reject(new TributaryError({ code: 'bufferFull', retry: 'retryable', ...facts }));
        };
        return outbox;
      },
    });
    await agent.capture('orders', ORDERS);
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(failed).toBe(1);
    expect(hub.values('orders')).toEqual(ORDERS);
  });

  it('parked: on its own clock, told in the state of its place', async () => {
    const hub = await newHub();
    hub.script = refuses({ code: 'parked', reason: 'no leader', retryAfterMs: 3_600_000 }, 1);
    const agent = await fed(hub);
    await until('the other stream has arrived', () => hub.values('sensors').length === 40);
    await until('it waits', () => agent.forwarder.waits().size > 0);
    expect(agent.forwarder.waits()).toEqual(new Map([['main/0/orders', 'parked: no leader']]));
    await agent.capture('sensors', ['more']);
    await until('the other stream goes on', () => hub.values('sensors').includes('more'));
    expect(hub.shipments.filter((one) => holds(one, 'orders'))).toHaveLength(1);
    expect(agent.lines.filter(({ event }) => event === 'stream_refused')).toHaveLength(1);
  });

  it('with a backlog and nothing confirmed for long the link is stuck, with the reason, until it moves', async () => {
    const hub = await newHub();
    hub.script = refuses({ code: 'parked', reason: 'no leader', retryAfterMs: 5 }, Number.POSITIVE_INFINITY);
    const agent = newAgent({ url: hub.url, settings: { stuckAfterMs: 50, unhealthyAfterMs: 80 } });
    await agent.capture('orders', ORDERS);
    agent.forwarder.open();
    await until('it is stuck', () => agent.forwarder.state().kind === 'stuck');
    await until('it is unhealthy', () => !agent.forwarder.health().ok);
    expect(agent.forwarder.health().reason).toContain('no leader');
    const tries = hub.shipments.length;
    await until('it was tried again', () => hub.shipments.length > tries + 2);
    hub.script = () => undefined;
    await until('it is idle', () => agent.forwarder.state().kind === 'idle');
    const events = agent.lines.map(({ event }) => event).filter((event) => event.startsWith('link_'));
    expect(events).toEqual(['link_stopped', 'link_recovered']);
    expect(agent.forwarder.health().ok).toBe(true);
  });

  it('after a wait it is tried with one shipment before more', async () => {
    const hub = await newHub();
    hub.creditBytes = 3_000;
    hub.script = refuses({ code: 'parked', retryAfterMs: 5 }, 5);
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    await agent.capture('orders', numbered('o', 300));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(numbered('o', 300));
  });
});

describe('held epochs', () => {
  it('are not sent until the operator accepts them; the link says so', async () => {
    const hub = await newHub();
    let state: EpochState = 'held';
    hub.epochState = () => state;
    const agent = await fed(hub);
    await until('the link is held', () => agent.forwarder.state().kind === 'held');
    expect(hub.shipments.filter(({ parcels }) => parcels.length > 0)).toEqual([]);
    const asked = hub.hellos.length;
    await until('it has asked again', () => hub.hellos.length > asked + 1);
    state = 'open';
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(ORDERS);
  });

  it('do not hold back an older epoch of the same place', async () => {
    const hub = await newHub();
    const path = newBufferPath();
    const before = newAgent({ url: hub.url, path });
    await before.capture('orders', ['old']);
    await before.intake.close();
    const agent = newAgent({ url: hub.url, path });
    await agent.capture('orders', ['new']);
    const [old] = agent.intake.lineage();
    hub.epochState = (epoch) => (epoch === old!.epoch ? 'open' : 'held');
    agent.forwarder.open();
    await until('the old one has arrived', () => hub.values('orders').includes('old'));
    await until('the link is held', () => agent.forwarder.state().kind === 'held');
    expect(hub.values('orders')).toEqual(['old']);
    hub.epochState = () => 'open';
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(['old', 'new']);
  });
});

describe('a younger stream of a place', () => {
  it('stays behind an older one that waits, without being sent', async () => {
    const hub = await newHub();
    const path = newBufferPath();
    const before = newAgent({ url: hub.url, path });
    await before.capture('orders', ['old']);
    await before.intake.close();
    const agent = newAgent({ url: hub.url, path });
    hub.script = refuses({ code: 'parked', retryAfterMs: 3_600_000 }, 1);
    agent.forwarder.open();
    await until('the old one waits', () => agent.forwarder.waits().size > 0);
    await agent.capture('orders', ['new']);
    await agent.capture('sensors', SENSORS);
    await until('others go on', () => hub.values('sensors').length === 40);
    expect(hub.shipments.filter((one) => holds(one, 'orders'))).toHaveLength(1);
    hub.cut();
    expect(agent.drained()).toBe(false);
  });
});

describe('a fork', () => {
  it.each(['fork', 'tipUnknown'] as const)('%s: what is not confirmed goes on in a new epoch', async (code) => {
    const hub = await newHub();
    hub.script = refuses({ code }, 1);
    const agent = await fed(hub);
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(ORDERS);
    expect(hub.values('sensors')).toEqual(SENSORS);
    expect([...hub.streams.keys()].filter((key) => key.endsWith('/orders'))).toHaveLength(1);
    expect(hub.hellos.at(-1)?.lineage.at(-1)?.predecessor).toBe(hub.hellos[0]?.lineage[0]?.epoch);
    const [orders] = agent.intake.stats().places.filter(({ topic }) => topic === 'orders');
    expect(orders?.maybeDuplicate).toBe(code === 'fork' ? 0 : 40);
    expect(agent.lines.some(({ event }) => event === 'stream_forked')).toBe(true);
  });

  it('keeps what a point confirms', async () => {
    const hub = await newHub();
    const agent = await fed(hub);
    await until('the buffer is empty', agent.drained);
    hub.script = refuses({ code: 'fork' }, 1);
    await agent.capture('orders', ['more']);
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([...ORDERS, 'more']);
  });
});

describe('bytes that can not be taken', () => {
  const gapsOf = (agent: Agent) => agent.intake.stats().places.map(({ topic, gaps }) => [topic, gaps]);

  it('rejected: the range goes into quarantine, a gap takes its place', async () => {
    const hub = await newHub();
    hub.script = refuses({ code: 'rejected', reason: 'too large', range: { first: 0, last: 9, reason: '' } }, 1);
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    for (let at = 0; at < 40; at += 10) await agent.capture('orders', ORDERS.slice(at, at + 10));
    await agent.capture('sensors', SENSORS);
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(ORDERS.slice(10));
    expect(hub.values('sensors')).toEqual(SENSORS);
    expect(gapsOf(agent)).toEqual([
      ['orders', 10],
      ['sensors', 0],
    ]);
    expect(agent.lines.some(({ message }) => message.includes('rejected: too large'))).toBe(true);
  });

  it('rejected: rows that wait for their tips are sent when they have them, also behind what was sent meanwhile', async () => {
    const many = numbered('o', 1_000);
    const hub = await newHub();
    hub.script = refuses({ code: 'rejected', range: { first: 0, last: 9, reason: '' } }, 1);
    const agent: Agent = newAgent({
      url: hub.url,
      seal: { ...SMALL_BATCHES, moveRows: 1 },
      wrap: (outbox) => {
        const quarantine = outbox.quarantine.bind(outbox);
        outbox.quarantine = async (...range) => {
          await quarantine(...range);
          void agent.capture('sensors', SENSORS);
        };
        return outbox;
      },
    });
    for (let at = 0; at < 1_000; at += 10) await agent.capture('orders', many.slice(at, at + 10));
    agent.forwarder.open();
    await until('the other stream has arrived', () => hub.values('sensors').length === 40);
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(many.slice(10));
    expect(agent.lines.some(({ event }) => event === 'stream_forked')).toBe(false);
  });

  it('rejected: never more than was sent, whatever range the hub names', async () => {
    const hub = await newHub();
    hub.creditBytes = 900;
    const range = { first: 0, last: Number.MAX_SAFE_INTEGER - 1, reason: '' };
    hub.script = refuses({ code: 'rejected', range }, 1);
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    for (let at = 0; at < 40; at += 10) await agent.capture('orders', ORDERS.slice(at, at + 10));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    const refusedFirst = hub.shipments.find((one) => holds(one, 'orders'))!.parcels.length * 10;
    expect(gapsOf(agent)).toEqual([['orders', refusedFirst]]);
    expect(refusedFirst).toBeLessThan(40);
    expect(hub.values('orders')).toEqual(ORDERS.slice(refusedFirst));
  });

  it('corrupt: sent once more; only if it is corrupt again it goes into quarantine', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    const facts = { code: 'corrupt', range: { first: 0, last: 9, reason: '' } } as const;
    hub.script = refuses(facts, 1);
    for (let at = 0; at < 40; at += 10) await agent.capture('orders', ORDERS.slice(at, at + 10));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(gapsOf(agent)).toEqual([['orders', 0]]);
    expect(hub.values('orders')).toEqual(ORDERS);

    const range = { first: 40, last: 49, reason: '' };
    hub.script = refuses({ ...facts, range }, 2);
    await agent.capture('orders', numbered('bad', 10));
    await until('the buffer is empty', agent.drained);
    expect(gapsOf(agent)).toEqual([['orders', 10]]);
    expect(hub.values('orders')).toEqual(ORDERS);
  });

  it('a parcel that makes the hub refuse whole shipments is found, and goes into quarantine alone', async () => {
    const hub = await newHub();
    const poison = (shipment: Shipment) =>
      shipment.parcels.some(({ first, stream }) => first === 20 && shipment.streams[stream]!.topic === 'orders');
    hub.script = (shipment) =>
      poison(shipment) && shipment.parcels.some(({ kind }) => kind === 'sealed')
        ? { kind: 'problem', status: 400, problem: { code: 'corruptShipment', message: 'parcels[2] is bad' } }
        : undefined;
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    for (let at = 0; at < 40; at += 10) await agent.capture('orders', ORDERS.slice(at, at + 10));
    for (let at = 0; at < 40; at += 10) await agent.capture('sensors', SENSORS.slice(at, at + 10));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([...ORDERS.slice(0, 20), ...ORDERS.slice(30)]);
    expect(hub.values('sensors')).toEqual(SENSORS);
    expect(gapsOf(agent)).toEqual([
      ['orders', 10],
      ['sensors', 0],
    ]);
  });
});
