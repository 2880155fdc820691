/**
 * Which copy a topic of the source has, by the topic's id: for flows that give a topic that was made again a copy of its own.
 *
 * Said before the first record goes there, by whoever sees the topic first, each time under a key that nobody else uses: so
 * compaction takes none of them away, and their order in the log says for all processes alike who was first. A topic keeps the
 * number that was said first, and a number is one topic's only.
 */
import type { ControlEntry, ControlState } from './entries.ts';

export interface CopyEntry {
  readonly v: 1;
  readonly kind: 'copy';
  readonly atMs: number;
  readonly by: null;
  /** `source->target`. */
  readonly flow: string;
  /** Of the source. */
  readonly topic: string;
  readonly topicId: string;
  /** 1: the copy that every topic has; from 2 on: topics of that name that were made later. */
  readonly number: number;
  /** It was copied there before anything was said; another one may have been, too. */
  readonly before?: boolean;
}

/** By topic: numbers by the topic's id, as they were said. */
export type Copies = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function copiesOf(state: ControlState, flow: string): Copies {
  const copies = new Map<string, Map<string, number>>();
  for (const entry of state.values()) {
    if (!isCopy(entry) || entry.flow !== flow) continue;
    const { topic, topicId, number, before = false } = entry;
    const numbers = copies.get(topic) ?? new Map<string, number>();
    copies.set(topic, numbers);
    const taken = !before && [...numbers.values()].includes(number);
    if (!taken && !numbers.has(topicId)) numbers.set(topicId, number);
  }
  return copies;
}

const isCopy = (entry: ControlEntry): entry is CopyEntry => entry.kind === 'copy';

/** Null: nothing was ever said of a topic of that name. */
export function newestCopy(copies: Copies, topic: string): number | null {
  const numbers = [...(copies.get(topic)?.values() ?? [])];
  return numbers.length === 0 ? null : Math.max(...numbers);
}
