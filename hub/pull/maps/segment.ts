/** A segment as a record of the maps topic; the format is in index.ts. */
import { limits } from '../../../shared/limits.ts';
import type { Run } from './runs.ts';

export interface Segment {
  /** Source offset from which on the map has everything. */
  readonly since: number;
  /** In their order, from 0 at `since`. */
  readonly number: number;
  /** One at least. */
  readonly runs: readonly Run[];
}

const VERSION = 1;
const MARKER = 1;
const KINDS = 4;
const OTHER = 1;
/** Of the largest whole number that is exact. */
const NUMBER_BYTES = 8;

export const segmentKey = (position: string, number: number): Buffer =>
  Buffer.from(`${position}/${number % limits.offsetMapSegments}`, 'utf8');

const BEGIN = 'begin';
/** No segment's, for those that read everything as segments. */
const BEGIN_VERSION = 2;
export const isBegin = (slot: string): boolean => slot === BEGIN;
export const beginKey = (position: string): Buffer => Buffer.from(`${position}/${BEGIN}`, 'utf8');
export const encodeBegin = (targetTopic: string): Buffer =>
  Buffer.concat([Buffer.from([BEGIN_VERSION]), Buffer.from(targetTopic, 'utf8')]);
/** The target topic; null: of a newer version. */
export const decodeBegin = (value: Buffer): string | null =>
  value[0] === BEGIN_VERSION ? value.subarray(1).toString('utf8') : null;

export function encodeSegment({ since, number, runs }: Segment): Buffer {
  const writer = { bytes: Buffer.allocUnsafe(1 + NUMBER_BYTES * (5 + 3 * runs.length)), at: 1 };
  writer.bytes[0] = VERSION;
  const first = runs[0]!;
  for (const value of [since, number, runs.length, first.source, first.target]) put(writer, value);
  let [source, target] = [first.source, first.target - MARKER];
  for (const run of runs) {
    const hole = run.source - source;
    const gap = run.target - target;
    const usual = hole === 0 && gap === MARKER;
    put(writer, KINDS * (run.count - 1) + (usual ? 0 : OTHER));
    if (!usual) {
      put(writer, hole);
      put(writer, gap);
    }
    source = run.source + run.count;
    target = run.target + run.count;
  }
  return writer.bytes.subarray(0, writer.at);
}

/** Null: it is not one that this version reads. Maps are beside the positions: without one offsets are translated less exactly. */
export function decodeSegment(value: Buffer): Segment | null {
  if (value[0] !== VERSION) return null;
  const reader = { bytes: value, at: 1 };
  const [since, number, count] = [take(reader), take(reader), take(reader)];
  let source = take(reader);
  let target = take(reader) - MARKER;
  const runs: Run[] = [];
  for (let i = 0; i < count && reader.at < value.length; i += 1) {
    const word = take(reader);
    const usual = word % KINDS === 0;
    source += usual ? 0 : take(reader);
    target += usual ? MARKER : take(reader);
    const run = { source, target, count: Math.floor(word / KINDS) + 1 };
    runs.push(run);
    [source, target] = [source + run.count, target + run.count];
  }
  const whole =
    runs.length === count && count > 0 && reader.at === value.length && Number.isSafeInteger(source + target);
  return whole ? { since, number, runs } : null;
}

/** Numbers go beyond 32 bits, so no shifts. */
function put(writer: { readonly bytes: Buffer; at: number }, value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    writer.bytes[writer.at] = (rest % 0x80) + 0x80;
    writer.at += 1;
  }
  writer.bytes[writer.at] = rest;
  writer.at += 1;
}

/** Behind the end: NaN, which no number becomes whole with. */
function take(reader: { readonly bytes: Buffer; at: number }): number {
  let value = 0;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = reader.bytes[reader.at];
    reader.at += 1;
    if (byte === undefined) return Number.NaN;
    value += (byte % 0x80) * factor;
    if (byte < 0x80) return value;
  }
}
