/** Checks of single fields. What fails names itself; {@link within} puts the path before it, only when something fails. */
import { type EdgeId, type Epoch, isEdgeId, isEpoch, isTopicName, TIP_BYTES, type Tip } from '../identity.ts';

/** A field that is not what it must be. Never leaves this room: `decoding` turns it into a TributaryError. */
export class FieldFault extends Error {
  path: string;
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
    this.reason = reason;
  }
}

/** Runs `parse`; a fault inside it is named `<name>.<path>`, or `<name>[<index>].<path>`. */
export function within<I, O>(name: string, index: number | null, parse: (input: I) => O, input: I): O {
  try {
    return parse(input);
  } catch (error) {
    if (error instanceof FieldFault) {
      const own = index === null ? name : `${name}[${index}]`;
      error.path = error.path ? `${own}.${error.path}` : own;
    }
    throw error;
  }
}

/** Each element through `parse`, at most `max` of them. */
export function list<I, O>(
  name: string,
  values: readonly I[] | null | undefined,
  max: number,
  parse: (v: I) => O,
): O[] {
  const all = values ?? [];
  if (all.length > max) throw new FieldFault(name, `has ${all.length} entries, at most ${max} are taken`);
  return all.map((value, index) => within(name, index, parse, value));
}

/** A submessage that must be there. */
export function required<I, O>(name: string, value: I | null | undefined, parse: (value: I) => O): O {
  if (value === null || value === undefined) throw new FieldFault(name, 'is missing');
  return within(name, null, parse, value);
}

export function optional<I, O>(name: string, value: I | null | undefined, parse: (value: I) => O): O | null {
  return value === null || value === undefined ? null : within(name, null, parse, value);
}

/** A whole number from 0 to 2^53 - 2: whatever is one behind it is exact too. */
export function count(name: string, value: number | null | undefined, max = Number.MAX_SAFE_INTEGER - 1): number {
  const number = value ?? 0;
  if (!Number.isSafeInteger(number) || number < 0 || number > max) {
    throw new FieldFault(name, `${number} is not a whole number from 0 to ${max}`);
  }
  return number;
}

/** A signed whole number that JavaScript holds exactly. */
export function signed(name: string, value: number | null | undefined): number {
  const number = value ?? 0;
  if (!Number.isSafeInteger(number)) throw new FieldFault(name, `${number} is not exact`);
  return number;
}

export function text(name: string, value: string | null | undefined, maxChars: number): string {
  const string = value ?? '';
  if (string.length > maxChars) throw new FieldFault(name, `has ${string.length} characters, at most ${maxChars}`);
  return string;
}

export function filled(name: string, value: string | null | undefined, maxChars: number): string {
  const string = text(name, value, maxChars);
  if (string === '') throw new FieldFault(name, 'is empty');
  return string;
}

export function edgeId(name: string, value: string | null | undefined): EdgeId {
  const string = value ?? '';
  if (!isEdgeId(string)) throw new FieldFault(name, `${shown(string)} is no edge's name`);
  return string;
}

export function epochId(name: string, value: string | null | undefined): Epoch {
  const string = value ?? '';
  if (!isEpoch(string)) throw new FieldFault(name, `${shown(string)} is no epoch`);
  return string;
}

export function topicName(name: string, value: string | null | undefined): string {
  const string = value ?? '';
  if (!isTopicName(string)) throw new FieldFault(name, `${shown(string)} is no topic name`);
  return string;
}

export function tipBytes(name: string, value: Uint8Array | null | undefined): Tip {
  if (value?.length !== TIP_BYTES)
    throw new FieldFault(name, `has ${value?.length ?? 0} bytes instead of ${TIP_BYTES}`);
  return asBuffer(value) as unknown as Tip;
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** For what this side writes: never longer than what the other side takes. */
export function clip(value: string, maxChars: number): string {
  return value.length <= maxChars ? value : `${value.slice(0, maxChars - 1)}…`;
}

const shown = (value: string): string => JSON.stringify(clip(value, 64));
