/** What arrives damaged, or says what is not true: on the disk, on the wire, out of a liar's mouth. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { drawEpoch, type EdgeId, EMPTY_TIP, type Epoch, tipAfterBatch } from '../../shared/identity.ts';
import { patchBatch } from '../../shared/records/index.ts';
import {
  CONTENT_TYPE,
  decodeReceipt,
  decodeWelcome,
  encodeHello,
  encodeShipment,
  PROTOCOL,
  type WireSealed,
} from '../../shared/wire/index.ts';
import { sealed, shipment, stream } from '../hub/receive/shipments.ts';
import { cluster, consumeAll } from '../support/kafka.ts';
import { copyBuffer, Rig } from '../support/rig.ts';
import { valuesOf } from '../support/rigAgent.ts';
import type { RigHub } from '../support/rigHub.ts';
import { SOUND } from '../support/rigTruth.ts';
import { eventually } from '../support/rigWait.ts';

test('a flipped byte in a stored batch: it is set aside as a gap, everything else arrives', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: hub.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('before', 4));
  await agent.drained();
  await hub.stop();
  // Rows of several batches: a stop seals what waits.
  for (const part of ['b', 'c', 'd']) {
    const values = valuesOf(part, 4);
    if (part === 'c') expect((await agent.send('orders', values.join('\n'), 'application/x-ndjson')).ok).toBe(true);
    else await agent.post('orders', 'client', values);
    await agent.stop();
    await agent.start();
  }
  await agent.stop();
  const database = new Database(agent.path);
  const rows = database.prepare('SELECT id, blob FROM content ORDER BY id').all() as { id: number; blob: Buffer }[];
  expect(rows).toHaveLength(3);
  const { id, blob } = rows[1]!;
  blob[blob.length >> 1]! ^= 0x10;
  database.prepare('UPDATE content SET blob = ? WHERE id = ?').run(blob, id);
  database.close();

  agent.lines.length = 0;
  await hub.start();
  await agent.start();
  await agent.post('orders', 'client', valuesOf('after', 4));
  expect(await agent.drained()).toMatchObject({ captured: 20, delivered: 16, buffered: 0, gaps: 4 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  const errors = agent.lines.filter(({ level }) => level === 'error');
  expect(errors.map(({ event }) => event)).toEqual(['rows_quarantined']);
  expect(errors[0]?.message).toMatch(
    /^records \d+ to \d+ of orders\/0 were set aside, a gap takes their place: what is stored is not what was written \(checksum\)/,
  );
  await eventually('the hub knows of the gap', async () => {
    const { hubGaps, captured } = await hub.edge('store');
    return hubGaps === 4 && captured === 20 ? true : null;
  });
  const { places, unaccounted } = await hub.edge('store');
  expect(places.flatMap(({ streams }) => streams.flatMap(({ gaps }) => gaps))).toMatchObject([
    { count: 4, reasons: { quarantined: 4 } },
  ]);
  expect(unaccounted).toBe(0);
});

test('a flipped byte in what is not sealed yet: the same', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const before = await rig.agent('before', { edge: 'store', hubUrl: hub.url });
  await before.start();
  await before.post('orders', 'client', valuesOf('before', 4));
  await before.drained();
  await hub.stop();
  await before.post('orders', 'client', valuesOf('b', 4));
  // Nothing more is sealed while nothing can be sent.
  await before.until('the link is down', ({ link }) => link === 'down');
  expect((await before.send('orders', valuesOf('c', 4).join('\n'), 'application/x-ndjson')).ok).toBe(true);
  await before.post('orders', 'client', valuesOf('d', 4));
  // As a kill leaves it: a stop would seal.
  const agent = await rig.agent('after', { edge: 'store', hubUrl: hub.url });
  copyBuffer(before.path, agent.path);
  await before.stop();
  const database = new Database(agent.path);
  const row = database.prepare('SELECT id, blob FROM tail WHERE first = 8').get() as { id: number; blob: Buffer };
  const { id, blob } = row;
  blob[blob.length - 3]! ^= 0x10;
  database.prepare('UPDATE tail SET blob = ? WHERE id = ?').run(blob, id);
  database.close();

  await hub.start();
  await agent.start();
  expect(await agent.drained()).toMatchObject({ captured: 16, delivered: 12, buffered: 0, gaps: 4 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect(agent.named('rows_quarantined')).toMatchObject([{ level: 'error', first: 8, last: 11, reason: 'checksum' }]);
});

/** Passes bytes on, and flips a bit so many bytes behind the mark (hex) in a shipment, as often as it is told. */
class FlippingLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Flips that are left. */
  flips = 0;

  private constructor(port: number, mark: string, behind: number) {
    this.#server = createServer((client) => {
      const hub = connect({ host: '127.0.0.1', port, noDelay: true });
      for (const socket of [client, hub]) {
        this.#sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            client.destroy();
            hub.destroy();
            this.#sockets.delete(socket);
          });
      }
      client.on('data', (chunk) => hub.write(this.#through(chunk as Buffer, mark, behind)));
      hub.on('data', (chunk) => client.write(chunk));
    });
  }

  static async open(port: number, mark: string, behind: number): Promise<FlippingLink> {
    const link = new FlippingLink(port, mark, behind);
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of link.#sockets) socket.destroy();
      link.#server.close();
    });
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  #through(chunk: Buffer, mark: string, behind: number): Buffer {
    const at = this.flips > 0 && chunk.includes('POST /v1/shipments') ? chunk.indexOf(mark, 'hex') : -1;
    if (at < 0 || at + behind >= chunk.length) return chunk;
    this.flips -= 1;
    const flipped = Buffer.from(chunk);
    flipped[at + behind]! ^= 0x04;
    return flipped;
  }
}

