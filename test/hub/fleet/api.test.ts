import { type FastifyInstance, fastify } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it, onTestFinished } from 'vitest';
import { complaints } from '../../../bin/commands/status.ts';
import { fleetPage } from '../../../hub/dashboard/index.ts';
import { fleetRoutes } from '../../../hub/fleet/index.ts';
import * as schemas from '../../../hub/fleet/schemas.ts';
import { operatorApi } from '../../../hub/receive/index.ts';
import { applyChange } from '../../../hub/sequence/index.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { encodeHeartbeat } from '../../../shared/wire/index.ts';
import { openHub } from '../receive/harness.ts';
import { addEdge, clock, edgeEntry, type Fleet, fleet, heartbeat, NEW, NOW, OLD, report } from './fleet.ts';

async function open(parts: Fleet): Promise<FastifyInstance> {
  const app = fastify({ ajv: { customOptions: { removeAdditional: false } } });
  const facts = { title: 'Fleet', description: 'Edges.', version: parts.version };
  await app.register(operatorApi({ ...facts, routes: [fleetRoutes(parts, clock)] }));
  onTestFinished(() => app.close());
  return app;
}

/** The answer, which has to be what its schema says. */
async function get<T>(app: FastifyInstance, url: string, schema: TSchema): Promise<T> {
  const answer = await app.inject({ url });
  expect(answer.statusCode, answer.body).toBe(200);
  const body: unknown = answer.json();
  expect([...Value.Errors(schema, body)]).toEqual([]);
  return body as T;
}

const edges = (app: FastifyInstance, query = '') => get<schemas.EdgeList>(app, `/v1/edges${query}`, schemas.EdgeList);
const edge = (app: FastifyInstance, path: string) =>
  get<schemas.EdgeStatus>(app, `/v1/edges/${path}`, schemas.EdgeStatus);

function oneStore(): Fleet {
  const parts = fleet();
  addEdge(parts.state, 'store-1');
  parts.contactsOf.heard('store-1' as EdgeId, '10.0.0.9', {
    agentVersion: '0.1.0',
    wallMs: NOW + 250,
    report: encodeHeartbeat(heartbeat('store-1')),
  });
  return parts;
}

