/** What is kept for one row of labels. */
import type { CopiedFacts } from '../copy/index.ts';
import { Sampled } from './sampled.ts';

/** A value, and how it spread lately. */
export class Measured {
  last: number | null = null;
  readonly #lately = new Sampled();

  record(value: number, nowMs: number): void {
    this.last = value;
    this.#lately.record(value, nowMs);
  }

  lately(of: 'min' | 'max' | 'avg', nowMs: number): number | null {
    return this.#lately.spread(nowMs)?.[of] ?? null;
  }
}

export class CopySeries {
  records = 0;
  bytes = 0;
  readonly age = new Measured();
  readonly latency = new Measured();
  readonly #records = new Sampled();
  readonly #bytes = new Sampled();

  copied({ records, bytes, ageMs, latencyMs }: CopiedFacts, nowMs: number): void {
    this.records += records;
    this.bytes += bytes;
    this.#records.record(records, nowMs);
    this.#bytes.record(bytes, nowMs);
    this.age.record(ageMs, nowMs);
    this.latency.record(latencyMs, nowMs);
  }

  recordRate = (nowMs: number): number => this.#records.rate(nowMs);
  byteRate = (nowMs: number): number => this.#bytes.rate(nowMs);
}
