/** Buffers that exist twice, come back from the past, or are new: nothing lost, nothing taken for a repeat, the fork shown. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { EdgeStatus } from '../../hub/fleet/schemas.ts';
import { Cli, LAUNCHER } from '../bin/cli.ts';
import { consumeAll } from '../support/kafka.ts';
import { copyBuffer, Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import { SOUND, short } from '../support/rigTruth.ts';

const EDGE = 'gateway';
/** So many bytes in one request are sealed at once, without waiting for more. */
const SEALED_AT_ONCE_BYTES = 160 * 1024;

const causesOf = ({ forks }: EdgeStatus): string[] => forks.map(({ cause }) => cause);

/** Values that are sealed as a batch of their own, and sent as a shipment of its own: they can't be compressed much. */
function bulkOf(name: string, count: number, from = 0): string[] {
  const bytes = Math.ceil(SEALED_AT_ONCE_BYTES / count);
  return Array.from({ length: count }, (_, i) => {
    return JSON.stringify(`${name}-${from + i}-${randomBytes(bytes).toString('base64')}`);
  });
}

test('a buffer copied to a second agent, both running: what both had arrives once, what each captures arrives', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const one = await rig.agent('one', { edge: EDGE, hubUrl: hub.url });
  const two = await rig.agent('two', { edge: EDGE, hubUrl: hub.url });
  await one.start();
  await one.post('orders', 'one', valuesOf('before', 5));
  await one.drained();
  await hub.stop();
  await one.post('orders', 'one', valuesOf('undelivered', 5));
  await one.stop();
  copyBuffer(one.path, two.path);

  await hub.start();
  await Promise.all([one.start(), two.start()]);
  for (let round = 0; round < 3; round += 1) {
    await one.post('orders', 'one', valuesOf('one', 4, 4 * round));
    await two.post('orders', 'two', valuesOf('two', 4, 4 * round));
  }
  await Promise.all([one.drained(), two.drained()]);

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  const status = await hub.edge(EDGE);
  expect(causesOf(status)).toEqual(['second']);
  expect(status.delivered).toBe(10 + 12 + 12);
  expect(status.places[0]?.streams.filter(({ state }) => state === 'open')).toHaveLength(2);
  expect((await hub.get<{ edges: { forks: number }[] }>('/v1/edges')).edges[0]?.forks).toBe(1);
});

test('an old buffer put back within its epoch: what was delivered since is not delivered again', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  const old = `${agent.path}.old`;
  await agent.start();
  await hub.stop();
  await agent.post('orders', 'first', bulkOf('first', 5));
  copyBuffer(agent.path, old);
  await hub.start();
  await agent.drained();
  for (let round = 0; round < 5; round += 1) await agent.post('orders', 'first', bulkOf('first', 5, 5 + 5 * round));
  await agent.drained();
  await putBack(agent, old);
  await agent.post('orders', 'second', valuesOf('second', 7));
  await agent.drained();

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  const status = await hub.edge(EDGE);
  expect(causesOf(status)).toEqual(['behind']);
  expect(status.delivered).toBe(30 + 7);
});

test('an old buffer put back after its epoch has ended: what was delivered is not delivered again', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  const old = `${agent.path}.old`;
  await agent.start();
  await hub.stop();
  for (let round = 0; round < 6; round += 1) await agent.post('orders', 'first', bulkOf('first', 5, 5 * round));
  await agent.stop();
  copyBuffer(agent.path, old);
  await hub.start();
  await agent.start();
  await agent.post('orders', 'first', valuesOf('first', 4, 30));
  await agent.drained();
  await putBack(agent, old);
  await agent.post('orders', 'second', valuesOf('second', 7));
  await agent.drained();

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  const status = await hub.edge(EDGE);
  expect(causesOf(status)).toEqual(['second']);
  expect(status.delivered).toBe(34 + 7);
});

test('an old buffer put back whose boundaries the hub has forgotten: nothing is lost, what may be there twice is counted', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  const old = `${agent.path}.old`;
  await agent.start();
  await hub.stop();
  const inImage = bulkOf('image', 5);
  await agent.post('orders', 'first', inImage);
  copyBuffer(agent.path, old);
  await hub.start();
  await agent.post('orders', 'first', bulkOf('first', 5));
  await agent.drained();
  // Its epoch ends: of a closed stream the hub keeps the end only, and the image's rows lie before that.
  await agent.stop();
  await agent.start();
  await agent.post('orders', 'first', valuesOf('next-epoch', 4));
  await agent.drained();
  await putBack(agent, old);
  await agent.post('orders', 'second', valuesOf('second', 7));
  const { maybeDuplicate } = await agent.drained();

  const verdict = await rig.truth.judge();
  expect(verdict).toEqual({ ...SOUND, twice: inImage.map(short) });
  expect(maybeDuplicate).toBe(inImage.length);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  expect((await hub.edge(EDGE)).forksTotal).toBeGreaterThan(0);
});

async function putBack(agent: RigAgent, old: string): Promise<void> {
  await agent.stop();
  copyBuffer(old, agent.path);
  await agent.start();
}

test('a blank replacement of a known edge is held and shown until the operator accepts it', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const first = await rig.agent('first', { edge: EDGE, hubUrl: hub.url });
  await first.start();
  await first.post('orders', 'first', valuesOf('first', 5));
  await first.drained();
  await first.stop();
  const blank = await rig.agent('blank', { edge: EDGE, hubUrl: hub.url });
  await blank.start();
  await blank.post('orders', 'blank', valuesOf('blank', 5));
  await blank.until('the link is held', ({ link }) => link === 'held');

  const held = (await hub.edge(EDGE)).epochs.find(({ state }) => state === 'held');
  expect(held?.reason).toMatch(/blank replacement/);
  expect((await hub.get<{ edges: { heldEpochs: number }[] }>('/v1/edges')).edges[0]?.heldEpochs).toBe(1);
  expect(await consumeAll(rig.target(EDGE, 'orders'))).toHaveLength(5);
  expect((await blank.status()).buffered).toBe(5);

  const { code, stdout } = await new Cli([LAUNCHER, 'edge', 'accept', EDGE, held!.epoch, '--hub', hub.url]).ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining('is open')]);
  // The word is in the ledger, not in this hub's memory. A held agent asks every half a minute, and when it starts.
  await hub.stop();
  await hub.start();
  await blank.stop();
  await blank.start();
  await blank.drained();

  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  const status = await hub.edge(EDGE);
  expect(causesOf(status)).toEqual(['history']);
  expect(status.delivered).toBe(10);
});

test('a hub of another identity gets nothing, and the agent keeps what it has', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: EDGE, hubUrl: hub.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('first', 5));
  await agent.drained();
  await hub.stop();
  const other = await rig.hub({ ledger: `${rig.prefix}-other`, port: hub.port });
  await agent.post('orders', 'client', valuesOf('second', 5));
  const status = await agent.until('it says that this is another hub', ({ link }) => link === 'wrongHub');
  expect(status).toMatchObject({ buffered: 5, delivered: 5 });
  expect(status.linkReason).not.toBe('');
  expect(await consumeAll(rig.target(EDGE, 'orders'))).toHaveLength(5);
  const { edges } = await other.get<{ edges: { delivered: number; places: number }[] }>('/v1/edges');
  expect(edges.filter(({ delivered, places }) => delivered + places > 0)).toEqual([]);

  await agent.stop();
  await other.stop();
  await hub.start();
  await agent.start();
  await agent.drained();
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect((await hub.verify()).report).toMatchObject({ verdict: 'proven', findings: [] });
  expect((await hub.edge(EDGE)).forksTotal).toBe(0);
});
