/**
 * The load of `hub-write`, in a process of its own: `send` is 100 agents' worth of shipments to a hub, `copy` writes the same
 * batches straight into Kafka. First message: what to make; second: go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import type { EdgeId, Epoch, Tip } from '../../shared/identity.ts';
import { drawEpoch, EMPTY_TIP, tipAfterBatch } from '../../shared/identity.ts';
import { Cluster, createTopics, type OutgoingBatch, TransactionalProducer } from '../../shared/kafka/index.ts';
import { encodeSealed } from '../../shared/records/index.ts';
import {
  CONTENT_TYPE,
  decodeReceipt,
  decodeWelcome,
  encodeHello,
  encodeShipment,
  type HubIdentity,
  PROTOCOL,
  type WireParcel,
} from '../../shared/wire/index.ts';
import { telemetryValue } from './preload.ts';

export interface WriteLoad {
  readonly edges: number;
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
  readonly round: number;
  /** The hub's URL, or brokers. */
  readonly target: string;
}
export interface SendResult {
  readonly bytes: number;
  readonly records: number;
  readonly seconds: number;
}
export type CopyResult = SendResult & { readonly cpuSeconds: number };

const TOPIC = 'readings';
const PARTITIONS = 4;
const SHIPMENT_BYTES = 1 << 20;
const PIPELINED = 4;
const OPENED_AT_ONCE = 10;
const COPY_BYTES = 16 << 20;

interface Sealed {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly previousTip: Tip;
  readonly tip: Tip;
  readonly blob: Buffer;
}

/** Seals batches of one edge, over its partitions in turn. */
class EdgeSealer {
  readonly #edge: EdgeId;
  readonly #epoch: Epoch;
  readonly #bytes: number;
  readonly #next = new Array<number>(PARTITIONS).fill(0);
  readonly #tips = new Array<Tip>(PARTITIONS).fill(EMPTY_TIP);

  constructor(edge: EdgeId, epoch: Epoch, bytes: number) {
    this.#edge = edge;
    this.#epoch = epoch;
    this.#bytes = bytes;
  }

