import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { HttpSource } from '../../../../agent/source/http/httpSource.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { intakeError, MemoryIntake } from '../memoryIntake.ts';
import { Recorder } from '../recorder.ts';
import { until } from '../until.ts';
import { openSource, rawConnection } from './harness.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };

test('the answer comes after the capture is durable, not before', async () => {
  const { post, intake } = await openSource();
  const release = intake.hold();
  let answered = false;
  const answer = post('/topics/t', 'x').then((got) => {
    answered = true;
    return got;
  });
  await until('the capture begins', () => intake.begun === 1);
  // Another whole round trip through the same server passes, and still there is no answer.
  await post('/nowhere', 'x');
  expect(answered).toBe(false);
  release();
  expect((await answer).status).toBe(200);
});

describe('idempotency keys', () => {
  test('a repeat is answered as such and not taken again', async () => {
    const { post, intake } = await openSource();
    const headers = { ...NDJSON, 'idempotency-key': 'order 17' };
    expect((await post('/topics/t', '1\n2\n', headers)).body).toMatchObject({ records: 2, repeated: false });
    expect(await post('/topics/t', '1\n2\n', headers)).toMatchObject({
      status: 200,
      body: { records: 2, repeated: true },
    });
    expect(intake.captured).toHaveLength(2);
    expect((await post('/topics/u', '1\n2\n', headers)).body).toMatchObject({ repeated: false });
  });

  test('the same key with another body, or another key of the record, is a conflict', async () => {
    const { post, intake } = await openSource();
    const headers = { 'idempotency-key': 'k' };
    await post('/topics/t', 'a', headers);
    expect(await post('/topics/t', 'b', headers)).toMatchObject({ status: 422, body: { code: 'idempotencyConflict' } });
    expect((await post('/topics/t?key=x', 'a', headers)).status).toBe(422);
    expect(intake.captured).toHaveLength(1);
  });
});

describe('refusals', () => {
  test('paths and methods', async () => {
    const { post } = await openSource();
    expect(await post('/topic/t', 'x')).toMatchObject({ status: 404, body: { code: 'notFound' } });
    expect(await post('/topics/t/u', 'x')).toMatchObject({ status: 404, body: { code: 'notFound' } });
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await post('/topics/t', method === 'GET' ? null : 'x', {}, method);
      expect(answer).toMatchObject({ status: 405, body: { code: 'methodNotAllowed' } });
      expect(answer.headers.get('allow')).toBe('POST');
    }
  });

  test('topics that are not on the list', async () => {
    const { post, intake } = await openSource({ topics: ['orders'] });
    expect((await post('/topics/orders', 'x')).status).toBe(200);
    expect(await post('/topics/other', 'x')).toMatchObject({ status: 403, body: { code: 'topicNotAllowed' } });
    expect(intake.captured).toHaveLength(1);
  });

  test('a wrong token, before anything else is looked at', async () => {
    const { post, intake, telemetry } = await openSource({ token: 'right' });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic right' }]) {
      expect(await post('/topics/t?nonsense=1', 'x', headers)).toMatchObject({
        status: 401,
        body: { code: 'unauthorized' },
      });
    }
    expect((await post('/topics/t', 'x', { authorization: 'Bearer right' })).status).toBe(200);
    expect(intake.captured).toHaveLength(1);
    expect(JSON.stringify(telemetry.events)).not.toContain('right');
  });

  test('bodies above the limit: by their length, by what arrives, by what comes out of gzip', async () => {
    const { post, intake } = await openSource({ maxBodyBytes: 1_000 });
    const tooLarge = { status: 413, body: { code: 'tooLarge' } };
    expect((await post('/topics/t', Buffer.alloc(1_000))).status).toBe(200);
    expect(await post('/topics/t', Buffer.alloc(1_001))).toMatchObject(tooLarge);
    expect(await post('/topics/t', gzipSync(Buffer.alloc(100_000)), { 'content-encoding': 'gzip' })).toMatchObject(
      tooLarge,
    );
    const { socket, received } = await rawConnection((await openSource({ maxBodyBytes: 1_000 })).url);
    socket.write('POST /topics/t HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    socket.write(`3e9\r\n${'x'.repeat(1_001)}\r\n`);
    await until('413', () => received().startsWith('HTTP/1.1 413'));
    expect(intake.captured).toHaveLength(1);
  });

  test('what the intake says: full, too large, stopping', async () => {
    const { post, intake, source } = await openSource();
    intake.failNext(intakeError('bufferFull'));
    const full = await post('/topics/t', 'x');
    expect(full).toMatchObject({ status: 503, body: { code: 'bufferFull' } });
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(source.state()).toMatchObject({ state: 'waiting' });
    expect((await post('/topics/t', 'x')).status).toBe(200);
    expect(source.state()).toMatchObject({ state: 'running' });
    intake.failNext(intakeError('tooLarge'));
    expect(await post('/topics/t', 'x')).toMatchObject({ status: 413, body: { code: 'tooLarge' } });
    intake.failNext(intakeError('bufferFailed'));
    expect(await post('/topics/t', 'x')).toMatchObject({ status: 503, body: { code: 'closed' } });
    expect(source.state()).toMatchObject({ state: 'failed' });
  });

  test('a mistake of our own says nothing of itself to the client, and everything to the log', async () => {
    const { post, intake, telemetry } = await openSource();
    intake.failNext(new Error('the inner workings'));
    const answer = await post('/topics/t', 'x');
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('inner workings');
    expect(telemetry.named('http_source_request_failed')).toHaveLength(1);
  });
});