describe('an edge', () => {
  it('shows what the ledger says beside what its agent says', async () => {
    const app = await open(oneStore());
    const status = await edge(app, 'store-1');
    expect(status).toMatchObject({
      state: 'online',
      connected: false,
      lastContactMs: NOW,
      remote: '10.0.0.9',
      captured: 60,
      agentDelivered: 42,
      buffered: 8,
      gaps: 10,
      unaccounted: 0,
      delivered: 42,
      deadLettered: 4,
      hubGaps: 6,
      agent: {
        version: '0.1.0',
        clockAheadMs: 250,
        link: { state: 'connected' },
        buffer: { bytes: 4_096, maxBytes: 1_000_000, oldestAgeMs: 1_500 },
        sources: [{ name: 'kafka:main', state: 'running' }],
        outlook: { drainMs: 90_000, fullMs: null, topics: [{ topic: 'orders', bytes: 800 }], topicsLeftOut: 2 },
      },
    });
    expect(status.epochs.map(({ epoch, state }) => [epoch, state])).toEqual([
      [OLD, 'closed'],
      [NEW, 'open'],
    ]);
    const [place] = status.places;
    expect(place).toMatchObject({
      topic: 'orders',
      agentState: 'running',
      maybeDuplicate: 1,
      delivered: 42,
      captured: 60,
    });
    expect(place?.streams).toMatchObject([
      { epoch: OLD, state: 'closed', next: 40, delivered: 30, deadLettered: 4, gapped: 6 },
      { epoch: NEW, state: 'open', next: 12, delivered: 12, target: { topic: 'store-1.orders', lastOffset: 41 } },
    ]);
  });

  it('shows what central Kafka has lost of it, with the stream and in the list', async () => {
    const parts = oneStore();
    const id = `store-1/${NEW}/main/0/orders`;
    const target = { topic: 'store-1.orders', topicId: 'gone', partition: 0, lastOffset: 41, leaderEpoch: 3 };
    const lost = {
      cause: 'replaced',
      target,
      foundTopicId: 'new',
      lostFrom: 0,
      next: 12,
      atMs: NOW - 5,
      total: 2,
    } as const;
    applyChange(parts.state, { kind: 'incident', id, edge: 'store-1' as EdgeId, value: { v: 1, ...lost } });
    const app = await open(parts);
    const { streams } = (await edge(app, 'store-1')).places[0]!;
    expect(streams.map(({ incident }) => incident)).toEqual([
      null,
      {
        ...{ cause: 'replaced', topic: 'store-1.orders', topicId: 'gone', partition: 0, lastOffset: 41 },
        ...{ lostFrom: 0, next: 12, atMs: NOW - 5, total: 2 },
      },
    ]);
    const [line] = (await edges(app)).edges;
    expect(line).toMatchObject({ incidents: 1 });
    expect(complaints(line!)).toEqual([expect.stringContaining('lost delivered records of a stream')]);
  });

  it('says when an agent its own numbers do not add up', async () => {
    const parts = oneStore();
    const places = [report({ captured: 63 })];
    parts.contactsOf.heard('store-1' as EdgeId, '', { report: encodeHeartbeat(heartbeat('store-1', { places })) });
    const app = await open(parts);
    expect((await edge(app, 'store-1')).unaccounted).toBe(3);
    expect((await edges(app)).edges[0]?.unaccounted).toBe(3);
  });

  it('that was not heard of since the start shows the ledger, and no zeros for the rest', async () => {
    const parts = fleet();
    addEdge(parts.state, 'store-1');
    const status = await edge(await open(parts), 'store-1');
    expect(status).toMatchObject({
      state: 'offline',
      lastContactMs: null,
      agent: null,
      captured: null,
      unaccounted: null,
    });
    expect(status.delivered).toBe(42);
    expect(status.places[0]).toMatchObject({ captured: null, agentState: null, delivered: 42 });
  });

  it('has places that only one side knows, in order, by topic and limit', async () => {
    const parts = oneStore();
    const places = [
      report({ topic: 'b', partition: 10 }),
      report({ topic: 'b', partition: 9 }),
      report({ topic: 'a' }),
    ];
    parts.contactsOf.heard('store-1' as EdgeId, '', { report: encodeHeartbeat(heartbeat('store-1', { places })) });
    const app = await open(parts);
    const shown = (status: schemas.EdgeStatus) => status.places.map((place) => `${place.topic}/${place.partition}`);
    expect(shown(await edge(app, 'store-1'))).toEqual(['a/0', 'b/9', 'b/10', 'orders/0']);
    expect(shown(await edge(app, 'store-1?topic=b'))).toEqual(['b/9', 'b/10']);
    const limited = await edge(app, 'store-1?limit=1');
    expect([shown(limited), limited.placesLeftOut]).toEqual([['a/0'], 3]);
    expect((await edge(app, 'store-1')).places[0]).toMatchObject({ delivered: 0, streams: [] });
  });

  it('with a token that was never heard of is there; one without is not', async () => {
    const app = await open(fleet(['store-9']));
    expect((await edge(app, 'store-9')).state).toBe('never');
    const answer = await app.inject({ url: '/v1/edges/store-8' });
    expect(answer.json()).toMatchObject({ code: 'notFound', retry: 'final' });
  });
});

describe('the list', () => {
  function many(): Fleet {
    const parts = fleet(['edge-00', 'edge-99']);
    for (let i = 0; i < 25; i++) addEdge(parts.state, `edge-${String(i).padStart(2, '0')}`);
    parts.connected.add('edge-03');
    parts.connected.add('edge-17');
    return parts;
  }

  it('is complete over its pages, each edge once, in order', async () => {
    const app = await open(many());
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const page: schemas.EdgeList = await edges(app, `?limit=10&after=${after}`);
      expect(page.total).toBe(26);
      expect(page.edges.length).toBeLessThanOrEqual(10);
      seen.push(...page.edges.map((one) => one.edge));
      after = page.next;
    }
    expect(seen).toEqual([...Array.from({ length: 25 }, (_, i) => `edge-${String(i).padStart(2, '0')}`), 'edge-99']);
  });

  it('is filtered by state', async () => {
    const app = await open(many());
    const names = async (state: string) =>
      (await edges(app, `?state=${state}&limit=1000`)).edges.map((one) => one.edge);
    expect(await names('online')).toEqual(['edge-03', 'edge-17']);
    expect(await names('never')).toEqual(['edge-99']);
    expect(await names('offline')).toHaveLength(23);
  });

  it('counts what needs an operator', async () => {
    const parts = fleet();
    const held = {
      epoch: NEW,
      predecessor: null,
      state: 'held',
      reason: 'known edge',
      sinceMs: 1,
      accepted: false,
    } as const;
    addEdge(parts.state, 'store-1', edgeEntry({ epochs: [held], forksTotal: 2 }));
    expect((await edges(await open(parts))).edges[0]).toMatchObject({ heldEpochs: 1, forks: 2 });
  });

  it.each(['?limit=0', '?limit=1001', '?limit=x', '?state=asleep', '?order=down'])('refuses %s', async (query) => {
    const answer = await (await open(fleet())).inject({ url: `/v1/edges${query}` });
    expect(answer.statusCode).toBe(400);
  });
});

