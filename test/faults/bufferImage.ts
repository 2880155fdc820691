/** Images of a buffer, and whether what one gives after it was opened is only, and all of, what was captured. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BufferFile, type Mended } from '../../agent/buffer/index.ts';
import { SealingIntake } from '../../agent/seal/index.ts';
import type { Captured, Parcel } from '../../agent/stages.ts';
import { type EdgeId, sameTip, tipAfterBatch, tipAfterGap } from '../../shared/identity.ts';
import { MIB } from '../../shared/limits.ts';
import { checkSealed, unsealRecords } from '../../shared/records/index.ts';
import { ProcessTelemetry } from '../../shared/telemetry/telemetry.ts';

const EDGE = 'store-1' as EdgeId;
/** What the disk does is not the question: the images are made as a disk would leave them. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const SEAL = { sealRecords: 8, sealRawBytes: 20_000, moveRows: 10_000 };

export const imageFolder = (): string => mkdtempSync(join(MEMORY, 'tributary-image-'));
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true });

export interface Opened {
  readonly intake: SealingIntake;
  readonly mended: Mended | null;
}
export function openImage(path: string): Opened {
  const file = BufferFile.open({ path, maxBytes: 64 * MIB, edge: EDGE });
  const telemetry = new ProcessTelemetry({ destination: { write: () => undefined } });
  return { intake: SealingIntake.open(file, { telemetry, seal: SEAL }), mended: file.opening.mended };
}

export function copyFiles(from: string, to: string): void {
  for (const suffix of ['', '-wal']) {
    rmSync(to + suffix, { force: true });
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}

export const nameOf = (partition: number, n: number): string => `${partition}:${n}`;
export function recordsOf(partition: number, from: number, count: number, bytes: number): Captured[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ topic: 'orders', partition, key: null, headers: [], timestamp: 1_700_000_000_000 + from + i },
    value: Buffer.from(nameOf(partition, from + i).padEnd(bytes, '.')),
    ...{ stamp: 'source' as const, source: `test:${partition}` },
  }));
}

/** What has been captured, and of it confirmed, by partition: records are numbered from 0. */
export interface Truth {
  readonly captured: ReadonlyMap<number, number>;
  readonly delivered: ReadonlyMap<number, number>;
}

export interface Verdict {
  /** Records that can be sent. */
  readonly sendable: number;
  /** Records that became gaps. */
  readonly gaps: number;
  /** Acknowledged, not confirmed, and neither there nor in a gap. */
  readonly missing: number;
  readonly problems: readonly string[];
}

/** Reads everything, as the link would. */
export async function drain(intake: SealingIntake): Promise<Parcel[]> {
  await intake.sealTail(Number.NEGATIVE_INFINITY);
  let all: Parcel[] = [];
  for (let before = -1, turns = 0; turns < 500 && (all.length !== before || turns < 2); turns++) {
    before = all.length;
    all = [];
    for (;;) {
      const after = all.at(-1)?.id ?? Number.MIN_SAFE_INTEGER;
      const some = intake.take({ after, maxBytes: 1e6, maxParcels: 1_000 });
      if (some.length === 0) break;
      all.push(...some);
    }
    await nextTurn();
    await nextTurn();
  }
  return all;
}

export async function judge(intake: SealingIntake, truth: Truth): Promise<Verdict> {
  const parcels = await drain(intake);
  const problems: string[] = [];
  const seen = new Map<number, number[]>();
  const gapped = new Map<number, number>();
  const ends = new Map<number, Parcel>();
  for (const parcel of parcels) {
    problems.push(...chainProblems(parcel, ends.get(parcel.stream.id)));
    ends.set(parcel.stream.id, parcel);
    const { partition } = parcel.stream;
    if (parcel.kind === 'gap') gapped.set(partition, (gapped.get(partition) ?? 0) + parcel.last - parcel.first + 1);
    else {
      const found = numbersOf(parcel, problems);
      seen.set(partition, [...(seen.get(partition) ?? []), ...found]);
    }
  }
  let [sendable, gaps, missing] = [0, 0, 0];
  for (const [partition, captured] of truth.captured) {
    const numbers = seen.get(partition) ?? [];
    const gone = gapped.get(partition) ?? 0;
    if (numbers.some((n, i) => i > 0 && n <= numbers[i - 1]!)) problems.push(`disorder in ${partition}`);
    const wanted = captured - (truth.delivered.get(partition) ?? 0);
    const back = numbers.filter((n) => n < (truth.delivered.get(partition) ?? 0)).length;
    sendable += numbers.length;
    gaps += gone;
    missing += Math.max(0, wanted - (numbers.length - back) - gone);
  }
  for (const { partition, captured, delivered, buffered, gaps: counted } of intake.stats().places) {
    if (captured !== delivered + buffered + counted || buffered < 0) problems.push(`counters of ${partition}`);
    if (buffered !== (seen.get(partition)?.length ?? 0))
      problems.push(`${partition}: ${buffered} buffered by the counters, ${seen.get(partition)?.length ?? 0} there`);
  }
  return { sendable, gaps, missing, problems };
}

function chainProblems(parcel: Parcel, before: Parcel | undefined): string[] {
  const { first, last, previousTip, tip, stream } = parcel;
  const at = `${stream.partition} ${first}..${last}`;
  const found: string[] = [];
  const own =
    parcel.kind === 'gap'
      ? tipAfterGap(previousTip, first, last, parcel.reason)
      : tipAfterBatch(previousTip, parcel.blob);
  if (!sameTip(own, tip)) found.push(`tip of ${at}`);
  if (before !== undefined && (before.last + 1 !== first || !sameTip(before.tip, previousTip)))
    found.push(`chain in front of ${at}`);
  return found;
}

function numbersOf(parcel: Parcel, problems: string[]): number[] {
  if (parcel.kind === 'gap') return [];
  const { blob, first, last, stream } = parcel;
  try {
    checkSealed(blob, { edge: EDGE, epoch: stream.epoch, first, last, maxRawBytes: 32 * MIB });
    return unsealRecords(blob, { maxRawBytes: 32 * MIB }).map(({ value }) => {
      const [partition, number] = String(value).replace(/\.+$/, '').split(':').map(Number);
      if (partition !== stream.partition) problems.push(`record of ${partition} in ${stream.partition}`);
      return number ?? -1;
    });
  } catch (error) {
    problems.push(`batch ${first}..${last}: ${(error as Error).message}`);
    return [];
  }
}
