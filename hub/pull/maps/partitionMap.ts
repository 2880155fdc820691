/** The map of one partition, as its segments come; they are kept encoded. */
import { limits } from '../../../shared/limits.ts';
import { cutBehind, type Run } from './runs.ts';
import { decodeSegment } from './segment.ts';

/** `exact`: the true place. `atLeast`: everything that was copied lies in front of it, and perhaps more by now. */
export interface Place {
  readonly kind: 'exact' | 'atLeast';
  readonly offset: number;
}

interface Kept {
  readonly number: number;
  /** Of its first run. */
  readonly source: number;
  readonly target: number;
  readonly bytes: Buffer;
}

/** Beside its bytes. */
const SEGMENT_OVERHEAD_BYTES = 200;

export class PartitionMap {
  #since = -1;
  /** Nothing is missing between `since` and the first segment. */
  #whole = false;
  readonly #segments: Kept[] = [];
  #bytes = 0;
  /** The topic that it leads into, where its beginning says so. */
  readonly target: string | null;

  constructor(target: string | null = null) {
    this.target = target;
  }

  get bytes(): number {
    return this.#bytes;
  }
  get segments(): number {
    return this.#segments.length;
  }

  /** In the order of the topic. What is no segment is passed over. */
  apply(value: Buffer): void {
    const segment = decodeSegment(value);
    const first = segment?.runs[0];
    if (!segment || !first) return;
    const last = this.#segments.at(-1)?.number;
    const follows = last === undefined || segment.number === last || segment.number === last + 1;
    if (segment.since !== this.#since || !follows) {
      this.#keepFrom(this.#segments.length);
      this.#whole = segment.number === 0;
    }
    this.#since = segment.since;
    for (let end = this.#segments.at(-1); end; end = this.#segments.at(-1)) {
      if (end.number !== segment.number && end.source < first.source && end.target < first.target) break;
      this.#segments.pop();
      this.#bytes -= sizeOf(end);
    }
    // A copy: what was fetched is not held for a few bytes of it.
    const kept = { number: segment.number, source: first.source, target: first.target, bytes: Buffer.from(value) };
    this.#segments.push(kept);
    this.#bytes += sizeOf(kept);
    this.keep(limits.offsetMapSegments);
  }

  /** The newest ones. */
  keep(count: number): void {
    if (this.#segments.length > count) this.#keepFrom(this.#segments.length - count);
  }

  #keepFrom(index: number): void {
    if (index > 0) this.#whole = false;
    for (const gone of this.#segments.splice(0, index)) this.#bytes -= sizeOf(gone);
  }

  /** Null: the map does not reach so far back. */
  translate(upstream: number): Place | null {
    const at = this.#segments.findLastIndex(({ source }) => source <= upstream);
    const first = this.#segments[0];
    if (at < 0) {
      return first && this.#whole && upstream >= this.#since ? { kind: 'exact', offset: first.target } : null;
    }
    const next = this.#segments[at + 1];
    const runs = this.#runsOf(at);
    const behind = runs.findIndex(({ source }) => source > upstream);
    const run = runs.at(behind < 0 ? -1 : behind - 1)!;
    if (upstream < run.source + run.count) return { kind: 'exact', offset: run.target + (upstream - run.source) };
    const following = behind < 0 ? next : runs[behind];
    if (following) return { kind: 'exact', offset: following.target };
    return { kind: 'atLeast', offset: run.target + run.count };
  }

  /** Of a segment, as far as the next one has not taken their place. */
  #runsOf(index: number): Run[] {
    const runs = [...(decodeSegment(this.#segments[index]!.bytes)?.runs ?? [])];
    const next = this.#segments[index + 1];
    if (next) cutBehind(runs, next.source, next.target);
    return runs;
  }
}

const sizeOf = ({ bytes }: Kept): number => bytes.length + SEGMENT_OVERHEAD_BYTES;
