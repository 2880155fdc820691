import { describe, expect, it } from 'vitest';
import { EMPTY_TIP } from '../../../shared/identity.ts';
import { HUB } from './hub.ts';
import { newAgent, newHub, numbered, until } from './support.ts';

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
    const before = hub.shipments.length;
    await agent.capture('orders', ['b']);
    await until('it is noticed', () => agent.forwarder.state().kind === 'wrongHub');
    expect(agent.forwarder.state()).toMatchObject({ known: HUB, met: { clusterId: 'other' } });
    const asked = hub.hellos.length;
    await until('it has asked again', () => hub.hellos.length > asked + 1);
    expect(hub.shipments.length).toBe(before);
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
    const hub = await newHub();
    const agent = newAgent({ url: hub.url });
    agent.forwarder.open();
    await agent.capture('orders', numbered('a', 10));
    await until('the buffer is empty', agent.drained);
    const [stream] = hub.streams.values();
    const { next, tip } = stream!;
    Object.assign(stream!, { next: 0, tip: EMPTY_TIP });
    await agent.capture('orders', ['b']);
    await until('it is noticed', () => agent.forwarder.state().kind === 'hubBehind');
    expect(agent.forwarder.state()).toMatchObject({ settledNext: 10, expected: 0 });
    expect(agent.lines.filter(({ event }) => event === 'link_stopped')).toHaveLength(1);
    const sent = hub.shipments.length;
    await agent.capture('sensors', ['c']);
    expect(hub.shipments.length).toBe(sent);
    expect(agent.drained()).toBe(false);

    Object.assign(stream!, { next, tip });
    agent.forwarder.resume();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([...numbered('a', 10), 'b']);
  });
});

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
