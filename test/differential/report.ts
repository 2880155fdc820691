import type { Compared } from './compare.ts';
import { chosenReason, type Difference } from './difference.ts';

const EXAMPLES = 6;
const SHORT = 160;

/** The table, and how many differences nobody chose. */
export function report({ counts, differences }: Compared): { text: string; faults: number } {
  const chosen = new Map<string, Difference[]>();
  const others: Difference[] = [];
  for (const difference of differences) {
    const reason = chosenReason(difference);
    if (reason === null) others.push(difference);
    else chosen.set(reason, [...(chosen.get(reason) ?? []), difference]);
  }
  const lines = ['# compared', ...[...counts].map(([what, many]) => `  ${what.padEnd(16)} ${many}`)];
  lines.push('# differs because we chose it to');
  for (const [reason, members] of chosen) {
    lines.push(`  ${members.length} times: ${reason}`, ...members.slice(0, 2).map((one) => `    ${lineOf(one)}`));
  }
  lines.push(`# differs otherwise: ${others.length}`);
  for (const [kind, members] of Map.groupBy(others, ({ kind }) => kind)) {
    lines.push(`  ${kind}: ${members.length}`, ...members.slice(0, EXAMPLES).map((one) => `    ${lineOf(one)}`));
  }
  return { text: `${lines.join('\n')}\n`, faults: others.length };
}

function lineOf({ subject, mm2, ours, source }: Difference): string {
  const short = (text: string): string => (text.length > SHORT ? `${text.slice(0, SHORT)}...` : text);
  const origin = source === undefined ? '' : `, source ${short(source)}`;
  return `${subject}: MirrorMaker 2 ${short(mm2)}, ours ${short(ours)}${origin}`;
}
