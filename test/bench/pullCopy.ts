/** One topic (or one a flow) from its beginning to its end, by each system in turn. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster, deleteTopics } from '../../shared/kafka/index.ts';
import { type BenchRow, median } from './bench.ts';
import { MeasuredProcess } from './measure.ts';
import type { PullLoad, PullResult } from './pullLoad.ts';
import {
  AT_LEAST_ONCE,
  EXACTLY_ONCE,
  type Flow,
  fileOf,
  MM2_DEFAULT,
  MM2_TASKS,
  MM2_TUNED,
  type System,
  start,
} from './pullSystems.ts';
import { type Watched, watchCopy } from './pullWatch.ts';

export interface CopyCase {
  readonly title: string;
  readonly records: number;
  readonly bytes: number;
  readonly batch: number;
  readonly partitions: number;
  readonly codec: 'none' | 'zstd';
  readonly flows: number;
  readonly rounds: number;
  readonly mm2: readonly System[];
  readonly raw: boolean;
}
export interface Place {
  readonly brokers: string;
  readonly dir: string;
  readonly log: (line: string) => void;
}
export type Copy = Pick<Watched, 'recordsPerSecond' | 'cpuSeconds' | 'peakRssBytes'> &
  Partial<Pick<Watched, 'firstRecordSeconds'>>;
export interface CopyResult {
  readonly rows: readonly BenchRow[];
  readonly exactlyOnce: readonly Copy[];
  readonly atLeastOnce: readonly Copy[];
  readonly raw: readonly Copy[];
  /** That of the settings which copied fastest; null: it was left out. */
  readonly mm2: Copy | null;
}

export const COPY_100: Omit<CopyCase, 'rounds'> = {
  ...{ title: '100 B zstd', records: 5_000_000, bytes: 100, batch: 1_000, partitions: 4, codec: 'zstd', flows: 1 },
  ...{ mm2: [MM2_DEFAULT, MM2_TUNED, MM2_TASKS], raw: true },
};
export const COPY_1K: Omit<CopyCase, 'rounds'> = {
  ...{ title: '1 KB none', records: 1_000_000, bytes: 1_000, batch: 100, partitions: 4, codec: 'none', flows: 1 },
  ...{ mm2: [MM2_DEFAULT, MM2_TUNED, MM2_TASKS], raw: true },
};
/** Each flow has a topic of its own. */
export const COPY_FLOWS: Omit<CopyCase, 'rounds'> = {
  ...{ title: 'ten flows', records: 2_000_000, bytes: 100, batch: 1_000, partitions: 4, codec: 'zstd', flows: 10 },
  ...{ mm2: [MM2_DEFAULT], raw: false },
};

const LOAD = fileURLToPath(new URL('./pullLoad.ts', import.meta.url));
const WITHIN_MS = 300_000;

const sourceOf = (it: CopyCase, flow: number): string => `bench-${it.bytes}-${it.flows}-${flow}`;
const perFlow = (it: CopyCase): number => Math.floor(it.records / it.flows);

export async function runCopies(it: CopyCase, place: Place): Promise<CopyResult> {
  const cluster = Cluster.open({ brokers: place.brokers.split(',') });
  const all: { [kind in 'exactlyOnce' | 'atLeastOnce' | 'raw']: Copy[] } = {
    exactlyOnce: [],
    atLeastOnce: [],
    raw: [],
  };
  const mm2: (readonly [System, Copy])[] = [];
  let bytes = 0;
  try {
    for (let flow = 0; flow < it.flows; flow += 1) bytes += (await inChild(it, place, 'fill', flow, '')).bytes;
    place.log(`${it.title}: ${perFlow(it) * it.flows} records, ${(bytes / 2 ** 20).toFixed(0)} MiB`);
    for (let round = 0; round <= it.rounds; round += 1) {
      const keep = round > 0;
      if (it.raw) {
        const copy = await rawCopy(it, place, cluster, round);
        if (keep) all.raw.push(copy);
      }
      const exactly = await oneCopy(it, place, cluster, EXACTLY_ONCE, round);
      const least = await oneCopy(it, place, cluster, AT_LEAST_ONCE, round);
      if (!keep) continue;
      all.exactlyOnce.push(exactly);
      all.atLeastOnce.push(least);
    }
    for (const system of it.mm2) mm2.push([system, await oneCopy(it, place, cluster, system, it.rounds + 1)]);
    const sources = Array.from({ length: it.flows }, (_, flow) => sourceOf(it, flow));
    await deleteTopics(cluster, sources);
  } finally {
    cluster.close();
  }
  const [best = null] = [...mm2].sort((a, b) => b[1].recordsPerSecond - a[1].recordsPerSecond);
  const perRecord = bytes / (perFlow(it) * it.flows);
  const rows = [
    row(it, EXACTLY_ONCE.name, all.exactlyOnce, perRecord),
    row(it, AT_LEAST_ONCE.name, all.atLeastOnce, perRecord),
    ...mm2.map(([system, copy]) =>
      row(it, system === best?.[0] ? `${system.name} (best)` : system.name, [copy], perRecord),
    ),
    ...(it.raw ? [row(it, 'bare byte copy', all.raw, perRecord)] : []),
  ];
  return { rows, ...all, mm2: best?.[1] ?? null };
}

