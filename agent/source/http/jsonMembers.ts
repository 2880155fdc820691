/** Where the members of a JSON object lie in its text, so that a value can be taken byte for byte as it was written. */

export interface Member {
  /** Unescaped. */
  readonly name: string;
  /** The value's text: [start, end) in the line, without white space around it. */
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENERS = new Set([0x7b, 0x5b]);
const CLOSERS = new Set([0x7d, 0x5d]);

/** The members of the outermost object, in their order, repeated names included. The text must be valid JSON, an object. */
export function membersOf(text: Buffer): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text[at] === QUOTE) {
    const nameEnd = endOfString(text, at);
    const name = JSON.parse(text.toString('utf8', at, nameEnd)) as string;
    at = skipSpace(text, nameEnd);
    if (text[at] !== COLON) throw new Error('the text was not checked to be JSON');
    const start = skipSpace(text, at + 1);
    const end = endOfValue(text, start);
    members.push({ name, start, end });
    at = skipSpace(text, end);
    if (text[at] === COMMA) at = skipSpace(text, at + 1);
  }
  return members;
}

function skipSpace(text: Buffer, at: number): number {
  let i = at;
  while (i < text.length && text[i]! <= 0x20) i += 1;
  return i;
}

/** Just behind the closing quote. */
function endOfString(text: Buffer, open: number): number {
  let i = open + 1;
  while (i < text.length && text[i] !== QUOTE) i += text[i] === BACKSLASH ? 2 : 1;
  return i + 1;
}

function endOfValue(text: Buffer, start: number): number {
  const first = text[start]!;
  if (first === QUOTE) return endOfString(text, start);
  if (OPENERS.has(first)) return endOfNested(text, start);
  let i = start;
  while (i < text.length && text[i]! > 0x20 && text[i] !== COMMA && !CLOSERS.has(text[i]!)) i += 1;
  return i;
}

function endOfNested(text: Buffer, start: number): number {
  let depth = 0;
  let i = start;
  while (i < text.length) {
    const byte = text[i]!;
    if (byte === QUOTE) {
      i = endOfString(text, i);
      continue;
    }
    if (OPENERS.has(byte)) depth += 1;
    else if (CLOSERS.has(byte)) depth -= 1;
    i += 1;
    if (depth === 0) break;
  }
  return i;
}
