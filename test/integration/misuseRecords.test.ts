/** Records and requests that can't be taken, at the agent's HTTP source and in central Kafka. */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { runVerify } from '../../hub/prove/run.ts';
import { createTopics } from '../../shared/kafka/index.ts';
import { readRecords } from '../../shared/records/index.ts';
import { cluster, consumeAll } from '../support/kafka.ts';
import { Rig } from '../support/rig.ts';
import { type RigAgent, valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';
import { SOUND } from '../support/rigTruth.ts';

const NDJSON = 'application/x-ndjson';
const MAX_MESSAGE_BYTES = 20_000;
/** Does not compress below the limit. */
const big = (): string => JSON.stringify(randomBytes(30_000).toString('base64'));

async function targetWithLimit(rig: Rig, edge: string): Promise<string> {
  const name = rig.target(edge, 'orders');
  const configs = { 'max.message.bytes': String(MAX_MESSAGE_BYTES) };
  const [made] = await createTopics(cluster(), [{ name, partitions: 1, replicationFactor: 1, configs }]);
  expect(made?.errorCode).toBe(0);
  return name;
}

/** Each in a request and a batch of its own. */
async function postApart(agent: RigAgent, values: readonly string[]): Promise<void> {
  for (const value of values) {
    const answer = await agent.send('orders', value, NDJSON);
    expect(answer.ok, answer.text).toBe(true);
    await agent.drained();
  }
}

/** `tributary verify` on all that this hub has written. */
async function verified(rig: Rig, hub: RigHub) {
  const kafka = { brokers: [...rig.brokers], clientId: 'misuse-verify' };
  const topics = { ledgerTopic: hub.ledger, deadLetterTopic: hub.deadLetter };
  return runVerify({ kafka, ...topics, edges: [], topics: [], ignoreExpired: false });
}

test('requests that are not taken: nothing of them is, what comes before and after is', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url, httpOptions: 'maxBodyBytes: 2KiB' });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('before', 3));

  const lines = [...valuesOf('half', 2), '', '{"total": 1', ...valuesOf('half', 2, 2)].join('\r\n');
  const malformed = await agent.send('orders', lines, NDJSON, { 'idempotency-key': 'one' });
  expect(malformed.status).toBe(400);
  const problem = JSON.parse(malformed.text) as { message: string };
  expect(problem).toMatchObject({ code: 'malformedLine', line: 4 });
  expect(problem.message).toMatch(/^line 4: not JSON \(.+\); nothing of the request was taken$/);
  expect(problem.message).not.toContain('total');

  const large = await agent.send('orders', `"${'x'.repeat(3_000)}"`, NDJSON);
  expect(large.status).toBe(413);
  expect(JSON.parse(large.text)).toEqual({
    code: 'tooLarge',
    message: 'the body is larger than 2048 bytes: send smaller requests (the source takes at most maxBodyBytes)',
  });

  // The key of a request that was not taken is free: the client mends the line and sends it again.
  const mended = await agent.send('orders', valuesOf('half', 4).join('\n'), NDJSON, { 'idempotency-key': 'one' });
  expect(JSON.parse(mended.text)).toMatchObject({ records: 4, repeated: false });
  rig.truth.accepted('store', 'orders', 'mended', valuesOf('half', 4));
  await agent.post('orders', 'client', valuesOf('after', 3));
  expect(await agent.drained()).toMatchObject({ captured: 10, delivered: 10, buffered: 0, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  // A client's mistake is the client's: the agent's log does not fill with it.
  expect(agent.lines.filter(({ level }) => level !== 'info')).toEqual([]);
});

