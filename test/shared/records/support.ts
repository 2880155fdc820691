/** What the tests of this folder share: arbitrary records, golden files, and a way to name an expected error. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type PlainRecord, RecordsError, type RecordsErrorCode } from '../../../shared/records/index.ts';

export const MAX_RAW_BYTES = 2 ** 25;
export const READ = { maxRawBytes: MAX_RAW_BYTES };

export const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

/** A record with what a test does not care about filled in. */
export const record = (facts: Partial<PlainRecord> = {}): PlainRecord => ({
  key: null,
  value: utf8('value'),
  timestamp: 1_750_000_000_000,
  headers: [],
  ...facts,
});

/** Without the properties that only reading adds, buffers as plain ones: for toEqual. */
export const plain = ({ key, value, timestamp, headers }: PlainRecord): PlainRecord => ({
  key: key && Buffer.from(key),
  value: value && Buffer.from(value),
  timestamp,
  headers: headers.map(([name, content]) => [Buffer.from(name), content && Buffer.from(content)] as const),
});

/** Fails unless a RecordsError with this code is thrown. */
export function expectCode(code: RecordsErrorCode, work: () => unknown): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(RecordsError);
  expect((thrown as RecordsError).code).toBe(code);
}

const bytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const timestamp = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1, 2 ** 31, -(2 ** 31), 2 ** 52, 2 ** 53 - 1, -(2 ** 53 - 1)) },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
);

export const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  timestamp,
  headers: fc.array(fc.tuple(bytes, fc.option(bytes, { nil: null })), { maxLength: 6 }),
});

export const anyRecords = fc.array(anyRecord, { minLength: 1, maxLength: 40 });

export const golden = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/records/${name}`, import.meta.url));

/** Record `i` of the golden files, as `Golden.java` makes it. */
export function goldenRecord(i: number): PlainRecord {
  const headers = [
    [utf8('trace'), Buffer.from([i & 0xff, 0xff, 0])],
    [utf8('nul'), null],
    [utf8('émpty'), Buffer.alloc(0)],
  ] as const;
  return {
    key: i % 5 === 0 ? null : utf8(i % 5 === 1 ? '' : `key-${i % 97}`),
    value: i % 7 === 3 ? null : i % 7 === 4 ? Buffer.alloc(0) : goldenValue(i),
    timestamp: goldenTime(i),
    headers: headers.slice(0, i % 4),
  };
}

export const goldenTime = (i: number): number => 1_750_000_000_000 + ((i * 7919) % 60_000) - (i % 3) * 1000;
export const goldenValue = (i: number): Buffer =>
  utf8(`{"sensor":"line-${i % 13}","reading":${(i * 37) % 1000},"note":"höhe ${i}"}`);
