import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import type { Verified } from '../../../hub/stages.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { limits } from '../../../shared/limits.ts';
import { CONTENT_TYPE, decodeReceipt, encodeShipment } from '../../../shared/wire/index.ts';
import { openHub, post, settledAll, ship, TERM, tokenOf, until } from './harness.ts';
import { gapAfter, HUB, sealed, shipment, stream } from './shipments.ts';

describe('a shipment', () => {
  it('is verified, handed on and answered with a receipt', async () => {
    const { url, submitted, log } = await openHub();
    const batch = sealed({ count: 4 });
    const sent = shipment({ parcels: [batch, gapAfter(batch, 2)] });
    const answer = await ship(url, sent);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, CONTENT_TYPE]);
    const receipt = decodeReceipt(answer.body);
    expect(receipt).toMatchObject({ version: 1, term: TERM });
    expect(receipt.streams[0]?.points.map(({ next }) => next)).toEqual([4, 6]);
    expect(submitted).toHaveLength(1);
    expect(submitted[0]).toMatchObject({ edge: 'store-1', bytes: encodeShipment(sent).length });
    expect(await log.metric('tributary_hub_received_bytes_total', { route: '/v1/shipments' })).toBe(
      submitted[0]?.bytes,
    );
  });

  it('with a corrupt stream brings its other streams through', async () => {
    const { url, submitted } = await openHub();
    const bad = sealed({ stream: 0 });
    bad.blob[90]! ^= 4;
    const streams = [stream(), stream({ partition: 1 })];
    expect((await ship(url, shipment({ streams, parcels: [bad, sealed({ stream: 1 })] }))).status).toBe(200);
    expect(submitted[0]?.parcels.map(({ kind }) => kind)).toEqual(['corrupt', 'sealed']);
  });

  it.each([
    ['for another hub', shipment({ hub: { ...HUB, clusterId: 'elsewhere' } }), 409, 'wrongHub'],
    ['of another version', shipment({ version: 7 }), 400, 'versionUnsupported'],
    ['of another edge', shipment({ edge: 'store-2' as EdgeId }), 403, 'wrongEdge'],
  ])('%s is refused', async (_, sent, status, code) => {
    const { url, submitted } = await openHub();
    const answer = await ship(url, sent);
    expect([answer.status, answer.problem?.code, answer.problem?.retry]).toEqual([status, code, 'final']);
    expect(answer.problem?.hub ?? null).toEqual(code === 'wrongHub' ? HUB : null);
    expect(submitted).toEqual([]);
  });

  it('that is no shipment is refused, naming what is wrong', async () => {
    const { url } = await openHub();
    const answer = await post(url, '/v1/shipments', Buffer.from('not protobuf at all'));
    expect([answer.status, answer.problem?.code]).toEqual([400, 'corruptShipment']);
    const header = encodeShipment(shipment());
    const broken = Buffer.concat([header, Buffer.from([0x2a, 0x02, 0x08, 0x05])]);
    expect((await post(url, '/v1/shipments', broken)).problem?.message).toContain('parcels[1]');
  });

  it('without tokens is what its body says', async () => {
    const { url, submitted, log } = await openHub({ tokens: false });
    await ship(url, shipment(), { token: null });
    expect(submitted[0]?.edge).toBe('store-1');
    expect(log.named('edges_without_tokens')).toHaveLength(1);
  });
});

describe('what the shard says', () => {
  it.each([
    ['notOwner', 503],
    ['brokerUnavailable', 503],
    ['outcomeUnknown', 503],
  ] as const)('%s is an answer to come back', async (code, status) => {
    const submit = async () => {
      throw new TributaryError({
        code,
        operation: 'commit',
        subject: 'shard 1',
        reason: 'a reason',
        retry: 'retryable',
      });
    };
    const { url } = await openHub({ parts: { submit } });
    const answer = await ship(url);
    expect([answer.status, answer.problem?.code, answer.headers['retry-after']]).toEqual([status, code, '1']);
    expect(answer.problem?.retryAfterMs).toBe(1_000);
  });
});

/** undici pipelines only what it is told to be safe to repeat and not to be waited for. */
const pipelined = async (client: Client, body: Buffer): Promise<number> => {
  const headers = { 'content-type': CONTENT_TYPE, authorization: `Bearer ${tokenOf('store-1')}` };
  const how = { path: '/v1/shipments', method: 'POST', idempotent: true, blocking: false } as const;
  const answer = await client.request({ ...how, body, headers });
  await answer.body.dump();
  return answer.statusCode;
};

describe('order', () => {
  /** Large and small ones in turn, so that whatever is not kept in order overtakes. */
  const counts = [5_000, 1, 1, 3_000, 1, 2_000, 1, 1];
  const shipments = counts.map((count, i) =>
    shipment({ streams: [stream({ topic: `t${i}` })], parcels: [sealed({ count })] }),
  );

  it('of pipelined shipments is that of arrival, however long each one takes', async () => {
    const waits = [30, 0, 10, 0, 20, 0, 5, 0];
    let verifying = 0;
    const { url, submitted } = await openHub({
      parts: {
        verify: async (sent, edge, bytes) => {
          await new Promise((resolve) => setTimeout(resolve, waits[verifying++ % waits.length]));
          return { edge, bytes, streams: sent.streams.map((s) => ({ ...s, edge })), parcels: [], marks: [] };
        },
      },
    });
    const client = new Client(url, { pipelining: 8 });
    const answered: number[] = [];
    await Promise.all(
      shipments.map(async (sent, i) => {
        expect(await pipelined(client, encodeShipment(sent))).toBe(200);
        answered.push(i);
      }),
    );
    expect(submitted.map(({ streams }) => streams[0]?.topic)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7']);
    expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await client.close();
  });

  it('has several shipments of a connection under way before the first is committed', async () => {
    const commits: (() => void)[] = [];
    const submit = (verified: Verified) => {
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof settledAll>>();
      commits.push(() => resolve(settledAll(verified)));
      return promise;
    };
    const { url } = await openHub({ parts: { submit } });
    const client = new Client(url, { pipelining: 8 });
    const answers = shipments.map((sent) => pipelined(client, encodeShipment(sent)));
    await until('all are submitted', () => commits.length === shipments.length);
    for (const commit of commits.reverse()) commit();
    expect(await Promise.all(answers)).toEqual(shipments.map(() => 200));
    await client.close();
  });

  it('goes on behind a shipment that was refused', async () => {
    const { url, submitted } = await openHub();
    const client = new Client(url, { pipelining: 8 });
    const bodies = [Buffer.from('garbage'), encodeShipment(shipment())];
    expect(await Promise.all(bodies.map((body) => pipelined(client, body)))).toEqual([400, 200]);
    expect(submitted).toHaveLength(1);
    await client.close();
  });
});

it('credit says how much an edge may have unanswered', async () => {
  const { url } = await openHub({ settings: { bodyBytes: 8 * limits.shipmentBytes } });
  const { creditBytes } = decodeReceipt((await ship(url)).body);
  expect(creditBytes).toBeGreaterThanOrEqual(7 * limits.shipmentBytes);
  expect(creditBytes).toBeLessThanOrEqual(8 * limits.shipmentBytes);
});
