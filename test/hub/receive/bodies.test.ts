import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BodyBudget, REQUEST_OVERHEAD_BYTES } from '../../../hub/receive/budget.ts';
import type { Verified } from '../../../hub/stages.ts';
import { limits } from '../../../shared/limits.ts';
import { CONTENT_TYPE, encodeShipment } from '../../../shared/wire/index.ts';
import { type Harness, openHub, post, settledAll, ship, tokenOf, until } from './harness.ts';
import { listen } from './lines.ts';
import { sealed, shipment } from './shipments.ts';

/** A hub whose shard commits when it is told to. */
async function openSlow(settings: Parameters<typeof openHub>[0] = {}) {
  const commits: (() => void)[] = [];
  const submit = (verified: Verified) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof settledAll>>();
    commits.push(() => resolve(settledAll(verified)));
    return promise;
  };
  const hub = await openHub({ ...settings, parts: { submit } });
  return { ...hub, commits };
}

const held = (hub: Harness): number => hub.server.progress().bodyBytesHeld;
const BYTES = encodeShipment(shipment()).length;
const COST = BYTES + REQUEST_OVERHEAD_BYTES;

/** Sends a head, and as much of the body as is given. */
function half(url: string, head: Record<string, string | number>, body: Buffer = Buffer.alloc(0)) {
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': CONTENT_TYPE,
    authorization: `Bearer ${tokenOf('store-1')}`,
    ...head,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /v1/shipments HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(body);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  return { socket, status: () => Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 0), closed: () => socket.destroyed };
}

describe('memory for bodies', () => {
  it('is refused to an edge that has too much under way, and free again after its receipt', async () => {
    const hub = await openSlow({ settings: { bodyBytes: 10 * COST, bodyBytesPerEdge: 2 * COST } });
    const underWay = [ship(hub.url), ship(hub.url)];
    await until('both are under way', () => hub.commits.length === 2);
    expect(held(hub)).toBe(2 * COST);
    const refused = await ship(hub.url);
    expect([refused.status, refused.problem?.code, refused.headers['retry-after']]).toEqual([429, 'overloaded', '1']);
    expect(refused.problem?.retry).toBe('retryable');
    for (const commit of hub.commits) commit();
    expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([200, 200]);
    await until('the memory is free', () => held(hub) === 0);
    const again = ship(hub.url);
    await until('it is under way', () => hub.commits.length === 3);
    hub.commits[2]!();
    expect((await again).status).toBe(200);
    expect(await hub.log.metric('tributary_hub_budget_refusals_total', { lane: 'data', limit: 'edge' })).toBe(1);
    await until(
      'the gauge says so',
      async () => (await hub.log.metric('tributary_hub_body_bytes', { lane: 'data' })) === 0,
    );
  });

  it('of all edges together is refused with 503, and another edge is not in its way for ever', async () => {
    const hub = await openSlow({ settings: { bodyBytes: COST, bodyBytesPerEdge: COST } });
    const first = ship(hub.url);
    await until('it is under way', () => hub.commits.length === 1);
    const other = await ship(hub.url, shipment({ edge: 'store-2' as never, parcels: [sealed({ edge: 'store-2' })] }), {
      token: tokenOf('store-2'),
    });
    expect([other.status, other.headers['retry-after']]).toEqual([503, '1']);
    hub.commits[0]!();
    await first;
    await until('the memory is free', () => held(hub) === 0);
  });

  it('is reserved before the body comes, and free again when its connection ends', async () => {
    const hub = await openSlow();
    const request = half(hub.url, { 'content-length': 5_000_000 }, Buffer.alloc(10));
    await until('it is reserved', () => held(hub) === 5_000_000 + REQUEST_OVERHEAD_BYTES);
    request.socket.destroy();
    await until('it is free', () => held(hub) === 0);
  });

  it('is held while a shard works for a connection that is gone, and free after that', async () => {
    const hub = await openSlow();
    const body = encodeShipment(shipment());
    // Two pipelined on one connection: the second answer never gets its turn.
    const request = half(hub.url, { 'content-length': body.length }, body);
    const head = `POST /v1/shipments HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${CONTENT_TYPE}\r\nauthorization: Bearer ${tokenOf('store-1')}\r\ncontent-length: ${body.length}\r\n\r\n`;
    request.socket.write(head);
    request.socket.write(body);
    await until('both are under way', () => hub.commits.length === 2);
    request.socket.destroy();
    await until('the hub saw it go', () => !hub.server.isConnected('store-1'));
    expect(held(hub)).toBe(2 * COST);
    hub.commits[0]!();
    await until('one is free', () => held(hub) === COST);
    hub.commits[1]!();
    await until('both are free', () => held(hub) === 0);
  });
});

