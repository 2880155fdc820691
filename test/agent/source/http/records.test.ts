import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { partitionOfKey } from '../../../../shared/kafka/murmur2.ts';
import type { MemoryIntake } from '../memoryIntake.ts';
import { NOW_MS, openSource } from './harness.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const ENVELOPES = { 'content-type': 'application/vnd.tributary.records+ndjson; charset=utf-8' };
const values = (intake: MemoryIntake) => intake.captured.map(({ value }) => value?.toString('latin1') ?? null);

describe('one record a request', () => {
  test('the body is the value, byte for byte, stamped by the agent', async () => {
    const { post, intake } = await openSource();
    const body = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const answer = await post('/topics/orders.v1', body, { 'content-type': 'application/octet-stream' });
    expect(answer).toMatchObject({ status: 200, body: { topic: 'orders.v1', records: 1, repeated: false } });
    expect(intake.captured).toEqual([
      {
        topic: 'orders.v1',
        partition: 0,
        key: null,
        value: body,
        headers: [],
        timestamp: NOW_MS,
        stamp: 'agent',
        source: `http:${answer.body.request}/0`,
      },
    ]);
    expect(intake.captures[0]?.sourcePartitions).toEqual(new Map([['orders.v1', 1]]));
  });

  test('an empty body is an empty value; null=true is a tombstone, and has no body', async () => {
    const { post, intake } = await openSource();
    await post('/topics/t');
    await post('/topics/t?key=k&null=true');
    const refused = await post('/topics/t?null=true', 'x');
    expect(intake.captured.map(({ key, value }) => [key?.toString(), value])).toEqual([
      [undefined, Buffer.alloc(0)],
      ['k', null],
    ]);
    expect(refused).toMatchObject({ status: 400, body: { code: 'badRequest' } });
  });

  test('key, partition, timestamp and headers come from the query or from headers, as bytes', async () => {
    const { post, intake } = await openSource({ topicPartitions: { t: 4 } });
    await post('/topics/t?key=gr%C3%BCn+1&partition=3&timestamp=1000', 'a');
    await post('/topics/t', 'b', {
      'tributary-key': Buffer.from('grün').toString('latin1'),
      'tributary-timestamp': '2024-05-01T00:00:00Z',
      'tributary-header-X-Trace': 'abc',
    });
    await post('/topics/t?keyBase64=AP8%3D', 'c');
    expect(
      intake.captured.map(({ key, partition, timestamp, stamp }) => ({ key, partition, timestamp, stamp })),
    ).toEqual([
      { key: Buffer.from('grün 1'), partition: 3, timestamp: 1000, stamp: 'source' },
      {
        key: Buffer.from('grün'),
        partition: partitionOfKey(Buffer.from('grün'), 4),
        timestamp: Date.parse('2024-05-01T00:00:00Z'),
        stamp: 'source',
      },
      {
        key: Buffer.from([0, 255]),
        partition: partitionOfKey(Buffer.from([0, 255]), 4),
        timestamp: NOW_MS,
        stamp: 'agent',
      },
    ]);
    expect(
      intake.captured[1]?.headers.map(([name, value]) => [name.toString().toLowerCase(), value?.toString()]),
    ).toEqual([['x-trace', 'abc']]);
    expect(intake.captures[0]?.sourcePartitions).toEqual(new Map([['t', 4]]));
  });

  test.each([
    ['/topics/t?partition=100', {}],
    ['/topics/t?partition=-1', {}],
    ['/topics/t?partition=99999999999', {}],
    ['/topics/t?prtition=0', {}],
    ['/topics/t?key=a&key=b', {}],
    ['/topics/t?key=%FF', {}],
    ['/topics/t?timestamp=soon', {}],
    ['/topics/t?key=a', { 'tributary-key': 'a' }],
    ['/topics/t', { 'tributary-kee': 'a' }],
    ['/topics/t', { 'tributary-header-tributary.edge': 'liar' }],
    ['/topics/t', { 'idempotency-key': 'x'.repeat(256) }],
    ['/topics/t%20x', {}],
    [`/topics/${'x'.repeat(250)}`, {}],
  ])('%s with %o is refused and nothing is taken', async (path, headers) => {
    const { post, intake } = await openSource();
    const answer = await post(path, 'x', headers);
    expect(answer).toMatchObject({ status: 400, body: { code: 'badRequest', message: expect.any(String) } });
    expect(intake.begun).toBe(0);
  });
});

