/** `tributary buffer`: a stopped agent's buffer file, for the technician who stands in front of the machine. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Command } from 'commander';
import type { Inspection, Verification } from '../../agent/care/index.ts';
import { EXIT } from '../exit.ts';
import { ageText, sizeText, table } from '../lines.ts';

interface Options {
  readonly json?: boolean;
}
interface Export {
  readonly topic?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly delivered?: boolean;
  readonly output?: string;
}

const HELP = `
<file> is buffer.path of the agent's configuration. Stop the agent first: it holds its file alone ("tributary status" and
"tributary link show" ask a running one). inspect, verify and export change nothing in the file.

Exit codes: 0 all is well, 1 the file can't be read (or an agent has it), 2 wrong usage, 3 verify has found something.

Examples:
  tributary buffer inspect /var/lib/tributary/buffer.db
  tributary buffer export /var/lib/tributary/buffer.db --topic orders --from 2026-11-24T08:00Z > orders.ndjson
`;

export function registerBuffer(program: Command): void {
  const buffer = program
    .command('buffer')
    .description("look into a stopped agent's buffer, check it, take records out of it")
    .addHelpText('after', HELP);
  const command = (name: string, says: string): Command =>
    buffer
      .command(`${name} <file>`)
      .description(says)
      .addHelpText('after', `\nExample:\n  tributary buffer ${name} /var/lib/tributary/buffer.db\n`);
  command('inspect', 'what it holds: topics, counters, epochs, retained and quarantined batches')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      const { inspect, withView } = await import('../../agent/care/index.ts');
      const found = await withView(file, inspect);
      print(options, found, inspectionText(found));
    });
  command('verify', 'is each row what was written, does each chain fit, do the counters agree?')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      const { verify, withView } = await import('../../agent/care/index.ts');
      const found = await withView(file, (view) => verify(view, progressBar('verify')));
      print(options, found, verificationText(found));
      if (found.problemCount > 0) process.exitCode = EXIT.found;
    });
  command('migrate', 'bring a file of an older version to the format of this one, as the agent does when it starts')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      const { migrateFile } = await import('../../agent/care/migrate.ts');
      const { from, to } = migrateFile(file);
      const text = from === to ? `${file} has format ${to} already` : `${file}: format ${from} is format ${to} now`;
      print(options, { from, to }, text);
    });
  exporting(command('export', 'its records as ndjson, one a line: buffered ones and those in quarantine'));
}

function exporting(command: Command): void {
  command
    .option('--topic <topic>', 'only this one')
    .option(
      '--from <time>',
      'only records with this timestamp or a later one, such as 2026-11-24T08:00Z',
      timeIn(command),
    )
    .option('--to <time>', 'only records before this timestamp', timeIn(command))
    .option('--limit <count>', 'at most so many', countIn(command))
    .option('--delivered', 'also what the hub has confirmed and is retained (buffer.retainDelivered)')
    .option('-o, --output <file>', 'write there instead of to stdout')
    .action(async (file: string, { from, to, output, ...rest }: Export) => {
      const { exportRecords, withView } = await import('../../agent/care/index.ts');
      const options = {
        ...rest,
        ...(from === undefined ? {} : { fromMs: from }),
        ...(to === undefined ? {} : { toMs: to }),
      };
      const unreadable: string[] = [];
      const out = output === undefined ? process.stdout : createWriteStream(output);
      let count = 0;
      await withView(file, async (view) => {
        for (const record of exportRecords(view, options, (row) => unreadable.push(row))) {
          count += 1;
          if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, 'drain');
        }
      });
      if (out !== process.stdout) await new Promise<void>((resolve) => out.end(resolve));
      process.stderr.write(
        `${count === 1 ? '1 record' : `${count} records`}${unreadable.length > 0 ? `; unreadable rows: ${unreadable.join(', ')}` : ''}\n`,
      );
      if (unreadable.length > 0) process.exitCode = EXIT.found;
    });
}

const timeIn =
  (command: Command) =>
  (text: string): number => {
    const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
    return Number.isFinite(ms) ? ms : command.error(`error: "${text}" is not a time such as 2026-11-24T08:00Z`);
  };
const countIn =
  (command: Command) =>
  (text: string): number =>
    /^[1-9]\d{0,14}$/.test(text) ? Number(text) : command.error(`error: "${text}" is not a number of records`);

function print({ json }: Options, data: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${text}\n`);
}

/** On a terminal only; at most ten times a second. */
function progressBar(what: string): (done: number, total: number) => void {
  let saidMs = performance.now();
  return (done, total) => {
    if (!process.stderr.isTTY || (performance.now() - saidMs < 100 && done < total)) return;
    saidMs = performance.now();
    const full = Math.round((done / Math.max(1, total)) * 30);
    const bar = `${'#'.repeat(full)}${'.'.repeat(30 - full)}`;
    process.stderr.write(`\r${what} [${bar}] ${done} of ${total} rows${done === total ? '\n' : ''}`);
  };
}

function inspectionText(found: Inspection): string {
  const { path, edge, format, created, databaseBytes, walBytes, freeBytes, hub, epochs, places, retained } = found;
  const facts = table(
    ['', ''],
    [
      ['file', path],
      ['edge', edge],
      ['format', String(format)],
      ['made', created],
      [
        'database',
        `${sizeText(databaseBytes)}, ${sizeText(freeBytes)} of it free; write-ahead log ${sizeText(walBytes)}`,
      ],
      ['hub', hub],
      ['epochs', `${epochs.length}, newest ${epochs.at(-1)?.epoch ?? '-'}`],
      ['retained', `${retained.records} delivered records in ${retained.rows} batches, ${sizeText(retained.bytes)}`],
      ['positions', String(found.positions.length)],
    ],
  );
  const heads = ['SOURCE', 'CAPTURED', 'DELIVERED', 'BUFFERED', 'GAPS', 'MAYBE TWICE', 'RETAINED', 'OLDEST'];
  const rows = places.map((one) => [
    ...[`${one.topic}/${one.partition}${one.lane === 'main' ? '' : ` ${one.lane}`}`, one.captured, one.delivered],
    ...[one.buffered, one.gaps, one.maybeDuplicate, one.retained],
    ageText(one.oldestMs === null ? null : Date.now() - one.oldestMs),
  ]);
  const quarantine = found.quarantine.map(({ reason, rows: count, bytes }) => [reason, count, sizeText(bytes)]);
  const aside = quarantine.length === 0 ? [] : ['', table(['IN QUARANTINE', 'BATCHES', 'BYTES'], quarantine)];
  return [facts.trim(), '', table(heads, rows), ...aside].join('\n');
}

function verificationText({ rows, problems, problemCount }: Verification): string {
  if (problemCount === 0) return `${rows} rows, all as they were written`;
  const lines = problems.map(({ object, problem, hint }) => `${object}: ${problem}\n    ${hint}`);
  const more = problemCount > problems.length ? [`... and ${problemCount - problems.length} more`] : [];
  return [...lines, ...more, '', `${rows} rows, ${problemCount} problems`].join('\n');
}