describe('a body', () => {
  it('of unstated length is refused', async () => {
    const { url } = await openHub();
    const chunked = half(url, { 'transfer-encoding': 'chunked' });
    await until('it is answered', () => chunked.status() === 411);
    const nothing = half(url, {});
    await until('it is answered', () => nothing.status() === 411);
  });

  it('that is too large is refused before it comes, and the connection ended', async () => {
    const hub = await openHub();
    const huge = half(hub.url, { 'content-length': limits.maxShipmentBytes + 1 });
    await until('it is answered', () => huge.status() === 413);
    await until('it is closed', () => huge.closed());
    expect(held(hub)).toBe(0);
  });

  it('that stops coming is given up', async () => {
    const body = { idleMs: 50, graceMs: 60_000, minBytesPerSecond: 1 };
    const hub = await openHub({ settings: { body } });
    const stalled = half(hub.url, { 'content-length': 1_000 }, Buffer.alloc(10));
    await until('it is answered', () => stalled.status() === 408);
    await until('it is closed', () => stalled.closed());
    await until('its memory is free', () => held(hub) === 0);
  });

  it('that trickles below the slowest link is given up', async () => {
    const body = { idleMs: 60_000, graceMs: 100, minBytesPerSecond: 100_000 };
    const hub = await openHub({ settings: { body } });
    const slow = half(hub.url, { 'content-length': 1_000 }, Buffer.alloc(10));
    const trickle = setInterval(() => slow.socket.writable && slow.socket.write('x'), 10);
    await until('it is answered', () => slow.status() === 408);
    clearInterval(trickle);
  });

  it('of another content type is refused', async () => {
    const { url } = await openHub();
    const answer = await post(url, '/v1/shipments', Buffer.from('{}'), {
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.problem?.code]).toEqual([415, 'badRequest']);
  });
});

describe('credit', () => {
  const budget = () =>
    new BodyBudget(
      { lane: 'data', totalBytes: 1_000_000, perEdgeBytes: 400_000, minCreditBytes: 10_000 },
      listen().telemetry,
    );

  it('is what an edge holds and its share of what is free, within its own limit', () => {
    const one = budget();
    expect(one.creditBytes('a')).toBe(400_000);
    for (const edge of ['b', 'c', 'd']) one.reserve(edge, 200_000 - REQUEST_OVERHEAD_BYTES);
    expect(one.creditBytes('a')).toBe(100_000);
    expect(one.creditBytes('b')).toBe(200_000 + Math.floor(400_000 / 3));
    one.reserve('d', 200_000 - REQUEST_OVERHEAD_BYTES);
    one.reserve('a', 200_000 - REQUEST_OVERHEAD_BYTES);
    expect([one.creditBytes('a'), one.creditBytes('e')]).toEqual([200_000, 10_000]);
  });

  it('comes back once, however often it is given back', () => {
    const one = budget();
    const reservation = one.reserve('a', 1_000);
    if (typeof reservation === 'string') throw new Error(reservation);
    one.reserve('a', 2_000);
    reservation.release();
    reservation.release();
    expect(one.heldBytes).toBe(2_000 + REQUEST_OVERHEAD_BYTES);
  });
});
