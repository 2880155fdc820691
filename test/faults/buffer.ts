/**
 * `npm run faults -- buffer [--victims torn,pages,bytes,model] [--rounds N] [--seed S]`: the buffer's file as power cuts and bad disks
 * leave it. `--rounds`: images of torn writes, flipped
 * bytes, sequences of the model test (test/agent/seal/model.test.ts). In memory where there is /dev/shm.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { flipBytes, flipPages } from './bufferFlips.ts';
import { tornWrites } from './bufferTorn.ts';
import type { FaultOptions } from './run.ts';
import { type RoundResult, resultText, Tally } from './tally.ts';

const TORN_IMAGES = 2_000;
const FLIPPED_BYTES = 10_000;
/** Some twelve actions each. */
const MODEL_SEQUENCES = 9_000;

export async function run({ rounds, seed, victims, print }: FaultOptions): Promise<Tally> {
  const parts = {
    torn: () => tornWrites({ images: rounds ?? TORN_IMAGES, seed, print }),
    pages: () => flipPages({ seed, print }),
    bytes: () => flipBytes({ count: rounds ?? FLIPPED_BYTES, seed, print }),
    model: () => model(rounds ?? MODEL_SEQUENCES, seed, print),
  };
  const tally = new Tally();
  for (const [name, part] of Object.entries(parts)) {
    if (victims !== undefined && !victims.includes(name)) continue;
    const result = await part();
    print(`${name}: ${resultText(result)}`);
    tally.add(result);
  }
  return tally;
}

async function model(sequences: number, seed: number, print: (line: string) => void): Promise<RoundResult> {
  const root = join(import.meta.dirname, '../..');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, MODEL_RUNS: `${sequences}`, MODEL_SEED: `${seed}` };
  const args = [vitest, 'run', 'test/agent/seal/model.test.ts', '--test-timeout', '7200000'];
  const run = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const actions = Number(/^actions (\d+)$/m.exec(run.stdout)?.[1] ?? 0);
  if (run.status !== 0) print(run.stdout.slice(-4_000));
  print(`model: ${sequences} sequences, ${actions} actions`);
  return { accepted: actions, lost: 0, twice: 0, disorder: 0, unexplained: run.status === 0 ? 0 : 1 };
}
