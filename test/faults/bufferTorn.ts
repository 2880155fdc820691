/**
 * Torn writes. Behind each commit of a growing buffer its files are copied, as the disk has them then; from each copy several
 * images are made as a power cut would leave the next write: the log's next frames in part, cut off or with holes in them.
 * Each must open, with all that was acknowledged before the copy.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyFiles, imageFolder, judge, openImage, recordsOf, removeFolder } from './bufferImage.ts';
import { Random } from './random.ts';
import type { RoundResult } from './tally.ts';

const FRAME_BYTES = 8192 + 24;

export interface TornOptions {
  readonly images: number;
  readonly seed: number;
  readonly print: (line: string) => void;
}

export async function tornWrites({ images, seed, print }: TornOptions): Promise<RoundResult> {
  const random = new Random(seed);
  const folder = imageFolder();
  const sum = { accepted: 0, lost: 0, twice: 0, disorder: 0, unexplained: 0 };
  try {
    const path = join(folder, 'buffer.db');
    const { intake } = openImage(path);
    const captured = new Map<number, number>();
    for (let done = 0; done < images; ) {
      const base = join(folder, 'base.db');
      copyFiles(path, base);
      const acknowledged = new Map(captured);
      const partition = random.below(3);
      const from = captured.get(partition) ?? 0;
      const count = 1 + random.below(12);
      await intake.capture({ records: recordsOf(partition, from, count, 12 + random.below(3_000)) });
      captured.set(partition, from + count);
      const torn = join(folder, 'torn.db');
      for (let i = 0; i < 8 && done < images; i++, done++) {
        tear(base, path, torn, random);
        const opened = openImage(torn);
        const verdict = await judge(opened.intake, { captured: acknowledged, delivered: new Map() });
        await opened.intake.close();
        sum.accepted += [...acknowledged.values()].reduce((all, n) => all + n, 0);
        sum.lost += verdict.missing + verdict.gaps;
        sum.unexplained += verdict.problems.length + (opened.mended === null ? 0 : 1);
        if (verdict.missing + verdict.gaps + verdict.problems.length > 0 || opened.mended !== null)
          print(`torn image ${done} of seed ${seed}: ${JSON.stringify({ ...verdict, mended: opened.mended })}`);
      }
    }
    await intake.close();
  } finally {
    removeFolder(folder);
  }
  return sum;
}

/** The files as they were before the last write, and a random part of what that write put behind the log's end. */
function tear(before: string, after: string, to: string, random: Random): void {
  copyFiles(before, to);
  const [old, now] = [logOf(before), logOf(after)];
  // The log began anew in between: its frames are those that a checkpoint has taken.
  if (old.length > now.length || !now.subarray(0, 32).equals(old.subarray(0, 32))) return;
  const torn = Buffer.from(now);
  // SQLite cuts a log that has begun anew to its limit, which ends within a frame.
  let from = 32 + Math.floor((old.length - 32) / FRAME_BYTES) * FRAME_BYTES;
  while (from > 32 && !now.subarray(32, from).equals(old.subarray(32, from))) from -= FRAME_BYTES;
  const written = Math.max(0, now.length - from);
  const cut = from + random.below(written + 1);
  // Not what was synced: only what lies behind it, in any order.
  if (random.below(2) === 0) {
    for (let at = from; at < cut; at += 4096) if (random.below(3) === 0) torn.fill(0, at, Math.min(cut, at + 4096));
  }
  writeFileSync(`${to}-wal`, torn.subarray(0, cut));
}

function logOf(path: string): Buffer {
  try {
    return readFileSync(`${path}-wal`);
  } catch {
    return Buffer.alloc(0);
  }
}
