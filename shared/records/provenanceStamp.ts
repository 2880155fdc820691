/** The provenance headers as bytes, prepared so that a record costs one copy and the characters of its source. */
import type { Stamp } from './encode.ts';
import { putVarint, varintSize } from './numbers.ts';

export const PROVENANCE = {
  edge: 'tributary.edge',
  epoch: 'tributary.epoch',
  sequence: 'tributary.sequence',
  source: 'tributary.source',
  policy: 'tributary.policy',
} as const;

/** Put in front of a reserved name that a record brought along. */
export const UPSTREAM_PREFIX = Buffer.from('upstream.', 'utf8');

const RESERVED = Object.values(PROVENANCE).map((name) => Buffer.from(name, 'utf8'));
const SHORTEST = Math.min(...RESERVED.map((name) => name.length));
const FIRST_BYTE = RESERVED[0]![0];

export function isReserved(name: Buffer): boolean {
  if (name.length < SHORTEST || name[0] !== FIRST_BYTE) return false;
  return RESERVED.some((reserved) => reserved.equals(name));
}

/** A length varint and the UTF-8 bytes. */
function prefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const out = Buffer.alloc(varintSize(bytes.length) + bytes.length);
  bytes.copy(out, putVarint(out, 0, bytes.length));
  return out;
}

export const POLICY_NAME = prefixed(PROVENANCE.policy);

const ZERO = 0x30;
const NINE = 0x39;

/**
 * The bytes that are the same for each record of a batch but for the digits of the sequence: the headers edge, epoch and
 * sequence, and the name of the header source.
 */
export class ProvenanceTemplate {
  bytes: Buffer;
  #digitsEnd: number;
  #sequence: number;
  readonly #edge: string;
  readonly #epoch: string;

  constructor(edge: string, epoch: string, firstSequence: number) {
    this.#edge = edge;
    this.#epoch = epoch;
    this.#sequence = firstSequence;
    this.#digitsEnd = 0;
    this.bytes = this.#make();
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Moves on to the next sequence: adds one to the digits in place. Returns whether `bytes` is another buffer now. */
  next(): boolean {
    this.#sequence++;
    const bytes = this.bytes;
    let at = this.#digitsEnd - 1;
    while (bytes[at] === NINE) bytes[at--] = ZERO;
    // In front of the digits is their number, which is below '0' as a byte.
    if (bytes[at]! >= ZERO) {
      bytes[at]!++;
      return false;
    }
    this.bytes = this.#make();
    return true;
  }

  #make(): Buffer {
    const head = [PROVENANCE.edge, this.#edge, PROVENANCE.epoch, this.#epoch, PROVENANCE.sequence, `${this.#sequence}`];
    const bytes = Buffer.concat(head.map(prefixed));
    this.#digitsEnd = bytes.length;
    return Buffer.concat([bytes, prefixed(PROVENANCE.source)]);
  }
}

/** Writes the headers of one record after the other: `prepare`, then `put`, then `next`. */
export class ProvenanceStamp implements Stamp {
  headerCount = 4;
  size = 0;
  readonly #template: ProvenanceTemplate;
  #source = '';
  /** Set only where the source is not plain ASCII. */
  #sourceBytes: Buffer | null = null;
  #sourceLength = 0;
  #policy: string | undefined = undefined;
  #policyBytes: Buffer | null = null;

  constructor(edge: string, epoch: string, firstSequence: number) {
    this.#template = new ProvenanceTemplate(edge, epoch, firstSequence);
  }

  prepare(source: string, policy: string | undefined): void {
    if (policy !== this.#policy) {
      this.#policy = policy;
      this.#policyBytes = policy === undefined ? null : Buffer.concat([POLICY_NAME, prefixed(policy)]);
    }
    this.#source = source;
    this.#sourceBytes = isAscii(source) ? null : Buffer.from(source, 'utf8');
    this.#sourceLength = this.#sourceBytes === null ? source.length : this.#sourceBytes.length;
    const policyLength = this.#policyBytes === null ? 0 : this.#policyBytes.length;
    this.headerCount = this.#policyBytes === null ? 4 : 5;
    this.size = this.#template.bytes.length + varintSize(this.#sourceLength) + this.#sourceLength + policyLength;
  }

  put(bytes: Buffer, start: number): number {
    const fixed = this.#template.bytes;
    bytes.set(fixed, start);
    let at = putVarint(bytes, start + fixed.length, this.#sourceLength);
    if (this.#sourceBytes === null) {
      const source = this.#source;
      for (let i = 0; i < source.length; i++) bytes[at + i] = source.charCodeAt(i);
    } else {
      bytes.set(this.#sourceBytes, at);
    }
    at += this.#sourceLength;
    if (this.#policyBytes === null) return at;
    bytes.set(this.#policyBytes, at);
    return at + this.#policyBytes.length;
  }

  next(): void {
    this.#template.next();
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
