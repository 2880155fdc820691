/** A buffer in a folder of its own, and what the tests put into it and read from it. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Registry } from 'prom-client';
import { afterEach, expect } from 'vitest';
import { BufferFile } from '../../../agent/buffer/index.ts';
import { SealingIntake, type SealingIntakeOptions } from '../../../agent/seal/index.ts';
import type { Captured, Parcel, SealedParcel } from '../../../agent/stages.ts';
import type { Clock } from '../../../shared/clock.ts';
import { TributaryError } from '../../../shared/errors.ts';
import type { EdgeId } from '../../../shared/identity.ts';
import { MIB } from '../../../shared/limits.ts';
import { checkSealed, unsealRecords } from '../../../shared/records/index.ts';
import { ProcessTelemetry } from '../../../shared/telemetry/telemetry.ts';

export const EDGE = 'store-1' as EdgeId;

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

export function folder(within = tmpdir()): string {
  const path = mkdtempSync(join(within, 'tributary-buffer-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export class TestClock implements Clock {
  wallMs = 1_700_000_000_000;
  sinceMs = 1_000;
  now(): number {
    return this.wallMs;
  }
  monotonicMs(): number {
    return this.sinceMs;
  }
  pass(ms: number): void {
    this.wallMs += ms;
    this.sinceMs += ms;
  }
}

export interface Opened {
  readonly path: string;
  readonly intake: SealingIntake;
  readonly file: BufferFile;
}

export function open(path: string, options: Partial<SealingIntakeOptions> & { maxBytes?: number } = {}): Opened {
  const { maxBytes = 64 * MIB, ...rest } = options;
  const file = BufferFile.open({ path, maxBytes, edge: EDGE });
  const intake = SealingIntake.open(file, { telemetry: new ProcessTelemetry({ level: 'error' }), ...rest });
  cleanups.push(() => intake.close());
  return { path, intake, file };
}

export const openNew = (options: Parameters<typeof open>[1] = {}): Opened => open(join(folder(), 'buffer.db'), options);

/** Also gives the metrics. */
export function openCounting(path: string): Opened & { registry: Registry } {
  const telemetry = new ProcessTelemetry({ level: 'error' });
  return { ...open(path, { telemetry }), registry: telemetry.registry };
}

/** Flips a byte in a blob of a file that nobody has open. */
export function corrupt(path: string, table: 'content' | 'tail', id: number): void {
  const db = new Database(path);
  const blob = db.prepare(`SELECT blob FROM ${table} WHERE id = ?`).pluck().get(id) as Buffer;
  blob[blob.length >> 1]! ^= 1;
  db.prepare(`UPDATE ${table} SET blob = ? WHERE id = ?`).run(blob, id);
  db.close();
}
export function readTable(path: string, sql: string): Record<string, unknown>[] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare(sql).all() as Record<string, unknown>[];
  db.close();
  return rows;
}

/** What a power cut would leave: database and log as they are now. */
export function copyBuffer(from: string, to: string): void {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}

export const onDisk = (path: string): number =>
  ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0);

export function record(text: string, more: Partial<Captured> = {}): Captured {
  return {
    ...{
      topic: 'orders',
      partition: 0,
      key: null,
      value: Buffer.from(text),
      headers: [],
      timestamp: 1_700_000_000_000,
    },
    ...{ stamp: 'source', source: `test:${text.slice(0, 20)}`, ...more },
  };
}
export const records = (prefix: string, count: number, more: Partial<Captured> = {}): Captured[] =>
  Array.from({ length: count }, (_, i) => record(`${prefix}${i}`, more));

/** Everything that can be sent, read in small steps. */
export function takeAll(intake: SealingIntake): Parcel[] {
  const all: Parcel[] = [];
  for (;;) {
    const some = intake.take({ after: all.at(-1)?.id ?? 0, maxBytes: 20_000, maxParcels: 50 });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Values of a sealed parcel, after the check that the hub does. */
export function valuesOf(parcel: Parcel): string[] {
  if (parcel.kind === 'gap') return [];
  const { blob, first, last, stream } = parcel;
  const facts = checkSealed(blob, { edge: EDGE, epoch: stream.epoch, first, last, maxRawBytes: 32 * MIB });
  if (facts.minTimestamp !== parcel.minTimestamp || facts.maxTimestamp !== parcel.maxTimestamp) {
    throw new Error(`time span of ${first}..${last} is not that of the blob`);
  }
  return unsealRecords(blob, { maxRawBytes: 32 * MIB }).map(({ value }) => String(value));
}
export const allValues = (intake: SealingIntake): string[] => takeAll(intake).flatMap(valuesOf);

/** Waits until no fork has rows to move. */
export async function moved(intake: SealingIntake): Promise<void> {
  await expect.poll(() => intake.mark() !== null, { interval: 1, timeout: 20_000 }).toBe(true);
}

export const pointBehind = ({ last, tip }: Parcel): { next: number; tip: Buffer } => ({ next: last + 1, tip });
export const isSealed = (parcel: Parcel): parcel is SealedParcel => parcel.kind === 'sealed';

export const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof TributaryError ? error.code : String(error)),
  );
