/** The routes of flows, behind the real door, with a run that only remembers what it was asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import { flowsPage } from '../../../hub/dashboard/index.ts';
import { ApiError } from '../../../hub/fleet/index.ts';
import * as schemas from '../../../hub/flows/schemas.ts';
import { hashToken, OperatorServer, operatorApi } from '../../../hub/receive/index.ts';
import { rigTelemetry } from '../../support/rigTelemetry.ts';

import { FLOW, open } from './rig.ts';

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
      ...[
        'restartFlow',
        'restartPartition',
        'restartTopic',
        'resumeFlow',
        'resumePartition',
        'resumeTopic',
        'setLimits',
        'takeLimitsBack',
      ],
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

  test('rates are set and taken back; wrong ones are named', async () => {
    const rig = await open();
    const limits = {
      flow: { maxBytesPerSecond: 1_000 },
      topics: { '*': { maxRecordsPerSecond: 5 }, orders: { maxBytesPerSecond: null } },
    };
    expect((await rig.ask('PUT', `${at}/limits`, limits)).status).toBe(200);
    await rig.ask('DELETE', `${at}/limits`);
    expect(rig.asked).toEqual([
      ['limit', FLOW, limits, null],
      ['limit', FLOW, null, null],
    ]);
    const wrong = await rig.ask('PUT', `${at}/limits`, {
      flow: { maxBytesPerSecond: 0 },
      topics: { 'no topic': {} },
      speed: 1,
    });
    expect(wrong.status).toBe(400);
    const paths = (wrong.body.mistakes as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['flow.maxBytesPerSecond', 'topics.no topic', 'speed']));
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

describe('what no topic can be called, and no route', () => {
  test.each(['a%20b', 'x'.repeat(250), 'a%2Fb'])('topic %s: 400, with the path', async (name) => {
    const rig = await open();
    const answers = [await rig.ask('PUT', `${at}/topics/${name}`), await rig.ask('POST', `${at}/topics/${name}/pause`)];
    for (const { status, body } of answers) {
      expect([status, errors(ApiError, body)]).toEqual([400, []]);
      expect(body).toMatchObject({ code: 'badRequest', mistakes: [{ path: 'topic' }] });
    }
    expect(rig.asked).toEqual([]);
    expect((await rig.ask('PUT', `${at}/topics/${'x'.repeat(249)}`)).status).toBe(200);
  });

  test('an address that can not be read, a name without an end, another content type: in our own form', async () => {
    const rig = await open();
    for (const path of [`${at}/topics/%zz`, `/v1/flows/${'x'.repeat(5_000)}`]) {
      const { status, body } = await rig.ask('GET', path);
      expect([status >= 400 && status < 500, errors(ApiError, body)]).toEqual([true, []]);
    }
    const sent = await rig.ask(
      'POST',
      '/v1/flows',
      { source: 'a' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    );
    expect(sent).toMatchObject({ status: 415, body: { hint: expect.stringContaining('application/json') } });
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
