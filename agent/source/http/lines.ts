/** Newline-delimited bodies: where the lines are, and whether each is JSON. */
import { isUtf8 } from 'node:buffer';
import { Refusal } from './refusal.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Calls back for each line that is not blank, in order, with its bytes (a view; without the line end `\n` or `\r\n`)
 * and its number from 1, blank lines counted.
 * @throws Refusal `malformedLine` where a line is not UTF-8, `tooLarge` above {@link maxLines}
 */
export function forEachLine(body: Buffer, maxLines: number, visit: (line: Buffer, number: number) => void): void {
  const clean = isUtf8(body);
  let lines = 0;
  let number = 0;
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(NEWLINE, start);
    const next = found < 0 ? body.length : found;
    const end = next > start && body[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
    number += 1;
    if (!blank(body, start, end)) {
      lines += 1;
      if (lines > maxLines) throw new Refusal('tooLarge', `more than ${maxLines} records in one request`);
      const line = body.subarray(start, end);
      if (!clean && !isUtf8(line)) throw malformed(number, 'not UTF-8');
      visit(line, number);
    }
    start = next + 1;
  }
}

function blank(body: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (body[i] !== 0x20 && body[i] !== 0x09) return false;
  return true;
}

export const malformed = (line: number, why: string): Refusal =>
  new Refusal('malformedLine', `line ${line}: ${why}; nothing of the request was taken`, line);

/**
 * Checks that a line (UTF-8 already) is one JSON value. It is parsed as latin1, which is cheaper: JSON's syntax is
 * ASCII, and bytes above it are allowed where and only where they were before, inside strings.
 */
export function checkJson(line: Buffer, number: number): void {
  try {
    JSON.parse(line.toString('latin1'));
  } catch (error) {
    throw malformed(number, `not JSON (${shortReason(error)})`);
  }
}

/** V8 quotes the input in its message, which may be long and is nobody's business in a log; the position stays. */
export function shortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/, (\.\.\.)?".*$/s, '').replace(/ in JSON( at position \d+).*$/s, '$1');
}
