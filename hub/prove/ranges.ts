/** Sets of whole numbers as sorted, disjoint, inclusive ranges. Small sets: what is missing from a stream. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export const rangeText = ({ first, last }: Range): string => (first === last ? `${first}` : `${first}..${last}`);
export const rangeCount = ({ first, last }: Range): number => last - first + 1;
export const countOf = (ranges: readonly Range[]): number => ranges.reduce((sum, range) => sum + rangeCount(range), 0);

/** `from` without what is in `taken`; both sorted and disjoint. */
export function subtract(from: readonly Range[], taken: readonly Range[]): Range[] {
  const out: Range[] = [];
  let at = 0;
  for (const { first, last } of from) {
    let start = first;
    while (at < taken.length && (taken[at] as Range).last < start) at += 1;
    for (let i = at; i < taken.length && (taken[i] as Range).first <= last; i += 1) {
      const cut = taken[i] as Range;
      if (cut.first > start) out.push({ first: start, last: cut.first - 1 });
      start = Math.max(start, cut.last + 1);
    }
    if (start <= last) out.push({ first: start, last });
  }
  return out;
}

/** Sorted, with touching and overlapping ranges joined. */
export function normalise(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = out.at(-1);
    if (before && range.first <= before.last + 1)
      out[out.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else out.push(range);
  }
  return out;
}

/** Takes one number out of the set, in place; false where it was not in it. */
export function remove(ranges: Range[], value: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { first, last } = ranges[middle] as Range;
    if (value < first) high = middle - 1;
    else if (value > last) low = middle + 1;
    else {
      const rest: Range[] = [];
      if (first < value) rest.push({ first, last: value - 1 });
      if (value < last) rest.push({ first: value + 1, last });
      ranges.splice(middle, 1, ...rest);
      return true;
    }
  }
  return false;
}