describe('a decision', () => {
  const url = `/v1/edges/store-1/epochs/${NEW}`;
  it('is handed to the ledger', async () => {
    const parts = oneStore();
    const app = await open(parts);
    const answer = await app.inject({ method: 'POST', url, payload: { decision: 'accept' } });
    expect(answer.json()).toEqual({ edge: 'store-1', epoch: NEW, state: 'open', reason: 'accepted by the operator' });
    expect(parts.decided).toEqual([['store-1', NEW, 'accept']]);
  });

  it.each([
    ['another word', url, { decision: 'maybe' }, 400],
    ['no word', url, {}, 400],
    ['an unknown key', url, { decision: 'accept', force: true }, 400],
    ['an epoch that is none', '/v1/edges/store-1/epochs/xyz', { decision: 'accept' }, 400],
  ])('with %s is refused', async (_, at, payload, status) => {
    const parts = oneStore();
    const answer = await (await open(parts)).inject({ method: 'POST', url: at, payload });
    expect([answer.statusCode, parts.decided]).toEqual([status, []]);
  });

  it('about an epoch that nobody knows is told so', async () => {
    const unknown = `/v1/edges/store-1/epochs/${'9'.repeat(24)}`;
    const answer = await (await open(oneStore())).inject({
      method: 'POST',
      url: unknown,
      payload: { decision: 'accept' },
    });
    expect(answer.json()).toMatchObject({ code: 'notFound' });
  });
});

it('the hub says who it is', async () => {
  const status = await get<schemas.HubStatus>(await open(oneStore()), '/v1/hub', schemas.HubStatus);
  expect(status).toMatchObject({
    version: '0.1.0',
    identity: { clusterId: 'central' },
    shards: [{ term: 7, edges: 1 }],
  });
});

describe('the document', () => {
  interface OpenApi {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  }
  it('has every route with its answers, and every field with a meaning', async () => {
    const answer = await (await open(fleet())).inject({ url: '/v1/openapi.json' });
    const document = answer.json() as OpenApi;
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    expect(operations.sort()).toEqual([
      'get /v1/edges listEdges',
      'get /v1/edges/{edge} getEdge',
      'get /v1/hub getHub',
      'post /v1/edges/{edge}/epochs/{epoch} decideEpoch',
    ]);
    for (const methods of Object.values(document.paths)) {
      for (const { responses } of Object.values(methods)) expect(Object.keys(responses)).toEqual(['200', '4XX', '5XX']);
    }
    expect(answer.body).not.toContain('$ref":"def-');
  });
});

describe('behind the real server', () => {
  it('errors are JSON with code, message, hint and retry, and the page is there', async () => {
    const parts = oneStore();
    const { url } = await openHub({ more: { operators: fleetRoutes(parts, clock), everybody: fleetPage } });
    const ask = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const missing = await ask('/v1/edges/store-8');
    expect([missing.status, Value.Check(schemas.ApiError, JSON.parse(missing.text))]).toEqual([404, true]);
    const bad = await ask('/v1/edges?limit=0');
    expect([bad.status, JSON.parse(bad.text).code]).toEqual([400, 'badRequest']);
    expect(Value.Check(schemas.ApiError, JSON.parse(bad.text))).toBe(true);
    expect((await ask('/v1/edges')).status).toBe(200);
    expect((await ask('/v1/edges?order=down')).status).toBe(400);
    const page = await ask('/');
    expect([page.status, page.type]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('<title>Tributary hub</title>');
    expect(page.text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|src=|http:/);
  });
});