test('a record over max.message.bytes goes to the dead-letter topic; receipt, ledger and both ends say so', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const target = await targetWithLimit(rig, 'store');
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  const other = await rig.agent('other', { edge: 'other', hubUrl: hub.url });
  await agent.start();
  await other.start();
  const tooBig = big();
  await Promise.all([postApart(agent, ['"a"', tooBig, '"b"']), other.post('orders', 'client', valuesOf('other', 5))]);
  await other.drained();

  expect((await consumeAll(target)).map(({ value }) => String(value))).toEqual(['"a"', '"b"']);
  const letters = await consumeAll(hub.deadLetter);
  expect(letters).toHaveLength(1);
  const headers = Object.fromEntries(
    Object.entries(letters[0]!.headers ?? {}).map(([key, value]) => [key, String(value)]),
  );
  expect(headers).toMatchObject({
    'tributary.deadletter.reason': 'MESSAGE_TOO_LARGE',
    'tributary.deadletter.target': `${target}/0`,
    'tributary.deadletter.edge': 'store',
    'tributary.deadletter.first': '1',
    'tributary.deadletter.last': '1',
  });
  expect(headers['tributary.deadletter.message']).toMatch(/\d+ bytes are over the topic's max\.message\.bytes/);
  const [record] = readRecords(letters[0]!.value!, { maxRawBytes: 1_000_000 });
  expect(String(record?.value)).toBe(tooBig);

  expect(await agent.status()).toMatchObject({ captured: 3, delivered: 3, buffered: 0, gaps: 0, link: 'idle' });
  expect((await agent.status()).places).toMatchObject([{ topic: 'orders', deadLettered: 1 }]);
  expect(await hub.edge('store')).toMatchObject({ delivered: 2, deadLettered: 1, hubGaps: 0 });
  const said = hub.named('hub_dead_lettered');
  expect(said).toHaveLength(1);
  expect(said[0]?.message).toContain(
    `${target}/0 will never take it (MESSAGE_TOO_LARGE); it is in the dead letter topic`,
  );
  expect(await rig.truth.judge()).toEqual(SOUND);
  const { sound, text } = await verified(rig, hub);
  expect(sound, text).toBe(true);
});

test('with onRefused: quarantine the agent keeps it aside and a gap takes its place', async () => {
  const rig = Rig.open();
  const hub = await rig.hub({ routeOptions: 'replicationFactor: 1, onRefused: quarantine' });
  const target = await targetWithLimit(rig, 'store');
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  const other = await rig.agent('other', { edge: 'other', hubUrl: hub.url });
  await agent.start();
  await other.start();
  const tooBig = big();
  await Promise.all([postApart(agent, ['"a"', tooBig, '"b"']), other.post('orders', 'client', valuesOf('other', 5))]);
  await other.drained();

  expect((await consumeAll(target)).map(({ value }) => String(value))).toEqual(['"a"', '"b"']);
  expect(await consumeAll(hub.deadLetter)).toEqual([]);
  expect(await agent.status()).toMatchObject({ captured: 3, delivered: 2, buffered: 0, gaps: 1 });
  expect(await hub.edge('store')).toMatchObject({ delivered: 2, deadLettered: 0, hubGaps: 1 });
  const { places } = await hub.edge('store');
  expect(places[0]?.streams[0]?.gaps).toMatchObject([{ first: 1, last: 1, count: 1, reasons: { quarantined: 1 } }]);
  const said = agent.lines.filter(({ level }) => level === 'error');
  expect(said.map(({ event }) => event)).toEqual(['rows_quarantined']);
  expect(said[0]?.message).toMatch(
    /^records 1 to 1 of orders\/0 were set aside, a gap takes their place: rejected: Kafka will never take it: MESSAGE_TOO_LARGE: \d+ bytes are over the topic's max\.message\.bytes$/,
  );
  expect(await rig.truth.judge()).toEqual(SOUND);
  const { sound, text } = await verified(rig, hub);
  expect(sound, text).toBe(true);

  await agent.stop();
  const database = new Database(agent.path, { readonly: true });
  const kept = database.prepare('SELECT first, last, reason, blob FROM quarantine').all() as { blob: Buffer }[];
  database.close();
  expect(kept).toMatchObject([{ first: 1, last: 1, reason: expect.stringContaining('MESSAGE_TOO_LARGE') }]);
  expect(String(readRecords(kept[0]!.blob, { maxRawBytes: 1_000_000 })[0]?.value)).toBe(tooBig);
});