describe('lines', () => {
  test('each line is a value, its bytes as sent; blank lines are skipped', async () => {
    const { post, intake } = await openSource();
    const body = Buffer.from('{"a": 1.00}\r\n\n  \n"gr\u00fcn"\n[1e400]', 'utf8');
    const answer = await post('/topics/t?key=k', body, NDJSON);
    expect(answer).toMatchObject({ status: 200, body: { records: 3 } });
    expect(values(intake)).toEqual(['{"a": 1.00}', Buffer.from('"grün"').toString('latin1'), '[1e400]']);
    expect(intake.captured.map(({ source }) => source.replace(/^.*\//, ''))).toEqual(['0', '1', '2']);
    expect(intake.captured.every(({ key }) => key?.toString() === 'k')).toBe(true);
    expect(intake.captures).toHaveLength(1);
  });

  test.each(['application/ndjson', 'application/jsonl', 'Application/X-NDJSON; charset=utf-8'])(
    '%s is taken for lines',
    async (type) => {
      const { post, intake } = await openSource();
      await post('/topics/t', '1\n2\n', { 'content-type': type });
      expect(values(intake)).toEqual(['1', '2']);
    },
  );

  test.each([
    ['{"a":1}\n\n{"a":\n{"a":3}', 3],
    ['1\n2\n3 4\n', 3],
    ['\ufeff1', 1],
    ['nul', 1],
  ])('a malformed line refuses the whole request: %j', async (body, line) => {
    const { post, intake } = await openSource();
    const answer = await post('/topics/t', body, NDJSON);
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformedLine', line } });
    expect(intake.begun).toBe(0);
  });

  test('a line that is not UTF-8 is malformed', async () => {
    const { post, intake } = await openSource();
    const body = Buffer.concat([Buffer.from('1\n"'), Buffer.from([0xc3, 0x28]), Buffer.from('"\n')]);
    expect(await post('/topics/t', body, NDJSON)).toMatchObject({ status: 400, body: { line: 2 } });
    expect(intake.begun).toBe(0);
  });

  test('more records than allowed are refused', async () => {
    const { post } = await openSource({ maxRecordsPerRequest: 3 });
    expect((await post('/topics/t', '1\n2\n3\n', NDJSON)).status).toBe(200);
    expect(await post('/topics/t', '1\n2\n3\n4\n', NDJSON)).toMatchObject({ status: 413, body: { code: 'tooLarge' } });
  });

  test('gzip is taken, bad gzip and other encodings are not', async () => {
    const { post, intake } = await openSource();
    const zipped = gzipSync('1\n2\n');
    await post('/topics/t', zipped, { ...NDJSON, 'content-encoding': 'gzip' });
    expect(values(intake)).toEqual(['1', '2']);
    const cut = await post('/topics/t', zipped.subarray(0, 15), { ...NDJSON, 'content-encoding': 'gzip' });
    expect(cut).toMatchObject({ status: 400, body: { code: 'badRequest' } });
    const other = await post('/topics/t', zipped, { ...NDJSON, 'content-encoding': 'br' });
    expect(other).toMatchObject({ status: 415, body: { code: 'unsupportedEncoding' } });
    expect(intake.captures).toHaveLength(1);
  });
});

describe('envelopes', () => {
  test('each line says everything about its record', async () => {
    const { post, intake } = await openSource({ partitions: 8 });
    const lines = [
      '{"key":"a","value":{"n": 1.0},"headers":{"h":"v"},"timestamp":5}',
      '{"key":"b","value":null,"partition":7}',
      '{"valueBase64":"AAE="}',
    ];
    const answer = await post('/topics/t', lines.join('\n'), ENVELOPES);
    expect(answer).toMatchObject({ status: 200, body: { records: 3 } });
    expect(values(intake)).toEqual(['{"n": 1.0}', null, '\x00\x01']);
    expect(intake.captured.map(({ partition, stamp }) => [partition, stamp])).toEqual([
      [partitionOfKey(Buffer.from('a'), 8), 'source'],
      [7, 'agent'],
      [0, 'agent'],
    ]);
  });

  test('a bad line refuses the request with its number; terms of the request are refused too', async () => {
    const { post, intake } = await openSource();
    const bad = await post('/topics/t', '{"value":1}\n{"value":1,"partition":100}', ENVELOPES);
    expect(bad).toMatchObject({ status: 400, body: { line: 2 } });
    expect(await post('/topics/t?key=k', '{"value":1}', ENVELOPES)).toMatchObject({ status: 400 });
    expect(intake.begun).toBe(0);
  });
});
