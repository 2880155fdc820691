/**
 * What a request says about its records beside the body: topic, key, partition, timestamp, headers, idempotency key.
 *
 * | what            | query parameter    | request header                                  |
 * | --------------- | ------------------ | ----------------------------------------------- |
 * | key             | `key`, `keyBase64` | `Tributary-Key` (its bytes as sent), `Tributary-Key-Base64` |
 * | partition       | `partition`        | `Tributary-Partition`                           |
 * | timestamp       | `timestamp`        | `Tributary-Timestamp` (ms since 1970, or ISO-8601) |
 * | record header   |                    | `Tributary-Header-<name>: <value>` (name and value as sent; may repeat) |
 * | tombstone       | `null=true`        |                                                 |
 * | idempotency key |                    | `Idempotency-Key` (1 to 255 visible characters) |
 *
 * They apply to every record of the request. Unknown query parameters and unknown `Tributary-*` headers are refused:
 * a typing error must not silently lose a key.
 */
import type { IncomingMessage } from 'node:http';
import type { Header } from '../../stages.ts';
import { Refusal } from './refusal.ts';

export interface Terms {
  readonly key: Buffer | null;
  readonly partition: number | null;
  readonly timestamp: number | null;
  readonly headers: readonly Header[];
  readonly tombstone: boolean;
  readonly idempotencyKey: string | null;
  /** True where any of key, partition, timestamp, headers, tombstone was given. */
  readonly given: boolean;
}

const PARAMETERS = new Set(['key', 'keyBase64', 'partition', 'timestamp', 'null']);
const HEADER_PREFIX = 'tributary-header-';
const PLAIN_HEADERS = new Set(['tributary-key', 'tributary-key-base64', 'tributary-partition', 'tributary-timestamp']);
/** The record headers that Tributary itself adds; nobody else may write them. */
const RESERVED = 'tributary.';

/** @throws Refusal `badRequest` */
export function readTerms(request: IncomingMessage): Terms {
  const query = readQuery(request.url ?? '');
  const named = readHeaders(request);
  const key = readKey(query, named.plain);
  const partition = oneOf('partition', query.get('partition'), named.plain.get('tributary-partition'));
  const timestamp = oneOf('timestamp', query.get('timestamp'), named.plain.get('tributary-timestamp'));
  const tombstone = readBoolean('null', query.get('null'));
  return {
    key,
    partition: partition === null ? null : parsePartition(partition),
    timestamp: timestamp === null ? null : parseTimestamp(timestamp),
    headers: named.record,
    tombstone,
    idempotencyKey: readIdempotencyKey(request),
    given: key !== null || partition !== null || timestamp !== null || named.record.length > 0 || tombstone,
  };
}

function readQuery(url: string): Map<string, string> {
  const query = new Map<string, string>();
  const at = url.indexOf('?');
  if (at < 0) return query;
  for (const part of url.slice(at + 1).split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    if (!PARAMETERS.has(name)) {
      throw new Refusal('badRequest', `unknown query parameter "${name}"; known: ${[...PARAMETERS].join(', ')}`);
    }
    if (query.has(name)) throw new Refusal('badRequest', `query parameter "${name}" is given twice`);
    query.set(name, equals < 0 ? '' : decode(part.slice(equals + 1)));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Refusal('badRequest', `query: "${text}" is not percent-encoded UTF-8`);
  }
}

/** Node gives header bytes as latin1 text; the names of record headers keep the case in which they were sent. */
function readHeaders(request: IncomingMessage): { plain: Map<string, string>; record: Header[] } {
  const plain = new Map<string, string>();
  const record: Header[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const sent = request.rawHeaders[i]!;
    const name = sent.toLowerCase();
    if (!name.startsWith('tributary-')) continue;
    const value = request.rawHeaders[i + 1]!;
    if (name.startsWith(HEADER_PREFIX) && name.length > HEADER_PREFIX.length) {
      const own = sent.slice(HEADER_PREFIX.length);
      checkHeaderName(own);
      record.push([Buffer.from(own, 'latin1'), Buffer.from(value, 'latin1')]);
    } else if (!PLAIN_HEADERS.has(name)) {
      throw new Refusal('badRequest', `unknown request header "${sent}"`);
    } else if (plain.has(name)) {
      throw new Refusal('badRequest', `request header "${sent}" is given twice`);
    } else plain.set(name, value);
  }
  return { plain, record };
}

export function checkHeaderName(name: string, line?: number): void {
  if (!name.toLowerCase().startsWith(RESERVED)) return;
  throw new Refusal('badRequest', `header "${name}": names that begin with "${RESERVED}" are Tributary's own`, line);
}

function readKey(query: Map<string, string>, plain: Map<string, string>): Buffer | null {
  const forms: Buffer[] = [];
  const parameter = query.get('key');
  const parameter64 = query.get('keyBase64');
  const header = plain.get('tributary-key');
  const header64 = plain.get('tributary-key-base64');
  if (parameter !== undefined) forms.push(Buffer.from(parameter, 'utf8'));
  if (parameter64 !== undefined) forms.push(parseBase64('keyBase64', parameter64));
  if (header !== undefined) forms.push(Buffer.from(header, 'latin1'));
  if (header64 !== undefined) forms.push(parseBase64('Tributary-Key-Base64', header64));
  if (forms.length > 1) throw new Refusal('badRequest', 'the key is given more than once');
  return forms[0] ?? null;
}

function oneOf(what: string, parameter: string | undefined, header: string | undefined): string | null {
  if (parameter !== undefined && header !== undefined) {
    throw new Refusal('badRequest', `${what} is given twice, as a query parameter and as a header`);
  }
  return parameter ?? header ?? null;
}

function readBoolean(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new Refusal('badRequest', `${name} is "true" or "false", not "${text}"`);
}

function readIdempotencyKey(request: IncomingMessage): string | null {
  const sent = request.headers['idempotency-key'];
  if (sent === undefined) return null;
  const text = Array.isArray(sent) ? sent.join(', ') : sent;
  if (!/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(text)) {
    throw new Refusal('badRequest', 'Idempotency-Key must be 1 to 255 visible ASCII characters');
  }
  return text;
}

export function parsePartition(text: string, line?: number): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal('badRequest', `partition "${text}" is not a whole number from 0`, line);
}

const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/;

/** Milliseconds since 1970 as digits, or an ISO-8601 date, or date and time with a zone. */
export function parseTimestamp(text: string, line?: number): number {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0 && ms <= LATEST_MS) return ms;
  const forms = 'milliseconds since 1970 or ISO-8601 with a zone';
  throw new Refusal('badRequest', `timestamp "${text}" is not ${forms}, from 1970 to 9999`, line);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Strict: what Node would silently skip is refused. */
export function parseBase64(name: string, text: string, line?: number): Buffer {
  if (BASE64.test(text) && text.length % 4 === 0) return Buffer.from(text, 'base64');
  throw new Refusal('badRequest', `${name} is not base64 (RFC 4648 section 4, padded)`, line);
}
