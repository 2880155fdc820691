import type { Checkpoint } from './checkpoint.ts';

/** The newest checkpoint of each (group, partition), bounded: what is beyond the bound is not taken, and counted. */
export class CheckpointBook {
  readonly #maxCheckpoints: number;
  readonly #groups = new Map<string, Map<string, Checkpoint>>();
  readonly #leftOut = new Set<string>();
  #size = 0;

  constructor(maxCheckpoints: number) {
    this.#maxCheckpoints = maxCheckpoints;
  }

  get size(): number {
    return this.#size;
  }
  /** Groups of which not everything is here; counted up to a thousand. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /** As the topic is called in the target. */
  last(group: string, topic: string, partition: number): Checkpoint | undefined {
    return this.#groups.get(group)?.get(keyOf(topic, partition));
  }

  /** For how many more (group, partition) there is room. */
  get room(): number {
    return this.#maxCheckpoints - this.#size;
  }

  /** False: it is a new one, and there is no room. */
  put(checkpoint: Checkpoint): boolean {
    const { group, topic, partition } = checkpoint;
    const members = this.#groups.get(group) ?? new Map<string, Checkpoint>();
    const key = keyOf(topic, partition);
    if (!members.has(key)) {
      if (this.room <= 0) {
        this.leaveOut(group);
        return false;
      }
      this.#size += 1;
    }
    members.set(key, checkpoint);
    this.#groups.set(group, members);
    return true;
  }

  /** Something of the group was not taken. */
  leaveOut(group: string): void {
    if (this.#leftOut.size < 1_000) this.#leftOut.add(group);
  }

  groups(): string[] {
    return [...this.#groups.keys()];
  }

  of(group: string): Checkpoint[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  /** The group is gone from the source. */
  forget(group: string): void {
    this.#size -= this.#groups.get(group)?.size ?? 0;
    this.#groups.delete(group);
    this.#leftOut.delete(group);
  }
}

/** Topic names hold no `/`. */
const keyOf = (topic: string, partition: number): string => `${partition}/${topic}`;