describe('bounds', () => {
  test('bodies wait within the budget; what does not fit is refused and taken later', async () => {
    const { post, intake } = await openSource({ maxPendingBytes: 10_000 });
    const release = intake.hold();
    const first = post('/topics/t', Buffer.alloc(8_000));
    await until('the first waits', () => intake.begun === 1);
    const second = await post('/topics/t', Buffer.alloc(8_000));
    expect(second).toMatchObject({ status: 429, body: { code: 'overloaded' } });
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    release();
    expect((await first).status).toBe(200);
    expect((await post('/topics/t', Buffer.alloc(8_000))).status).toBe(200);
  });

  test('a request that is allowed by its size is taken when nothing else waits', async () => {
    const { post } = await openSource({ maxPendingBytes: 1_000 });
    expect((await post('/topics/t', Buffer.alloc(5_000))).status).toBe(200);
  });

  test('requests wait in a bounded number, however small', async () => {
    const { post, intake } = await openSource({ maxPendingRequests: 2 });
    const release = intake.hold();
    const waiting = [post('/topics/t', 'a'), post('/topics/t', 'b')];
    await until('both wait', () => intake.begun === 2);
    expect((await post('/topics/t', 'c')).status).toBe(429);
    release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('a client that is too slow is cut off and holds nothing', async () => {
    const { url, intake, post } = await openSource({ requestTimeoutMs: 300, maxPendingBytes: 10_000 });
    const { socket, received, closed } = await rawConnection(url);
    socket.write('POST /topics/t HTTP/1.1\r\nhost: x\r\ncontent-length: 8000\r\n\r\nabc');
    await until('the connection is cut', closed);
    expect(received()).toContain('408');
    expect(intake.begun).toBe(0);
    expect((await post('/topics/t', Buffer.alloc(8_000))).status).toBe(200);
  });

  test('a client that leaves in the middle of its body has sent nothing', async () => {
    const { url, intake, telemetry } = await openSource();
    const { socket } = await rawConnection(url);
    socket.write('POST /topics/t HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc', () => socket.destroy());
    await until('it was noticed', () => telemetry.named('http_source_refused').length === 1);
    expect(intake.begun).toBe(0);
  });
});

describe('HTTP as it is', () => {
  test('chunked bodies, and several requests over one connection', async () => {
    const { url, intake } = await openSource();
    const { socket, received } = await rawConnection(url);
    const chunked =
      'POST /topics/t HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
    socket.write(chunked + chunked);
    await until('two answers', () => received().split('HTTP/1.1 200').length === 3);
    expect(intake.captured.map(({ value }) => value?.toString())).toEqual(['abc', 'abc']);
  });

  test('Expect: 100-continue is answered before the body is sent, or with the refusal', async () => {
    const { url, intake } = await openSource({ maxBodyBytes: 100 });
    const good = await rawConnection(url);
    good.socket.write('POST /topics/t HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n');
    await until('100', () => good.received().startsWith('HTTP/1.1 100'));
    good.socket.write('abc');
    await until('200', () => good.received().includes('HTTP/1.1 200'));
    const bad = await rawConnection(url);
    bad.socket.write('POST /topics/t HTTP/1.1\r\nhost: x\r\ncontent-length: 300\r\nexpect: 100-continue\r\n\r\n');
    await until('413 and the end', () => bad.received().startsWith('HTTP/1.1 413') && bad.closed());
    expect(intake.captured).toHaveLength(1);
  });

  test('what is not HTTP gets an answer of the same form', async () => {
    const { url } = await openSource();
    const { socket, received, closed } = await rawConnection(url);
    socket.write('HELLO\r\n\r\n');
    await until('it is cut', closed);
    expect(received()).toContain('"code":"badRequest"');
  });

  test('curl sends a file of lines, with gzip and a large body', async () => {
    const { url, intake } = await openSource();
    const line = `{"text":"${'x'.repeat(1_000)}"}`;
    const run = promisify(execFile);
    const script = `for i in $(seq 2000); do echo '${line}'; done | gzip | curl -sS -X POST --data-binary @- -H 'Content-Type: application/x-ndjson' -H 'Content-Encoding: gzip' ${url}/topics/big`;
    const { stdout } = await run('bash', ['-c', script]);
    expect(JSON.parse(stdout)).toMatchObject({ topic: 'big', records: 2_000 });
    expect(intake.captured).toHaveLength(2_000);
    expect(intake.captured[1_999]?.value?.toString()).toBe(line);
  });

  test('curl reads its refusal while it is still sending', async () => {
    const { url } = await openSource({ maxBodyBytes: 1_000_000 });
    const script = `head -c 1500000 /dev/zero | curl -sS -X POST --data-binary @- -H 'Content-Type: a/b' ${url}/topics/big`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'tooLarge' });
  });
});

