import type { Proof } from './proof.ts';

const COLUMNS = ['STREAM', 'TARGET', 'NEXT', 'RECORDS', 'GAPS', 'DEAD', 'STATE'] as const;

/** The proof as text: a table of streams, what is wrong, and one closing line. */
export function proofTable(proof: Proof): string {
  const rows = proof.streams.map((s) =>
    [s.stream, s.target, s.next, s.records, s.gaps, s.deadLettered, s.state].map(String),
  );
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i >= 2 && i <= 5 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const findings = proof.findings.map(({ kind, subject, text }) => `${kind.toUpperCase()}  ${subject}: ${text}`);
  const notes = proof.streams.flatMap(({ stream, lostButThere }) =>
    lostButThere === 0 ? [] : [`NOTE  ${stream}: ${lostButThere} of its records that were given up as lost are there`],
  );
  findings.push(...notes);
  if (rows.length === 0) return [...findings, closing(proof)].join('\n');
  return [line(COLUMNS), ...rows.map(line), '', ...findings, ...(findings.length > 0 ? [''] : []), closing(proof)].join(
    '\n',
  );
}

function closing({ verdict, streams, findings, recordsRead }: Proof): string {
  if (verdict === 'nothing')
    return 'NOTHING TO PROVE: the ledger has no such stream, so nothing is said about any record';
  const what = `${streams.length} streams, ${recordsRead} records read`;
  if (verdict === 'notProven') return `NOT PROVEN: ${what}, ${findings.length} findings`;
  const expired = findings.length > 0 ? ' (but for what has expired)' : '';
  return `PROVEN: ${what}; each stream is contiguous, once, in order, and its numbers are the ledger's${expired}`;
}
