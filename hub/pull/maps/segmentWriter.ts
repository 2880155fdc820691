/** What one transaction adds to a partition's map. Nothing of it counts before the transaction has committed. */
import { limits } from '../../../shared/limits.ts';
import { addRun, type CopiedRecords, type Run, runsOf } from './runs.ts';
import { beginKey, encodeBegin, encodeSegment, type Segment, segmentKey } from './segment.ts';

/** The segment that is written next; it may have no runs yet. */
export type OpenSegment = Segment;

export const openSegment = (since: number, number = 0): OpenSegment => ({ since, number, runs: [] });

export class SegmentWriter {
  readonly #full: Segment[] = [];
  #since: number;
  #number: number;
  #runs: Run[];
  #touched = false;
  /** The target of a map that begins here; null: it goes on. */
  #begins: string | null;

  constructor({ since, number, runs }: OpenSegment, begins: string | null = null) {
    this.#begins = begins;
    this.#since = since;
    this.#number = number;
    this.#runs = [...runs];
  }

  get touched(): boolean {
    return this.#touched;
  }

  /** What was copied before does not count beside what comes: another target, another topic, another copier in between. */
  restart(since: number, targetTopic: string): void {
    this.#begins = targetTopic;
    this.#full.length = 0;
    this.#since = since;
    this.#number = 0;
    this.#runs = [];
    this.#touched = false;
  }

  add(batch: CopiedRecords): void {
    this.#touched = true;
    for (const run of runsOf(batch)) {
      if (this.#runs.length >= limits.offsetMapRuns) this.#seal();
      addRun(this.#runs, run);
    }
  }

  #seal(): void {
    this.#full.push(this.#segment());
    this.#number += 1;
    this.#runs = [];
  }

  #segment(): Segment {
    return { since: this.#since, number: this.#number, runs: this.#runs };
  }

  /** As it is once the transaction has committed. */
  open(): OpenSegment {
    return this.#segment();
  }

  /** For the maps topic. A slot that is written twice in one transaction is written once. */
  records(position: string): { key: Buffer; value: Buffer }[] {
    const begin = this.#begins === null ? [] : [{ key: beginKey(position), value: encodeBegin(this.#begins) }];
    if (!this.#touched) return begin;
    const segments = [...this.#full, this.#segment()]
      .slice(-limits.offsetMapSegments)
      .map((segment) => ({ key: segmentKey(position, segment.number), value: encodeSegment(segment) }));
    return [...begin, ...segments];
  }
}
