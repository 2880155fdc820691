/**
 * Lines of `application/vnd.tributary.records+ndjson`: each an object with any of
 *
 * - `key` | `keyBase64`, `value` | `valueBase64`: a JSON string gives its text in UTF-8, null gives null (as a value: a
 *   tombstone), anything else gives its own bytes as they were written: numbers keep their digits, objects their white
 *   space. One of `value` and `valueBase64` must be there, so that a tombstone is always on purpose.
 * - `headers`: an object, or an array of [name, value] pairs where the order or a repeated name matters; a value is a
 *   string, null, or {"base64": "..."}.
 * - `timestamp`: ms since 1970, or ISO-8601 text. `partition`: a whole number.
 *
 * Anything else, or a member given twice, refuses the request with the line's number.
 */
import type { Header } from '../../stages.ts';
import { type Member, membersOf } from './jsonMembers.ts';
import { malformed, shortReason } from './lines.ts';
import { Refusal } from './refusal.ts';
import { checkHeaderName, parseBase64, parsePartition, parseTimestamp } from './terms.ts';

export interface EnvelopeRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
  readonly timestamp: number | null;
  readonly partition: number | null;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const MEMBERS = ['key', 'keyBase64', 'value', 'valueBase64', 'headers', 'timestamp', 'partition'];
const NO_HEADERS: readonly Header[] = [];

/** @throws Refusal `malformedLine` or `badRequest`, with the line's number */
export function readEnvelope(line: Buffer, number: number): EnvelopeRecord {
  const parsed = parse(line, number);
  const members = new Map<string, Member>();
  for (const member of membersOf(line)) {
    if (!MEMBERS.includes(member.name)) {
      throw malformed(number, `unknown member "${member.name.slice(0, 100)}"; known: ${MEMBERS.join(', ')}`);
    }
    if (members.has(member.name)) throw malformed(number, `member "${member.name}" is given twice`);
    members.set(member.name, member);
  }
  const read = { line, number, parsed, members };
  if (!members.has('value') && !members.has('valueBase64')) {
    throw malformed(number, 'value is missing; a tombstone is "value": null');
  }
  return {
    key: readBytes(read, 'key'),
    value: readBytes(read, 'value'),
    headers: readHeaders(parsed.headers, number),
    timestamp: readNumber(parsed.timestamp, 'timestamp', number, parseTimestamp),
    partition: readNumber(parsed.partition, 'partition', number, parsePartition),
  };
}

interface Read {
  readonly line: Buffer;
  readonly number: number;
  readonly parsed: { readonly [name: string]: Json };
  readonly members: ReadonlyMap<string, Member>;
}

function parse(line: Buffer, number: number): { readonly [name: string]: Json } {
  let parsed: Json;
  try {
    parsed = JSON.parse(line.toString('utf8')) as Json;
  } catch (error) {
    throw malformed(number, `not JSON (${shortReason(error)})`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw malformed(number, 'not a JSON object');
  }
  return parsed as { readonly [name: string]: Json };
}

function readBytes(read: Read, name: 'key' | 'value'): Buffer | null {
  const { line, number, parsed, members } = read;
  const base64 = `${name}Base64`;
  const member = members.get(name);
  if (members.has(base64)) {
    if (member) throw malformed(number, `${name} and ${base64} are both given`);
    const text = parsed[base64];
    if (typeof text !== 'string') throw malformed(number, `${base64} is not a string`);
    return parseBase64(base64, text, number);
  }
  if (!member) return null;
  const value = parsed[name]!;
  if (value === null) return null;
  if (typeof value === 'string') return textBytes(value, name, number);
  return line.subarray(member.start, member.end);
}

/** Lone surrogates have no UTF-8: they would arrive as another character. */
function textBytes(text: string, name: string, number: number): Buffer {
  if (!text.isWellFormed()) throw malformed(number, `${name} holds half a surrogate pair, which is no text`);
  return Buffer.from(text, 'utf8');
}

function readHeaders(headers: Json | undefined, number: number): readonly Header[] {
  if (headers === undefined || headers === null) return NO_HEADERS;
  if (typeof headers !== 'object') throw malformed(number, 'headers is neither an object nor an array of pairs');
  const pairs: readonly Json[] = Array.isArray(headers) ? headers : Object.entries(headers);
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') {
      throw malformed(number, 'headers holds something that is not a pair [name, value]');
    }
    const [name, value] = pair as [string, Json];
    checkHeaderName(name, number);
    return [textBytes(name, 'a header name', number), headerBytes(value, name, number)];
  });
}

function headerBytes(value: Json, name: string, number: number): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return textBytes(value, `header "${name}"`, number);
  if (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 1) {
    const base64 = (value as { readonly [name: string]: Json }).base64;
    if (typeof base64 === 'string') return parseBase64(`header "${name}"`, base64, number);
  }
  throw malformed(number, `header "${name}" is not a string, null or {"base64": "..."}`);
}

function readNumber(
  value: Json | undefined,
  name: string,
  number: number,
  parseText: (text: string, line: number) => number,
): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return parseText(String(value), number);
  if (typeof value === 'string' && name === 'timestamp') return parseText(value, number);
  throw new Refusal('badRequest', `line ${number}: ${name} is not a number`, number);
}
