/** A bench's result as text. */
import type { BenchResult } from './bench.ts';

const number = (value: number): string =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en-US')
    : value.toLocaleString('en-US', { maximumFractionDigits: 2 });
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

export function tableOf(name: string, result: BenchResult): string {
  const head = ['system', 'records/s', 'MiB/s', 'CPU s', 'peak RSS MiB'];
  const body = result.rows.map((row) => [
    row.system,
    number(row.recordsPerSecond),
    mebibytes(row.bytesPerSecond),
    row.cpuSeconds.toFixed(2),
    mebibytes(row.peakRssBytes),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]!.length)));
  const line = (cells: string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  const ratios = Object.entries(result.ratios).map(([key, value]) => `  ${key} = ${number(value)}`);
  const notes = (result.notes ?? []).map((note) => `  ${note}`);
  return [`# ${name}`, line(head), ...body.map(line), ...ratios, ...notes].join('\n');
}
