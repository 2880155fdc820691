/**
 * Numbers of the last half to whole minute, as Kafka's metrics keep them: two samples of 30 s, the older one let go when a
 * third begins.
 */
const SAMPLE_MS = 30_000;
const SAMPLES = 2;

interface Sample {
  readonly startMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

export interface Spread {
  readonly min: number;
  readonly max: number;
  readonly avg: number;
}

export class Sampled {
  #samples: Sample[] = [];

  /** `nowMs`: monotonic. */
  record(value: number, nowMs: number): void {
    let sample = this.#samples.at(-1);
    if (!sample || nowMs - sample.startMs >= SAMPLE_MS) {
      sample = { startMs: nowMs, count: 0, sum: 0, min: value, max: value };
      this.#samples.push(sample);
    }
    sample.count += 1;
    sample.sum += value;
    sample.min = Math.min(sample.min, value);
    sample.max = Math.max(sample.max, value);
    this.#forget(nowMs);
  }

  /** Null: there was nothing. */
  spread(nowMs: number): Spread | null {
    this.#forget(nowMs);
    if (this.#samples.length === 0) return null;
    const count = this.#samples.reduce((sum, sample) => sum + sample.count, 0);
    return {
      min: Math.min(...this.#samples.map(({ min }) => min)),
      max: Math.max(...this.#samples.map(({ max }) => max)),
      avg: this.#samples.reduce((sum, sample) => sum + sample.sum, 0) / count,
    };
  }

  /** Per second, over one whole sample at least: what has just begun is not taken for a high rate. */
  rate(nowMs: number): number {
    this.#forget(nowMs);
    const first = this.#samples[0];
    if (!first) return 0;
    const overMs = Math.max(SAMPLE_MS, nowMs - first.startMs);
    return (this.#samples.reduce((sum, sample) => sum + sample.sum, 0) * 1_000) / overMs;
  }

  #forget(nowMs: number): void {
    while (this.#samples[0] && nowMs - this.#samples[0].startMs >= SAMPLES * SAMPLE_MS) this.#samples.shift();
  }
}
