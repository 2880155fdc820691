/** `npm run faults -- life`: a day of an edge's life in each round, in simulated time (life/day.ts). */
import { liveADay } from './life/day.ts';
import type { FaultOptions } from './run.ts';
import { isClean, resultText, Tally } from './tally.ts';

const DEFAULT_ROUNDS = 20;

export async function run({ rounds = DEFAULT_ROUNDS, seed, print }: FaultOptions): Promise<Tally> {
  const tally = new Tally();
  for (let round = 0; round < rounds; round++) {
    const day = { seed: seed + round, hours: 24, meanFaultMs: 10 * 60_000, meanCaptureMs: 20_000 };
    const result = await liveADay(day);
    tally.add(result);
    const faults = Object.entries(result.faults).map(([kind, count]) => `${kind} ${count}`);
    print(`round ${round} (${faults.join(', ')}; ${result.refused} refused): ${resultText(result)}`);
    if (!isClean(result)) print(`round ${round} failed: --rounds 1 --seed ${day.seed}`);
    for (const line of result.wrong) print(`  ${line}`);
  }
  return tally;
}
