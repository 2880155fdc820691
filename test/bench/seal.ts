/**
 * `seal`: what one core encodes, compresses, checks and walks, at 100 bytes a value, provenance headers included.
 *
 * Each row is a process of its own that does its work in rounds; the rounds of all rows alternate, so that whatever else
 * the machine does falls on all of them, and the median round counts. A round's rate is per second of CPU of that
 * process: "per core" is then true on a machine that is busy with other things too.
 * Flags: `--rounds` (9), `--batches` a round (100), `--records` a batch (2000).
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  checkSealed,
  concatSealed,
  encodeSealed,
  type SealOptions,
  type SealRecord,
  walkRecords,
} from '../../shared/records/index.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber, median } from './bench.ts';
import { MeasuredProcess } from './measure.ts';

const VALUE_BYTES = 100;
const EDGE = 'store-217';
const EPOCH = '0123456789abcdef01234567';
const FIRST = 1_000_000;
const MAX_RAW_BYTES = 32 * 2 ** 20;

type Values = 'telemetry' | 'random';

/** 100 bytes of JSON as a sensor's gateway would send it. */
function telemetry(i: number): Buffer {
  const text = JSON.stringify({
    sensor: `line-${i % 7}/temp-${i % 31}`,
    at: 1_750_000_000_000 + i * 37,
    celsius: Math.round(Math.random() * 8000) / 100,
    state: i % 50 === 0 ? 'warn' : 'ok',
  });
  return Buffer.from(text.padEnd(VALUE_BYTES), 'utf8').subarray(0, VALUE_BYTES);
}

function records(values: Values, count: number): SealRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    key: null,
    value: values === 'random' ? randomBytes(VALUE_BYTES) : telemetry(i),
    timestamp: 1_750_000_000_000 + i * 37,
    headers: [],
    source: `kafka:sensors/3/${18_273_000 + i}`,
  }));
}

/** Work on one batch; `bytes` is the sealed one's size. */
type Work = (count: number) => { bytes: number; once: () => void };

const seal = (values: Values, codec: 'none' | 'zstd', level?: number) => {
  return (count: number): SealOptions => ({
    edge: EDGE,
    epoch: EPOCH,
    firstSequence: FIRST,
    records: records(values, count),
    codec,
    ...(level === undefined ? {} : { level }),
  });
};

const sealing = (options: (count: number) => SealOptions): Work => {
  return (count) => {
    const input = options(count);
    return { bytes: encodeSealed(input).length, once: () => encodeSealed(input) };
  };
};

const onSealed = (values: Values, use: (blob: Buffer, count: number) => void): Work => {
  return (count) => {
    const blob = encodeSealed(seal(values, 'zstd')(count));
    return { bytes: blob.length, once: () => use(blob, count) };
  };
};

const check = (blob: Buffer, count: number): void => {
  checkSealed(blob, { edge: EDGE, epoch: EPOCH, first: FIRST, last: FIRST + count - 1, maxRawBytes: MAX_RAW_BYTES });
};

const walk = (blob: Buffer): void => {
  walkRecords(blob, { maxRawBytes: MAX_RAW_BYTES }, (record) => {
    if (record.value?.length !== VALUE_BYTES) throw new Error('another value');
  });
};

/** A tail of ten rows becomes one batch. */
const join: Work = (count) => {
  const rows = Array.from({ length: 10 }, () => encodeSealed(seal('telemetry', 'none')(count / 10)));
  return { bytes: concatSealed(rows, { codec: 'zstd' }).length, once: () => concatSealed(rows, { codec: 'zstd' }) };
};

const SEAL = 'seal, telemetry, zstd 1';
const ROWS: Readonly<Record<string, Work>> = {
  [SEAL]: sealing(seal('telemetry', 'zstd')),
  'seal, random bytes, zstd 1': sealing(seal('random', 'zstd')),
  'seal, telemetry, zstd 3': sealing(seal('telemetry', 'zstd', 3)),
  'seal, telemetry, zstd -5': sealing(seal('telemetry', 'zstd', -5)),
  'seal, telemetry, none': sealing(seal('telemetry', 'none')),
  'join ten tail rows, zstd 1': join,
  'check, telemetry, zstd 1': onSealed('telemetry', check),
  'check, random bytes, zstd 1': onSealed('random', check),
  'walk, telemetry, zstd 1': onSealed('telemetry', walk),
};

interface Round {
  readonly cpuSeconds: number;
  readonly sealedBytes: number;
}

/** In the child: one round for each message. */
function serve(system: string): void {
  const [batches, count] = [Number(process.argv[3]), Number(process.argv[4])];
  const { bytes, once } = ROWS[system]!(count);
  process.on('message', () => {
    const cpu = process.cpuUsage();
    for (let i = 0; i < batches; i++) once();
    const { user, system: kernel } = process.cpuUsage(cpu);
    const round: Round = { cpuSeconds: (user + kernel) / 1e6, sealedBytes: bytes };
    process.send?.(round);
  });
}

export async function run(options: BenchOptions): Promise<BenchResult> {
  const rounds = flagNumber(options, 'rounds', 9);
  const batches = flagNumber(options, 'batches', 100);
  const count = flagNumber(options, 'records', 2000);
  const systems = Object.keys(ROWS).map((system) => ({
    system,
    child: MeasuredProcess.fork(fileURLToPath(import.meta.url), [system, `${batches}`, `${count}`]),
    rounds: [] as Round[],
  }));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const { child, rounds: done } of systems) {
        const result = await child.ask<Round>({ round });
        if (round > 0) done.push(result); // the first warms up
      }
      options.log(`seal: round ${round} of ${rounds}`);
    }
    const rows = systems.map(({ system, child, rounds: done }) => rowOf(system, child, done, batches * count));
    const sizes = systems.map(
      ({ system, rounds: [first] }) => `${(first!.sealedBytes / count).toFixed(1)} B a record sealed: ${system}`,
    );
    return { rows, ratios: { recordsPerSecondPerCore: Math.round(rows[0]!.recordsPerSecond) }, notes: sizes };
  } finally {
    for (const { child } of systems) await child.stop();
  }
}

function rowOf(system: string, child: MeasuredProcess, done: readonly Round[], recordCount: number): BenchRow {
  const cpuSeconds = median(done.map((round) => round.cpuSeconds));
  return {
    system,
    recordsPerSecond: Math.round(recordCount / cpuSeconds),
    bytesPerSecond: Math.round((recordCount * VALUE_BYTES) / cpuSeconds),
    cpuSeconds,
    peakRssBytes: child.usage().peakRssBytes,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] !== undefined) serve(process.argv[2]);
