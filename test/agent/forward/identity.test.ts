import { describe, expect, it } from 'vitest';
import { EMPTY_TIP } from '../../../shared/identity.ts';
import { HUB, type StandInHub } from './hub.ts';
import { newAgent, newBufferPath, newHub, numbered, until } from './support.ts';

describe('another hub', () => {
  it('gets nothing, and is said loudly; with the right one it goes on', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    await agent.capture('orders', ['a']);
    await until('the buffer is empty', agent.drained);
    expect(JSON.parse(agent.intake.meta.get('hub.identity')!)).toEqual(HUB);

    hub.identity = { ...HUB, clusterId: 'other' };
    hub.cut();
    const before = parcels(hub);
    await agent.capture('orders', ['b']);
    await until('it is noticed', () => agent.forwarder.state().kind === 'wrongHub');
    expect(agent.forwarder.state()).toMatchObject({ known: HUB, met: { clusterId: 'other' } });
    const asked = hub.hellos.length;
    await until('it has asked again', () => hub.hellos.length > asked + 1);
    expect(parcels(hub)).toBe(before);
    expect(agent.lines.filter(({ event }) => event === 'link_stopped')).toHaveLength(1);

    hub.identity = HUB;
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(['a', 'b']);
  });

  it('that says so itself gets nothing either', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    const other = { ...HUB, ledgerTopicId: 'made-again' };
    hub.onHello = () => ({ kind: 'problem', status: 409, problem: { code: 'wrongHub', hub: other } });
    agent.forwarder.open();
    await until('it is noticed', () => agent.forwarder.state().kind === 'wrongHub');
    expect(agent.forwarder.state()).toMatchObject({ met: other });
  });
});

describe('a hub behind its receipts', () => {
  it('stops the link until the operator speaks; nothing is deleted or sent', async () => {
    const { hub, agent, stream } = await behind();
    const sent = parcels(hub);
    await agent.capture('sensors', ['c']);
    await until('it was asked again', () => hub.hellos.length > 4);
    expect(parcels(hub)).toBe(sent);
    expect(agent.drained()).toBe(false);
    expect(agent.forwarder.health().reason).toContain('tributary link show');

    const question = agent.forwarder.question()!;
    expect(question).toMatchObject({ kind: 'hubBehind', met: HUB, lost: 10, kept: 2 });
    const less = { hub: question.met, lost: 9 };
    expect(() => agent.forwarder.accept(less)).toThrow('10 records would be lost, and it says 9');
    expect(() => agent.forwarder.accept({ hub: { ...HUB, shards: 1 }, lost: 10 })).toThrow('the address leads to');
    agent.forwarder.accept({ hub: question.met, lost: question.lost });
    await until('the buffer is empty', agent.drained);
    expect(stream.next).toBe(11);
    expect(hub.values('orders')).toEqual([...numbered('a', 10), 'b']);
    const [orders] = agent.intake.stats().places;
    expect(orders).toMatchObject({ captured: 11, delivered: 1, gaps: 10, buffered: 0 });
    expect(agent.forwarder.question()).toBeNull();
  });

  it('that has everything again goes on by itself', async () => {
    const { hub, agent, stream, whole } = await behind();
    Object.assign(stream, whole);
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([...numbered('a', 10), 'b']);
    expect(agent.intake.stats().places[0]).toMatchObject({ delivered: 11, gaps: 0 });
  });

  it('is remembered by the next run, which sends nothing either', async () => {
    const { hub, agent, path } = await behind();
    await agent.forwarder.close();
    await agent.control.close();
    await agent.intake.close();
    const sent = parcels(hub);
    const next = newAgent({ url: hub.url, path });
    next.forwarder.open();
    await until('it is noticed', () => next.forwarder.question()?.stakes != null);
    expect(parcels(hub)).toBe(sent);
  });

  it('shows at once when another owner takes over, though nothing is to be sent', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, heartbeatMs: 20 });
    agent.forwarder.open();
    agent.control.open();
    await agent.capture('orders', ['a']);
    await until('the buffer is empty', agent.drained);
    await agent.capture('orders', ['b']);
    await until('the buffer is empty', agent.drained);
    const [stream] = hub.streams.values();
    Object.assign(stream!, { next: 1, tip: Buffer.from(stream!.tips.get(1) ?? '00', 'hex') });
    hub.term += 1;
    await until('it is noticed', () => agent.forwarder.state().kind === 'hubBehind');
    expect(agent.forwarder.state()).toMatchObject({ settledNext: 2, expected: 1 });
  });

  it('shows by a term that is over, when it answers with no other one', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, settings: { staleTermMs: 100 } });
    agent.forwarder.open();
    await agent.capture('orders', ['a']);
    await until('the buffer is empty', agent.drained);
    hub.term = 2;
    hub.cut();
    await agent.capture('orders', ['b']);
    await until('it is down first', () => agent.forwarder.state().kind === 'down');
    await until('it is noticed', () => agent.forwarder.question()?.stakes != null);
    expect(agent.forwarder.state()).toMatchObject({ kind: 'hubBehind', knownTerm: 5, term: 2 });
    agent.forwarder.accept({ hub: HUB, lost: 0 });
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(['a', 'b']);
  });
});