  seal(batches: number, count: number): Sealed[] {
    return Array.from({ length: batches }, (_, index) => this.#batch(index % PARTITIONS, count));
  }

  #batch(partition: number, count: number): Sealed {
    const first = this.#next[partition]!;
    const records = Array.from({ length: count }, (_, i) => ({
      key: null,
      value: telemetryValue(first + i, this.#bytes),
      timestamp: Date.now() - 60_000 + i,
      headers: [],
      source: `kafka:${TOPIC}/${partition}/${first + i}`,
    }));
    const identity = { edge: this.#edge, epoch: this.#epoch, firstSequence: first };
    const blob = encodeSealed({ ...identity, records, codec: 'zstd', level: 1 });
    const previousTip = this.#tips[partition]!;
    const tip = tipAfterBatch(previousTip, blob);
    this.#next[partition] = first + count;
    this.#tips[partition] = tip;
    return { partition, first, last: first + count - 1, previousTip, tip, blob };
  }
}

interface Prepared {
  readonly edge: EdgeId;
  readonly client: Client;
  readonly bodies: readonly Buffer[];
}

async function prepareEdge(load: WriteLoad, index: number): Promise<Prepared> {
  const edge = `bench-${load.round}-${index}` as EdgeId;
  const epoch = drawEpoch();
  const client = new Client(load.target, { pipelining: PIPELINED, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const hello = {
    versions: PROTOCOL,
    edge,
    agentVersion: 'bench',
    hub: null,
    term: 0,
    lineage: [{ epoch, predecessor: null }],
    bootId: 'bench',
    monotonicMs: 1,
    wallMs: Date.now(),
  };
  const { hub } = decodeWelcome(await post(client, edge, '/v1/session', encodeHello(hello)));
  const sealer = new EdgeSealer(edge, epoch, load.bytes);
  await open(edge, client, shipments(edge, epoch, hub, sealer.seal(PARTITIONS, 1)));
  return { edge, client, bodies: shipments(edge, epoch, hub, sealer.seal(load.batches, load.records)) };
}

function shipments(edge: EdgeId, epoch: Epoch, hub: HubIdentity, sealed: readonly Sealed[]): Buffer[] {
  const bodies: Buffer[] = [];
  const streams = Array.from({ length: PARTITIONS }, (_, partition) => ({
    epoch,
    topic: TOPIC,
    partition,
    lane: 'main' as const,
    sourcePartitions: PARTITIONS,
    previous: null,
  }));
  let parcels: WireParcel[] = [];
  let bytes = 0;
  const ship = (): void => {
    if (parcels.length > 0)
      bodies.push(encodeShipment({ version: PROTOCOL.max, edge, hub, streams, parcels, marks: [] }));
    parcels = [];
    bytes = 0;
  };
  for (const { partition, first, last, previousTip, tip, blob } of sealed) {
    if (bytes + blob.length > SHIPMENT_BYTES) ship();
    const span = { minTimestamp: 0, maxTimestamp: Date.now(), shiftMs: 0, position: null };
    parcels.push({
      kind: 'sealed',
      stream: partition,
      first,
      last,
      previousTip,
      tip,
      blob,
      ...span,
    });
    bytes += blob.length;
  }
  ship();
  return bodies;
}

async function post(client: Client, edge: EdgeId, path: string, body: Buffer): Promise<Buffer> {
  const headers = { 'content-type': CONTENT_TYPE, 'tributary-edge': edge };
  const answer = await client.request({ method: 'POST', path, headers, body, idempotent: true });
  const content = Buffer.from(await answer.body.arrayBuffer());
  if (answer.statusCode !== 200)
    throw new Error(`${path} of ${edge}: ${answer.statusCode} ${content.toString('latin1')}`);
  return content;
}

/** Before the clock starts: the hub makes the edge's topic and opens its streams with a record each. */
async function open(edge: EdgeId, client: Client, [body]: readonly Buffer[]): Promise<void> {
  for (;;) {
    const receipt = decodeReceipt(await post(client, edge, '/v1/shipments', body!));
    if (receipt.streams.every((stream) => stream.refusal === null)) return;
    await sleep(100);
  }
}

/** As an agent: several under way, each receipt read; what is not confirmed fails the bench. */
async function sendEdge({ edge, client, bodies }: Prepared): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < bodies.length; index = next++) {
      const receipt = decodeReceipt(await post(client, edge, '/v1/shipments', bodies[index]!));
      const refused = receipt.streams.find((stream) => stream.refusal !== null);
      if (refused) throw new Error(`${edge}: ${JSON.stringify(refused.refusal)}`);
    }
  };
  await Promise.all(Array.from({ length: PIPELINED }, worker));
}

async function send(load: WriteLoad): Promise<() => Promise<SendResult>> {
  const edges: Prepared[] = [];
  for (let from = 0; from < load.edges; from += OPENED_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, load.edges - from) }, (_, i) =>
      prepareEdge(load, from + i),
    );
    edges.push(...(await Promise.all(some)));
  }
  return async () => {
    const started = performance.now();
    await Promise.all(edges.map(sendEdge));
    const seconds = (performance.now() - started) / 1000;
    for (const { client } of edges) await client.close();
    const bytes = edges.reduce((sum, { bodies }) => sum + bodies.reduce((all, body) => all + body.length, 0), 0);
    return { bytes, records: load.edges * load.batches * load.records, seconds };
  };
}

async function copy(load: WriteLoad): Promise<() => Promise<CopyResult>> {
  const cluster = Cluster.open({ brokers: load.target.split(',') });
  const batches: OutgoingBatch[] = [];
  for (let index = 0; index < load.edges; index += 1) {
    const topic = `copy-${load.round}-${index}.${TOPIC}`;
    await createTopics(cluster, [
      { name: topic, partitions: PARTITIONS, replicationFactor: -1, configs: { 'compression.type': 'producer' } },
    ]);
    const sealer = new EdgeSealer(`copy-${index}` as EdgeId, drawEpoch(), load.bytes);
    const sealed = sealer.seal(load.batches, load.records);
    for (const { partition, blob } of sealed) batches.push({ topic, partition, blob, records: load.records });
  }
  const bytes = batches.reduce((sum, { blob }) => sum + blob.length, 0);
  const producer = await TransactionalProducer.open(cluster, {
    transactionalId: `bench-copy-${load.round}`,
    transactionTimeoutMs: 60_000,
  });
  return async () => {
    const cpu = process.cpuUsage();
    const started = performance.now();
    for (let from = 0; from < batches.length; ) {
      let size = 0;
      let to = from;
      while (to < batches.length && size < COPY_BYTES) size += batches[to++]!.blob.length;
      const outcomes = await producer.send(batches.slice(from, to));
      if (outcomes.some(({ kind }) => kind !== 'landed')) throw new Error('the copy was refused');
      await producer.commit();
      from = to;
    }
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    await cluster.close();
    return { bytes, records: batches.length * load.records, seconds, cpuSeconds: (user + system) / 1e6 };
  };
}

let go: (() => Promise<SendResult>) | null = null;
process.on('message', (message: WriteLoad | { go: true }) => {
  const work = async (): Promise<void> => {
    if ('go' in message) process.send?.(await go!());
    else {
      go = process.argv[2] === 'send' ? await send(message) : await copy(message);
      process.send?.({ ready: true });
    }
  };
  work().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
});
