/**
 * The grammar of Java's .properties files, as `java.util.Properties.load` reads them: logical lines (a backslash at the
 * end joins the next one, whose leading white space is dropped), comments with `#` and `!`, a key up to the first
 * unescaped `=`, `:` or white space, escapes `\t \n \r \f \uXXXX` and `\x` for any other x. White space at the end of a
 * value stays. Where a key stands twice the last one counts.
 */

export interface PropertyEntry {
  readonly key: string;
  readonly value: string;
  /** Of the first character of the key, from 1. */
  readonly line: number;
  readonly column: number;
}

export interface PropertyProblem {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
  readonly allowed?: string;
}

export interface PropertyFile {
  /** In the file's order; keys may repeat. */
  readonly entries: readonly PropertyEntry[];
  readonly problems: readonly PropertyProblem[];
}

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t' || char === '\f';
const isSeparator = (char: string | undefined): boolean => char === '=' || char === ':';

export function parseProperties(text: string): PropertyFile {
  const entries: PropertyEntry[] = [];
  const problems: PropertyProblem[] = [];
  for (const logical of logicalLines(text)) {
    const { line, column, raw } = logical;
    const { key, value } = split(raw);
    const report = (what: string): void => {
      problems.push({
        line,
        column,
        problem: what,
        allowed: 'write \\u and four hexadecimal digits, or \\\\ for a \\',
      });
    };
    entries.push({ key: unescaped(key, report), value: unescaped(value, report), line, column });
  }
  return { entries, problems };
}

interface LogicalLine {
  readonly line: number;
  readonly column: number;
  /** Joined, still escaped, without leading white space. */
  readonly raw: string;
}

function* logicalLines(text: string): Generator<LogicalLine> {
  const lines = text.split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at]!;
    const start = leading(first);
    if (start === first.length || first[start] === '#' || first[start] === '!') continue;
    const line = at + 1;
    let raw = first.slice(start);
    // Joined to nothing yet: the next line begins anew, as in Java.
    if (raw === '\\') continue;
    while (endsOpen(raw)) {
      raw = raw.slice(0, -1);
      at += 1;
      if (at >= lines.length) break;
      const next = lines[at]!;
      raw += next.slice(leading(next));
    }
    yield { line, column: start + 1, raw };
  }
}

function leading(line: string): number {
  let at = 0;
  while (isBlank(line[at])) at += 1;
  return at;
}

/** An odd number of backslashes at the end. */
const endsOpen = (line: string): boolean => (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;

function split(raw: string): { key: string; value: string } {
  let end = 0;
  while (end < raw.length && !isSeparator(raw[end]) && !isBlank(raw[end])) end += raw[end] === '\\' ? 2 : 1;
  let start = end;
  while (isBlank(raw[start])) start += 1;
  if (isSeparator(raw[start])) {
    start += 1;
    while (isBlank(raw[start])) start += 1;
  }
  return { key: raw.slice(0, end), value: raw.slice(start) };
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string, report: (problem: string) => void): string {
  return text.replace(/\\(?:u(.{0,4})|(.)|$)/gs, (whole, digits: string | undefined, char: string | undefined) => {
    if (digits === undefined) return char === undefined ? '' : (ESCAPES[char] ?? char);
    if (/^[0-9A-Fa-f]{4}$/.test(digits)) return String.fromCharCode(Number.parseInt(digits, 16));
    report(`"${whole}" is not a character`);
    return '';
  });
}

/** One line that {@link parseProperties} reads back; plain ASCII, so that the encoding does not matter. */
export function formatProperty(key: string, value: string): string {
  return `${escaped(key, /[ =:#!\\]/)} = ${escaped(value, /\\/).replace(/^ /, '\\ ')}`;
}

const WRITTEN: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f' };

function escaped(text: string, special: RegExp): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const code = char.charCodeAt(0);
    if (WRITTEN[char]) out += WRITTEN[char];
    else if (code < 0x20 || code > 0x7e) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += special.test(char) ? `\\${char}` : char;
  }
  return out;
}