/** Bytes are those of the source's batches. */
function row({ title }: CopyCase, system: string, copies: readonly Copy[], perRecord: number): BenchRow {
  const recordsPerSecond = Math.round(median(copies.map((copy) => copy.recordsPerSecond)));
  return {
    system: `${title}: ${system}`,
    recordsPerSecond,
    bytesPerSecond: Math.round(recordsPerSecond * perRecord),
    cpuSeconds: median(copies.map((copy) => copy.cpuSeconds)),
    peakRssBytes: Math.max(...copies.map((copy) => copy.peakRssBytes)),
  };
}

/** Every run has aliases of its own, so topics, positions and groups too. */
async function oneCopy(it: CopyCase, place: Place, cluster: Cluster, system: System, round: number): Promise<Copy> {
  const id = `${system.id}${it.bytes}x${it.flows}r${round}`;
  const flows = Array.from({ length: it.flows }, (_, flow): Flow => {
    const [source, target] = [`from${id}f${flow}`, `to${id}`];
    return { source, target, sourceBrokers: place.brokers, targetBrokers: place.brokers, topics: sourceOf(it, flow) };
  });
  const targets = flows.map(({ source, topics }) => `${source}.${topics}`);
  const startedMs = performance.now();
  const execArgv = process.env.TRIBUTARY_BENCH_NODE_ARGS?.split(' ') ?? [];
  const running = await start(system, join(place.dir, id), fileOf(system, flows), execArgv);
  let copy: Watched;
  try {
    copy = await watchCopy(cluster, targets, perFlow(it) * it.flows, running, startedMs, WITHIN_MS);
  } finally {
    await running.stop();
  }
  await clean(cluster, new Set(flows.flatMap(({ source, target }) => [source, target])));
  const { recordsPerSecond, cpuSeconds, peakRssBytes, firstRecordSeconds } = copy;
  place.log(
    `${it.title}, round ${round}: ${system.name}: ${Math.round(recordsPerSecond)}/s, ${cpuSeconds.toFixed(2)} CPU-s, ` +
      `${(peakRssBytes / 2 ** 20).toFixed(0)} MiB, first record after ${firstRecordSeconds.toFixed(1)} s`,
  );
  return copy;
}

/** All that is named after these aliases, and the ledger. */
async function clean(cluster: Cluster, aliases: ReadonlySet<string>): Promise<void> {
  const names = [...(await cluster.metadata(null)).topics.keys()];
  const ofRun = names.filter(
    (name) => name.startsWith('tributary.pulls') || name.split('.').some((part) => aliases.has(part)),
  );
  await deleteTopics(cluster, ofRun);
}

async function rawCopy(it: CopyCase, place: Place, cluster: Cluster, round: number): Promise<Copy> {
  const target = `raw-${it.bytes}-${round}`;
  const { records, seconds, cpuSeconds, peakRssBytes } = await inChild(it, place, 'raw', 0, target);
  await deleteTopics(cluster, [target]);
  place.log(
    `${it.title}, round ${round}: bare byte copy: ${Math.round(records / seconds)}/s, ${cpuSeconds.toFixed(2)} CPU-s`,
  );
  return { recordsPerSecond: records / seconds, cpuSeconds, peakRssBytes };
}

async function inChild(
  it: CopyCase,
  { brokers }: Place,
  task: PullLoad['task'],
  flow: number,
  target: string,
): Promise<PullResult & { peakRssBytes: number }> {
  const child = MeasuredProcess.fork(LOAD);
  const { bytes, batch, partitions, codec } = it;
  const load: PullLoad = {
    task,
    brokers,
    source: sourceOf(it, flow),
    target,
    records: perFlow(it),
    bytes,
    batch,
    partitions,
    codec,
  };
  try {
    await child.ask(load);
    const result = await child.ask<PullResult>({ go: true });
    return { ...result, peakRssBytes: child.usage().peakRssBytes };
  } finally {
    await child.stop();
  }
}
