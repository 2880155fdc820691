/**
 * Translates offsets of a source partition with the offset syncs that were written for it.
 *
 * For each partition it keeps 64 slots. Slot 0 is the newest sync, slot 63 the oldest that may still be used; towards the
 * past they lie exponentially further apart, so that a group far behind still has a place to go on from that is not
 * further back than about twice its lag. For slots i < j that differ:
 *
 *     B: up[i] <= up[j] + 2^j - 2^i          (no slot is older than its rank allows)
 *     C: up[i] >= up[j] + 2^max(i-2, 0)      (no two are closer than their rank needs)
 *
 * At one moment a larger offset never translates to less than a smaller one. Over time the same offset may translate to
 * less, when the sync that it was measured from is pushed out: that no checkpoint follows it back is checkpointRules.ts's.
 *
 * A source log that went back (upstream offset smaller than the newest) makes all older syncs useless: they are forgotten.
 */
import type { OffsetSync } from './offsetSync.ts';

const SLOTS = 64;

/** `upstream` and `downstream` of slot i lie at 2i and 2i + 1. */
type Slots = Float64Array;

export interface SyncStoreOptions {
  /**
   * While loading, keep only the newest sync of each partition: older ones could translate to less than a checkpoint
   * that was emitted before and is not known. False where the checkpoints topic was read.
   */
  readonly newestOnlyWhileLoading: boolean;
  /** Partitions to keep; others are counted and left out. */
  readonly maxPartitions: number;
}

export class OffsetSyncStore {
  readonly #options: SyncStoreOptions;
  readonly #partitions = new Map<string, Slots>();
  readonly #leftOut = new Set<string>();
  #loaded = false;

  constructor(options: SyncStoreOptions) {
    this.#options = options;
  }

  /** What was there at the start has been applied: from now on there are translations. */
  markLoaded(): void {
    this.#loaded = true;
  }

  get loaded(): boolean {
    return this.#loaded;
  }
  get partitions(): number {
    return this.#partitions.size;
  }
  /** Partitions that there was no room for; counted up to a thousand. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  apply(sync: OffsetSync): void {
    const key = keyOf(sync.topic, sync.partition);
    const slots = this.#partitions.get(key);
    if (slots) {
      const newestOnly = !this.#loaded && this.#options.newestOnlyWhileLoading;
      if (newestOnly || sync.upstream < slots[0]!) fillAll(slots, sync);
      else insert(slots, sync);
    } else if (this.#partitions.size < this.#options.maxPartitions) {
      const fresh = new Float64Array(2 * SLOTS);
      fillAll(fresh, sync);
      this.#partitions.set(key, fresh);
    } else if (this.#leftOut.size < 1_000) this.#leftOut.add(key);
  }

  /**
   * Null: nothing is known (not loaded, or no sync for the partition). -1: too far back to say. Otherwise an offset of the
   * target that is not behind the true place.
   */
  translate(topic: string, partition: number, upstream: number): number | null {
    const slots = this.#loaded ? this.#partitions.get(keyOf(topic, partition)) : undefined;
    if (!slots) return null;
    for (let i = 0; i < SLOTS; i++) {
      const at = slots[2 * i]!;
      if (at <= upstream) return slots[2 * i + 1]! + (at === upstream ? 0 : 1);
    }
    return -1;
  }

  /** Distinct syncs of a partition, newest first. */
  syncsOf(topic: string, partition: number): { upstream: number; downstream: number }[] {
    const slots = this.#partitions.get(keyOf(topic, partition)) ?? new Float64Array();
    const found: { upstream: number; downstream: number }[] = [];
    for (let i = 0; 2 * i < slots.length; i++) {
      if (i === 0 || !same(slots, i, i - 1)) {
        found.push({ upstream: slots[2 * i]!, downstream: slots[2 * i + 1]! });
      }
    }
    return found;
  }
}

/** Topic names hold no `/`. */
const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;

const same = (slots: Slots, i: number, j: number): boolean =>
  slots[2 * i] === slots[2 * j] && slots[2 * i + 1] === slots[2 * j + 1];

function fillAll(slots: Slots, { upstream, downstream }: OffsetSync): void {
  for (let i = 0; i < SLOTS; i++) put(slots, i, upstream, downstream);
}

function put(slots: Slots, i: number, upstream: number, downstream: number): void {
  slots[2 * i] = upstream;
  slots[2 * i + 1] = downstream;
}

/** B for a newer offset in slot i and an older one in slot j. */
const recentEnough = (newer: number, older: number, i: number, j: number): boolean =>
  newer === older || newer <= older + 2 ** j - 2 ** i;
/** C for a newer offset in slot i and any older one behind it. */
const farEnough = (newer: number, older: number, i: number): boolean =>
  newer === older || newer >= older + 2 ** Math.max(i - 2, 0);

/**
 * Puts a newer sync in front. What it pushes out of a slot moves to a slot further back if it fits between its
 * neighbours there, so that as many different syncs as possible are kept.
 */
function insert(slots: Slots, { upstream, downstream }: OffsetSync): void {
  const before = slots.slice();
  put(slots, 0, upstream, downstream);
  let [replacementUp, replacementDown] = [upstream, downstream];
  let candidate = 0;
  for (let i = 1; i < SLOTS; i++) {
    const previous = slots[2 * (i - 1)]!;
    // Slots behind one that holds are held by it.
    if (recentEnough(previous, slots[2 * i]!, i - 1, i)) return;
    for (; candidate < i; candidate++) {
      const up = before[2 * candidate]!;
      // In more than one slot before: it has its place.
      if (up === replacementUp) continue;
      // Perhaps further back, where older ones are allowed.
      if (!recentEnough(previous, up, i - 1, i)) break;
      const fitsBehind = farEnough(previous, up, i - 1);
      const fitsBefore = i + 1 >= SLOTS || farEnough(up, slots[2 * (i + 1)]!, i);
      if (!fitsBehind || !fitsBefore) continue;
      [replacementUp, replacementDown] = [up, before[2 * candidate + 1]!];
      candidate++;
      break;
    }
    put(slots, i, replacementUp, replacementDown);
  }
}
