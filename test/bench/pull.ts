/**
 * `pull`: topics copied by `tributary pull` (exactly once, and at least once) and by the real MirrorMaker 2, each a process with a
 * file as its user starts it, beside a bare byte copy of the same batches. Source and target are one broker.
 *
 * Rate and CPU time count from the first visible record to the last; the start is reported apart (`firstRecordSeconds`). Ours
 * and the bare copy alternate for `--rounds` and medians count, of ratios to the bare copy those of each round; MirrorMaker 2
 * runs once with each of its settings, and the one that copies fastest is compared with. Ratios are ours to theirs.
 *
 * Flags: `--cases` (100,1k,trickle,flows), `--scale` (1) of the records, `--rounds` (3), `--systems ours`: without MirrorMaker 2 and
 * what is compared with it. Node.js gets `TRIBUTARY_BENCH_NODE_ARGS` (`--cpu-prof`) where it runs ours.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../../deploy/dev/kafka/launch.ts';
import { type BenchOptions, type BenchResult, type BenchRow, flagNumber, median } from './bench.ts';
import { COPY_1K, COPY_100, COPY_FLOWS, type Copy, type CopyCase, type CopyResult, runCopies } from './pullCopy.ts';
import { runTrickle } from './pullTrickle.ts';

const CASES = ['100', '1k', 'trickle', 'flows'];
type Part = Pick<BenchResult, 'rows' | 'ratios'> & { readonly notes: readonly string[] };

export async function run(options: BenchOptions): Promise<BenchResult> {
  const cases = options.flags.get('cases')?.split(',') ?? CASES;
  const unknown = cases.find((name) => !CASES.includes(name));
  if (unknown !== undefined) throw new Error(`--cases knows ${CASES.join(', ')}, not ${unknown}`);
  const [scale, rounds] = [flagNumber(options, 'scale', 1), flagNumber(options, 'rounds', 3)];
  const oursOnly = options.flags.get('systems') === 'ours';
  const dir = mkdtempSync(join(tmpdir(), 'tributary-pull-'));
  const parts: Part[] = [];
  const copies = async (it: Omit<CopyCase, 'rounds'>): Promise<CopyResult> => {
    const mm2 = oursOnly ? [] : it.mm2;
    const sized = { ...it, rounds, mm2, records: Math.max(it.flows * 1_000, Math.round(it.records * scale)) };
    // Files of what was deleted go at once: many copies are made.
    const properties = { 'log.segment.delete.delay.ms': '1000', 'log.retention.check.interval.ms': '5000' };
    const kafka = await startKafka({ dir: join(dir, it.title), throughput: true, properties, onProgress: options.log });
    try {
      return await runCopies(sized, { brokers: kafka.brokers.join(','), dir, log: options.log });
    } finally {
      await kafka.stop();
      rmSync(join(dir, it.title), { recursive: true, force: true });
    }
  };
  try {
    if (cases.includes('100')) parts.push(ratios100(await copies(COPY_100)));
    if (cases.includes('1k')) parts.push(ratios1k(await copies(COPY_1K)));
    if (cases.includes('flows')) parts.push(ratiosFlows(await copies(COPY_FLOWS)));
    if (cases.includes('trickle')) parts.push(await runTrickle({ dir, log: options.log, scale, oursOnly }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const rows: BenchRow[] = parts.flatMap((part) => [...part.rows]);
  return {
    rows,
    ratios: Object.assign({}, ...parts.map((part) => part.ratios)) as Record<string, number>,
    notes: [
      'source and target of copies are one broker; CPU is that of the copying process alone, without its start',
      ...parts.flatMap((part) => part.notes),
    ],
  };
}

const rateOf = (copies: readonly Copy[]): number => median(copies.map((copy) => copy.recordsPerSecond));
const cpuOf = (copies: readonly Copy[]): number => median(copies.map((copy) => copy.cpuSeconds));
const rssOf = (copies: readonly Copy[]): number => Math.max(...copies.map((copy) => copy.peakRssBytes));
/** Round by round, as what else the machine does changes from one to the next. */
const byRound = (ours: readonly Copy[], others: readonly Copy[]): number =>
  median(ours.map((copy, round) => copy.recordsPerSecond / others[round]!.recordsPerSecond));
const firstOf = (copies: readonly Copy[]): number =>
  median(copies.map((copy) => copy.firstRecordSeconds ?? Number.NaN));

function notesOf(title: string, { exactlyOnce, mm2 }: CopyResult): string[] {
  const theirs = mm2 ? `, MirrorMaker 2 after ${firstOf([mm2]).toFixed(1)} s` : '';
  return [`${title}: first record after ${firstOf(exactlyOnce).toFixed(1)} s${theirs}`];
}

/** Named `rate100OverMm2` and so on. */
function overMm2(name: string, { exactlyOnce, mm2 }: CopyResult): Record<string, number> {
  if (!mm2) return {};
  return {
    [`rate${name}OverMm2`]: rateOf(exactlyOnce) / mm2.recordsPerSecond,
    [`cpu${name}OverMm2`]: cpuOf(exactlyOnce) / mm2.cpuSeconds,
    [`rss${name}OverMm2`]: rssOf(exactlyOnce) / mm2.peakRssBytes,
  };
}

function ratios100(result: CopyResult): Part {
  const { rows, exactlyOnce, atLeastOnce, raw } = result;
  const ratios = {
    ...overMm2('100', result),
    exactlyOnceOverAtLeastOnce: byRound(exactlyOnce, atLeastOnce),
    rate100OverRawCopy: byRound(exactlyOnce, raw),
    firstRecordSeconds: firstOf(exactlyOnce),
  };
  return { rows, ratios, notes: notesOf('100 B', result) };
}

function ratios1k(result: CopyResult): Part {
  const { rows, exactlyOnce, raw } = result;
  const ratios = { ...overMm2('1k', result), rate1kOverRawCopy: byRound(exactlyOnce, raw) };
  return { rows, ratios, notes: notesOf('1 KB', result) };
}

const ratiosFlows = (result: CopyResult): Part => ({
  rows: result.rows,
  ratios: overMm2('Flows', result),
  notes: notesOf('ten flows', result),
});
