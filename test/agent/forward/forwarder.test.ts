import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

const SMALL_BATCHES = { sealRecords: 10 };

describe('forwarding', () => {
  it('delivers what was captured, in order and once, and empties the buffer', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    const orders = numbered('o', 500);
    for (let at = 0; at < orders.length; at += 50) {
      await agent.capture('orders', orders.slice(at, at + 50));
      await agent.capture('sensors', [`s${at}`]);
    }
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(orders);
    expect(hub.values('sensors')).toHaveLength(10);
    await until('the link is idle', () => agent.forwarder.state().kind === 'idle');
    expect(await agent.metric('tributary_agent_link_state', { state: 'idle' })).toBe(1);
    expect(await agent.metric('tributary_agent_link_state')).toBe(1);
    expect(await agent.metric('tributary_agent_forward_records_total')).toBeGreaterThanOrEqual(510);
    expect(agent.forwarder.health()).toEqual({ ok: true, reason: '' });
  });

  it('goes on after a restart with what the run before has left, older epochs first', async () => {
    const hub = await newHub();
    const path = newBufferPath();
    const before = newAgent({ url: hub.url, path });
    await before.capture('orders', numbered('a', 30));
    await before.intake.close();
    const after = newAgent({ url: hub.url, path });
    await after.capture('orders', numbered('b', 30));
    after.forwarder.open();
    await until('the buffer is empty', after.drained);
    expect(hub.values('orders')).toEqual([...numbered('a', 30), ...numbered('b', 30)]);
    expect(hub.streams.size).toBe(2);
    expect(hub.shipments[0]?.hub).toEqual(hub.identity);
  });

  it('asks the hub about an epoch before it sends rows of it', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    await until('the link is idle', () => agent.forwarder.state().kind === 'idle');
    expect(hub.hellos.map(({ lineage }) => lineage.length)).toEqual([0]);
    await agent.capture('orders', ['a']);
    await until('the buffer is empty', agent.drained);
    const [epoch] = hub.shipments.flatMap(({ streams }) => streams.map((stream) => stream.epoch));
    expect(hub.hellos.at(-1)?.lineage).toEqual([{ epoch, predecessor: null }]);
  });

  it('seals the tail while the link is free, so that a trickle arrives too', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    for (const value of ['a', 'b', 'c']) {
      await agent.capture('orders', [value]);
      await until(`${value} is there`, () => hub.values('orders').includes(value));
    }
    expect(hub.values('orders')).toEqual(['a', 'b', 'c']);
  });
});

describe('the window', () => {
  it('has several shipments on the wire at once, in the order of the rows, and not too many', async () => {
    const hub = await newHub();
    hub.hold();
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    for (let at = 0; at < 20; at += 1) await agent.capture('orders', incompressible(100));
    agent.forwarder.open();
    await until('several are unanswered', () => hub.unanswered > 1);
    const firsts = hub.shipments.map(({ parcels }) => parcels[0]!.first);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    hub.release();
    await until('the buffer is empty', agent.drained);
    expect(hub.mostUnanswered).toBeLessThanOrEqual(limits.shipmentsInFlight);
    expect(hub.values('orders')).toHaveLength(2_000);
  });

  it("never has more bytes unanswered than the hub's credit", async () => {
    const hub = await newHub();
    hub.creditBytes = 100_000;
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    for (let at = 0; at < 20; at += 1) await agent.capture('orders', incompressible(50));
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toHaveLength(1_000);
    expect(hub.shipments.length).toBeGreaterThan(5);
    expect(hub.mostUnansweredBytes).toBeLessThanOrEqual(100_000);
  });

  it('sends nothing without credit, and goes on when there is some', async () => {
    const hub = await newHub();
    hub.creditBytes = 0;
    const agent = newAgent({ url: hub.url });
    await agent.capture('orders', ['a']);
    agent.forwarder.open();
    await until('it has asked again', () => hub.hellos.length >= 2);
    expect(hub.shipments).toEqual([]);
    hub.creditBytes = 1_000_000;
    await until('the buffer is empty', agent.drained);
  });

  it('takes credit from heartbeats, but not of an old term', async () => {
    const hub = await newHub();
    hub.creditBytes = 0;
    const agent = newAgent({ url: hub.url });
    await agent.capture('orders', ['a']);
    agent.forwarder.open();
    await until('the term is known', () => agent.lines.some(({ event }) => event === 'hub_met'));
    agent.forwarder.credit(hub.term - 1, 1_000_000);
    expect(agent.lines.filter(({ event }) => event === 'stale_receipt')).toHaveLength(1);
    agent.forwarder.credit(hub.term, 1_000_000);
    await until('it is sent', () => hub.shipments.length > 0);
    expect(hub.hellos.length).toBeLessThanOrEqual(2);
  });

  it('a batch larger than the whole credit goes alone', async () => {
    const hub = await newHub();
    hub.creditBytes = 2_000;
    const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES });
    await agent.capture('orders', [...incompressible(9), 'z']);
    agent.forwarder.open();
    await until('the buffer is empty', agent.drained);
    expect(hub.mostUnanswered).toBe(1);
  });
});

