/** A slice in parts, where the intake does not take it as a whole. Pure. */
import type { Captured } from '../../stages.ts';
import type { Slice, SliceEnd } from './slice.ts';

/** Records of any number of partitions, and how far these go with them. */
export type Part = Pick<Slice, 'records' | 'ends'>;

/** Each partition's own records; those of one that has none are its position alone. */
export function byPartition({ records, ends }: Part): Part[] {
  const own = sorted(records);
  return [...ends].map(([partition, end]) => ({
    records: own.get(partition.label) ?? [],
    ends: new Map([[partition, end]]),
  }));
}

/**
 * Two halves of the records, one at least in each. A partition that has records in both is behind its last one in the
 * first half when that is durable; what it passes over behind its last record goes with that record.
 */
export function halves({ records, ends }: Part): [Part, Part] {
  const middle = records.length >> 1;
  const [first, second]: [Part, Part] = [
    { records: records.slice(0, middle), ends: new Map() },
    { records: records.slice(middle), ends: new Map() },
  ];
  const inFirst = sorted(first.records);
  for (const [partition, end] of ends) {
    const own = inFirst.get(partition.label);
    if (own === undefined) second.ends.set(partition, end);
    else if (own.length === end.records) first.ends.set(partition, end);
    else {
      const [before, behind] = cut(end, own, partition.offsetOf(own.at(-1)!) + 1);
      first.ends.set(partition, before);
      second.ends.set(partition, behind);
    }
  }
  return [first, second];
}

/** The end of the first records of a partition, and that of the others. Repeats are always the first ones. */
function cut(end: SliceEnd, own: readonly Captured[], next: number): [SliceEnd, SliceEnd] {
  const bytes = own.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
  const repeats = Math.min(end.repeats, own.length);
  const before = { ...end, next, last: own.at(-1)!, records: own.length, bytes, repeats };
  const [restRecords, restBytes, restRepeats] = [end.records - own.length, end.bytes - bytes, end.repeats - repeats];
  return [before, { ...end, first: next, records: restRecords, bytes: restBytes, repeats: restRepeats }];
}

/** By the label of their partition. */
function sorted(records: readonly Captured[]): Map<string, Captured[]> {
  const all = new Map<string, Captured[]>();
  for (const record of records) {
    const label = `${record.topic}/${record.partition}`;
    const own = all.get(label);
    if (own) own.push(record);
    else all.set(label, [record]);
  }
  return all;
}
