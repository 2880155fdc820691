import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../shared/wire/index.ts';
import { TcpProxy } from '../../support/proxy.ts';
import type { Reaction, StandInHub } from './hub.ts';
import { type Agent, newAgent, newHub, numbered, onEnd, until } from './support.ts';

const VALUES = numbered('o', 60);
const SMALL_BATCHES = { sealRecords: 10 };

async function fed(hub: StandInHub, settings = {}): Promise<Agent> {
  const agent = newAgent({ url: hub.url, seal: SMALL_BATCHES, settings });
  await agent.capture('orders', VALUES);
  agent.forwarder.open();
  return agent;
}

async function arrives(hub: StandInHub, agent: Agent): Promise<void> {
  await until('the buffer is empty', agent.drained);
  expect(hub.values('orders')).toEqual(VALUES);
}

const once = (reaction: Reaction) => (_: unknown, index: number) => (index === 0 ? reaction : undefined);
const edited = (edit: (receipt: Receipt) => Receipt): Reaction => ({ kind: 'receipt', edit });

describe('a failure drops what is under way, deletes nothing, and all arrives once', () => {
  const html = { 'content-type': 'text/html', 'content-length': '22' };
  const portal: Reaction = { kind: 'http', status: 200, headers: html, body: '<html>Log in</html>...' };
  const empty: Reaction = {
    kind: 'http',
    status: 200,
    headers: { 'content-type': 'application/x-tributary' },
    body: '',
  };
  const garbage: Reaction = { ...empty, body: Buffer.from('not a receipt') } as Reaction;
  const proxyError: Reaction = {
    kind: 'http',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: 'bad gateway',
  };
  const huge: Reaction = { ...empty, body: Buffer.alloc(5 * 1024 * 1024) } as Reaction;
  const overloaded: Reaction = { kind: 'problem', status: 503, problem: { code: 'overloaded', retryAfterMs: 1 } };
  const stranger = edited((receipt) => ({ ...receipt, streams: [{ ...receipt.streams[0]!, stream: 7 }] }));
  it.each<[string, Reaction]>([
    ['reset before anything was taken', { kind: 'resetBefore' }],
    ['reset after all was taken: the answer is lost', { kind: 'resetAfter' }],
    ['a captive portal: 200 and HTML', portal],
    ['an empty receipt', empty],
    ['a receipt that is none', garbage],
    ['an answer without end', huge],
    ["a proxy's error page", proxyError],
    ['503', overloaded],
    ['a receipt about a stream that was not sent', stranger],
  ])('%s', async (_, reaction) => {
    const hub = await newHub();
    hub.script = once(reaction);
    const agent = await fed(hub);
    await arrives(hub, agent);
    expect(hub.shipments.length).toBeGreaterThan(1);
    expect(await agent.metric('tributary_agent_link_failures_total')).toBe(1);
    await until('it says so', () => agent.lines.some(({ event }) => event === 'link_recovered'));
    const events = agent.lines.map(({ event }) => event).filter((event) => event.startsWith('link_'));
    expect(events).toEqual(['link_down', 'link_recovered']);
  });

  it('no receipt of several under way is applied after one was malformed', async () => {
    const hub = await newHub();
    hub.script = (_, index) => (index % 3 === 1 ? garbage : index % 5 === 3 ? { kind: 'resetAfter' } : undefined);
    hub.creditBytes = 3_000;
    await arrives(hub, await fed(hub));
  });
});

