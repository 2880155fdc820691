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
const LONGEST = Math.max(...RESERVED.map((name) => name.length));
const FIRST_BYTE = RESERVED[0]![0];

/** Whether the name of `length` bytes at `at` is one of the five. */
export function isReserved(bytes: Buffer, at = 0, length = bytes.length): boolean {
  if (length < SHORTEST || length > LONGEST || bytes[at] !== FIRST_BYTE) return false;
  return RESERVED.some((name) => bytes.compare(name, 0, name.length, at, at + length) === 0);
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

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * The bytes that are the same for each record of a batch but for the digits of the sequence: the headers edge, epoch and
 * sequence, and the name of the header source.
 */
export class ProvenanceTemplate {
  bytes: Buffer = Buffer.alloc(0);
  /** The same memory, its whole 4-byte words: comparing those takes a quarter of the time. */
  #words = new Int32Array(0);
  #digitsEnd = 0;
  #sequence: number;
  readonly #edge: string;
  readonly #epoch: string;

  constructor(edge: string, epoch: string, firstSequence: number) {
    this.#edge = edge;
    this.#epoch = epoch;
    this.#sequence = firstSequence;
    this.#make();
  }

  /** Moves on to the next sequence: adds one to the digits in place, or begins anew where there is one digit more. */
  next(): void {
    this.#sequence++;
    const bytes = this.bytes;
    let at = this.#digitsEnd - 1;
    while (bytes[at] === NINE) bytes[at--] = ZERO;
    // In front of the digits is their number, which is below '0' as a byte.
    if (bytes[at]! >= ZERO) bytes[at]!++;
    else this.#make();
  }

  /** Whether these bytes are at `at`, in front of `end`. */
  matches(view: DataView, at: number, end: number): boolean {
    const { bytes } = this;
    const words = this.#words;
    if (bytes.length > end - at) return false;
    for (let i = 0; i < words.length; i++) if (view.getInt32(at + i * 4, LITTLE_ENDIAN) !== words[i]) return false;
    for (let i = words.length * 4; i < bytes.length; i++) if (view.getUint8(at + i) !== bytes[i]) return false;
    return true;
  }

  #make(): void {
    const head = [PROVENANCE.edge, this.#edge, PROVENANCE.epoch, this.#epoch, PROVENANCE.sequence, `${this.#sequence}`];
    const values = Buffer.concat(head.map(prefixed));
    const all = Buffer.concat([values, prefixed(PROVENANCE.source)]);
    const memory = new ArrayBuffer(all.length);
    this.bytes = Buffer.from(memory);
    all.copy(this.bytes);
    this.#words = new Int32Array(memory, 0, all.length >> 2);
    this.#digitsEnd = values.length;
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
