/**
 * Feeds the demo with real input: this machine's own telemetry, once a second, by an ordinary Kafka producer (to the
 * edge's Kafka) and an ordinary HTTP client (to the agents' HTTP sources). It has no short cut into an agent.
 *
 * Run by `tributary up` as a process of its own: `node feeder.ts <edge brokers, comma-separated> <factory URL> <gateway URL>`.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { request } from 'undici';
import { type Reading, readDisks, readLoad, readMemory, readNetwork, readProcesses } from './readings.ts';

const HOST = hostname();
const HTTP_TRIES = 1_000;

interface Outlet {
  readonly topic: string;
  readonly read: () => Reading[];
}

const STORE: readonly Outlet[] = [
  { topic: 'host.load', read: readLoad },
  { topic: 'host.memory', read: readMemory },
];
const FACTORY: Outlet = { topic: 'host.disks', read: readDisks };
const GATEWAY: readonly Outlet[] = [
  { topic: 'host.network', read: readNetwork },
  { topic: 'host.processes', read: readProcesses },
];

const textOf = (reading: Reading): string => JSON.stringify({ host: HOST, at: new Date().toISOString(), ...reading });

async function feedKafka(producer: Producer): Promise<void> {
  for (const { topic, read } of STORE) {
    const messages = read().map((reading) => ({ key: reading.name, value: textOf(reading) }));
    await producer.send({ topic, messages, acks: -1 });
  }
}

/** Sends until the agent says that it has the records; the same key each time, so that none is captured twice. */
async function post(url: string, { topic, read }: Outlet, signal: AbortSignal): Promise<void> {
  const body = read().map(textOf).join('\n');
  if (body === '') return;
  const key = randomUUID();
  for (let attempt = 0; attempt < HTTP_TRIES && !signal.aborted; attempt += 1) {
    try {
      const answer = await request(`${url}/topics/${topic}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key, 'tributary-key': HOST },
        body,
      });
      await answer.body.dump();
      if (answer.statusCode < 300) return;
    } catch {
      // The agent is away for a moment; that is what the demo invites its user to try.
    }
    await sleep(1_000, undefined, { signal });
  }
}

async function everySecond(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const started = performance.now();
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) process.stderr.write(`feeder: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    await sleep(Math.max(50, 1_000 - (performance.now() - started)), undefined, { signal }).catch(() => undefined);
  }
}

async function main([brokers, factoryUrl, gatewayUrl]: string[]): Promise<void> {
  if (!brokers || !factoryUrl || !gatewayUrl) throw new Error('usage: feeder.ts BROKERS FACTORY_URL GATEWAY_URL');
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  process.once('disconnect', () => stop.abort());
  const kafka = new Kafka({ clientId: 'demo-feeder', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await Promise.all([
    everySecond(() => feedKafka(producer), stop.signal),
    everySecond(() => post(factoryUrl, FACTORY, stop.signal), stop.signal),
    everySecond(async () => {
      for (const outlet of GATEWAY) await post(gatewayUrl, outlet, stop.signal);
    }, stop.signal),
  ]);
  await producer.disconnect();
}

await main(process.argv.slice(2));
process.exit(0);
