/** One property of MirrorMaker 2: name, type, default and meaning, or why it has none here. Declared once. */
import type { Wrong } from '../../../shared/config/option.ts';

/** Kafka's names of types. */
export type PropertyType = 'boolean' | 'int' | 'short' | 'long' | 'double' | 'string' | 'list' | 'class' | 'password';

export type Use =
  /** It sets something. */
  | { readonly kind: 'has' }
  /** Nothing here that it could set: said once at the start. */
  | { readonly kind: 'none'; readonly why: string }
  /** Only some values can be honoured: any other is a mistake. */
  | { readonly kind: 'only'; readonly accepts: (value: string) => boolean; readonly instead: string };

export interface Property {
  readonly name: string;
  readonly type: PropertyType;
  /** Of Kafka 4.3.0, as text; a list joined with `,`; null: none. */
  readonly default: string | null;
  /** Where ours differs when the file says nothing. */
  readonly here: string | null;
  readonly says: string;
  readonly use: Use;
  readonly check: (value: string) => Wrong | null;
}

export interface PropertyDoc {
  readonly here?: string;
  readonly check?: (value: string) => Wrong | null;
}

/** A property that sets something. */
export function has(
  name: string,
  type: PropertyType,
  preset: string | number | boolean | null,
  says: string,
  { here, check }: PropertyDoc = {},
): Property {
  const text = preset === null ? null : String(preset);
  return { name, type, default: text, here: here ?? null, says, use: { kind: 'has' }, check: check ?? (() => null) };
}

/** Properties with nothing to set here, for one reason. */
export function none(why: string, names: readonly string[]): Property[] {
  return names.map((name) => ({
    name,
    type: 'string',
    default: null,
    here: null,
    says: why,
    use: { kind: 'none', why },
    check: () => null,
  }));
}

/** A property of which only some values can be honoured. */
export function only(
  name: string,
  type: PropertyType,
  preset: string | null,
  says: string,
  accepts: (value: string) => boolean,
  instead: string,
): Property {
  const check = (value: string): Wrong | null =>
    accepts(value) ? null : { problem: 'can not be honoured', allowed: instead };
  return { name, type, default: preset, here: null, says, use: { kind: 'only', accepts, instead }, check };
}

/** Full class name, or only its last part. */
export const isClass =
  (...classes: readonly string[]) =>
  (value: string): boolean =>
    value === '' || classes.some((name) => value === name || value === name.slice(name.lastIndexOf('.') + 1));

export const atLeast =
  (minimum: number) =>
  (value: string): Wrong | null =>
    Number(value) < minimum ? { problem: `${value} is too small`, allowed: `at least ${minimum}` } : null;

export const among =
  (...words: readonly string[]) =>
  (value: string): Wrong | null =>
    words.includes(value) ? null : { problem: `"${value}" is not known`, allowed: `it is one of ${words.join(', ')}` };

/** Copies of a topic. */
export const copies = (value: string): Wrong | null =>
  Number(value) >= 1 || Number(value) === -1
    ? null
    : { problem: `${value} copies hold nothing`, allowed: "write -1 (the cluster's default), or at least 1" };

/** Splits as Kafka's ConfigDef does. */
export const listOf = (value: string): string[] => {
  const trimmed = value.trim();
  return trimmed === '' ? [] : trimmed.split(/\s*,\s*/);
};

const RANGES: Readonly<Partial<Record<PropertyType, number>>> = { short: 2 ** 15, int: 2 ** 31, long: 2 ** 53 };

/** Whether a text is of the type at all; what is wrong never shows a password. */
export function checkType(type: PropertyType, text: string): Wrong | null {
  const value = text.trim();
  if (type === 'boolean') {
    const right = /^(true|false)$/i.test(value);
    return right ? null : { problem: `"${value}" is neither true nor false`, allowed: 'write true or false' };
  }
  const range = RANGES[type];
  if (range !== undefined) {
    const number = Number(value);
    const right = /^[+-]?\d+$/.test(value) && number >= -range && number < range;
    return right ? null : { problem: `"${value}" is not a whole number (${type})`, allowed: 'write digits only' };
  }
  if (type === 'double' && !(value !== '' && Number.isFinite(Number(value)))) {
    return { problem: `"${value}" is not a number` };
  }
  return null;
}

/** Type, then the property's own check. */
export function checkValue(property: Property, text: string): Wrong | null {
  return checkType(property.type, text) ?? property.check(text.trim());
}
