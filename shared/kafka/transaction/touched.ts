import type { PartitionName } from './orphans.ts';

/** Where a producer writes, as long as the markers there may be missing. Bounded by what its transactions touch. */
export class Touched {
  /** By the open transaction, and by those before it. */
  #open = new Map<string, PartitionName>();
  #before = new Map<string, PartitionName>();

  get all(): PartitionName[] {
    return [...new Map([...this.#before, ...this.#open]).values()];
  }

  add(partitions: readonly PartitionName[]): void {
    for (const { topic, partition } of partitions) this.#open.set(`${topic}/${partition}`, { topic, partition });
  }

  /** The coordinator has ended the open one. That it could begin means that those before it had their markers. */
  ended(): void {
    this.#before = this.#open;
    this.#open = new Map();
  }

  /** Nobody knows whether the open one ever reached the coordinator. */
  interrupted(): void {
    for (const [key, partition] of this.#open) this.#before.set(key, partition);
    this.#open = new Map();
  }
}
