import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { tokenFromEndpoint, tokenFromFile } from '../../../shared/kafka/oauthToken.ts';

let server: Server;
let endpoint: string;
let asked: { authorization: string | undefined; body: string }[] = [];
let answer: { status: number; body: string };
let nowMs = 0;
const clock = { monotonicMs: () => nowMs };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      asked.push({ authorization: request.headers.authorization, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: JSON.stringify({ access_token: 'first', expires_in: 100, token_type: 'bearer' }) };
});

const provider = () => tokenFromEndpoint({ endpoint, clientId: 'id', clientSecret: 's:ecret', scope: 'a b' }, clock);

test('asks with client credentials, as Kafka does', async () => {
  expect(await provider()()).toBe('first');
  expect(asked).toEqual([
    {
      authorization: `Basic ${Buffer.from('id:s:ecret').toString('base64')}`,
      body: 'grant_type=client_credentials&scope=a+b',
    },
  ]);
});

test('keeps a token for 80 % of its life, for all connections', async () => {
  const token = provider();
  expect(await Promise.all([token(), token()])).toEqual(['first', 'first']);
  nowMs += 79_000;
  expect(await token()).toBe('first');
  expect(asked).toHaveLength(1);
  answer = { ...answer, body: JSON.stringify({ access_token: 'second', expires_in: 100 }) };
  nowMs += 2_000;
  expect(await token()).toBe('second');
  expect(asked).toHaveLength(2);
});

test.each([
  [401, '{"error":"hush"}', 'it answered 401'],
  [200, 'not json', 'no access_token'],
  [200, '{}', 'no access_token'],
])('an answer of %i %s is told, without what is in it, and asked again next time', async (status, body, reason) => {
  const token = provider();
  answer = { status, body };
  const failure = await token().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'unauthorized', retry: 'retryable', reason: expect.stringContaining(reason) });
  expect(String(failure)).not.toMatch(/hush|s:ecret/);
  answer = { status: 200, body: '{"access_token":"now"}' };
  expect(await token()).toBe('now');
});

test('a file is read again each time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-token-'));
  const token = tokenFromFile(join(folder, 'token'));
  await expect(token()).rejects.toMatchObject({ code: 'unauthorized' });
  writeFileSync(join(folder, 'token'), 'one\n');
  expect(await token()).toBe('one');
  writeFileSync(join(folder, 'token'), 'two\n');
  expect(await token()).toBe('two');
  rmSync(folder, { recursive: true });
});