describe('lifecycle', () => {
  test('close lets what waits finish, and takes no more', async () => {
    const { post, intake, source } = await openSource();
    const release = intake.hold();
    const waiting = post('/topics/t', 'x');
    await until('it waits', () => intake.begun === 1);
    const closing = source.close();
    await expect(post('/topics/t', 'y')).rejects.toThrow();
    release();
    expect((await waiting).status).toBe(200);
    await closing;
    expect(intake.captured).toHaveLength(1);
  });

  test('an address that is taken is said at open', async () => {
    const { source } = await openSource();
    const listen = { host: '127.0.0.1', port: source.port };
    const second = new HttpSource({ listen }, { telemetry: new Recorder(), clock: systemClock });
    await expect(second.open(new MemoryIntake())).rejects.toMatchObject({ code: 'configInvalid' });
    expect(second.state().state).toBe('failed');
  });

  test('listening to everybody without a token is said loudly', async () => {
    const { telemetry } = await openSource({ listen: { host: '0.0.0.0', port: 0 } });
    expect(telemetry.named('http_source_open_to_all')).toHaveLength(1);
    const withToken = await openSource({ listen: { host: '0.0.0.0', port: 0 }, token: 't' });
    expect(withToken.telemetry.named('http_source_open_to_all')).toHaveLength(0);
  });
});
