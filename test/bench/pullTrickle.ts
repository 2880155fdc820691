/**
 * A thousand topics of ten partitions with little in each: how long a record is on its way, and what the mirror uses for being there.
 * Two brokers, a target of its own for each system. Every partition gets one record before (until all of those have arrived the
 * clock does not start), and one within the round.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LocalKafka, startKafka } from '../../deploy/dev/kafka/launch.ts';
import { Cluster, createTopics, LATEST, listOffsets } from '../../shared/kafka/index.ts';
import type { BenchResult, BenchRow } from './bench.ts';
import { MeasuredProcess } from './measure.ts';
import { AT_LEAST_ONCE, EXACTLY_ONCE, fileOf, MM2_TUNED, type System, start } from './pullSystems.ts';
import type { TrickleLoad, TrickleResult } from './pullTrickleLoad.ts';

const TOPICS = 1_000;
const PARTITIONS = 10;
const ROUND_SECONDS = 30;
const READY_WITHIN_MS = 400_000;
const LOAD = fileURLToPath(new URL('./pullTrickleLoad.ts', import.meta.url));
const TOPICS_PER_REQUEST = 50;
/** One that makes ten thousand partitions says late that it lives. */
const KAFKA = {
  throughput: true,
  properties: { 'offsets.topic.num.partitions': '4', 'broker.session.timeout.ms': '120000' },
};
const LOOK_AGAIN_MS = 500;

interface Options {
  readonly dir: string;
  readonly log: (line: string) => void;
  readonly scale: number;
  readonly oursOnly: boolean;
}
interface Trickled extends TrickleResult {
  readonly system: System;
  readonly readySeconds: number;
  readonly cpuPerMinute: number;
  readonly peakRssBytes: number;
}

export async function runTrickle(
  options: Options,
): Promise<Pick<BenchResult, 'rows' | 'ratios'> & { notes: string[] }> {
  const topics = Math.max(2, Math.round(TOPICS * options.scale));
  const source = await startKafka({ ...KAFKA, dir: join(options.dir, 'trickle-source') });
  const results: Trickled[] = [];
  try {
    const names = Array.from({ length: topics }, (_, i) => `trickle-${i}`);
    await makeTopics(source, names, options.log);
    options.log(`trickle: ${topics} topics of ${PARTITIONS} partitions are there`);
    for (const system of [EXACTLY_ONCE, AT_LEAST_ONCE, ...(options.oursOnly ? [] : [MM2_TUNED])]) {
      const result = await trickle(system, source, names, options);
      options.log(textOf(result));
      results.push(result);
    }
  } finally {
    await source.stop();
  }
  const [ours, , mm2] = results;
  const ratios = {
    trickleP99Ms: ours!.p99Ms,
    ...(mm2 && {
      trickleP99OverMm2: ours!.p99Ms / mm2.p99Ms,
      trickleCpuOverMm2: ours!.cpuPerMinute / mm2.cpuPerMinute,
      trickleRssOverMm2: ours!.peakRssBytes / mm2.peakRssBytes,
    }),
  };
  const rows = results.map(
    ({ system, records, bytes, seconds, cpuPerMinute, peakRssBytes }): BenchRow => ({
      system: `trickle: ${system.name}`,
      recordsPerSecond: Math.round(records / seconds),
      bytesPerSecond: Math.round(bytes / seconds),
      cpuSeconds: cpuPerMinute,
      peakRssBytes,
    }),
  );
  return { rows, ratios, notes: ['trickle: CPU-s are those of a minute', ...results.map(textOf)] };
}

const textOf = ({ system, p50Ms, p99Ms, repeated, readySeconds, cpuPerMinute, peakRssBytes }: Trickled): string =>
  `trickle: ${system.name}: all partitions after ${readySeconds.toFixed(1)} s, then each record after ` +
  `${p50Ms.toFixed(0)} ms (p50), ${p99Ms.toFixed(0)} ms (p99), ${cpuPerMinute.toFixed(2)} CPU-s a minute, ` +
  `${(peakRssBytes / 2 ** 20).toFixed(0)} MiB${repeated > 0 ? `, ${repeated} came more than once` : ''}`;

/** Resolves when each partition answers, long after the topics were made: the first system would wait for it. */
async function makeTopics(
  { brokers }: LocalKafka,
  names: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const cluster = Cluster.open({ brokers });
  try {
    for (let at = 0; at < names.length; at += TOPICS_PER_REQUEST) {
      const some = names.slice(at, at + TOPICS_PER_REQUEST);
      const made = await createTopics(
        cluster,
        some.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: 1 })),
      );
      const bad = made.find(({ errorCode }) => errorCode !== 0);
      if (bad) throw new Error(`${bad.name}: ${bad.errorMessage}`);
    }
    const places = names.flatMap((topic) =>
      Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })),
    );
    const asked = places.map((place) => ({ ...place, timestamp: LATEST }));
    for (let open = true; open; ) {
      open = await listOffsets(cluster, asked).then(
        (answers) => answers.some(({ errorCode }) => errorCode !== 0),
        () => true,
      );
      if (open) log('trickle: waiting for all partitions of the source');
      await sleep(open ? LOOK_AGAIN_MS : 0);
    }
  } finally {
    cluster.close();
  }
}

async function trickle(
  system: System,
  source: LocalKafka,
  names: readonly string[],
  options: Options,
): Promise<Trickled> {
  const target = await startKafka({ ...KAFKA, dir: join(options.dir, `trickle-${system.id}`) });
  const load = MeasuredProcess.fork(LOAD);
  const [sourceBrokers, targetBrokers] = [source.brokers.join(','), target.brokers.join(',')];
  const aliases = { source: `from${system.id}`, target: `to${system.id}` };
  const flow = { ...aliases, sourceBrokers, targetBrokers, topics: 'trickle-.*' };
  const startedMs = performance.now();
  const execArgv = process.env.TRIBUTARY_BENCH_NODE_ARGS?.split(' ') ?? [];
  const running = await start(system, join(options.dir, `trickle-run-${system.id}`), fileOf(system, [flow]), execArgv);
  try {
    const work: TrickleLoad = {
      ...{ source: sourceBrokers, target: targetBrokers, topics: names, prefix: `${aliases.source}.` },
      ...{ partitions: PARTITIONS, seconds: ROUND_SECONDS, readyWithinMs: READY_WITHIN_MS },
    };
    await load.ask(work);
    const readySeconds = (performance.now() - startedMs) / 1000;
    const [before, beforeMs] = [running.usage(), performance.now()];
    const result = await load.ask<TrickleResult>({ go: true });
    const [after, minutes] = [running.usage(), (performance.now() - beforeMs) / 60_000];
    const cpuPerMinute = (after.cpuSeconds - before.cpuSeconds) / minutes;
    return { ...result, system, readySeconds, cpuPerMinute, peakRssBytes: after.peakRssBytes };
  } finally {
    await running.stop();
    await load.stop();
    await target.kill9();
  }
}