describe('the peer is silent', () => {
  it('a half-open link is given up after the time-out', async () => {
    const hub = await newHub();
    const proxy = await TcpProxy.listen({ targetPort: hub.port });
    onEnd(() => proxy.close());
    const agent = newAgent({ url: `http://127.0.0.1:${proxy.port}`, settings: { answerTimeoutMs: 60 } });
    agent.forwarder.open();
    await agent.capture('orders', ['first']);
    await until('the first has arrived', agent.drained);
    proxy.stall();
    await agent.capture('orders', VALUES);
    await until('it is noticed', () => agent.forwarder.state().kind === 'down');
    expect(agent.drained()).toBe(false);
    proxy.cut();
    proxy.flow();
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(['first', ...VALUES]);
  });

  it('answers that are lost on the way come again as repeats', async () => {
    const hub = await newHub();
    const proxy = await TcpProxy.listen({ targetPort: hub.port });
    onEnd(() => proxy.close());
    const agent = newAgent({ url: `http://127.0.0.1:${proxy.port}`, settings: { answerTimeoutMs: 100 } });
    agent.forwarder.open();
    await agent.capture('orders', ['first']);
    await until('the first has arrived', agent.drained);
    proxy.deafen();
    await agent.capture('orders', VALUES);
    await until('the hub has them', () => hub.values('orders').length === 61);
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual(['first', ...VALUES]);
  });

  it('nobody listens: it is down with its reason, healthy at first, and records are kept', async () => {
    const agent = newAgent({ url: 'http://127.0.0.1:1', settings: { unhealthyAfterMs: 200 } });
    await agent.capture('orders', VALUES);
    agent.forwarder.open();
    await until('it is down', () => agent.forwarder.state().kind === 'down');
    expect(agent.forwarder.state()).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
    await until('it is unhealthy', () => !agent.forwarder.health().ok);
    expect(agent.forwarder.health().reason).toContain('nothing was delivered for');
    expect(agent.lines.filter(({ event }) => event === 'link_down')).toHaveLength(1);
    expect(agent.drained()).toBe(false);
  });
});

describe('Retry-After', () => {
  it('is obeyed', async () => {
    const hub = await newHub();
    hub.script = once({ kind: 'http', status: 503, headers: { 'retry-after': '120' }, body: '' });
    const before = Date.now();
    const agent = await fed(hub);
    await until('it is down', () => agent.forwarder.state().kind === 'down');
    const state = agent.forwarder.state();
    expect(state.kind === 'down' && state.nextAttemptMs >= before + 120_000).toBe(true);
    agent.forwarder.retry();
    await arrives(hub, agent);
  });

  it('of a problem too, beside the jitter', async () => {
    const hub = await newHub();
    hub.onHello = () => ({ kind: 'problem', status: 429, problem: { code: 'overloaded', retryAfterMs: 50_000 } });
    const before = Date.now();
    const agent = await fed(hub);
    await until('it is down', () => agent.forwarder.state().kind === 'down');
    const state = agent.forwarder.state();
    expect(state.kind === 'down' && state.nextAttemptMs >= before + 50_000).toBe(true);
  });
});

describe('receipts that must not count', () => {
  it('a number without the right tip deletes nothing', async () => {
    const hub = await newHub();
    hub.script = () => ({ kind: 'untrue', back: 0, otherTips: true });
    const agent = await fed(hub);
    await until('it was sent again and again', () => hub.shipments.length >= 3);
    expect(agent.intake.stats().places[0]).toMatchObject({ delivered: 0, buffered: 60 });
    expect(agent.lines.some(({ event, code }) => event === 'stream_refused' && code === 'unconfirmed')).toBe(true);
    hub.script = () => undefined;
    await arrives(hub, agent);
  });

  it('one with a lower term than the highest seen deletes nothing', async () => {
    const hub = await newHub();
    const agent = await fed(hub);
    await arrives(hub, agent);
    hub.script = () => ({ kind: 'untrue', back: 1, otherTips: false });
    await agent.capture('orders', ['more']);
    await until('it was ignored', () => agent.lines.some(({ event }) => event === 'stale_receipt'));
    await until(
      'it was sent again',
      () => hub.shipments.filter(({ parcels }) => parcels.at(-1)?.last === 60).length > 1,
    );
    expect(agent.drained()).toBe(false);
    hub.script = () => undefined;
    await until('the buffer is empty', agent.drained);
    expect(hub.values('orders')).toEqual([...VALUES, 'more']);
  });

  it('the highest term outlives a restart', async () => {
    const hub = await newHub();
    hub.term = 77;
    const agent = await fed(hub);
    await arrives(hub, agent);
    expect(agent.intake.meta.get('hub.term')).toBe('77');
    hub.term = 76;
    hub.cut();
    await agent.capture('orders', ['more']);
    await until('a session of the old term is refused', () => agent.forwarder.state().kind === 'down');
    hub.term = 78;
    await until('the buffer is empty', agent.drained);
    expect(hub.hellos.at(-1)?.term).toBe(77);
  });
});
