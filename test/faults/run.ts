/**
 * `npm run faults -- NAME [--rounds N] [--seed S] [--break PROMISE] [--victims a,b] [--keep]`: runs that hurt on purpose and check what a
 * `read_committed` consumer sees against what the producers were told was accepted. One line a round, at the end the
 * sums, and an exit code: 0 nothing wrong, 1 something lost, twice, out of order or unexplained, 2 bad usage.
 */
import { parseArgs } from 'node:util';
import type { Tally } from './tally.ts';

export interface FaultOptions {
  readonly rounds: number | undefined;
  readonly seed: number;
  /** Name of a promise that is broken on purpose (see `breaks.ts`): the run must turn red. */
  readonly break: string | undefined;
  /** Only these die, at random moments; absent: all, after every named crash point. */
  readonly victims: readonly string[] | undefined;
  readonly keep: boolean;
  /** How long the load of one round runs, where a run has a choice. */
  readonly minutes?: number | undefined;
  readonly print: (line: string) => void;
}

type Scenario = (options: FaultOptions) => Promise<Tally>;

const SCENARIOS: Record<string, () => Promise<{ run: Scenario }>> = {
  buffer: () => import('./buffer.ts'),
  clock: () => import('./clock.ts'),
  crash: () => import('./crash.ts'),
  life: () => import('./life.ts'),
  pull: () => import('./pull.ts'),
  migrate: () => import('./migrate.ts'),
  link: () => import('./link.ts'),
  disk: () => import('./disk.ts'),
};

function usage(problem: string): never {
  process.stderr.write(
    `${problem}\nusage: npm run faults -- ${Object.keys(SCENARIOS).join('|')} [--rounds N] [--seed S] [--break PROMISE] [--victims a,b] [--minutes M] [--keep]\n`,
  );
  process.exit(2);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string' },
    break: { type: 'string' },
    victims: { type: 'string' },
    keep: { type: 'boolean' },
    minutes: { type: 'string' },
  },
});
const [name = ''] = positionals;
const load = SCENARIOS[name];
if (!load) usage(`unknown fault run: ${name === '' ? '(none)' : name}`);
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) usage(`--rounds must be a whole number above 0`);
if (!Number.isInteger(seed)) usage(`--seed must be a whole number`);

const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
if (minutes !== undefined && !(minutes > 0)) usage('--minutes must be a number above 0');

const { run } = await load();
const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`seed ${seed}`);
const victims = values.victims?.split(',');
const tally = await run({ rounds, seed, victims, break: values.break, keep: values.keep ?? false, minutes, print });
print(tally.summary());
process.exit(tally.clean ? 0 : 1);