test.each([
  // Behind the partition leader epoch of a sealed RecordBatch v2, which is -1, and its magic lies its CRC.
  ['in a batch', 'ffffffff02', 6],
  ['in the name of its topic', Buffer.from('orders').toString('hex'), 0],
  ['in the first byte of the body', '0d0a0d0a', 4],
  ['in the checksum', Buffer.from('crc32c=:').toString('hex'), 9],
])('a byte that flips on the wire, %s: sent again, nothing lost or twice', async (_, mark, behind) => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const link = await FlippingLink.open(hub.port, mark, behind);
  const agent = await rig.agent('agent', { edge: 'store', hubUrl: link.url });
  await agent.start();
  await agent.post('orders', 'client', valuesOf('before', 4));
  await agent.drained();
  link.flips = 1;
  await agent.post('orders', 'client', valuesOf('hit', 4));
  await agent.drained();
  expect(link.flips).toBe(0);
  await agent.post('orders', 'client', valuesOf('after', 4));
  expect(await agent.drained()).toMatchObject({ captured: 12, delivered: 12, buffered: 0, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
  expect(agent.lines.filter(({ level }) => level === 'error')).toEqual([]);
  const [down] = agent.named('link_down');
  expect(down?.message).toContain('the link has damaged it, its checksum is another one; records are buffered');
  expect(await hub.metric('tributary_hub_verify_failures_total')).toBe(0);
  const { topics } = await cluster().metadata(null);
  expect([...topics.keys()].filter((name) => name.startsWith(`${rig.prefix}.`))).toEqual([
    rig.target('store', 'orders'),
  ]);
});

/** An agent that is none: says hello and sends what it likes. */
class Liar {
  readonly epoch: Epoch = drawEpoch();
  readonly #hub: RigHub;
  readonly #edge: EdgeId;

  constructor(hub: RigHub, edge: string) {
    this.#hub = hub;
    this.#edge = edge as EdgeId;
  }

  async send(parcels: readonly WireSealed[]) {
    const epoch = this.epoch;
    const lineage = [{ epoch, predecessor: null }];
    const facts = { agentVersion: 'liar', hub: null, term: 0, bootId: 'b', monotonicMs: 1, wallMs: Date.now() };
    const hello = encodeHello({ versions: PROTOCOL, edge: this.#edge, lineage, ...facts });
    const { hub } = decodeWelcome(await this.#post('/v1/session', hello));
    const streams = [stream({ epoch, sourcePartitions: 1 })];
    const body = encodeShipment(shipment({ edge: this.#edge, hub, streams, parcels }));
    return decodeReceipt(await this.#post('/v1/shipments', body));
  }

  /** Three records as of its own epoch. */
  batch(): WireSealed {
    return sealed({ edge: this.#edge, epoch: this.epoch, count: 3 });
  }

  async #post(path: string, body: Buffer): Promise<Buffer> {
    const headers = { 'content-type': CONTENT_TYPE };
    const answer = await fetch(`${this.#hub.url}${path}`, { method: 'POST', body: new Uint8Array(body), headers });
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  }
}

/** Of the header of a RecordBatch v2. */
const AT_LAST_OFFSET_DELTA = 23;
const AT_COUNT = 57;

test('a count that is not true is refused for its stream alone, and nothing of it is written', async () => {
  const rig = Rig.open();
  const hub = await rig.hub();
  const honest = await rig.agent('agent', { edge: 'honest', hubUrl: hub.url });
  await honest.start();
  await honest.post('orders', 'client', valuesOf('before', 4));

  const liar = new Liar(hub, 'liar');
  const claimsMore = liar.batch();
  const envelopeLies = await liar.send([{ ...claimsMore, last: claimsMore.last + 2 }]);
  const inHeader = liar.batch();
  inHeader.blob.writeInt32BE(4, AT_LAST_OFFSET_DELTA);
  inHeader.blob.writeInt32BE(5, AT_COUNT);
  patchBatch(inHeader.blob, {});
  const headerLies = await liar.send([{ ...inHeader, last: 4, tip: tipAfterBatch(EMPTY_TIP, inHeader.blob) }]);
  for (const receipt of [envelopeLies, headerLies]) {
    expect(receipt.streams).toMatchObject([{ points: [], refusal: { code: 'corrupt' } }]);
    expect(receipt.streams[0]?.refusal?.range).toMatchObject({ first: 0, last: 4 });
  }
  const said = hub.named('parcel_failed_verification');
  expect(said).toHaveLength(2);
  for (const line of said) {
    expect(line).toMatchObject({ level: 'warn', edge: 'liar', topic: 'orders', first: 0, last: 4 });
    expect(line.message).toMatch(/^liar sent orders\/0 0-4 that is not what it claims: .+/);
  }
  expect((await hub.edge('liar')).places).toEqual([]);

  // It was only that: the same stream is taken once it says the truth.
  const truth = await liar.send([liar.batch()]);
  expect(truth.streams).toMatchObject([{ refusal: null, points: [{ next: 3 }] }]);
  expect(await consumeAll(rig.target('liar', 'orders'))).toHaveLength(3);
  await honest.post('orders', 'client', valuesOf('after', 4));
  expect(await honest.drained()).toMatchObject({ captured: 8, delivered: 8, buffered: 0, gaps: 0 });
  expect(await rig.truth.judge()).toEqual(SOUND);
});