const parcels = (hub: StandInHub): number => hub.shipments.reduce((sum, shipment) => sum + shipment.parcels.length, 0);

/** A hub that has confirmed ten records and knows of none, and an agent that has noticed. */
async function behind() {
  const hub = await newHub();
  const path = newBufferPath();
  const agent = newAgent({ url: hub.url, path });
  agent.forwarder.open();
  await agent.capture('orders', numbered('a', 10));
  await until('the buffer is empty', agent.drained);
  const [stream] = hub.streams.values();
  const whole = { ...stream! };
  Object.assign(stream!, { next: 0, tip: EMPTY_TIP });
  await agent.capture('orders', ['b']);
  await until('it is noticed', () => agent.forwarder.question()?.stakes != null);
  expect(agent.forwarder.state()).toMatchObject({ kind: 'hubBehind', settledNext: 10, expected: 0 });
  expect(agent.lines.filter(({ event }) => event === 'link_stopped')).toHaveLength(1);
  return { hub, agent, path, stream: stream!, whole };
}

describe('no permission', () => {
  it.each([
    ['unauthorized', 401],
    ['wrongEdge', 403],
    ['versionUnsupported', 400],
  ] as const)('%s: refused with the reason, nothing lost, tried again slowly', async (code, status) => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    await agent.capture('orders', ['a']);
    hub.onHello = () => ({ kind: 'problem', status, problem: { code, message: 'the token is not known' } });
    agent.forwarder.open();
    await until('it is refused', () => agent.forwarder.state().kind === 'refused');
    expect(agent.forwarder.state()).toMatchObject({ reason: 'the token is not known' });
    await until('it was tried again', () => hub.hellos.length > 2);
    expect(agent.lines.filter(({ event }) => event === 'link_stopped')).toHaveLength(1);
    hub.onHello = () => undefined;
    await until('the buffer is empty', agent.drained);
    expect(agent.lines.some(({ event }) => event === 'link_recovered')).toBe(true);
  });

  it('waits 30 to 60 s by default', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, settings: { slowRetryMs: 30_000 }, random: () => 0.5 });
    hub.onHello = () => ({ kind: 'http', status: 401, headers: {}, body: '' });
    const before = Date.now();
    agent.forwarder.open();
    await until('it is refused', () => agent.forwarder.state().kind === 'refused');
    const state = agent.forwarder.state();
    expect(state.kind === 'refused' && state.nextAttemptMs >= before + 45_000).toBe(true);
  });

  it('the token goes with every request and into no log line', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    await agent.capture('orders', ['a']);
    await until('the buffer is empty', agent.drained);
    expect(hub.tokens).toEqual(new Set(['Bearer secret']));
    expect(JSON.stringify(agent.lines)).not.toContain('secret');
  });
});
