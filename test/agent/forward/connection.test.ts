import { readFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type HubAddress, HubConnection } from '../../../agent/forward/connection.ts';
import { CONTENT_TYPE } from '../../../shared/wire/index.ts';
import { onEnd, until } from './support.ts';

const fixture = (name: string) => readFileSync(new URL(`../../hub/receive/fixtures/${name}`, import.meta.url), 'utf8');
const A = { cert: fixture('a.cert.pem'), key: fixture('a.key.pem') };
const B = { cert: fixture('b.cert.pem'), key: fixture('b.key.pem') };

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Answers with the path and the request's body. */
const mirror: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(200, { 'content-type': CONTENT_TYPE });
    response.end(Buffer.concat([Buffer.from(`${request.url} `), ...chunks]));
  });
};

function connectionTo(hub: HubAddress, onGone = () => {}): HubConnection {
  const times = { connectTimeoutMs: 2_000, bodyTimeoutMs: 2_000 };
  const connection = new HubConnection({ hub, pipelining: 4, ...times, userAgent: 'test', onGone });
  onEnd(() => connection.close());
  return connection;
}
const post = (connection: HubConnection, text: string): Promise<string> =>
  connection.post({ path: '/v1/x', body: Buffer.from(text), answerTimeoutMs: 5_000 }).then(String);

describe('TLS', () => {
  it('takes the hub whose certificate the given authority has signed, and only that one', async () => {
    const port = await listening(createTls(A, mirror) as unknown as Server);
    const url = `https://127.0.0.1:${port}`;
    expect(await post(connectionTo({ url, tls: { ca: A.cert } }), 'a')).toBe('/v1/x a');
    await expect(post(connectionTo({ url, tls: { ca: B.cert } }), 'a')).rejects.toMatchObject({ kind: 'unreachable' });
    await expect(post(connectionTo({ url }), 'a')).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('checks the name that it was told, and shows a certificate of its own', async () => {
    const settings = { ...A, requestCert: true, rejectUnauthorized: true, ca: B.cert };
    const port = await listening(createTls(settings, mirror) as unknown as Server);
    const url = `https://127.0.0.1:${port}`;
    const own = { ca: A.cert, ...B };
    expect(await post(connectionTo({ url, tls: { ...own, servername: 'localhost' } }), 'a')).toBe('/v1/x a');
    await expect(post(connectionTo({ url, tls: { ...own, servername: 'other.example' } }), 'a')).rejects.toMatchObject({
      kind: 'unreachable',
    });
    await expect(post(connectionTo({ url, tls: { ca: A.cert } }), 'a')).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('a connection', () => {
  it('keeps a path in front of the hub', async () => {
    const port = await listening(createPlain(mirror));
    expect(await post(connectionTo({ url: `http://127.0.0.1:${port}/edge/hub/` }), 'a')).toBe('/edge/hub/v1/x a');
  });

  it('that is lost fails all that is unanswered, once, and is never made again', async () => {
    let connections = 0;
    let requests = 0;
    const server = createPlain((request) => {
      requests += 1;
      if (requests === 3) request.socket.destroy();
    });
    server.on('connection', () => {
      connections += 1;
    });
    const port = await listening(server);
    let gone = 0;
    const connection = connectionTo({ url: `http://127.0.0.1:${port}` }, () => {
      gone += 1;
    });
    const answers = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((text) => post(connection, text)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    expect(connection.gone).toBe(true);
    await expect(post(connection, 'f')).rejects.toMatchObject({ kind: 'unreachable' });
    await until('it is gone', () => gone > 0);
    expect({ connections, gone }).toEqual({ connections: 1, gone: 1 });
  });

  it('says when a request was written', async () => {
    const port = await listening(createPlain(mirror));
    const connection = connectionTo({ url: `http://127.0.0.1:${port}` });
    let written = 0;
    const onWritten = () => {
      written += 1;
    };
    const answer = connection.post({ path: '/', body: Buffer.from('a'), answerTimeoutMs: 5_000, onWritten });
    expect(written).toBe(0);
    await answer;
    expect(written).toBe(1);
  });

  it('gives up an answer that does not come, and headers without end', async () => {
    const silent = await listening(createPlain(() => undefined));
    const connection = connectionTo({ url: `http://127.0.0.1:${silent}` });
    const request = { path: '/', body: Buffer.from('a'), answerTimeoutMs: 30 };
    await expect(connection.post(request)).rejects.toThrow('Headers Timeout');
    const endless = await listening(
      createPlain((request_, response) => {
        request_.resume();
        for (let at = 0; at < 200; at += 1) response.setHeader(`x-${at}`, 'x'.repeat(200));
        response.end();
      }),
    );
    await expect(post(connectionTo({ url: `http://127.0.0.1:${endless}` }), 'a')).rejects.toMatchObject({
      kind: 'unreachable',
    });
  });
});
