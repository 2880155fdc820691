/**
 * `memory`: resident memory of an agent and a hub after 5 million records of 100 B went from a local Kafka through both into
 * central Kafka, and of an agent that has nothing to do. Read from /proc, of the processes as users start them.
 * Flags: `--records` (5,000,000), `--idleSeconds` (20).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber } from './bench.ts';
import type { Usage } from './measure.ts';
import { preload } from './preload.ts';
import { countsOf, startAgent, startHub, until } from './roles.ts';

const BYTES = 100;
const WITHIN_MS = 1_800_000;

export async function run(options: BenchOptions): Promise<BenchResult> {
  const records = flagNumber(options, 'records', 5_000_000);
  const idleMs = flagNumber(options, 'idleSeconds', 20) * 1000;
  const dir = mkdtempSync(join(tmpdir(), 'tributary-memory-'));
  const idle = await startAgent(dir, 'idle', null);
  await sleep(idleMs);
  const idleUsage = await idle.process.stop();
  const kafka = await startKafka({ dir: join(dir, 'kafka'), throughput: true, onProgress: options.log });
  try {
    options.log(`writing ${records} records`);
    await preload(kafka.brokers, 'readings', records, BYTES);
    const hub = await startHub(dir, kafka.brokers);
    const started = performance.now();
    const source = `kafka: { brokers: ${JSON.stringify(kafka.brokers)}, topics: [readings] }`;
    const agent = await startAgent(dir, 'store', source, hub.url);
    await until(async () => (await countsOf(agent)).delivered >= records, 'all records to arrive', WITHIN_MS, 250);
    const seconds = (performance.now() - started) / 1000;
    const [agentUsage, hubUsage] = [agent.process.usage(), hub.process.usage()];
    await agent.process.stop();
    await hub.process.stop();
    const rate = records / seconds;
    const rows = [
      row('agent, after all', rate, agentUsage),
      row('hub, after all', rate, hubUsage),
      row('agent, idle', 0, idleUsage),
    ];
    const ratios = {
      agentIdleRssBytes: idleUsage.rssBytes,
      agentRssBytes: agentUsage.rssBytes,
      hubRssBytes: hubUsage.rssBytes,
    };
    return { rows, ratios, notes: [`the rates are of the whole way, ${records} records, and count the agent's start`] };
  } finally {
    await kafka.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const row = (system: string, rate: number, { cpuSeconds, peakRssBytes }: Usage): BenchRow => ({
  system,
  recordsPerSecond: Math.round(rate),
  bytesPerSecond: Math.round(rate * BYTES),
  cpuSeconds,
  peakRssBytes,
});
