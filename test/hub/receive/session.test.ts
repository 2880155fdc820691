import { describe, expect, it } from 'vitest';
import type { EdgeId, Epoch } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import {
  CONTENT_TYPE,
  decodeHeartbeatAnswer,
  decodeProblem,
  decodeWelcome,
  encodeHeartbeat,
  encodeHello,
  type Heartbeat,
  type Hello,
} from '../../../shared/wire/index.ts';
import { openHub, post, TERM } from './harness.ts';
import { EPOCH, HUB } from './shipments.ts';

const hello = (change: Partial<Hello> = {}): Buffer =>
  encodeHello({
    versions: { min: 1, max: 1 },
    edge: 'store-1' as EdgeId,
    agentVersion: '0.1.0',
    hub: null,
    term: 0,
    lineage: [{ epoch: EPOCH, predecessor: null }],
    bootId: 'boot',
    monotonicMs: 1,
    wallMs: 2,
    ...change,
  });

const heartbeat = (change: Partial<Heartbeat> = {}): Buffer =>
  encodeHeartbeat({
    version: 1,
    edge: 'store-1' as EdgeId,
    agentVersion: '0.1.0',
    wallMs: Date.now(),
    startedAtMs: 1,
    linkState: 'connected',
    linkSinceMs: 1,
    bufferBytes: 1,
    bufferMaxBytes: 2,
    bufferOldestAgeMs: 3,
    places: [],
    placesLeftOut: 0,
    sources: [],
    ...change,
  });

describe('session', () => {
  it('registers the lineage and says who the hub is', async () => {
    const lineages: unknown[] = [];
    const { url } = await openHub({
      parts: {
        register: async (edge, lineage) => {
          lineages.push([edge, lineage.map((link) => link.epoch)]);
          return { term: TERM, positions: [], epochs: [{ epoch: EPOCH, state: 'held', reason: 'known edge' }] };
        },
      },
    });
    const answer = await post(url, '/v1/session', hello());
    expect([answer.status, answer.headers['content-type']]).toEqual([200, CONTENT_TYPE]);
    const welcome = decodeWelcome(answer.body);
    expect(welcome).toMatchObject({ hub: HUB, term: TERM, maxShipmentBytes: limits.maxShipmentBytes });
    expect(welcome.epochs).toEqual([{ epoch: EPOCH, state: 'held', reason: 'known edge' }]);
    expect(welcome.creditBytes).toBe(limits.hubBodyBytesPerEdge);
    expect(Math.abs(welcome.wallMs - Date.now())).toBeLessThan(60_000);
    expect(lineages).toEqual([['store-1', [EPOCH]]]);
  });

  it('hands on where the sources are, and answers the positions beyond', async () => {
    const asked: unknown[] = [];
    const position = { kind: 'kafka', clusterId: 'c', topic: 'orders', topicId: 'x', partition: 0, leaderEpoch: 1 };
    const beyond = { ...position, nextOffset: 9, lastRecordCrc: 4_000_000_000, lastTimestamp: 5, coveredFrom: 2 };
    const { url } = await openHub({
      parts: {
        register: async (_edge, _lineage, reached) => {
          asked.push(reached);
          return { term: TERM, positions: reached ? [beyond] : [], epochs: [] };
        },
      },
    });
    const reached = [{ log: 4_000_000_000, nextOffset: 7 }];
    expect(decodeWelcome((await post(url, '/v1/session', hello({ reached }))).body).positions).toEqual([beyond]);
    expect(decodeWelcome((await post(url, '/v1/session', hello())).body).positions).toEqual([]);
    expect(asked).toEqual([reached, undefined]);
  });

  it('registers nothing of an agent that belongs to another hub', async () => {
    const registered: string[] = [];
    const register = async (edge: EdgeId) => {
      registered.push(edge);
      return { term: TERM, positions: [], epochs: [] };
    };
    const { url } = await openHub({ parts: { register } });
    const answer = await post(url, '/v1/session', hello({ hub: { ...HUB, ledgerTopicId: 'another' } }));
    expect(decodeWelcome(answer.body)).toMatchObject({ hub: HUB, epochs: [] });
    expect(registered).toEqual([]);
    await post(url, '/v1/session', hello({ hub: HUB }));
    expect(registered).toEqual(['store-1']);
  });

  it('speaks the highest common version, and says its own where there is none', async () => {
    const { url } = await openHub();
    const newer = await post(url, '/v1/session', hello({ versions: { min: 1, max: 9 } }));
    expect([newer.status, decodeWelcome(newer.body).versions]).toEqual([200, { min: 1, max: 1 }]);
    const tooNew = await post(url, '/v1/session', hello({ versions: { min: 2, max: 9 } }));
    expect([tooNew.status, tooNew.problem?.code]).toEqual([400, 'versionUnsupported']);
    expect(tooNew.problem?.message).toContain('1 to 1');
  });

  it.each([
    ['another edge', { edge: 'store-2' as EdgeId }, 403, 'wrongEdge'],
    ['an epoch twice removed', { lineage: [{ epoch: 'x' as Epoch, predecessor: null }] }, 400, 'corruptShipment'],
  ])('refuses %s', async (_, change, status, code) => {
    const { url } = await openHub();
    const answer = await post(url, '/v1/session', hello(change));
    expect([answer.status, answer.problem?.code]).toEqual([status, code]);
  });
});

describe('heartbeat', () => {
  it('is answered with term, credit and time', async () => {
    const { url, server, log } = await openHub();
    const answer = await post(url, '/v1/heartbeat', heartbeat());
    expect(answer.status).toBe(200);
    expect(decodeHeartbeatAnswer(answer.body)).toMatchObject({ term: TERM, creditBytes: limits.hubBodyBytesPerEdge });
    expect(server.isConnected('store-1')).toBe(true);
    expect(await log.metric('tributary_hub_edges_connected')).toBe(1);
  });

  it('gets through when the memory for data is taken', async () => {
    const { url } = await openHub({ settings: { bodyBytes: 1, bodyBytesPerEdge: 1 } });
    const answer = await post(url, '/v1/heartbeat', heartbeat());
    expect(answer.status).toBe(200);
    // Still enough to try whether there is room again.
    expect(decodeHeartbeatAnswer(answer.body).creditBytes).toBe(limits.shipmentBytes);
  });

  it('of another version is refused', async () => {
    const { url } = await openHub();
    const answer = await post(url, '/v1/heartbeat', heartbeat({ version: 2 }));
    expect([answer.status, answer.problem?.code]).toEqual([400, 'versionUnsupported']);
  });
});

it('answers an unexpected error without its text, and logs that', async () => {
  const register = async () => {
    throw new Error('the inside story');
  };
  const { url, log } = await openHub({ parts: { register } });
  const answer = await post(url, '/v1/session', hello());
  expect([answer.status, answer.problem?.code]).toEqual([500, 'internal']);
  expect(answer.body.toString()).not.toContain('inside story');
  expect(log.named('request_failed')).toMatchObject([{ error: { message: 'the inside story' } }]);
  expect(decodeProblem(answer.body).retryAfterMs).toBeGreaterThan(0);
});
