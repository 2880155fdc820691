import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hashToken, isLoopback, TokenTable } from '../../../hub/receive/index.ts';
import type { TributaryError } from '../../../shared/errors.ts';
import { type EdgeId, isEdgeId } from '../../../shared/identity.ts';
import { type HarnessOptions, openHub, ship, tokenFile, tokenOf, until } from './harness.ts';
import { sealed, shipment } from './shipments.ts';

const more: HarnessOptions['more'] = {
  operators: async (app) => {
    app.get('/inside', async () => ({ fine: true }));
  },
  everybody: async (app) => {
    app.get('/outside', async () => ({ fine: true }));
  },
};

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-access-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tokens.yaml');
  await writeFile(path, text);
  return path;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as TributaryError).code;
  }
  return 'nothing thrown';
};

describe('an edge', () => {
  it.each([
    ['no token', null],
    ['an unknown token', 'guessed'],
    ['half a token', tokenOf('store-1').slice(0, -1)],
    ['a hash instead of a token', hashToken(tokenOf('store-1'))],
  ])('with %s is not let in', async (_, token) => {
    const { url, submitted, log } = await openHub();
    const answer = await ship(url, shipment(), { token });
    expect([answer.status, answer.problem?.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(submitted).toEqual([]);
    expect(await log.metric('tributary_hub_auth_failures_total', { who: 'edge' })).toBe(1);
  });

  it('is what its token says, and may not be another one', async () => {
    const { url, submitted, log } = await openHub();
    const asOther = shipment({ edge: 'store-2' as EdgeId, parcels: [sealed({ edge: 'store-2' })] });
    expect((await ship(url, asOther)).problem?.code).toBe('wrongEdge');
    expect((await ship(url, asOther, { token: tokenOf('store-2') })).status).toBe(200);
    expect(submitted.map(({ edge }) => edge)).toEqual(['store-2']);
    expect(log.named('access_denied')).toHaveLength(1);
  });

  it('cannot write records of another one into its own shipment', async () => {
    const { url, submitted } = await openHub();
    await ship(url, shipment({ parcels: [sealed({ edge: 'store-2' })] }));
    expect(submitted[0]?.parcels).toMatchObject([{ kind: 'corrupt' }]);
  });

  it('never has its token logged', async () => {
    const { url, log } = await openHub();
    await ship(url);
    await ship(url, shipment(), { token: 'almost-a-secret' });
    const text = JSON.stringify(log.lines);
    expect(text).not.toContain(tokenOf('store-1'));
    expect(text).not.toContain('almost-a-secret');
  });
});

describe('the token file', () => {
  it('is read again when it changes, and a broken one changes nothing', async () => {
    const { url, tokensPath, log } = await openHub();
    const asNew = () => ship(url, shipment({ edge: 'store-3' as EdgeId }), { token: 'brand-new' });
    expect((await asNew()).status).toBe(401);
    // As secrets are replaced in containers: another file under the same name, never one that is half written.
    const replace = async (text: string) => {
      await writeFile(`${tokensPath}.next`, text);
      await rename(`${tokensPath}.next`, tokensPath);
    };
    await replace(tokenFile({ 'store-3': 'brand-new' }));
    await until('it was read', () => log.named('file_reloaded').length === 1);
    expect((await asNew()).status).toBe(200);
    await replace('store-1: [not: closed');
    await until('it was refused', () => log.named('file_unusable').length === 1);
    expect((await asNew()).status).toBe(200);
    await rm(tokensPath);
    await until('its absence was seen', () => log.named('file_unusable').length === 2);
    expect((await asNew()).status).toBe(200);
    await replace(tokenFile());
    await until('it was read again', () => log.named('file_reloaded').length === 2);
    expect((await asNew()).status).toBe(401);
  });

  it('is read at once when it is asked for', async () => {
    const { url, server, tokensPath } = await openHub({ settings: { reloadEveryMs: 3_600_000 } });
    await writeFile(tokensPath, tokenFile({ 'store-3': 'brand-new' }));
    await server.reload();
    const asNew = shipment({ edge: 'store-3' as EdgeId });
    expect((await ship(url, asNew, { token: 'brand-new' })).status).toBe(200);
  });

  const table = (text: string) => TokenTable.parse('edge tokens', text, isEdgeId);

  it('may have several tokens for a name', () => {
    const both = table(`store-1:\n  - ${hashToken('old')}\n  - ${hashToken('new')}\n`);
    expect([both.whose('old'), both.whose('new'), both.whose('other')]).toEqual(['store-1', 'store-1', null]);
    expect([...both.names]).toEqual(['store-1']);
    expect(table('').names.size).toBe(0);
  });

  it.each([
    ['a name that is no edge', `Store_1: ${hashToken('x')}`],
    ['a token instead of its hash', 'store-1: my-secret-token'],
    ['a short hash', 'store-1: sha256:abcd'],
    ['the same token twice', `a: ${hashToken('x')}\nb: ${hashToken('x')}`],
    ['the same name twice', `a: ${hashToken('x')}\na: ${hashToken('y')}`],
    ['a list', `- ${hashToken('x')}`],
    ['no YAML', 'a: [my-secret-token'],
  ])('with %s is refused, and the error shows no token', (_, text) => {
    expect(codeOf(() => table(text))).toBe('configInvalid');
    expect(() => table(text)).not.toThrow(/my-secret-token|[0-9a-f]{64}/);
  });
});

describe('an operator', () => {
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await request(url, { headers });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };

  it('on this machine needs no token', async () => {
    const { url } = await openHub({ more });
    expect(await get(`${url}/inside`)).toEqual({ status: 200, body: { fine: true } });
  });

  it.each([
    ['through a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['through a name that points here', { host: 'rebound.example' }],
    ['with a wrong token', { authorization: 'Bearer guessed' }],
  ])('%s does', async (_, headers) => {
    const { url, log } = await openHub({ more });
    const answer = await get(`${url}/inside`, headers);
    expect([answer.status, answer.body.code, answer.body.retry]).toEqual([401, 'unauthorized', 'final']);
    expect(answer.body.hint).toContain('Bearer');
    expect(await log.metric('tributary_hub_auth_failures_total', { who: 'operator' })).toBe(1);
    expect((await get(`${url}/outside`, headers)).status).toBe(200);
  });

  it('is let in with a token, also through a proxy; an edge token is none', async () => {
    const operatorTokensPath = await fileWith(`ops@example: ${hashToken('operator')}\n`);
    const { url } = await openHub({ more, settings: { operatorTokensPath } });
    const proxied = { 'x-forwarded-for': '203.0.113.7' };
    expect((await get(`${url}/inside`, { ...proxied, authorization: 'Bearer operator' })).status).toBe(200);
    const edge = { ...proxied, authorization: `Bearer ${tokenOf('store-1')}` };
    expect((await get(`${url}/inside`, edge)).status).toBe(401);
  });

  it('gets errors as JSON', async () => {
    const { url } = await openHub({ more });
    const answer = await get(`${url}/nowhere`);
    expect([answer.status, answer.body.code, answer.body.retry]).toEqual([404, 'notFound', 'final']);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['10.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['localhost.example', false],
  ['', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
