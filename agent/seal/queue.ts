/** Captures that wait for the next group commit. */
import { TributaryError } from '../../shared/errors.ts';
import { isTopicName } from '../../shared/identity.ts';
import { limits } from '../../shared/limits.ts';
import type { Capture, Captured, CaptureOutcome } from '../stages.ts';
import { recordBytes } from './cut.ts';

export interface Waiting {
  readonly capture: Capture;
  /** What it may take on disk before compression, and about what it takes in memory. */
  readonly weight: number;
  readonly resolve: (outcome: CaptureOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Provenance headers and framing of a record, at their usual longest. */
const RECORD_OVERHEAD_BYTES = 250;
const POSITION_BYTES = 300;
const MAX_KEY_CHARACTERS = 512;

const refuse = (code: 'tooLarge' | 'badRequest', subject: string, reason: string, hint?: string): TributaryError =>
  new TributaryError({ code, operation: 'capture', subject, reason, retry: 'final', ...(hint ? { hint } : {}) });

/**
 * Weight of a capture whose every record can be stored.
 * @throws TributaryError `tooLarge`, `badRequest`
 */
export function weigh(capture: Capture): number {
  const { records, positions, idempotencyKey } = capture;
  let weight = (positions?.length ?? 0) * POSITION_BYTES;
  if (idempotencyKey !== undefined) {
    weight += POSITION_BYTES;
    if (Math.max(idempotencyKey.length, capture.idempotencyDigest?.length ?? 0) > MAX_KEY_CHARACTERS) {
      throw refuse('badRequest', 'the idempotency key', `it is longer than ${MAX_KEY_CHARACTERS} characters`);
    }
  }
  let topic: string | null = null;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const bytes = recordBytes(record);
    if (bytes > limits.maxRecordBytes) throw tooLarge(record, bytes);
    if (record.topic !== topic && !isTopicName(record.topic)) {
      throw refuse('badRequest', `topic ${JSON.stringify(record.topic)}`, 'Kafka allows no topic of that name');
    }
    topic = record.topic;
    if (!Number.isInteger(record.timestamp) || !isPartition(record.partition)) throw notWhole(record);
    weight += bytes + RECORD_OVERHEAD_BYTES;
  }
  return weight;
}

const isPartition = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 0x7fffffff;

const tooLarge = (record: Captured, bytes: number): TributaryError =>
  refuse('tooLarge', record.source, `the record has ${bytes} bytes and ${limits.maxRecordBytes} are allowed`);

const notWhole = ({ source, partition, timestamp }: Captured): TributaryError =>
  refuse('badRequest', source, `partition ${partition} or timestamp ${timestamp} is not a whole number in range`);

export class CaptureQueue {
  #waiting: Waiting[] = [];
  #bytes = 0;

  get length(): number {
    return this.#waiting.length;
  }
  /** Whether so much more may wait. What is larger than the bound itself may while nothing else does. */
  hasRoom(weight: number): boolean {
    return this.#waiting.length === 0 || this.#bytes + weight <= 2 * limits.intakeBytes;
  }
  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#bytes += waiting.weight;
  }
  /** The oldest ones, up to `maxBytes`, but one at least. */
  take(maxBytes: number): Waiting[] {
    let [count, bytes] = [0, 0];
    for (const { weight } of this.#waiting) {
      if (count > 0 && bytes + weight > maxBytes) break;
      count += 1;
      bytes += weight;
    }
    this.#bytes -= bytes;
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }
  rejectAll(error: unknown): void {
    for (const waiting of this.take(Number.POSITIVE_INFINITY)) waiting.reject(error);
  }
}
