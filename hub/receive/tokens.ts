/**
 * Token files: `name: sha256:<hex>`, or a list of those while a token is being changed. The hub knows the hashes only.
 *
 *     store-217: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 *     factory-1:
 *       - sha256:...
 *       - sha256:...
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parse } from 'yaml';
import { reasonOf, TributaryError } from '../../shared/errors.ts';

const HASH = /^sha256:([0-9a-f]{64})$/i;
const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
const NOBODY = Buffer.alloc(32);

/** As it stands in a token file. */
export const hashToken = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`;

/** The token of an `Authorization` header, or null where it has none. */
export const bearerOf = (header: string | undefined): string | null => BEARER.exec(header ?? '')?.[1] ?? null;

/**
 * Who has which token. Entries are found by a keyed hash of the token's hash, with a key that nobody knows, and then
 * compared in constant time: how long a look-up takes says nothing about any token.
 */
export class TokenTable {
  readonly #key = randomBytes(32);
  readonly #entries = new Map<string, { readonly name: string; readonly hash: Buffer }>();
  readonly #names = new Set<string>();

  /** Reads a token file's text. @throws TributaryError `configInvalid`; its text never holds a token or hash. */
  static parse(what: string, text: string, isName: (name: string) => boolean): TokenTable {
    const table = new TokenTable();
    for (const [name, hashes] of entriesOf(what, text)) {
      if (!isName(name)) throw invalid(what, `${JSON.stringify(name)} is not a name that is allowed here`);
      for (const hash of Array.isArray(hashes) ? hashes : [hashes]) table.#add(what, name, hash);
    }
    return table;
  }

  #add(what: string, name: string, text: unknown): void {
    const hex = typeof text === 'string' ? HASH.exec(text)?.[1] : undefined;
    if (hex === undefined) throw invalid(what, `what stands for ${name} is not sha256: and 64 hex digits`);
    const hash = Buffer.from(hex, 'hex');
    const place = this.#placeOf(hash);
    const other = this.#entries.get(place)?.name;
    if (other !== undefined && other !== name) throw invalid(what, `${other} and ${name} have the same token`);
    this.#entries.set(place, { name, hash });
    this.#names.add(name);
  }

  #placeOf(hash: Buffer): string {
    return createHmac('sha256', this.#key).update(hash).digest('base64');
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whose token this is, or null. */
  whose(token: string): string | null {
    const hash = createHash('sha256').update(token).digest();
    const entry = this.#entries.get(this.#placeOf(hash));
    const same = timingSafeEqual(hash, entry?.hash ?? NOBODY);
    return entry && same ? entry.name : null;
  }
}

function entriesOf(what: string, text: string): [string, unknown][] {
  let read: unknown;
  try {
    read = parse(text, { schema: 'failsafe', logLevel: 'error' });
  } catch (error) {
    // Behind the first line the parser shows the text around the fault, which may hold a token put there by mistake.
    throw invalid(what, `it is not YAML: ${reasonOf(error).split('\n', 1)[0]}`);
  }
  if (read === null || read === '') return [];
  if (typeof read !== 'object' || Array.isArray(read)) throw invalid(what, 'it is not a list of `name: sha256:...`');
  return Object.entries(read);
}

function invalid(what: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'configInvalid',
    operation: 'read tokens',
    subject: what,
    reason,
    hint: 'Each line reads `name: sha256:<hash of the token in hex>`.',
    retry: 'final',
  });
}
