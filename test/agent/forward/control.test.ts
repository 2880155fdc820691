import { describe, expect, it } from 'vitest';
import type { PlaceStats } from '../../../agent/buffer/index.ts';
import { reportOf } from '../../../agent/control/report.ts';
import { newAgent, newHub, numbered, until } from './support.ts';

describe('heartbeats', () => {
  it('tell the totals and the link, and learn the time', async () => {
    const hub = await newHub();
    hub.aheadMs = 3_600_000;
    const agent = newAgent({ url: hub.url, heartbeatMs: 10 });
    await agent.capture('orders', numbered('o', 20));
    agent.forwarder.open();
    agent.control.open();
    await until('the hub knows of the delivery', () => hub.heartbeats.at(-1)?.places[0]?.delivered === 20);
    expect(hub.heartbeats.at(-1)).toMatchObject({
      edge: 'store-1',
      agentVersion: 'test',
      placesLeftOut: 0,
      places: [{ topic: 'orders', captured: 20, buffered: 0, gaps: 0, state: 'drained' }],
    });
    await until('the link is idle', () => hub.heartbeats.at(-1)?.linkState === 'idle');
    expect(Math.round(agent.control.skewMs! / 600_000)).toBe(6);
    await until('two were answered', () => hub.heartbeats.length > 2);
    expect(await agent.metric('tributary_agent_heartbeats_total')).toBeGreaterThanOrEqual(2);
  });

  it('that fail disturb nothing, and come again', async () => {
    const hub = await newHub();
    const agent = newAgent({ url: hub.url, heartbeatMs: 5 });
    agent.forwarder.open();
    agent.control.open();
    await until('one has come', () => hub.heartbeats.length > 0);
    hub.onHeartbeat = () => ({ kind: 'resetBefore' });
    await until('some failed', () => agent.lines.filter(({ event }) => event === 'heartbeat_failed').length > 2);
    await agent.capture('orders', numbered('o', 20));
    hub.onHeartbeat = () => undefined;
    await until('the buffer is empty', agent.drained);
    const count = hub.heartbeats.length;
    await until('they come again', () => hub.heartbeats.length > count + 2);
    expect(agent.lines.some(({ level }) => level === 'warn' || level === 'error')).toBe(false);
  });

  it('have a connection of their own: they come through while shipments are not answered', async () => {
    const hub = await newHub();
    hub.hold();
    const agent = newAgent({ url: hub.url, heartbeatMs: 5 });
    await agent.capture('orders', numbered('o', 20));
    agent.forwarder.open();
    await until('a shipment is unanswered', () => hub.unanswered > 0);
    agent.control.open();
    await until('heartbeats come', () => hub.heartbeats.length > 3);
    expect(agent.drained()).toBe(false);
    hub.release();
    await until('the buffer is empty', agent.drained);
  });

  it('do not wait for their turn when a session opens after one failed', async () => {
    const hub = await newHub();
    hub.onHeartbeat = () => ({ kind: 'resetBefore' });
    const agent = newAgent({ url: hub.url, heartbeatMs: 600_000 });
    agent.control.open();
    await until('one failed', () => agent.lines.some(({ event }) => event === 'heartbeat_failed'));
    hub.onHeartbeat = () => undefined;
    agent.forwarder.open();
    await until('one comes', () => hub.heartbeats.length > 0);
  });

  it('that are refused come no more until a session opens', async () => {
    const hub = await newHub();
    const refused = { kind: 'problem', status: 401, problem: { code: 'unauthorized', message: 'no' } } as const;
    hub.onHeartbeat = () => refused;
    hub.onHello = () => refused;
    const agent = newAgent({ url: hub.url, heartbeatMs: 1 });
    agent.control.open();
    agent.forwarder.open();
    await until('it has said hello again and again', () => hub.hellos.length > 5);
    expect(agent.lines.filter(({ event }) => event === 'heartbeat_failed')).toHaveLength(1);
    hub.onHeartbeat = () => undefined;
    hub.onHello = () => undefined;
    await until('they come', () => hub.heartbeats.length > 3);
  });
});

describe('a report', () => {
  it('names at most a thousand places, those with the most first, and counts the others', () => {
    const places = Array.from({ length: 1_200 }, (_, at): PlaceStats => {
      const counts = { captured: at, delivered: 0, deadLettered: 0, buffered: at, gaps: 0, maybeDuplicate: 0 };
      return { topic: `t${at}`, partition: 0, lane: 'main', ...counts, bytes: 10, oldestAgeMs: 1.5 };
    });
    const stats = {
      bytes: 1,
      maxBytes: 2,
      room: { kind: 'open', sinceMs: 1, reason: '' } as const,
      oldestAgeMs: 3.7,
      retained: { records: 0, bytes: 0, oldestAgeMs: 0 },
      places,
    };
    const waits = new Map([['main/0/t1199', 'parked: no leader']]);
    const report = reportOf({ startedAtMs: 1, link: { kind: 'up', sinceMs: 5 }, stats, waits, sources: [] });
    expect(report.places).toHaveLength(1_000);
    expect(report.placesLeftOut).toBe(200);
    expect(report.places[0]).toMatchObject({ topic: 't1199', state: 'parked: no leader', oldestAgeMs: 2 });
    expect(report.bufferOldestAgeMs).toBe(4);
  });
});
