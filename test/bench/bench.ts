/** What a bench module is, and what it hands back. */

export interface BenchRow {
  readonly system: string;
  readonly recordsPerSecond: number;
  /** Of the records' own bytes (keys and values), unless the module's notes say otherwise. */
  readonly bytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  /** Named numbers that goals are stated in. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Printed under the table: how it was measured, what was left out and why. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** `--records 1000000` comes as `records -> '1000000'`; each module says which it knows. */
  readonly flags: ReadonlyMap<string, string>;
  /** A line of progress, on stderr: stdout is the table's. */
  readonly log: (line: string) => void;
}

export interface BenchModule {
  run(options: BenchOptions): Promise<BenchResult>;
}

/** @throws Error where the flag is there and no positive number */
export function flagNumber(options: BenchOptions, name: string, otherwise: number): number {
  const text = options.flags.get(name);
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll('_', ''));
  if (!(value > 0)) throw new Error(`--${name} takes a positive number, not ${text}`);
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
