/**
 * `npm run faults -- buffer [--victims torn,pages,bytes] [--rounds N] [--seed S]`: the buffer's file as power cuts and bad disks
 * leave it. `--rounds`: images of torn writes, and flipped bytes. In one process, in memory where there is /dev/shm.
 */
import { flipBytes, flipPages } from './bufferFlips.ts';
import { tornWrites } from './bufferTorn.ts';
import type { FaultOptions } from './run.ts';
import { resultText, Tally } from './tally.ts';

const TORN_IMAGES = 2_000;
const FLIPPED_BYTES = 10_000;

export async function run({ rounds, seed, victims, print }: FaultOptions): Promise<Tally> {
  const parts = {
    torn: () => tornWrites({ images: rounds ?? TORN_IMAGES, seed, print }),
    pages: () => flipPages({ seed, print }),
    bytes: () => flipBytes({ count: rounds ?? FLIPPED_BYTES, seed, print }),
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
