/**
 * `intake`: local Kafka -> SQLite, durable, in an agent as users run it (its hub is away, so that everything is kept), beside
 * a bare kafkajs consumer that only counts. Both read the same topics; rounds alternate; medians count.
 * A rate is from the first records seen to the last, without the start of the process.
 * Flags: `--rounds` (3), `--records100` (1,500,000), `--records1k` (300,000).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber, median } from './bench.ts';
import { MeasuredProcess } from './measure.ts';
import { telegrafIntake } from './peers/telegraf.ts';
import { preload } from './preload.ts';
import { countsOf, startAgent, until } from './roles.ts';

const CONSUMER = fileURLToPath(new URL('./peers/kafkajsConsume.ts', import.meta.url));
const POLL_MS = 10;
const WITHIN_MS = 600_000;

interface Run {
  readonly recordsPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

interface Case {
  readonly label: string;
  readonly topic: string;
  readonly bytes: number;
  readonly records: number;
}

export async function run(options: BenchOptions): Promise<BenchResult> {
  const rounds = flagNumber(options, 'rounds', 3);
  const cases: Case[] = [
    { label: '100 B', topic: 'intake-100', bytes: 100, records: flagNumber(options, 'records100', 1_500_000) },
    { label: '1 KB', topic: 'intake-1k', bytes: 1_024, records: flagNumber(options, 'records1k', 300_000) },
  ];
  const dir = mkdtempSync(join(tmpdir(), 'tributary-intake-'));
  const kafka = await startKafka({ dir: join(dir, 'kafka'), throughput: true, onProgress: options.log });
  const rows: BenchRow[] = [];
  const ratios: Record<string, number> = {};
  const notes: string[] = [];
  try {
    for (const one of cases) {
      options.log(`${one.label}: writing ${one.records} records`);
      await preload(kafka.brokers, one.topic, one.records, one.bytes);
      const agent: Run[] = [];
      const peer: Run[] = [];
      for (let round = 0; round < rounds; round += 1) {
        peer.push(await bareConsume(kafka.brokers, one));
        agent.push(await agentIntake(dir, kafka.brokers, one, round));
        options.log(`${one.label}, round ${round}: kafkajs ${rate(peer)}, agent ${rate(agent)} records/s`);
      }
      rows.push(
        row(`agent, durable, ${one.label}`, agent, one),
        row(`kafkajs, only counting, ${one.label}`, peer, one),
      );
      const name = one.bytes === 100 ? 'vsBareConsume100' : 'vsBareConsume1k';
      ratios[name] = median(agent.map((r) => r.recordsPerSecond)) / median(peer.map((r) => r.recordsPerSecond));
      if (one.bytes === 100) continue;
      const telegraf = await telegrafIntake(dir, kafka.brokers, one, options.log);
      if (telegraf === null) notes.push('Telegraf was left out: there is no Go here to build it with');
      else {
        rows.push(row(`Telegraf, disk buffer, ${one.label}`, [telegraf], one));
        ratios.vsTelegraf1k = median(agent.map((r) => r.recordsPerSecond)) / telegraf.recordsPerSecond;
      }
    }
  } finally {
    await kafka.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return { rows, ratios, notes };
}

const rate = (runs: readonly Run[]): number => Math.round(runs.at(-1)?.recordsPerSecond ?? 0);

function row(system: string, runs: readonly Run[], { bytes }: Case): BenchRow {
  const recordsPerSecond = Math.round(median(runs.map((r) => r.recordsPerSecond)));
  return {
    system,
    recordsPerSecond,
    bytesPerSecond: recordsPerSecond * bytes,
    cpuSeconds: median(runs.map((r) => r.cpuSeconds)),
    peakRssBytes: Math.max(...runs.map((r) => r.peakRssBytes)),
  };
}

async function bareConsume(brokers: readonly string[], { topic, records }: Case): Promise<Run> {
  const child = MeasuredProcess.spawn(process.execPath, [CONSUMER, brokers.join(','), topic, String(records)]);
  let text = '';
  for await (const chunk of child.child.stdout ?? []) text += String(chunk);
  const { seconds } = JSON.parse(text) as { seconds: number };
  const { cpuSeconds, peakRssBytes } = child.usage();
  return { recordsPerSecond: records / seconds, cpuSeconds, peakRssBytes };
}

async function agentIntake(
  dir: string,
  brokers: readonly string[],
  { topic, records }: Case,
  round: number,
): Promise<Run> {
  const source = `kafka: { brokers: ${JSON.stringify(brokers)}, topics: [${topic}] }`;
  const agent = await startAgent(dir, `${topic}-${round}`, source);
  let first = { captured: 0, atMs: 0 };
  let last = 0;
  const seen = async (): Promise<boolean> => {
    const { captured } = await countsOf(agent);
    last = performance.now();
    if (first.captured === 0 && captured > 0) first = { captured, atMs: last };
    return captured >= records;
  };
  await until(seen, `${records} records of ${topic}`, WITHIN_MS, POLL_MS);
  const { cpuSeconds, peakRssBytes } = await agent.process.stop();
  return { recordsPerSecond: (records - first.captured) / ((last - first.atMs) / 1000), cpuSeconds, peakRssBytes };
}
