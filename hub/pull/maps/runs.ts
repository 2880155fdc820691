/** Records in a row on both sides: source offsets `source .. source + count - 1` lie at `target .. target + count - 1`. */
export interface Run {
  readonly source: number;
  readonly target: number;
  readonly count: number;
}

export interface CopiedRecords {
  /** Source offset of the first record. */
  readonly first: number;
  readonly targetOffset: number;
  readonly records: number;
  /** Each record's offset behind `first`; null: no holes. */
  readonly deltas: Int32Array | null;
}

/** One batch: a run for each row of source offsets. In the target its records have no holes. */
export function runsOf({ first, targetOffset, records, deltas }: CopiedRecords): Run[] {
  if (deltas === null) return [{ source: first, target: targetOffset, count: records }];
  const runs: Run[] = [];
  let from = 0;
  for (let at = 1; at <= records; at += 1) {
    if (at < records && deltas[at] === deltas[at - 1]! + 1) continue;
    runs.push({ source: first + deltas[from]!, target: targetOffset + from, count: at - from });
    from = at;
  }
  return runs;
}

/** Puts a run behind others, in place. What it goes back over is cut off; what it follows without a hole it joins. */
export function addRun(runs: Run[], run: Run): void {
  cutBehind(runs, run.source, run.target);
  const last = runs.at(-1);
  if (last && last.source + last.count === run.source && last.target + last.count === run.target) {
    runs[runs.length - 1] = { ...last, count: last.count + run.count };
  } else runs.push(run);
}

/** Leaves what lies below both offsets. */
export function cutBehind(runs: Run[], source: number, target: number): void {
  for (let last = runs.at(-1); last; last = runs.at(-1)) {
    const keeps = Math.min(last.count, source - last.source, target - last.target);
    if (keeps === last.count) return;
    runs.pop();
    if (keeps > 0) runs.push({ ...last, count: keeps });
  }
}
