/**
 * Flipped bits. Of a small buffer each page is overwritten, one at a time; of a bigger one a byte is flipped at random, in
 * the database or its log. It must open each time, send nothing but what was captured, and say what is gone.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mended } from '../../agent/buffer/index.ts';
import { readWal } from '../../agent/buffer/mend/wal.ts';
import {
  copyFiles,
  drain,
  imageFolder,
  judge,
  type Opened,
  openImage,
  recordsOf,
  removeFolder,
  type Truth,
} from './bufferImage.ts';
import { Random } from './random.ts';
import type { RoundResult } from './tally.ts';

const PAGE_BYTES = 8192;

export interface FlipOptions {
  readonly seed: number;
  readonly print: (line: string) => void;
}

/** A buffer in several runs: sealed and tail rows, gaps, something delivered. `clean`: closed, without a log. */
async function makeBuffer(
  path: string,
  random: Random,
  captures: number,
  clean: boolean,
): Promise<Truth & { opened: Opened }> {
  const captured = new Map<number, number>();
  const delivered = new Map<number, number>();
  let opened = openImage(path);
  for (let i = 0; i < captures; i++) {
    if (i === captures >> 1) {
      await opened.intake.close();
      opened = openImage(path);
    }
    const partition = random.below(3);
    const from = captured.get(partition) ?? 0;
    const count = 1 + random.below(10);
    const records = recordsOf(partition, from, count, 12 + random.below(4_000));
    const position = { kind: 'kafka', topic: 'orders', partition, nextOffset: from + count };
    await opened.intake.capture({
      records,
      positions: [{ key: `kafka:test:orders:${partition}`, position }],
      idempotencyKey: `key-${i}`,
    });
    captured.set(partition, from + count);
    if (i !== captures >> 2) continue;
    const [first] = await drain(opened.intake);
    if (first === undefined) continue;
    await opened.intake.settle([{ streamId: first.stream.id, points: [{ next: first.last + 1, tip: first.tip }] }]);
    delivered.set(first.stream.partition, first.last + 1);
  }
  if (clean) await opened.intake.close();
  return { captured, delivered, opened };
}

/** What may be missing without a range: it was said that there may have been more. */
const isSaid = (mended: Mended | null): boolean =>
  mended !== null && (mended.unknownEnds.length > 0 || mended.strayRecords > 0 || mended.how === 'begunAnew');

class Flips {
  readonly sum = { accepted: 0, lost: 0, twice: 0, disorder: 0, unexplained: 0 };
  readonly how = new Map<string, number>();
  readonly #truth: Truth;
  readonly #print: (line: string) => void;

  constructor(truth: Truth, print: (line: string) => void) {
    this.#truth = truth;
    this.#print = print;
  }

  /** `mayTear`: the last transaction in the log can't be told from one that was never acknowledged. */
  async check(what: string, path: string, mayTear: boolean): Promise<void> {
    let fault = '';
    try {
      let opened = openImage(path);
      let verdict: Awaited<ReturnType<typeof judge>>;
      const { mended } = opened;
      const how = [mended?.how ?? 'nothing'];
      try {
        verdict = await judge(opened.intake, this.#truth);
        await opened.intake.close();
      } catch (error) {
        // Damage that reading met: the process ends, and its next start mends the file.
        await opened.intake.close().catch(() => undefined);
        if ((error as { code?: string }).code !== 'bufferFailed') throw error;
        opened = openImage(path);
        how.push('ended', opened.mended?.how ?? 'nothing');
        verdict = await judge(opened.intake, this.#truth);
        await opened.intake.close();
      }
      this.how.set(how.join(), (this.how.get(how.join()) ?? 0) + 1);
      this.sum.accepted += verdict.sendable + verdict.gaps;
      const said = isSaid(mended) || isSaid(opened.mended) || mayTear;
      if (verdict.missing > 0 && !said) this.sum.lost += verdict.missing;
      this.sum.unexplained += verdict.problems.length;
      if (verdict.problems.length > 0 || (verdict.missing > 0 && !said))
        fault = `${JSON.stringify(verdict)} ${how.join()} ${mended?.reason ?? ''}`;
    } catch (error) {
      this.sum.unexplained += 1;
      fault = `did not open: ${(error as Error).stack ?? ''}`;
    }
    if (fault !== '') this.#print(`${what}: ${fault.slice(0, 700)}`);
  }
}

const ways: readonly ((page: Buffer, random: Random) => void)[] = [
  (page) => void page.fill(0),
  (page, random) => {
    for (let i = 0; i < page.length; i += 4) page.writeUInt32LE(Math.floor(random.next() * 2 ** 32), i);
  },
];

export async function flipPages({ seed, print }: FlipOptions): Promise<RoundResult> {
  const random = new Random(seed);
  const folder = imageFolder();
  try {
    const base = join(folder, 'base.db');
    const { opened: _, ...truth } = await makeBuffer(base, random, 40, true);
    const whole = readFileSync(base);
    const flips = new Flips(truth, print);
    for (let page = 0; page * PAGE_BYTES < whole.length; page++) {
      for (const [i, way] of ways.entries()) {
        const at = join(folder, `${page}-${i}`, 'buffer.db');
        copyInto(folder, `${page}-${i}`);
        const bytes = Buffer.from(whole);
        way(bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES), random);
        writeFileSync(at, bytes);
        await flips.check(`page ${page + 1} way ${i} seed ${seed}`, at, false);
        removeFolder(join(folder, `${page}-${i}`));
      }
    }
    print(`pages: ${whole.length / PAGE_BYTES}, mended ${JSON.stringify(Object.fromEntries(flips.how))}`);
    return flips.sum;
  } finally {
    removeFolder(folder);
  }
}

export async function flipBytes({ seed, print, count }: FlipOptions & { count: number }): Promise<RoundResult> {
  const random = new Random(seed);
  const folder = imageFolder();
  try {
    const base = join(folder, 'base.db');
    const { opened, ...truth } = await makeBuffer(base, random, 120, false);
    copyFiles(base, join(folder, 'image.db'));
    await opened.intake.close();
    const files = ['', '-wal'].map((suffix) => ({ suffix, bytes: readFileSync(join(folder, `image.db${suffix}`)) }));
    const flips = new Flips(truth, print);
    // Frames of the last transaction at the most.
    const lastWrite = Math.max(...readWal(join(folder, 'image.db-wal')).pages.values()) - 12 * (PAGE_BYTES + 24);
    for (let i = 0; i < count; i++) {
      copyInto(folder, 'one');
      const at = join(folder, 'one', 'buffer.db');
      const hit = files[random.below(2)]!;
      const offset = random.below(hit.bytes.length);
      const bit = 1 << random.below(8);
      for (const { suffix, bytes } of files) {
        const copy = hit.suffix === suffix ? Buffer.from(bytes) : bytes;
        if (hit.suffix === suffix) copy[offset]! ^= bit;
        writeFileSync(at + suffix, copy);
      }
      await flips.check(
        `byte ${offset} bit ${bit} of buffer.db${hit.suffix} seed ${seed}`,
        at,
        hit.suffix !== '' && offset > lastWrite,
      );
      removeFolder(join(folder, 'one'));
    }
    print(`bytes: ${count}, mended ${JSON.stringify(Object.fromEntries(flips.how))}`);
    return flips.sum;
  } finally {
    removeFolder(folder);
  }
}

function copyInto(folder: string, name: string): void {
  mkdirSync(join(folder, name), { recursive: true });
}
