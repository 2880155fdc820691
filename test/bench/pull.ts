/**
 * `pull`: one topic copied within one cluster, by a pull flow (exactly once, and at least once) and by a bare byte copy of the
 * same batches (fetched, patched, produced in transactions; nothing checked, no positions).
 *
 * Each copies in a process of its own that has everything open before the clock starts. Rounds alternate; each writes a topic of
 * its own; medians count, of ratios those of each round. Bytes are those of the batches.
 * Flags: `--rounds` (3), `--records` (2,000,000), `--bytes` per value (100), `--batch` records per batch (1000), `--partitions` (4),
 * `--shards` (4), `--codec` (zstd).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber, median } from './bench.ts';
import { MeasuredProcess } from './measure.ts';
import type { PullLoad, PullResult } from './pullLoad.ts';

const LOAD = fileURLToPath(new URL('./pullLoad.ts', import.meta.url));

type System = PullLoad['system'];
const NAMES: Record<System, string> = {
  exactlyOnce: 'pull, exactly once',
  atLeastOnce: 'pull, at least once',
  raw: 'bare byte copy',
};

interface Run {
  readonly recordsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export async function run(options: BenchOptions): Promise<BenchResult> {
  const rounds = flagNumber(options, 'rounds', 3);
  const common = {
    records: flagNumber(options, 'records', 2_000_000),
    bytes: flagNumber(options, 'bytes', 100),
    batch: flagNumber(options, 'batch', 1_000),
    partitions: flagNumber(options, 'partitions', 4),
    shards: flagNumber(options, 'shards', 4),
    codec: options.flags.get('codec') === 'none' ? ('none' as const) : ('zstd' as const),
  };
  const dir = mkdtempSync(join(tmpdir(), 'tributary-pull-'));
  const kafka = await startKafka({ dir: join(dir, 'kafka'), throughput: true, onProgress: options.log });
  const runs: Record<System, Run[]> = { exactlyOnce: [], atLeastOnce: [], raw: [] };
  try {
    const brokers = kafka.brokers.join(',');
    await inChild({ ...common, brokers, system: 'raw', round: -1 }, 'fill');
    for (let round = 0; round <= rounds; round += 1) {
      for (const system of ['raw', 'exactlyOnce', 'atLeastOnce'] as const) {
        const one = await inChild({ ...common, brokers, system, round }, 'copy');
        options.log(
          `round ${round}: ${NAMES[system]}: ${Math.round(one.recordsPerSecond)}/s, ${one.cpuSeconds.toFixed(2)} CPU-s${round === 0 ? ' (warms up)' : ''}`,
        );
        if (round > 0) runs[system].push(one);
      }
    }
  } finally {
    await kafka.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  const rows = (['exactlyOnce', 'atLeastOnce', 'raw'] as const).map((system) => row(NAMES[system], runs[system]));
  // Round by round, as what else the machine does changes from one to the next.
  const ratio = (of: System, to: System): number =>
    median(runs[of].map((one, round) => one.recordsPerSecond / runs[to][round]!.recordsPerSecond));
  const ratios = {
    rate100OverRawCopy: ratio('exactlyOnce', 'raw'),
    exactlyOnceOverAtLeastOnce: ratio('exactlyOnce', 'atLeastOnce'),
  };
  return { rows, ratios, notes: ['source and target are one broker; CPU is that of the copying process alone'] };
}

function row(system: string, runs: readonly Run[]): BenchRow {
  return {
    system,
    recordsPerSecond: Math.round(median(runs.map((r) => r.recordsPerSecond))),
    bytesPerSecond: Math.round(median(runs.map((r) => r.bytesPerSecond))),
    cpuSeconds: median(runs.map((r) => r.cpuSeconds)),
    peakRssBytes: Math.max(...runs.map((r) => r.peakRssBytes)),
  };
}

async function inChild(load: PullLoad, task: 'fill' | 'copy'): Promise<Run> {
  const child = MeasuredProcess.fork(LOAD, [task]);
  try {
    await child.ask(load);
    const { bytes, records, seconds, cpuSeconds } = await child.ask<PullResult>({ go: true });
    const { peakRssBytes } = child.usage();
    return { recordsPerSecond: records / seconds, bytesPerSecond: bytes / seconds, cpuSeconds, peakRssBytes };
  } finally {
    await child.stop();
  }
}
