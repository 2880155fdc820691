/** The routes of flows, behind the real door, with a run that only remembers what it was asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiError } from '../../../hub/fleet/index.ts';
import { type FlowsParts, flowRoutes, flowsPage } from '../../../hub/flows/index.ts';
import * as schemas from '../../../hub/flows/schemas.ts';
import { readPullYaml } from '../../../hub/pull/config/index.ts';
import { type ControlEntry, ruleOf } from '../../../hub/pull/control/index.ts';
import { judgeFlow } from '../../../hub/pull/run/addedFlow.ts';
import type { FlowFacts } from '../../../hub/pull/run/index.ts';
import { hashToken, OperatorServer, operatorApi } from '../../../hub/receive/index.ts';
import { ConfigError } from '../../../shared/config/index.ts';
import { TributaryError } from '../../../shared/errors.ts';
import { rigTelemetry } from '../../support/rigTelemetry.ts';

const FLOW = 'primary->backup';
const NOW = 1_800_000_000_000;
const clock = { now: () => NOW, monotonicMs: () => 100_000 };
const { clusters } = readPullYaml(
  'clusters: { primary: { brokers: ["a:1"] }, backup: { brokers: ["b:1"] } }\nflows: [{ source: primary, target: backup }]',
  { file: 'x' },
).settings;

const counts = {
  owned: 1,
  copying: 0,
  paused: 1,
  waiting: 0,
  stopped: 1,
  lagOffsets: 60,
  records: 40,
  bytes: 4_000,
  gaps: 1,
  trouble: 'orders was deleted and made again',
};
const report = (name: string, shards: number[], flow: typeof counts) => ({
  ...{
    v: 1 as const,
    kind: 'process' as const,
    name,
    target: 'backup',
    url: `http://${name}:8444`,
    startedAtMs: 1,
    atMs: 2,
    applied: 7,
  },
  ...{ shards, flows: { [FLOW]: flow } },
});
const partition = (number: number, shard: number, state: object) => ({
  ...{ topic: 'orders', partition: number, targetTopic: 'primary.orders', targetPartition: number, shard, state },
  ...{
    paused: number === 0,
    position: 40,
    highWatermark: 100,
    lagOffsets: 60,
    lagMs: 5_000.4,
    pendingBytes: 0,
    records: 40,
  },
  ...{ bytes: 4_000, batches: 4, abortedRecords: 0, deadLetteredRecords: 2, rebuiltBatches: { logAppendTime: 3 } },
  ...{ gaps: [{ cause: 'retention', from: 0, to: 10, atMs: 5 }], gapCount: 1, lostOffsets: 10 },
});

const stopped = { kind: 'stopped', reason: 'recreated', detail: 'orders was deleted and made again', sinceMs: 90_000 };
const waiting = { kind: 'waiting', reason: 'targetRefused', detail: 'too large', sinceMs: 99_000, retryAtMs: 100_750 };

function facts(): FlowFacts {
  const pause: ControlEntry = {
    v: 1,
    kind: 'pause',
    atMs: 1,
    by: null,
    scope: { flow: FLOW, topic: 'orders', partition: 0 },
  };
  return {
    ...{ flow: FLOW, source: 'primary', target: 'backup', origin: 'file', enabled: true, problem: null },
    rule: ruleOf(new Map([['pause', pause]]), FLOW),
    snapshot: {
      flow: FLOW,
      enabled: true,
      parts: { copy: { kind: 'open' }, topics: { kind: 'waiting', reason: 'no leader', retryAfterMs: 200.5 } },
      copy: {
        flow: { source: 'primary', target: 'backup' },
        pendingBytes: 0,
        partitions: [
          partition(0, 3, stopped),
          partition(1, 3, waiting),
          partition(8, 5, { kind: 'unowned' }),
          partition(16, 6, { kind: 'unowned' }),
        ],
      },
    } as unknown as NonNullable<FlowFacts['snapshot']>,
    processes: [
      report('pull-1', [3], counts),
      report('pull-2', [5], { ...counts, stopped: 0, trouble: null as never }),
    ],
  };
}

interface Rig {
  readonly url: string;
  readonly asked: unknown[];
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
}

async function open(operatorTokensPath?: string): Promise<Rig> {
  const asked: unknown[] = [];
  const said = async (...what: unknown[]) => {
    asked.push(what);
    return { flow: FLOW, waitingFor: what[0] === 'restart' ? ['pull-2'] : [] };
  };
  const parts: FlowsParts = {
    version: '1.2.3',
    process: 'pull-1',
    flows: () => [facts()],
    operations: {
      slotOf: (flow) => {
        if (flow === FLOW) return null;
        throw new TributaryError({
          code: 'notFound',
          operation: 'find flow',
          subject: flow,
          reason: 'there is no such flow',
          hint: `There are: ${FLOW}.`,
          retry: 'final',
        });
      },
      add: async (config, by) => {
        const { mistakes } = judgeFlow(config, clusters);
        if (mistakes.length > 0) throw new ConfigError('the flow', mistakes);
        return said('add', config, by);
      },
      remove: async (flow, by) => {
        if (by === null)
          throw new TributaryError({
            code: 'conflict',
            operation: 'remove flow',
            subject: flow,
            reason: 'it is in the file',
            retry: 'final',
          });
        return said('remove', flow, by);
      },
      pause: (what) => said('pause', what),
      resume: (what, accept) => said('resume', what, accept),
      restart: (what) => said('restart', what),
      want: (...what) => said('want', ...what),
    },
  };
  const telemetry = rigTelemetry('pull');
  const operators = operatorApi({
    title: 'T',
    description: 'D',
    version: '1.2.3',
    routes: [flowRoutes(parts, clock, ApiError)],
  });
  const settings = { listen: { host: '127.0.0.1', port: 0 }, operatorTokensPath };
  const server = await OperatorServer.open(settings, { operators, everybody: flowsPage, telemetry });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    asked,
    ask: async (method, path, body, headers = {}) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await request(`${server.url}${path}`, { method, ...sent, headers: { ...json, ...headers } });
      const text = await answer.body.text();
      return {
        status: answer.statusCode,
        body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text },
      };
    },
  };
}

const errors = (schema: TSchema, body: unknown) => [...Value.Errors(schema, body)];
const at = `/v1/flows/${encodeURIComponent(FLOW)}`;

describe('what is shown', () => {
  test('flows, counted over all processes', async () => {
    const { status, body } = await (await open()).ask('GET', '/v1/flows');
    expect([status, errors(schemas.FlowList, body)]).toEqual([200, []]);
    expect(body.flows).toEqual([
      expect.objectContaining({
        flow: FLOW,
        state: 'troubled',
        reason: 'topics: no leader',
        partitions: 4,
        owned: 2,
        paused: 2,
        stopped: 1,
        lagOffsets: 120,
        records: 80,
      }),
    ]);
    expect(body.processes).toMatchObject([{ name: 'pull-1' }, { name: 'pull-2', url: 'http://pull-2:8444' }]);
  });

  test('partitions with state, reason, retry clock, position, end, lag and gaps; who has those that are elsewhere', async () => {
    const rig = await open();
    const { status, body } = await rig.ask('GET', at);
    expect([status, errors(schemas.FlowStatus, body)]).toEqual([200, []]);
    expect(body.topics).toEqual([
      expect.objectContaining({
        partition: 0,
        state: 'stopped',
        paused: true,
        reason: 'recreated',
        troubledForMs: 10_000,
        retryInMs: null,
        position: 40,
        end: 100,
        lagOffsets: 60,
        lagMs: 5_000,
        deadLettered: 2,
        process: 'pull-1',
      }),
      expect.objectContaining({
        partition: 1,
        state: 'waiting',
        reason: 'targetRefused',
        retryInMs: 750,
        gaps: [{ cause: 'retention', from: 0, to: 10, atMs: 5 }],
      }),
      expect.objectContaining({ partition: 8, state: 'elsewhere', process: 'pull-2', position: null, end: null }),
      expect.objectContaining({ partition: 16, state: 'nobody', process: null }),
    ]);
    expect(body).toMatchObject({ pausedPartitions: ['orders/0'], left: 0 });
    expect((await rig.ask('GET', `${at}?state=stopped`)).body.topics).toHaveLength(1);
    expect((await rig.ask('GET', `${at}?limit=1`)).body).toMatchObject({ left: 3 });
  });

  test('the document has every route, and the page is there', async () => {
    const rig = await open();
    const { body } = await rig.ask('GET', '/v1/openapi.json');
    const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap((one) =>
      Object.values(one).map(({ operationId }) => operationId),
    );
    expect(ids.sort()).toEqual([
      ...[
        'addFlow',
        'addTopic',
        'getFlow',
        'listFlows',
        'pauseFlow',
        'pausePartition',
        'pauseTopic',
        'removeFlow',
        'removeTopic',
      ],
      ...['restartFlow', 'restartPartition', 'restartTopic', 'resumeFlow', 'resumePartition', 'resumeTopic'],
    ]);
    expect((await rig.ask('GET', '/')).body.text).toContain('<title>Tributary pull</title>');
  });
});

describe('operations', () => {
  test('are handed on with their scope', async () => {
    const rig = await open();
    const by = null;
    await rig.ask('POST', `${at}/pause`);
    await rig.ask('POST', `${at}/topics/orders/pause`);
    await rig.ask('POST', `${at}/topics/orders/partitions/8/resume`);
    await rig.ask('POST', `${at}/topics/orders/partitions/8/resume`, { accept: true });
    const restarted = await rig.ask('POST', `${at}/restart`);
    await rig.ask('PUT', `${at}/topics/late`);
    await rig.ask('DELETE', `${at}/topics/late`);
    const scope = { flow: FLOW, topic: 'orders', partition: 8 };
    expect(rig.asked).toEqual([
      ['pause', { scope: { flow: FLOW }, by }],
      ['pause', { scope: { flow: FLOW, topic: 'orders' }, by }],
      ['resume', { scope, by }, false],
      ['resume', { scope, by }, true],
      ['restart', { scope: { flow: FLOW }, by }],
      ['want', { flow: FLOW, topic: 'late' }, true, by],
      ['want', { flow: FLOW, topic: 'late' }, false, by],
    ]);
    expect(restarted).toEqual({ status: 200, body: { flow: FLOW, done: false, waitingFor: ['pull-2'] } });
  });

  test('a wrong flow gets all its mistakes, by their paths', async () => {
    const rig = await open();
    const flow = {
      ...{
        source: 'primary',
        target: 'nowhere',
        topics: { include: ['ok', '('] },
        delivery: 'twice',
        fetch: { maxBytes: 'many' },
      },
      ...{ sped: 1, clients: { source: {} }, refresh: { topics: { everyMs: '1500ms' } } },
    };
    const { status, body } = await rig.ask('POST', '/v1/flows', flow);
    expect([status, errors(ApiError, body)]).toEqual([400, []]);
    const paths = (body.mistakes as { path: string }[]).map(({ path }) => path).sort();
    expect(paths).toEqual([
      'clients',
      'delivery',
      'fetch.maxBytes',
      'refresh.topics.everyMs',
      'sped',
      'target',
      'topics.include[1]',
    ]);
    const secret = await rig.ask('POST', '/v1/flows', {
      source: 'primary',
      target: 'backup',
      topics: { include: ['${file:/etc/passwd}'] },
    });
    expect([secret.status, JSON.stringify(secret.body.mistakes)]).toEqual([
      400,
      expect.stringContaining('filled in only in files'),
    ]);
    expect((await rig.ask('POST', '/v1/flows', { target: 'backup', from: 'x' })).body.mistakes).toEqual([
      expect.objectContaining({ path: 'source', problem: 'is missing' }),
      expect.objectContaining({ path: 'from' }),
    ]);
    expect(rig.asked).toEqual([]);
    expect(await rig.ask('POST', '/v1/flows', { source: 'primary', target: 'backup' })).toMatchObject({
      status: 201,
      body: { done: true },
    });
  });

  test('unknown is 404 and says what there is, a conflict 409, a large body 413, a wrong number or body 400', async () => {
    const rig = await open();
    expect(await rig.ask('GET', '/v1/flows/nobody')).toMatchObject({
      status: 404,
      body: { code: 'notFound', hint: `There are: ${FLOW}.` },
    });
    expect(await rig.ask('DELETE', at)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await rig.ask('POST', '/v1/flows', { source: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
    const wrong = await rig.ask('POST', `${at}/topics/orders/partitions/-1/pause`);
    expect(wrong).toMatchObject({ status: 400, body: { mistakes: [{ path: 'partition' }] } });
    expect(await rig.ask('POST', `${at}/resume`, { accept: 'yes', now: 1 })).toMatchObject({
      status: 400,
      body: {
        mistakes: expect.arrayContaining([
          expect.objectContaining({ path: 'accept' }),
          expect.objectContaining({ path: 'now' }),
        ]),
      },
    });
    expect(rig.asked).toEqual([]);
  });
});

describe('who may', () => {
  test('somebody on this machine, without a token; not a page from elsewhere in a browser on it', async () => {
    const rig = await open();
    expect((await rig.ask('POST', `${at}/pause`, undefined, { origin: rig.url })).status).toBe(200);
    for (const origin of ['https://evil.example', 'null']) {
      expect((await rig.ask('POST', `${at}/pause`, undefined, { origin })).status).toBe(401);
    }
    expect((await rig.ask('GET', '/v1/flows', undefined, { 'x-forwarded-for': '10.0.0.1' })).status).toBe(401);
    expect(rig.asked).toHaveLength(1);
  });

  test('an operator with a token, whose name goes with the operation; nobody with a wrong one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-operators-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'operators.yaml'), `jane: ${hashToken('secret-token')}\n`);
    const rig = await open(join(folder, 'operators.yaml'));
    const forwarded = { 'x-forwarded-for': '10.0.0.1' };
    expect(
      (await rig.ask('DELETE', at, undefined, { ...forwarded, authorization: 'Bearer secret-token' })).status,
    ).toBe(200);
    expect(rig.asked).toEqual([['remove', FLOW, 'jane']]);
    expect((await rig.ask('GET', '/v1/flows', undefined, { authorization: 'Bearer other' })).status).toBe(401);
  });

  test('an address that others reach needs a certificate and tokens', async () => {
    const operators = operatorApi({ title: 'T', description: 'D', version: '1', routes: [] });
    const opening = OperatorServer.open(
      { listen: { host: '0.0.0.0', port: 0 } },
      { operators, everybody: flowsPage, telemetry: rigTelemetry('pull') },
    );
    await expect(opening).rejects.toThrow(/a certificate with its key and operators' tokens are not given/);
  });
});
