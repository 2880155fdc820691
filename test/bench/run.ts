/**
 * `npm run bench -- NAME... [--flag value]`: runs benches, prints a table for each on stdout and writes
 * `bench/results/NAME.json`. Progress goes to stderr. Exit code 2: unknown name; 1: a bench failed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { BenchModule, BenchResult } from './bench.ts';
import { tableOf } from './table.ts';

/** Each is a module of this folder. */
const BENCHES: Readonly<Record<string, string>> = {
  seal: 'encode, compress, check and walk sealed batches, one core',
  intake: 'local Kafka into the durable buffer, beside bare kafkajs and Telegraf',
  'hub-write': 'sealed batches of 100 edges into central Kafka, verified, beside a raw byte copy',
  pull: 'topics copied by pull flows, beside the real MirrorMaker 2 and a bare byte copy',
  link: 'how much of a link of 10 and 100 Mbit/s at 300 ms an agent uses; progress at 50 kbit/s with cuts',
  memory: 'resident memory of hub and agent after 5 million records, and of an idle agent',
};

const moduleOf = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);
const known = (): string[] => Object.keys(BENCHES).filter((name) => existsSync(moduleOf(name)));

function usage(): string {
  const lines = known().map((name) => `  ${name.padEnd(10)} ${BENCHES[name]}`);
  return ['usage: npm run bench -- NAME... [--flag value]', ...lines].join('\n');
}

function parse(args: readonly string[]): { names: string[]; flags: Map<string, string> } {
  const names: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('--')) names.push(arg);
    else if (arg.includes('=')) flags.set(arg.slice(2, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1));
    else flags.set(arg.slice(2), args[++i] ?? '');
  }
  return { names, flags };
}

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu?.model.trim() ?? process.arch}, ${cpus().length} cores, ${memory} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty');
  } catch {
    return 'unknown';
  }
}

/** The form that scripts rely on: no key more, none less. */
function store(name: string, { rows, ratios }: BenchResult): string {
  const plain = rows.map(({ system, recordsPerSecond, bytesPerSecond, cpuSeconds, peakRssBytes }) => ({
    system,
    recordsPerSecond,
    bytesPerSecond,
    cpuSeconds,
    peakRssBytes,
  }));
  const folder = new URL('../../bench/results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const content = { name, machine: machine(), commit: commit(), rows: plain, ratios };
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(content, null, 2)}\n`);
  return `bench/results/${name}.json`;
}

async function main(): Promise<number> {
  const { names, flags } = parse(process.argv.slice(2));
  const unknown = names.filter((name) => !known().includes(name));
  if (names.length === 0 || unknown.length > 0) {
    const reason = unknown.length > 0 ? `no bench is called ${unknown.join(', ')}\n` : '';
    process.stderr.write(`${reason}${usage()}\n`);
    return 2;
  }
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  for (const name of names) {
    const bench = (await import(moduleOf(name).href)) as BenchModule;
    const result = await bench.run({ flags, log });
    process.stdout.write(`${tableOf(name, result)}\n  -> ${store(name, result)}\n`);
  }
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
});
