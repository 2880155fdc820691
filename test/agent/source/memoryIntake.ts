/** An intake that keeps what it is given in memory, and can be told to fail or to take its time. */

import type { Capture, Captured, CaptureOutcome, Intake, StoredPosition } from '../../../agent/stages.ts';
import { TributaryError } from '../../../shared/errors.ts';

interface Remembered {
  readonly records: number;
  readonly digest: string | undefined;
}

export class MemoryIntake implements Intake {
  readonly captured: Captured[] = [];
  readonly captures: Capture[] = [];
  readonly stored = new Map<string, StoredPosition>();
  readonly #keys = new Map<string, Remembered>();
  readonly #failures: Error[] = [];
  #gate: Promise<void> = Promise.resolve();
  /** Captures that have begun. */
  begun = 0;

  async capture(capture: Capture): Promise<CaptureOutcome> {
    this.begun += 1;
    // Sources may hand over views: as the real intake, this one copies before anything else happens.
    const records = capture.records.map(own);
    await this.#gate;
    const failure = this.#failures.shift();
    if (failure) throw failure;
    const known = capture.idempotencyKey === undefined ? undefined : this.#keys.get(capture.idempotencyKey);
    if (known) {
      const digest = known.digest === undefined ? {} : { idempotencyDigest: known.digest };
      return { repeated: true, records: known.records, ...digest };
    }
    if (capture.idempotencyKey !== undefined) {
      this.#keys.set(capture.idempotencyKey, { records: records.length, digest: capture.idempotencyDigest });
    }
    for (const record of records) this.captured.push(record);
    this.captures.push({ ...capture, records });
    for (const position of capture.positions ?? []) this.stored.set(position.key, position);
    for (const key of capture.forget ?? []) this.stored.delete(key);
    return { repeated: false, records: records.length };
  }

  positions(keyPrefix: string): StoredPosition[] {
    return [...this.stored.values()].filter(({ key }) => key.startsWith(keyPrefix));
  }

  hasCaptured(topic: string, partition: number): boolean {
    return this.captured.some((record) => record.topic === topic && record.partition === partition);
  }

  failNext(error: Error, times = 1): void {
    for (let i = 0; i < times; i += 1) this.#failures.push(error);
  }

  /** Captures wait until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }
}

const own = (record: Captured): Captured => ({
  ...record,
  key: record.key && Buffer.from(record.key),
  value: record.value && Buffer.from(record.value),
  headers: record.headers.map(([name, value]) => [Buffer.from(name), value && Buffer.from(value)]),
});

export const intakeError = (code: 'bufferFull' | 'bufferFailed' | 'tooLarge' | 'badRequest'): TributaryError =>
  new TributaryError({
    code,
    operation: 'capture',
    subject: 'test buffer',
    reason: `it says ${code}`,
    retry: code === 'bufferFull' ? 'retryable' : 'final',
  });
