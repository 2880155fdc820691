/**
 * `hub-write`: sealed batches of 100 edges through a hub into central Kafka, strictly verified, with receipts, beside a raw
 * byte copy of the same batches into the same cluster (patched, nothing verified, no ledger). Both write transactions.
 *
 * A child process sends the edges' shipments over HTTP as agents do (their bodies are made before the clock starts), another
 * one copies. Rounds alternate; each writes topics of its own; medians count. The rate is of sealed bytes.
 * Flags: `--rounds` (3), `--edges` (100), `--batches` per edge (8), `--records` per batch (2000), `--bytes` per value (100).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber, median } from './bench.ts';
import type { CopyResult, SendResult, WriteLoad } from './hubWriteLoad.ts';
import { MeasuredProcess } from './measure.ts';
import { startHub } from './roles.ts';

const LOAD = fileURLToPath(new URL('./hubWriteLoad.ts', import.meta.url));

interface Run {
  readonly bytesPerSecond: number;
  readonly recordsPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export async function run(options: BenchOptions): Promise<BenchResult> {
  const rounds = flagNumber(options, 'rounds', 3);
  const load: Omit<WriteLoad, 'round' | 'target'> = {
    edges: flagNumber(options, 'edges', 100),
    batches: flagNumber(options, 'batches', 8),
    records: flagNumber(options, 'records', 2_000),
    bytes: flagNumber(options, 'bytes', 100),
  };
  const dir = mkdtempSync(join(tmpdir(), 'tributary-hub-write-'));
  const kafka = await startKafka({ dir: join(dir, 'kafka'), throughput: true, onProgress: options.log });
  const hub = await startHub(dir, kafka.brokers);
  const viaHub: Run[] = [];
  const copied: Run[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const one = await throughHub(load, round, hub.url, hub.process);
      const other = await copy(load, round, kafka.brokers);
      options.log(
        `round ${round}: hub ${mib(one)} MiB/s, raw copy ${mib(other)} MiB/s${round === 0 ? ' (warms up)' : ''}`,
      );
      if (round === 0) continue;
      viaHub.push(one);
      copied.push(other);
    }
  } finally {
    await hub.process.stop();
    await kafka.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  const rows = [row('hub, verified, with receipts', viaHub), row('raw byte copy', copied)];
  const vsRawCopy = median(viaHub.map((r) => r.bytesPerSecond)) / median(copied.map((r) => r.bytesPerSecond));
  const notes = ['bytes are those of sealed batches; the CPU of the hub is the hub process alone, of the copy its own'];
  return { rows, ratios: { vsRawCopy }, notes };
}

const mib = ({ bytesPerSecond }: Run): string => (bytesPerSecond / 2 ** 20).toFixed(1);

function row(system: string, runs: readonly Run[]): BenchRow {
  return {
    system,
    recordsPerSecond: Math.round(median(runs.map((r) => r.recordsPerSecond))),
    bytesPerSecond: Math.round(median(runs.map((r) => r.bytesPerSecond))),
    cpuSeconds: median(runs.map((r) => r.cpuSeconds)),
    peakRssBytes: Math.max(...runs.map((r) => r.peakRssBytes)),
  };
}

async function throughHub(
  load: Omit<WriteLoad, 'round' | 'target'>,
  round: number,
  url: string,
  hub: MeasuredProcess,
): Promise<Run> {
  const child = MeasuredProcess.fork(LOAD, ['send']);
  try {
    await child.ask({ ...load, round, target: url } satisfies WriteLoad);
    const before = hub.usage().cpuSeconds;
    const { bytes, records, seconds } = await child.ask<SendResult>({ go: true });
    const { cpuSeconds, peakRssBytes } = hub.usage();
    return {
      bytesPerSecond: bytes / seconds,
      recordsPerSecond: records / seconds,
      cpuSeconds: cpuSeconds - before,
      peakRssBytes,
    };
  } finally {
    await child.stop();
  }
}

async function copy(
  load: Omit<WriteLoad, 'round' | 'target'>,
  round: number,
  brokers: readonly string[],
): Promise<Run> {
  const child = MeasuredProcess.fork(LOAD, ['copy']);
  try {
    await child.ask({ ...load, round, target: brokers.join(',') } satisfies WriteLoad);
    const { bytes, records, seconds, cpuSeconds } = await child.ask<CopyResult>({ go: true });
    const { peakRssBytes } = child.usage();
    return { bytesPerSecond: bytes / seconds, recordsPerSecond: records / seconds, cpuSeconds, peakRssBytes };
  } finally {
    await child.stop();
  }
}