describe('marks', () => {
  it('say what was captured, behind the last row that they speak of', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, settings: { markMs: 20 } });
    await agent.capture('orders', numbered('o', 70));
    await agent.capture('sensors', numbered('s', 5));
    agent.forwarder.open();
    await until('a mark has come', () => hub.shipments.some(({ marks }) => marks.length > 0));
    const shipment = hub.shipments.find(({ marks }) => marks.length > 0)!;
    const mark = shipment.marks[0]!;
    const said = new Map(mark.streams.map(({ stream, next }) => [shipment.streams[stream]!.topic, next]));
    expect(said).toEqual(
      new Map([
        ['orders', 70],
        ['sensors', 5],
      ]),
    );
    expect(mark.capturedAtMs).toBeGreaterThan(1_700_000_000_000);
    await until('the buffer is empty', agent.drained);
    const count = () => hub.shipments.filter(({ marks }) => marks.length > 0).length;
    const before = count();
    await agent.capture('orders', ['more']);
    await until('another mark has come', () => count() > before);
    const last = hub.shipments.findLast(({ marks }) => marks.length > 0)!;
    const orders = last.marks[0]!.streams.find(({ stream }) => last.streams[stream]!.topic === 'orders');
    expect(orders?.next).toBe(71);
    expect(hub.values('orders')).toHaveLength(71);
  });

  it('of a stream that has to wait go out as they are, after a while', async () => {
    const hub = await newHub();
    hub.script = () => ({ kind: 'refuse', refusals: { orders: { code: 'parked', retryAfterMs: 60_000 } } });
    const agent = newAgent({ url: hub.url, settings: { markMs: 10, idleMarkMs: 100 } });
    await agent.capture('orders', numbered('o', 70));
    agent.forwarder.open();
    await until('a mark has come', () => hub.shipments.some(({ marks }) => marks.length > 0));
    expect(hub.values('orders')).toEqual([]);
  });
});

describe('closing', () => {
  it('lets answers arrive that are under way, and sends nothing new', async () => {
    const hub = await newHub();
    hub.hold();
    const agent = newAgent({ url: hub.url, settings: { closeGraceMs: 10_000 } });
    await agent.capture('orders', numbered('o', 10));
    agent.forwarder.open();
    await until('a shipment is unanswered', () => hub.unanswered > 0);
    const closed = agent.forwarder.close();
    await agent.capture('orders', ['later']);
    hub.release();
    await closed;
    expect(agent.intake.stats().places[0]).toMatchObject({ delivered: 10, buffered: 1 });
    expect(agent.forwarder.state().kind).toBe('closed');
  });

  it('does not wait for a hub that does not answer, nor in the pause after a failure', async () => {
    const hub = await newHub();
    hub.hold();
    const agent = newAgent({ url: hub.url, settings: { closeGraceMs: 20 } });
    await agent.capture('orders', numbered('o', 10));
    agent.forwarder.open();
    await until('a shipment is unanswered', () => hub.unanswered > 0);
    await agent.forwarder.close();
    expect(agent.intake.stats().places[0]).toMatchObject({ delivered: 0, buffered: 10 });

    const away = newAgent({ url: 'http://127.0.0.1:1', settings: { firstBackoffMs: 3e6, maxBackoffMs: 3e6 } });
    away.forwarder.open();
    await until('it is down', () => away.forwarder.state().kind === 'down');
    await away.forwarder.close();

    hub.onHello = () => ({ kind: 'silence' });
    const asking = newAgent({ url: hub.url });
    asking.forwarder.open();
    const asked = hub.hellos.length;
    await until('it has asked', () => hub.hellos.length > asked);
    await asking.forwarder.close();
    expect(asking.forwarder.state().kind).toBe('closed');
  });
});

/** Values of 600 bytes that stay that large. */
function incompressible(count: number): string[] {
  return Array.from({ length: count }, () => randomBytes(450).toString('base64'));
}
