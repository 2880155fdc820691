import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { Agent, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HubServer, type ReceiveParts, type ReceiveSettings } from '../../../hub/receive/index.ts';
import type { Verified } from '../../../hub/stages.ts';
import type { TributaryError } from '../../../shared/errors.ts';
import { CONTENT_TYPE, encodeShipment } from '../../../shared/wire/index.ts';
import { openHub, settledAll, ship, tokenOf, until } from './harness.ts';
import { listen } from './lines.ts';
import { shipment } from './shipments.ts';

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname;

describe('what is not safe is refused at start', () => {
  const tls = { cert: fixture('a.cert.pem'), key: fixture('a.key.pem') };
  const everywhere = { listen: { host: '0.0.0.0', port: 0 } };
  it.each<[string, ReceiveSettings, string]>([
    ['neither TLS nor tokens', everywhere, 'tls.cert and tls.key and edges.tokens are not set'],
    ['no tokens', { ...everywhere, tls }, 'edges.tokens is not set'],
    ['no TLS', { ...everywhere, edgeTokensPath: '/nowhere' }, 'tls.cert and tls.key is not set'],
  ])('%s', async (_, settings, reason) => {
    const opened = HubServer.open(settings, { parts: {} as ReceiveParts, telemetry: listen().telemetry });
    const error = await opened.then(
      () => null,
      (thrown: TributaryError) => thrown,
    );
    expect(error?.code).toBe('configInvalid');
    expect(error?.reason).toContain(reason);
  });

  it('an address that is taken', async () => {
    const { url } = await openHub();
    const settings = { listen: { host: '127.0.0.1', port: Number(new URL(url).port) } };
    const opened = HubServer.open(settings, { parts: {} as ReceiveParts, telemetry: listen().telemetry });
    await expect(opened).rejects.toThrow('EADDRINUSE');
  });

  it.each([
    ['another key', fixture('b.key.pem')],
    ['an empty key', '/dev/null'],
  ])('a certificate with %s', async (_, key) => {
    const settings = { listen: { host: '127.0.0.1', port: 0 }, tls: { ...tls, key } };
    const opened = HubServer.open(settings, { parts: {} as ReceiveParts, telemetry: listen().telemetry });
    await expect(opened).rejects.toThrow();
  });
});

describe('TLS', () => {
  const subjectOf = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = tlsConnect(
        { host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false },
        () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });

  it('is what agents are served with, and a new certificate is taken without a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-tls-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const install = async (name: string) => {
      await copyFile(fixture(`${name}.key.pem`), tls.key);
      await copyFile(fixture(`${name}.cert.pem`), tls.cert);
    };
    await install('a');
    const hub = await openHub({ settings: { tls } });
    expect(hub.url).toMatch(/^https:/);
    const dispatcher = new Agent({ connect: { ca: await readFile(tls.cert, 'utf8') } });
    const headers = { 'content-type': CONTENT_TYPE, authorization: `Bearer ${tokenOf('store-1')}` };
    const body = encodeShipment(shipment());
    const answer = await request(`${hub.url}/v1/shipments`, { method: 'POST', body, headers, dispatcher });
    expect(answer.statusCode).toBe(200);
    await answer.body.dump();
    await dispatcher.close();
    expect(await subjectOf(hub.url)).toBe('test-a');
    await install('b');
    await until('the new one is shown', async () => (await subjectOf(hub.url)) === 'test-b');
  });
});

describe('stopping', () => {
  it('answers what is under way, and takes nothing new', async () => {
    const commits: (() => void)[] = [];
    const submit = (verified: Verified) => {
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof settledAll>>();
      commits.push(() => resolve(settledAll(verified)));
      return promise;
    };
    const hub = await openHub({ parts: { submit }, settings: { drainMs: 30_000 } });
    const underWay = ship(hub.url);
    await until('it is under way', () => commits.length === 1);
    const closed = hub.server.close();
    expect(hub.server.progress().listening).toBe(false);
    await expect(ship(hub.url)).rejects.toThrow();
    commits[0]!();
    expect((await underWay).status).toBe(200);
    await closed;
  });

  it('does not wait for ever', async () => {
    const hub = await openHub({ parts: { submit: () => new Promise(() => {}) }, settings: { drainMs: 50 } });
    const underWay = ship(hub.url).catch((error: Error) => error.message);
    await until('it is under way', () => hub.server.progress().bodyBytesHeld > 0);
    await hub.server.close();
    expect(await underWay).toContain('other side closed');
  });
});

it('counts requests by route and status', async () => {
  const { url, log } = await openHub();
  await ship(url);
  await ship(url, shipment(), { token: null });
  const requests = (status: string) => log.metric('tributary_hub_requests_total', { route: '/v1/shipments', status });
  await until('both are counted', async () => (await requests('200')) === 1 && (await requests('401')) === 1);
});
